from __future__ import annotations

import pytest

from bot.diff.calls import CALLS, MOST_CALLS, MOST_NAMES, Called, calls
from bot.diff.grammars import FUNCTIONS
from bot.diff.trees import MAX_BYTES, MAX_COLUMNS

JAVA = "class A { void f() { g(1); a.h(2); new C(3); this.k(); C.s(); new x.Y<Z>(); super.q(); } }"
SHARP = "class A { void F() { G(1); a.B.H(2); new C(3); this.K(); X<int>.Y(); Foo<int>(3); } }"
PHP = "<?php\nfunction f() { g(1); $a->h(2); C::k(); new C(3); \\A\\b(); $this->n(); $v(); }\n"
SCRIPT = "g(1); a.b.h(2); new C(3); new ns.D(); a?.k(); this.m(); foo`x`;"


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        pytest.param("a.py", "p(1); q.r.s(2)", ["p", "q.r.s"], id="python"),
        pytest.param(
            "a.py", "self.t(); cls.u(); super().v()", ["self.t", "self.u", "?.v"], id="self"
        ),
        pytest.param("a.py", "x = {1: 2}[f]()", [], id="no name"),
        pytest.param("a.py", "a(b(c()))", ["a", "b", "c"], id="nested"),
        pytest.param("a.py", "rows[0].total()", ["?.total"], id="unknown object"),
        pytest.param("a.py", "größe(1)", ["größe"], id="unicode"),
        pytest.param("a.py", "len(print(x))", [], id="builtins"),
        pytest.param("a.py", "if x:\n    y", [], id="keywords"),
        pytest.param("a.py", "# f()\n'g()'", [], id="comments and strings"),
        pytest.param(
            "a.js", SCRIPT, ["g", "a.b.h", "C", "ns.D", "a.k", "self.m", "foo"], id="javascript"
        ),
        pytest.param("a.js", "require('x'); import('y')", [], id="javascript builtins"),
        pytest.param("a.ts", "foo<number>(3); x!.y()", ["foo", "x.y"], id="typescript"),
        pytest.param("a.tsx", "const a = <Cart x={f()}/>", ["Cart", "f"], id="tsx"),
        pytest.param(
            "a.go",
            "package a\nfunc f() { g(1); y.H(2); C{1}; y.T{2}; make(x) }",
            ["g", "y.H", "C", "y.T"],
            id="go",
        ),
        pytest.param(
            "A.java", JAVA, ["g", "a.h", "C", "self.k", "C.s", "x.Y", "super.q"], id="java"
        ),
        pytest.param(
            "a.rb",
            "g 1\na.h(2)\nC.new(3)\nA::B.k\nself.q\nputs 1",
            ["g", "a.h", "C", "A.B.k", "self.q"],
            id="ruby",
        ),
        pytest.param(
            "a.rs",
            'fn f() { g(1); a::b::h(2); x.k(); C { y: 1 }; println!("a"); C::<u8>::new(); }',
            ["g", "a.b.h", "x.k", "C", "C.new"],
            id="rust",
        ),
        pytest.param("a.c", "void f() { g(1); a->h(2); (*p)(3); }", ["g", "a.h"], id="c"),
        pytest.param(
            "a.cpp",
            "void f() { g(1); b::c::k(); new C(3); t<int>(4); C{6}; }",
            ["g", "b.c.k", "C", "t"],
            id="c++",
        ),
        pytest.param("A.cs", SHARP, ["G", "a.B.H", "C", "self.K", "X.Y", "Foo"], id="c#"),
        pytest.param("a.php", PHP, ["g", "a.h", "C.k", "C", "A.b", "self.n"], id="php"),
        pytest.param("a.sh", "g 1 | k\necho $(q x)", ["g", "k", "q"], id="shell"),
        pytest.param("A.kt", "fun f() { g(1); a.b.h(2); C(3) }", ["g", "a.b.h", "C"], id="kotlin"),
        pytest.param(
            "A.swift", "func f() { g(1); a.h(2); self.k() }", ["g", "a.h", "self.k"], id="swift"
        ),
        pytest.param("a.sql", "select f(1)", [], id="language not known"),
        pytest.param("a.py", "", [], id="empty"),
        pytest.param("a.py", "f(\ud800)\0", ["f"], id="not text"),
    ],
)
def test_each_language_says_what_it_calls(path: str, text: str, found: list[str]) -> None:
    named = calls(path, text, range(1, 99))
    spoken = [f"{each.owner}.{each.name}" if each.owner else each.name for each in named]
    assert sorted(spoken) == sorted(found)


@pytest.mark.parametrize("language", sorted(FUNCTIONS))
def test_every_node_type_of_the_table_is_one_the_grammar_has(language: str) -> None:
    from ast_grep_py import SgRoot

    root = SgRoot("", language).root()
    assert CALLS[language]
    for kind in CALLS[language]:
        assert list(root.find_all(any=[{"kind": kind}])) == []


def test_only_the_lines_asked_for_count_and_the_most_called_comes_first() -> None:
    text = "one()\ntwo()\ntwo()\nthree()\nx = (\n    three()\n    .four()\n)\n"
    assert calls("a.py", text, {2, 3, 4, 7}) == (
        Called("", "two", 2),
        Called("", "three", 1),
        Called("?", "four", 1),
    )
    assert calls("a.py", text, ()) == ()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("a.js", "f();" * (MAX_COLUMNS // 4 + 1), id="a line too long"),
        pytest.param("a.js", "f();\n" * (MAX_BYTES // 5 + 1), id="a file too long"),
        pytest.param("a.py", "f(" * 60_000, id="64 kB of calls in one line"),
    ],
)
def test_what_is_too_large_calls_nothing(path: str, text: str) -> None:
    assert calls(path, text, range(1, 99_999)) == ()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("a.js", "f();" * 4_900, id="one line of calls"),
        pytest.param("a.js", "f();\n" * 13_000, id="a call a line"),
        pytest.param("a.js", "f()" + "\n.f()" * 12_000, id="one chain"),
        pytest.param("a.js", "f(\n" * 6_000, id="nested"),
        pytest.param("a.py", "f(" * 300 + ")" * 300, id="nested in python"),
        pytest.param("a.go", "package a\nfunc f() {\n" + "f(g,\n" * 9_000, id="unclosed"),
    ],
)
def test_of_endless_calls_so_many_are_looked_at(path: str, text: str) -> None:
    # What bounds the time is what bounds the count: no more sites than that are ever read.
    assert sum(each.count for each in calls(path, text, range(1, 99_999))) <= MOST_CALLS


def test_of_endless_names_the_first_are_looked_for() -> None:
    text = "".join(f"f{n}()\n" for n in range(5_000))
    named = calls("a.py", text, range(1, 5_001))
    assert [each.name for each in named] == [f"f{n}" for n in range(MOST_NAMES)]
