"""A reading holds as long as what was shown around the code stays as it was."""

from __future__ import annotations

import pytest

from bot.diff.standing import head_of

PYTHON = """\
import os


class Cart:
    size = 1

    @checked
    def grant(self, user):
        check(user)
        give(user)
        return 1

    def other(self, user):
        check(user)
        give(user)
        return 2
"""
YAML = """\
jobs:
  build:
    steps:
      - run: make
        env: x
  test:
    # a note
    steps:
      - run: make
        env: x
"""
SCRIPT = """\
app.get("/x", function handle(req) {
  check(req);
  if (req.a) {
    give(req);
  }
});
"""
LONG = "def f(a):\n" + "".join(f"    x{n}(a)\n" for n in range(90))


def standing(path: str, text: str, row: str) -> str:
    """Where the first row that holds `row` stands."""
    line = next(n for n, each in enumerate(text.split("\n"), 1) if row in each)
    return head_of(path, text).standing((line, line))


@pytest.mark.parametrize(
    ("path", "text", "old", "new", "row"),
    [
        pytest.param("a.py", PYTHON, "import os", "import os\nimport re", "give", id="shifted"),
        pytest.param("a.py", PYTHON, "return 2", "return 3", "give", id="another function"),
        pytest.param("a.py", PYTHON, "size = 1", "size = 2", "give", id="a row beside it"),
        pytest.param("a.py", PYTHON, "check(user)", "check( user )", "give", id="formatted"),
        pytest.param("a.py", PYTHON, "\n", "\r\n", "give", id="line ends"),
        pytest.param("a.js", SCRIPT, "  ", "\t", "give", id="indented by tabs"),
        pytest.param("a.js", SCRIPT, " {\n", "\n{\n", "give", id="braces moved"),
        pytest.param("a.yml", YAML, "env: x", "env: y", "run", id="another key"),
        pytest.param("a.yml", YAML, "# a note", "# another", "env: x", id="a comment above"),
        pytest.param("a.yml", YAML, "    # a note", "# a note", "env", id="a comment's column"),
        pytest.param("a.py", LONG, "x3(a)", "y(a)", "x50(", id="far away in a long function"),
    ],
)
def test_this_leaves_it_where_it_was(path: str, text: str, old: str, new: str, row: str) -> None:
    assert standing(path, text.replace(old, new), row) == standing(path, text, row)


@pytest.mark.parametrize(
    ("path", "text", "old", "new", "row"),
    [
        pytest.param("a.py", PYTHON, "check(user)", "pass", "give", id="its function"),
        pytest.param("a.py", PYTHON, "@checked", "@free", "give", id="its decorator"),
        pytest.param("a.py", PYTHON, "class Cart", "class Box", "give", id="its class"),
        pytest.param("a.py", PYTHON, "class Cart", "class Box", "size", id="a member's class"),
        pytest.param("a.js", SCRIPT, "check(req)", "skip(req)", "give", id="its script function"),
        pytest.param("a.yml", YAML, "build", "deploy", "env", id="its job"),
        pytest.param("a.yml", YAML, "run: make", "run: cake", "env", id="its item of a list"),
        pytest.param("a.tf", 'a "b" {\n  x = 1\n}', '"b"', '"c"', "x", id="its resource"),
        pytest.param("a.css", "#a {\n  b: c;\n}", "#a", "#d", "b", id="its style rule"),
        pytest.param("a.py", LONG, "x49(a)", "y(a)", "x50(", id="beside it in a long function"),
        pytest.param("a.py", LONG, "def f(a)", "def g(a)", "x50(", id="a long function's head"),
    ],
)
def test_this_moves_it(path: str, text: str, old: str, new: str, row: str) -> None:
    assert standing(path, text.replace(old, new), row) != standing(path, text, row)


def test_a_row_that_moves_before_a_check_stands_elsewhere() -> None:
    moved = PYTHON.replace("check(user)\n        give(user)", "give(user)\n        check(user)")
    assert standing("a.py", moved, "give") != standing("a.py", PYTHON, "give")


def test_the_same_row_in_another_function_stands_elsewhere() -> None:
    head = head_of("a.py", PYTHON)
    assert head.standing((10, 10)) != head.standing((15, 15))


def test_code_in_two_functions_stands_in_both() -> None:
    found = [head_of("a.py", PYTHON.replace("return", each)) for each in ("return", "yield")]
    other = head_of("a.py", PYTHON.replace("return 2", "yield 2"))
    assert len({each.standing((10, 15)) for each in (*found, other)}) == 3


def test_a_comment_at_the_margin_ends_nothing() -> None:
    text = "a:\n  b:\n# note\n    c: 1\n"
    assert standing("a.yml", text, "c:") == standing("a.yml", text.replace("# note\n", ""), "c:")
    assert standing("a.yml", text, "c:") != standing("a.yml", text.replace("b:", "d:"), "c:")


def test_text_at_the_margin_ends_nothing() -> None:
    text = LONG.replace("x3(a)", 'x = """\nat the margin\n"""')
    other = text.replace("def f(a)", "def g(a)")
    assert standing("a.py", text, "x50(") != standing("a.py", other, "x50(")


def test_a_signature_over_rows_is_what_stands_above_its_body() -> None:
    text = "def f(\n    a,\n):\n    x()\n"
    assert standing("a.sql", text.replace("f(", "g("), "x()") != standing("a.sql", text, "x()")


def test_outside_of_functions_only_headers_count() -> None:
    text = "a = 1\nb = 2\n"
    assert standing("a.py", "b = 2\na = 1\n", "b") == standing("a.py", text, "b")
