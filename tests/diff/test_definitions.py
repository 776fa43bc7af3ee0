from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.diff.definitions import (
    _SPECS,
    MOST_CHARACTERS,
    MOST_ROWS,
    Defined,
    by_name,
    definition,
    definitions,
    shown,
)
from bot.diff.rows import LONGEST
from bot.domain.plan import Definition

PYTHON = """class Cart:
    size = 1

    @property
    def total(
        self,
    ) -> int:
        def inner():
            return 1

        return inner()


async def last(): return 2
"""


def spoken(path: str, text: str) -> dict[str, tuple[int, int]]:
    return {each.title: (each.start, each.end) for each in definitions(path, text)}


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        pytest.param(
            "a.py",
            PYTHON,
            {"Cart": (1, 11), "Cart.total": (4, 11), "inner": (8, 9), "last": (14, 14)},
            id="python",
        ),
        pytest.param(
            "a.js",
            "const f = (a) => {\n  b();\n};\nexport default function g() {}\n",
            {"f": (1, 3), "g": (4, 4)},
            id="javascript",
        ),
        pytest.param(
            "a.js",
            "exports.f = function() {\n};\nA.prototype.g = () => {\n};\n"
            "var o = {h() {\n}, k: () => {\n}};",
            {"f": (1, 2), "A.g": (3, 4), "h": (5, 6), "k": (6, 7)},
            id="what a function is put into",
        ),
        pytest.param(
            "a.ts",
            "export interface I {\n}\nclass A {\n  m() {}\n  n = () => {\n  };\n}\n",
            {"I": (1, 2), "A": (3, 7), "A.m": (4, 4), "A.n": (5, 6)},
            id="typescript",
        ),
        pytest.param(
            "a.tsx", "export const F = () => {\n  return <a/>;\n}\n", {"F": (1, 3)}, id="tsx"
        ),
        pytest.param(
            "a.go",
            "package a\ntype T struct {\n}\nfunc (t *T) m() {\n}\n"
            "func (l L[K]) n() {}\nfunc f() {}\n",
            {"T": (2, 3), "T.m": (4, 5), "L.n": (6, 6), "f": (7, 7)},
            id="go",
        ),
        pytest.param(
            "A.java",
            "class A {\n  A() {}\n  int m() {\n  }\n}\nenum E {}\n",
            {"A": (1, 5), "A.A": (2, 2), "A.m": (3, 4), "E": (6, 6)},
            id="java",
        ),
        pytest.param(
            "a.rb",
            "class A\n  def empty?\n  end\n  def self.m\n  end\nend\n",
            {"A": (1, 6), "A.empty?": (2, 3), "A.m": (4, 5)},
            id="ruby",
        ),
        pytest.param(
            "a.rs",
            "struct A {}\nimpl<T> A<T> {\n  fn m() {}\n}\nmod q {\n  fn z() {}\n}\n",
            {"A": (1, 1), "A.m": (3, 3), "q": (5, 7), "q.z": (6, 6)},
            id="rust",
        ),
        pytest.param(
            "a.c",
            "struct S **\nf(void)\n{\n}\nstruct S {\n  int x;\n};\n",
            {"f": (1, 4), "S": (5, 7)},
            id="c",
        ),
        pytest.param(
            "a.cpp",
            "int A::f() {\n}\nclass K {\n  K() {}\n  ~K() {}\n};\n",
            {"A.f": (1, 2), "K": (3, 6), "K.K": (4, 4)},
            id="c++",
        ),
        pytest.param(
            "A.cs",
            "class A {\n  int F() {}\n  A() {}\n}\n",
            {"A": (1, 4), "A.F": (2, 2), "A.A": (3, 3)},
            id="c#",
        ),
        pytest.param(
            "a.php",
            "<?php\nfunction f() {}\nclass A {\n  function m() {}\n}\n",
            {"f": (2, 2), "A": (3, 5), "A.m": (4, 4)},
            id="php",
        ),
        pytest.param("a.sh", "f() {\n  x\n}\n", {"f": (1, 3)}, id="shell"),
        pytest.param(
            "A.kt",
            "class A {\n  fun m() {\n  }\n}\nfun f() {}\n",
            {"A": (1, 4), "A.m": (2, 3), "f": (5, 5)},
            id="kotlin",
        ),
        pytest.param(
            "A.swift",
            "class A {\n  init() {\n  }\n}\nfunc f() {}\n",
            {"A": (1, 4), "A.init": (2, 3), "f": (5, 5)},
            id="swift",
        ),
        pytest.param("a.py", "def größe():\n    pass\n", {"größe": (1, 2)}, id="unicode"),
        pytest.param("a.sql", "CREATE FUNCTION f() ...\n", {}, id="language not known"),
        pytest.param("a.py", "def f(:\n  )((\n", {}, id="broken code"),
        pytest.param("a.py", "", {}, id="empty"),
        pytest.param("a.py", "def f():\n  x\n" + "#" * 70_000, {}, id="too long"),
    ],
)
def test_each_language_says_what_it_defines(
    path: str, text: str, found: dict[str, tuple[int, int]]
) -> None:
    assert spoken(path, text) == found


