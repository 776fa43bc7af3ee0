from __future__ import annotations

import time

import pytest

from bot.diff.enclosing import NOTHING, enclosing, outline
from bot.diff.grammars import CONTAINERS, FUNCTIONS
from bot.diff.trees import MAX_BYTES

PYTHON = """import os

class Cart:
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


@pytest.mark.parametrize(
    ("line", "found"),
    [
        pytest.param(1, None, id="outside"),
        pytest.param(4, None, id="class body"),
        pytest.param(6, (6, 13), id="decorator"),
        pytest.param(8, (6, 13), id="signature"),
        pytest.param(11, (10, 11), id="innermost"),
        pytest.param(13, (6, 13), id="behind the inner one"),
        pytest.param(14, None, id="blank line between"),
        pytest.param(16, (16, 16), id="one line"),
        pytest.param(0, None, id="line zero"),
        pytest.param(999, None, id="behind the file"),
    ],
)
def test_the_innermost_function_holds_the_line(line: int, found: tuple[int, int] | None) -> None:
    assert enclosing("cart.py", PYTHON, line) == found


@pytest.mark.parametrize(
    ("path", "text", "line", "found"),
    [
        pytest.param("a.js", "const f = async (a) => {\n  b();\n};\n", 2, (1, 3), id="arrow"),
        pytest.param("a.js", "function f() {\n  xs.map(x => x);\n}\n", 2, (1, 3), id="callback"),
        pytest.param("a.jsx", "class A {\n  m() {\n    x;\n  }\n}\n", 3, (2, 4), id="jsx"),
        pytest.param("a.ts", "export function f(): x {\n  y;\n}\n", 2, (1, 3), id="ts"),
        pytest.param("a.tsx", "const F = () => {\n  return <a/>;\n}\n", 2, (1, 3), id="tsx"),
        pytest.param("a.go", "package a\nfunc (t T) f() {\n  x()\n}\n", 3, (2, 4), id="go"),
        pytest.param("A.java", "class A {\n  A() {\n    x();\n  }\n}\n", 3, (2, 4), id="java"),
        pytest.param("a.rb", "class A\n  def f\n    x\n  end\nend\n", 3, (2, 4), id="ruby"),
        pytest.param("a.rs", "impl A {\n  fn f() {\n    x();\n  }\n}\n", 3, (2, 4), id="rust"),
        pytest.param("a.c", "int\nf(void)\n{\n  x();\n}\n", 4, (1, 5), id="c"),
        pytest.param("a.cpp", "template <class T>\nT f() {\n  x();\n}\n", 3, (1, 4), id="c++"),
        pytest.param("A.cs", "class A {\n  int F() {\n    x();\n  }\n}\n", 3, (2, 4), id="c#"),
        pytest.param("a.php", "<?php\nfunction f() {\n  x();\n}\n", 3, (2, 4), id="php"),
        pytest.param("a.sh", "f() {\n  x\n}\n", 2, (1, 3), id="shell"),
        pytest.param("A.kt", "class A {\n  fun f() {\n    x()\n  }\n}\n", 3, (2, 4), id="kotlin"),
        pytest.param("A.swift", "class A {\n  init() {\n    x()\n  }\n}\n", 3, (2, 4), id="swift"),
        pytest.param("a.sql", "CREATE FUNCTION f() ...\n", 1, None, id="language not known"),
        pytest.param("a.py", "def f(:\n  )((\n", 1, None, id="broken code"),
        pytest.param("a.py", "", 1, None, id="empty"),
        pytest.param("a.py", "def f():\n  '\ud800\0'\n", 2, (1, 2), id="not text"),
    ],
)
def test_each_language_knows_its_functions(
    path: str, text: str, line: int, found: tuple[int, int] | None
) -> None:
    assert enclosing(path, text, line) == found


@pytest.mark.parametrize("language", sorted(FUNCTIONS))
def test_every_node_type_of_the_table_is_one_the_grammar_has(language: str) -> None:
    # An unknown type would silence the whole language: outline() takes the error for a bad file.
    from ast_grep_py import SgRoot

    root = SgRoot("", language).root()
    for kind in (*FUNCTIONS[language], *CONTAINERS[language]):
        assert list(root.find_all(any=[{"kind": kind}])) == []


LONG = "class A:\n    def f(\n        self,\n    ):\n" + "        x()\n" * 200 + "\ny = 1\n"


def test_a_function_longer_than_the_limit_gives_its_signature_and_a_window() -> None:
    parsed = outline("a.py", LONG)
    assert parsed.around(100, limit=80) is None
    assert parsed.around(100, limit=203) == (2, 204)
    assert parsed.spans(100, limit=80) == ((1, 1), (2, 4), (80, 120))
    assert parsed.spans(5, limit=80) == ((1, 1), (2, 4), (2, 25))
    assert parsed.spans(204, limit=80) == ((1, 1), (2, 4), (184, 204))
    assert parsed.spans(206, limit=80) == ()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def f():\n  x\n" + "#" * MAX_BYTES, id="too many bytes"),
        pytest.param("def f():\n  x\n#" + "é" * (MAX_BYTES // 2), id="too many bytes in few"),
        pytest.param("def f():\n  x = '" + "x" * 20_001 + "'\n", id="line too long"),
    ],
)
def test_what_is_too_large_is_left_alone(text: str) -> None:
    assert outline("a.py", text) == NOTHING


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("a.js", "[" * 15_000, id="nested arrays"),
        pytest.param("a.js", ("{" * 100 + "\n") * 400, id="nested blocks"),
        pytest.param("a.py", "\n".join(" " * n + "def f():" for n in range(500)), id="nested defs"),
        pytest.param("a.js", "\"\n'" * 10_000, id="quotes"),
        pytest.param("a.c", ("f(" * 100 + "\n") * 100, id="calls"),
        pytest.param("a.cpp", "(a)(b)*c<\n" * 6_500, id="C++ that may be casts or calls"),
        pytest.param("a.cpp", "(a)(b)*c<\n" * 1_600, id="as much of it as is read"),
        pytest.param("a.sh", "(a)(b)*c<\n" * 13_000, id="shell"),
        pytest.param("a.c", "a<b\n" * 16_000, id="comparisons without end"),
    ],
)
def test_hostile_code_neither_crashes_nor_hangs(path: str, text: str) -> None:
    began = time.process_time()
    parsed = outline(path, text)
    assert all(parsed.spans(line) is not None for line in range(1, 500))
    assert time.process_time() - began < 5
