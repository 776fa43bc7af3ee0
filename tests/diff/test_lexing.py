"""What counts as formatting, row by row; and that the languages' own parsers agree."""

from __future__ import annotations

import re

import pytest
from ast_grep_py import SgNode, SgRoot
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.diff.lexing import IN_DOUBT, LOST, flatten, lex, lex_file
from bot.diff.lexis import Ends, lexis_of
from tests.examples import examples


def form(path: str, text: str) -> list[str]:
    language = lexis_of(path)
    ends = language.ends if language else Ends.ALWAYS
    return flatten(lex_file(text.split("\n"), language).rows, ends)


@pytest.mark.parametrize(
    ("path", "one", "other"),
    [
        pytest.param("a.js", "f(a,b)", "f(\n  a,\n\n\tb\n)", id="js: wrapped"),
        pytest.param("a.js", "if (a)\n{\n x()\n}", "if (a) { x() }", id="js: braces"),
        pytest.param("a.js", "a = b\n  .c()", "a = b.c()", id="js: chain"),
        pytest.param("a.js", "x=-1", "x = -1", id="js: sign"),
        pytest.param("a.js", "/*\n   * a\n */", "/*\n * a\n */", id="js: comment"),
        pytest.param("a.tsx", "let a : string", "let a: string", id="tsx"),
        pytest.param("a.go", "x:=1", "\tx := 1", id="go: gofmt"),
        pytest.param("a.go", "if a {return}", "if a {\n\treturn\n}", id="go: opened"),
        pytest.param("a.go", "a(); b()", "a()\nb()", id="go: a row end is a semicolon"),
        pytest.param("A.java", "int a ;", "int\na;", id="java"),
        pytest.param("a.c", "int f (void)\n{", "int f(void) {", id="c"),
        pytest.param("a.c", "  #define A  1", "#define A  1", id="c: directive moved"),
        pytest.param("a.cs", 'var s=$"a  {b}";', 'var s = $"a  {b}";', id="c#"),
        pytest.param("a.rs", "fn f<'a>(x:&'a str)", "fn f<'a>(x: &'a str)", id="rust: lifetimes"),
        pytest.param("a.php", "<?php\n$a=1;", "<?php\n  $a = 1;", id="php"),
        pytest.param("a.css", "a{color:red}", "a {\n  color: red\n}", id="css"),
        pytest.param("a.json", '{"a":[1,2]}', '{\n  "a": [1, 2]\n}', id="json"),
        pytest.param("a.py", "if a :\n  b=f( x )", "if a:\n  b = f(x)  ", id="python: spacing"),
        pytest.param("a.py", "a\n\n\nb", "a\nb", id="python: blank rows"),
        pytest.param("a.yml", "a: 1  \n\nb: 2", "a: 1\nb: 2", id="yaml: ends and blank rows"),
    ],
)
def test_this_is_formatting(path: str, one: str, other: str) -> None:
    assert form(path, one) == form(path, other)