@pytest.mark.parametrize(("language", "kinds"), list(_SPECS.items()))
def test_every_node_type_of_the_table_is_one_the_grammar_has(
    language: str, kinds: tuple[str, ...]
) -> None:
    from ast_grep_py import SgRoot

    root = SgRoot("", language).root()
    for kind in kinds:
        assert list(root.find_all(any=[{"kind": kind}])) == []


def test_what_is_within_a_function_is_nobody_elses() -> None:
    local = {each.name for each in definitions("a.py", PYTHON) if each.local}
    assert local == {"inner"}


def test_a_class_too_long_to_be_shown_is_followed_to_its_constructor() -> None:
    body = "    def __init__(self):\n        pass\n" + "    x = 1\n" * MOST_ROWS
    found = by_name(definitions("a.py", f"class A:\n{body}\n\nclass B:\n    x = 1\n"))
    assert [each.title for each in found["A"]] == ["A.__init__"]
    assert [each.title for each in found["B"]] == ["B"]
    bare = by_name(definitions("a.py", "class A:\n" + "    x = 1\n" * MOST_ROWS))
    assert [each.title for each in bare["A"]] == ["A"]


def a_definition(text: str, end: int = 0) -> Definition:
    one = Defined("f", "", 3, end or 3 + text.count("\n"))
    return definition("a.py", one, f"1\n2\n{text}\n", ("b.py",))


def test_a_definition_is_shown_with_its_numbers_and_who_calls_it() -> None:
    assert shown(a_definition("def f():\n    return 1")) == (
        "## a.py: f (called in b.py)\n     3   def f():\n     4       return 1\n"
    )


def test_a_long_definition_says_how_much_was_cut() -> None:
    rows = "\n".join(f"x{n}" for n in range(MOST_ROWS + 7))
    text = shown(a_definition(rows))
    assert text.endswith(f"\n    42   x{MOST_ROWS - 1}\n       ... [+7 lines]\n")


def test_wide_rows_use_up_the_characters_and_say_what_they_lost() -> None:
    rows = "\n".join("y" * 700 for _ in range(10))
    one = a_definition(rows)
    assert len(one.text) < MOST_CHARACTERS
    assert all(len(row) <= LONGEST for row in one.text.split("\n"))
    text = shown(one)
    assert text.count("…[+240 characters]") == one.text.count("\n") + 1
    assert f"[+{10 - one.text.count(chr(10)) - 1} lines]" in text


def test_a_caller_too_many_is_counted() -> None:
    one = Definition("a.py", "f", 1, 1, "f", tuple(f"{n}.py" for n in range(5)))
    assert shown(one).startswith("## a.py: f (called in 0.py, 1.py, 2.py and 2 more)\n")


@given(st.text(alphabet="ab\n\r\u202e\u2028\0\ud800#", max_size=200))
def test_nothing_is_hidden_in_a_row_and_no_name_forges_one(text: str) -> None:
    one = Definition(f"a{text}.py", f"f{text}", 7, 7 + text.count("\n"), text, (text,))
    rows = shown(one).split("\n")
    assert rows[0].startswith("## a")
    assert [row[:6].strip() for row in rows[1:-1]] == [
        str(n) for n in range(7, 8 + text.count("\n"))
    ]
    assert not set("\u202e\u2028\0\ud800\r") & set("".join(rows))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("a.js", "function f(){\n" * 4_600, id="nested functions"),
        pytest.param("a.js", "class A {\n" * 6_000, id="nested classes"),
        pytest.param("a.py", "\n".join(" " * n + "class A:" for n in range(300)), id="steps"),
        pytest.param("a.py", "def f(): 0\n" * 5_900, id="one name"),
        pytest.param("a.c", "int " + "*" * 9_000 + "f() {}", id="stars"),
        pytest.param("a.cpp", "A::" * 4_000 + "f() {}", id="owners"),
        pytest.param("a.rs", "impl A {" * 6_000, id="impls"),
    ],
)
def test_hostile_code_is_parsed_once_and_done_with(path: str, text: str) -> None:
    # One pass over the nodes there are: no name is longer than its rows, no node seen twice.
    found = definitions(path, text)
    assert len(found) <= text.count("f") + text.count("class")
    assert sum(map(len, by_name(found).values())) == len(found)
