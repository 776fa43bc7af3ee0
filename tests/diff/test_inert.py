from __future__ import annotations

import ast
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.diff.inert import Touched, touched
from tests.diff.edits import edit
from tests.examples import examples

CODE, COMMENTS, BLANKS = Touched.CODE, Touched.COMMENTS, Touched.BLANKS
PY = "def pay(cart):\n    # adds up\n    return sum(cart)\n"
JS = "// adds up\nfunction pay(cart) {\n  return sum(cart); // all\n}\n"
GO = "package a\n\n// Pay adds up.\nfunc Pay(c Cart) int {\n\treturn c.Sum()\n}\n"
RAW = "package a\n\nvar x = `\n// a\n`\n"
SQL = 'QUERY = """\nselect 1\n# by name\n"""\n'


@pytest.mark.parametrize(
    ("path", "base", "head", "found"),
    [
        pytest.param("a.py", PY, PY.replace("adds", "counts"), COMMENTS, id="comment"),
        pytest.param("a.py", PY, "# Pays.\n" + PY, COMMENTS, id="new comment"),
        pytest.param("a.py", PY, PY.replace("    # adds up\n", ""), COMMENTS, id="gone comment"),
        pytest.param("a.py", PY, PY.replace("cart)\n", "cart)  # x\n"), COMMENTS, id="behind code"),
        pytest.param("a.py", PY, PY + "\n\n", BLANKS, id="blank rows"),
        pytest.param("a.py", PY, "\n" + PY, BLANKS, id="a blank row before all"),
        pytest.param("a.py", PY, PY.replace("(cart):", "( cart ):"), BLANKS, id="blanks"),
        pytest.param("a.py", PY, PY.replace("sum", "max"), CODE, id="code"),
        pytest.param("a.py", PY, PY.replace("# adds up", "log()"), CODE, id="comment into code"),
        pytest.param("a.py", PY, PY.replace("return", "# return"), CODE, id="code into comment"),
        pytest.param("a.py", PY, "\n# x\n" + PY.replace("sum", "max"), CODE, id="both"),
        pytest.param(
            "a.py",
            "if a:\n    b()\n    c()\n",
            "if a:\n    b()\nc()\n",
            CODE,
            id="a statement leaves its block",
        ),
        pytest.param("a.py", SQL, SQL.replace("# by", "# in"), CODE, id="a string like a comment"),
        pytest.param("a.py", SQL, SQL.replace("# by name\n", ""), CODE, id="a row of a string"),
        pytest.param("a.py", SQL, SQL.replace("select 1", "select 1\n"), CODE, id="blank in text"),
        pytest.param("a.py", "x = '# a'\n", "x = '# b'\n", CODE, id="a marker in quotes"),
        pytest.param("a.py", '"""A."""\n', '"""B."""\n', CODE, id="a docstring"),
        pytest.param("a.py", "x = 1\n", "x = 1  # noqa\n", CODE, id="a linter obeys"),
        pytest.param("a.py", "x = 1\n", "x = 1  # type: ignore\n", CODE, id="a type checker obeys"),
        pytest.param("a.py", PY, "#!/bin/sh\n" + PY, CODE, id="the kernel obeys"),
        pytest.param("a.py", PY, "# coding: utf-7\n" + PY, CODE, id="Python obeys"),
        pytest.param(
            "a.py", "# coding: utf-7\n# a\n", "# coding: utf-7\n# +AAo-b()\n", CODE, id="utf-7"
        ),
        pytest.param("a.py", PY, PY.replace("adds", "\u202eadds"), CODE, id="hides characters"),
        pytest.param("a.py", PY, PY.replace("up\n", "up\r\n"), CODE, id="a carriage return"),
        pytest.param("a.py", PY + "x = (\n", PY + "# y\nx = (\n", CODE, id="does not parse"),
        pytest.param("a.js", JS, JS.replace("all", "each"), COMMENTS, id="js"),
        pytest.param("a.js", JS, JS.replace("// all", "/* all\n */"), COMMENTS, id="js block"),
        pytest.param("a.js", JS, JS.replace("sum(", "/* a */ sum("), CODE, id="amid code"),
        pytest.param("a.js", "x = `\n// a\n`\n", "x = `\n// b\n`\n", CODE, id="js template"),
        pytest.param("a.js", "x = /\\/\\/ a/\n", "x = /\\/\\/ b/\n", CODE, id="js pattern"),
        pytest.param("a.js", JS, "// eslint-disable\n" + JS, CODE, id="eslint obeys"),
        pytest.param("a.js", "x = 1\n// \u2028y\n", "x = 1\n// \u2028z\n", CODE, id="js line end"),
        pytest.param("a.tsx", "x = <b>// a</b>\n", "x = <b>// b</b>\n", CODE, id="tsx text"),
        pytest.param("a.go", GO, GO.replace("adds", "sums"), COMMENTS, id="go"),
        pytest.param("a.go", GO, "//go:build linux\n\n" + GO, CODE, id="go obeys"),
        pytest.param(
            "a.go",
            'package a\n\n// int f();\nimport "C"\n',
            'package a\n\n// int g();\nimport "C"\n',
            CODE,
            id="c in go",
        ),
        pytest.param("a.go", RAW, RAW.replace("// a", "// b"), CODE, id="go text"),
        pytest.param("A.java", "// a\nclass A {}\n", "// b\nclass A {}\n", COMMENTS, id="java"),
        pytest.param("A.java", "// a\n", "// \\u000a b\n", CODE, id="java escape"),
        pytest.param("a.c", "// a\nint x;\n", "// a \\\nint x;\n", CODE, id="c continued"),
        pytest.param("a.c", "// a\nint x;\n", "// a ??/\nint x;\n", CODE, id="c trigraph"),
        pytest.param("a.c", "#define A 1\n", "#define A 1 // b\n", CODE, id="c macro"),
        pytest.param("a.rb", "# a\nx = 1\n", "# b\nx = 1\n", COMMENTS, id="ruby"),
        pytest.param("a.rb", "x = <<~T\n  # a\nT\n", "x = <<~T\n  # b\nT\n", CODE, id="ruby text"),
        pytest.param("a.rs", "/// a\nfn f() {}\n", "/// b\nfn f() {}\n", COMMENTS, id="rust"),
        pytest.param("a.kt", "// a\nval x = 1\n", "// b\nval x = 1\n", COMMENTS, id="kotlin"),
        pytest.param("a.cs", "// a\nclass A {}\n", "// b\nclass A {}\n", COMMENTS, id="c#"),
        pytest.param("a.cpp", "// a\nint x;\n", "// b\nint x;\n", COMMENTS, id="c++"),
        pytest.param("a.php", "<?php\n// a\n", "<?php\n// b\n", CODE, id="php takes orders"),
        pytest.param("a.sh", "# a\nls\n", "# b\nls\n", CODE, id="shell"),
        pytest.param("a.yml", "# a\nx: 1\n", "# b\nx: 1\n", CODE, id="no language"),
        pytest.param("Makefile", "a:\n\tb\n", "a:\n\n\tb\n", CODE, id="no name"),
    ],
)
def test_what_is_touched(path: str, base: str, head: str, found: Touched) -> None:
    assert touched(edit(path, base, head), head) is found


