from __future__ import annotations

import pytest

from bot.diff.parse import patch_of
from bot.diff.quote import find_quote, is_among
from bot.diff.rows import row
from bot.domain.changed import ChangedFile
from bot.domain.patch import FileStatus, Side

LINES = ["def f(a):", "    x = a + 1", "    return x", "", "def g(a):", "    return x", "}"]
LINES += ["far"] * 30 + ["    only_here_at_the_end()"]


@pytest.mark.parametrize(
    ("line", "quote", "found"),
    [
        pytest.param(2, "    x = a + 1", 2, id="exact"),
        pytest.param(2, "x=a+1", 2, id="blanks do not count"),
        pytest.param(2, "\tx  =  a + 1\r", 2, id="nor tabs and line ends"),
        pytest.param(1, "x = a + 1", 2, id="one off"),
        pytest.param(3, "return x", 3, id="the named line first"),
        pytest.param(4, "return x", 3, id="then the nearest"),
        pytest.param(5, "return x", 6, id="below"),
        pytest.param(2, "\n\n  x = a + 1\n    return x", 2, id="first line of several"),
        pytest.param(1, "only_here_at_the", None, id="too far"),
        pytest.param(30, "only_here_at_the", 38, id="fragment"),
        pytest.param(30, "here", None, id="fragment too short"),
        pytest.param(7, "}", 7, id="short but whole"),
        pytest.param(2, "y = b", None, id="nowhere"),
        pytest.param(2, "", None, id="no quote"),
        pytest.param(2, " \n\t", None, id="blank quote"),
        pytest.param(-5, "def f(a):", 1, id="line before the file"),
        pytest.param(10**9, "def f(a):", None, id="line behind the file"),
    ],
)
def test_a_quote_is_found_on_its_line_or_the_nearest(
    line: int, quote: str, found: int | None
) -> None:
    assert find_quote(LINES, line, quote) == found


def test_a_diff_is_searched_on_the_side_asked() -> None:
    patch = "@@ -7,2 +9,2 @@\n same\n-gone\n+come"
    [file] = patch_of([ChangedFile("f", FileStatus.MODIFIED, patch, 1, 1)]).files
    assert find_quote(file, 9, "come") == 10
    assert find_quote(file, 10, "gone") is None
    assert find_quote(file, 8, "gone", Side.LEFT) == 8
    assert find_quote(file, 9, "same", Side.LEFT) == 7


@pytest.mark.parametrize(
    "text",
    ["x" * 900, "a\u202eb = c", "tail = 1\r", "\x0bform feed\x0c"],
    ids=["cut", "turned", "crlf", "control"],
)
def test_a_line_quoted_as_the_prompt_shows_it_is_found(text: str) -> None:
    shown = row(2, "+", text).partition("+ ")[2]
    assert find_quote(["first", text], 1, shown) == 2


@pytest.mark.parametrize(
    ("quote", "there"),
    [
        pytest.param("x=a+1", True, id="whole, blanks aside"),
        pytest.param("only_here_at", True, id="fragment, however far"),
        pytest.param("return", False, id="fragment too short"),
        pytest.param("}", True, id="short but whole"),
        pytest.param("\n  return x\nfar away", True, id="first line of several"),
        pytest.param("y = b", False, id="nowhere"),
        pytest.param(" \n", False, id="blank"),
    ],
)
def test_a_quote_is_among_rows(quote: str, there: bool) -> None:
    assert is_among(LINES, quote) is there