@pytest.mark.parametrize(
    ("path", "one", "other"),
    [
        pytest.param("a.js", 'f("a b")', 'f("a  b")', id="js: string"),
        pytest.param("a.js", "`a\n  b`", "`a\n b`", id="js: template over rows"),
        pytest.param("a.js", "`a\n\nb`", "`a\nb`", id="js: blank row in a template"),
        pytest.param("a.js", "return x", "return\nx", id="js: return"),
        pytest.param("a.js", "return /*\n*/ x", "return /* */ x", id="js: return before a comment"),
        pytest.param("a.js", "a\n++b", "a++\nb", id="js: increment"),
        pytest.param("a.js", "a + +b", "a++ b", id="js: marks that join"),
        pytest.param("a.js", "a < !--b", "a <!--b", id="js: a comment of old"),
        pytest.param("a.js", "a // b\nc", "a // b c", id="js: into the comment"),
        pytest.param("a.js", "get\nx() {}", "get x() {}", id="js: field or getter"),
        pytest.param("a.js", "/a  b/.test(x)", "/a b/.test(x)", id="js: regular expression"),
        pytest.param("a.js", 'r(/"/, "a  b")', 'r(/"/, "a b")', id="js: behind a quote in one"),
        pytest.param("a.js", '/"/, "a  b", /"/', '/"/, "a b", /"/', id="js: between two of them"),
        pytest.param("a.js", "it's  x", "it's x", id="js: a quote nobody closes"),
        pytest.param(
            "a.js", "it's `\na  b`", "it's `\na b`", id="js: a string behind such a quote"
        ),
        pytest.param("a.js", "`${f(`a`)}\na  b`", "`${f(`a`)}\na b`", id="js: nested templates"),
        pytest.param("a.js", "f(\n a\n)", "f(\n a,\n)", id="js: comma"),
        pytest.param("a.js", "// @ts-ignore\na()", "a() // @ts-ignore", id="js: order moved"),
        pytest.param("a.go", "return x", "return\nx", id="go: return"),
        pytest.param("a.go", "`a  b`", "`a b`", id="go: raw string"),
        pytest.param("a.go", "//go:build x", "\t//go:build x", id="go: an order's column"),
        pytest.param("A.java", '"""\n  a\n"""', '"""\n a\n"""', id="java: text block"),
        pytest.param("a.c", "#define A (b)", "#define A(b)", id="c: macro"),
        pytest.param("a.c", "#if A\nb", "#if A b", id="c: directive's end"),
        pytest.param("a.c", "#define A \\\n b", "#define A \\\n\nb", id="c: macro ends earlier"),
        pytest.param("a.c", "// a \\\nb()", "// a\nb()", id="c: comment that goes on"),
        pytest.param("a.cc", 'R"(a  b)"', 'R"(a b)"', id="c++: raw string"),
        pytest.param("a.cs", '@"a\n  b"', '@"a\n b"', id="c#: verbatim"),
        pytest.param("a.cs", '$"{d["a  b"]}"', '$"{d["a b"]}"', id="c#: quotes in braces"),
        pytest.param("a.rs", '"a\n  b"', '"a\n b"', id="rust: string over rows"),
        pytest.param("a.rs", 'r#"a "  b"#', 'r#"a " b"#', id="rust: raw string"),
        pytest.param("a.php", "<?php ?>a  b", "<?php ?>a b", id="php: page around code"),
        pytest.param("a.php", "a  b", "a b", id="php: no code at all"),
        pytest.param("a.php", "<?php\n<<<A\n a  b", "<?php\n<<<A\n a b", id="php: heredoc"),
        pytest.param("a.css", "a .b {}", "a.b {}", id="css: descendant"),
        pytest.param("a.css", "a :hover {}", "a:hover {}", id="css: pseudo-class"),
        pytest.param("a.css", "calc(1px + 2px)", "calc(1px+ 2px)", id="css: sum"),
        pytest.param("a.py", "if a:\n  b\nc", "if a:\n  b\n  c", id="python: indentation"),
        pytest.param("a.py", " a\n b", "  a\n  b", id="python: all of it moved"),
        pytest.param("a.py", "f(a, b)", "f(a,\n  b)", id="python: wrapped"),
        pytest.param("a.py", "'a  b'", "'a b'", id="python: string"),
        pytest.param("a.py", '"""\n  a\n"""', '"""\n a\n"""', id="python: docstring"),
        pytest.param("a.py", 'f"{d["a  b"]}"', 'f"{d["a b"]}"', id="python: quotes in braces"),
        pytest.param("a.py", "a \\\nb", "a \\ \nb", id="python: parted from its row end"),
        pytest.param("a.py", "a \\\nb", "a \\\n\nb", id="python: blank row behind a backslash"),
        pytest.param("a.yml", "a: b  c", "a: b c", id="yaml: blanks"),
        pytest.param("a.yml", "  a: b", "a: b", id="yaml: indentation"),
        pytest.param("a.sh", "a \\\nb", "a \\ \nb", id="shell: parted from its row end"),
        pytest.param("a.sh", "rm a b", "rm ab", id="shell"),
        pytest.param("a.js", "a\u00a0b", "a b", id="a blank that is none"),
        pytest.param("a.js", "a\u200bb", "ab", id="unseen"),
    ],
)
def test_this_is_not(path: str, one: str, other: str) -> None:
    assert form(path, one) != form(path, other)


def test_rows_may_begin_in_the_middle_of_a_string() -> None:
    language = lexis_of("a.js")
    inside = lex(["x = `", "a  b`, c  =1"], language).inside[1]
    assert lex(["a  b`, c = 1"], language, inside).rows == (("\na  b`", ",", "c", "=", "1"),)


def test_what_cannot_be_followed_is_in_doubt_to_its_end() -> None:
    found = lex(["a  = 1", "`${`x`}`", "b  = 2"], lexis_of("a.js"))
    assert found.rows == (("a", "=", "1"), (IN_DOUBT + "`${`x`}`",), (IN_DOUBT + "b  = 2",))
    assert found.inside == ("", "", LOST)


@pytest.mark.parametrize(
    "path", ["a.js", "a.go", "a.py", "a.rs", "a.cs", "a.php", "a.css", "a.yml"]
)
@examples(60)
@given(text=st.text("ab1 \t\n\"'`/*\\{}$#@r;:.", max_size=40))
def test_nothing_is_lost_whatever_the_text(path: str, text: str) -> None:
    """Every character that is no blank is in the form, in its order."""
    squeezed = "".join("".join(form(path, text)).replace(IN_DOUBT, "").replace("\x01", "").split())
    kept = squeezed.replace(";", "") if path == "a.go" else squeezed
    wanted = text.replace(";", "") if path == "a.go" else text
    assert kept == "".join(wanted.split())