def test_without_the_whole_text_it_is_code() -> None:
    head = PY.replace("adds", "counts")
    assert touched(edit("a.py", PY, head), None) is CODE


def test_another_version_of_the_text_is_code() -> None:
    head = PY.replace("adds", "counts")
    assert touched(edit("a.py", PY, head), "x = 1\n" + head) is CODE
    assert touched(edit("a.py", PY, head), "") is CODE


def test_a_new_file_of_comments_is_comments() -> None:
    assert touched(edit("a.py", "", "# Ours.\n", context=0), "# Ours.\n") is COMMENTS


ROWS = ["# a", "# b", "", "  ", "x = 1", "y = 2  # e", "x = [", "]", "x = \\", "if x:", "else:"]
ROWS += [
    "    y = 2",
    "\ty = 2",
    "    # c",
    "    pass",
    "        z = '# d'",
    "z = '''",
    "'''",
    "# '''",
]


def meaning(text: str) -> str:
    """What Python makes of it."""
    try:
        return ast.dump(ast.parse(text))
    except SyntaxError:
        return "an error"


@examples(400)
@given(
    st.lists(st.sampled_from(ROWS), max_size=10),
    st.lists(st.tuples(st.integers(0, 10), st.sampled_from(ROWS)), max_size=3),
)
@example(["x = '''", "'''"], [(1, "# a")])
@example(["if x:", "    y = 2", "    pass"], [(2, "# a")])
def test_python_means_the_same_without_what_is_not_called_code(
    rows: list[str], added: list[tuple[int, str]]
) -> None:
    more = list(rows)
    for at, row in added:
        more.insert(at, row)
    one, other = "\n".join(rows) + "\n", "\n".join(more) + "\n"
    for base, head in ((one, other), (other, one)):
        if base != head and touched(edit("a.py", base, head), head) is not CODE:
            assert meaning(base) == meaning(head)


@examples(100)
@given(
    st.text(max_size=200), st.text(max_size=200), st.sampled_from(["py", "js", "go", "rb", "rs"])
)
def test_any_texts_are_taken(base: str, head: str, ending: str) -> None:
    base, head = base.replace("\r", ""), head.replace("\r", "")
    if base != head:
        assert touched(edit(f"a.{ending}", base, head), head) in Touched


@pytest.mark.parametrize(
    ("path", "row"), [("a.py", "(\n"), ("a.js", "{/**/\n"), ("a.cpp", "a<\n"), ("a.kt", "/*\n")]
)
def test_hostile_code_does_not_take_long(path: str, row: str) -> None:
    text = row * (60_000 // len(row))
    began = time.process_time()
    touched(edit(path, text + "// a\n# a\n", text + "// b\n# b\n"), text + "// b\n# b\n")
    assert time.process_time() - began < 10