SAMPLES = {
    "a.js": """import x from "y";
// eslint-disable-next-line
const re = /a"b/g, t = `x  ${y} z`, u = a / b / c;
async function f(a, b) {
  if (a < !--b) { return  a+ +b; }
  for (const q of a) { q++ ; --b }
  return
  a
}
class A { static x = 1
  get
  y() { return this.z }
  #p = 2; static { go() } }
let v = a ?.5:1, w = a?.b ?? c, s = 'it  is';
label: while (1) { break label }
""",
    "a.ts": """type A<T> = Array<Array<T>>;
abstract class C extends D { private async m(a: string): Promise<void> { throw new E("x  y") }
 declare q: number }
let z = x as unknown as B, g = f<number>(1), h = y!
""",
    "a.go": """package main
import "fmt"
//go:noinline
func f(a int, c chan int) (int, error) {
	x := a - -1
	c <- x
	if x > 1 { return x, nil }
	for i := 0; i < n; i++ { fmt.Println("a  b", `raw  s`, 'x') }
	switch { case x > 1:
		fallthrough
	default: x++ }
	return
}
""",
    "A.java": """package p;
@A(x = 1) class B<T extends List<List<T>>> { int f(int a) { return a- -1 + a++ + ++a; }
 String s = "a  b"; char c = ' '; // c
 /* x  y */ void g() throws E { for (int i : xs) { if (i>>>1 > 2) continue; } } }
""",
    "a.c": """#include <stdio.h>
#define M(x) ((x)+1)
int f(int *a, const char *s) { int b = *a---1; return a[0]>>b ? 'x' : "a  b"[0]; }
""",
    "a.cs": """namespace N { class C { string s = $"a {b} c", t = @"x  ""y";
 int P { get; set; } = 1; bool F(int? a) => a?.B ?? c; } }
""",
    "a.rs": """#[derive(A)]
fn f<'a>(x: &'a str) -> Result<u8, E> { let c = 'b'; let r = r"x  y"; let s = "a
  b"; for i in 0..10 { x <<= 1; } m!(a b, c); x? ; Ok(1) }
""",
    "a.php": """<?php
function f(?int $a, string ...$b): array { // c
 $x = "a  {$b}  c" . 'd  e'; return $a?->b ?? [1, 2 => $x]; # z
}
""",
    "a.css": """a .b, a.b > c:hover, d :not(e) { width: calc(1px + 2px - 3px) !important }
@media screen and (max-width: 1px) { .x{color:red} .y + .z~.w{} }
""",
    "a.json": """{"a  b": [1, 3.5e-1, true, null], "c": {"d": ""}}
""",
    "a.py": '''@dec(x = 1)
def f(a, *, b: int = -1, **kw) -> int:
    """Doc  s

      more
    """
    if a<-b and not (a == b):  # c
        return f"{a  }  {b!r}" + 'x  y' if a else "z"
    x = [i for i in a if i>>1]
    return \\
        1
''',
}
PARSERS = {
    "a.js": "javascript", "a.ts": "typescript", "a.go": "go", "A.java": "java", "a.c": "c",
    "a.cs": "csharp", "a.rs": "rust", "a.php": "php", "a.css": "css", "a.json": "json",
    "a.py": "python",
}  # fmt: skip
_WHOLE = re.compile(r"string|_literal|regex")
_ENDS = frozenset({";", "\n", "\0", "automatic_semicolon"})


def tree(path: str, text: str) -> list[tuple[int, str, str]] | None:
    """Depth, kind and text of every node but comments and row ends; None where it is broken."""
    found: list[tuple[int, str, str]] = []
    waiting: list[tuple[SgNode, int]] = [(SgRoot(text, PARSERS[path]).root(), 0)]
    while waiting:
        node, depth = waiting.pop()
        kind, children = node.kind(), node.children()
        if kind == "ERROR" or (depth and not children and not node.text() and kind not in _ENDS):
            return None
        if "comment" in kind or kind.strip("\n") == "" or (path == "a.go" and kind in _ENDS):
            continue
        whole = not children or _WHOLE.search(kind)
        text_ = node.text() if _WHOLE.search(kind) else node.text().strip()
        found.append((depth, kind, text_ if whole else ""))
        if not whole:
            waiting += [(child, depth + 1) for child in reversed(children)]
    return found


@pytest.mark.parametrize("path", SAMPLES)
@examples(50)
@given(data=st.data())
def test_what_is_called_formatting_leaves_the_tree_as_it_was(
    path: str, data: st.DataObject
) -> None:
    text = changed = SAMPLES[path]
    blanks = [match.start() for match in re.finditer(r"\s", text)]
    for at in data.draw(st.lists(st.integers(0, len(text)), min_size=1, max_size=2)):
        changed = changed[:at] + data.draw(st.sampled_from([" ", "\n", "\t", " \n"])) + changed[at:]
    if data.draw(st.booleans()):
        at = data.draw(st.sampled_from(blanks))
        changed = text[:at] + data.draw(st.sampled_from(["", " ", "\n"])) + text[at + 1 :]
    assume(form(path, changed) == form(path, text))
    after = tree(path, changed)
    assume(after is not None)  # what no compiler takes is nobody's program
    assert after == tree(path, text)
