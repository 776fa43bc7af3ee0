from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.diff.tokens import tokens
from bot.domain.patch import FileDiff, FileKind
from bot.planning.gist import LISTED_TOKENS, lines, listing
from tests.examples import examples
from tests.planning.changes import file

SMALL = file("a.py", FileKind.SOURCE, " x = 1", "+y = 2", "-z = 3")


def long(path: str, count: int) -> FileDiff:
    return file(path, FileKind.SOURCE, *(f"+total_{n} = price" for n in range(count)), " end()")


def test_a_short_change_is_shown_with_the_lines_around_it() -> None:
    assert lines([SMALL]) == (
        "## a.py (modified, source)\n     1   x = 1\n     2 + y = 2\n       - z = 3\n"
    )


def test_of_a_longer_one_the_changed_lines_alone() -> None:
    rows = [f"+total_{n} = price" for n in range(100)] + [" end()"] * 300
    one = file("b.py", FileKind.SOURCE, *rows)
    assert "end()" in lines([one], most=10_000)
    shown = lines([one], most=2_500)
    assert "end()" not in shown
    assert shown.count("total_") == 100
    assert "not shown" not in shown


def test_what_does_not_fit_is_counted_and_short_files_stay_whole() -> None:
    shown = lines([long("b.py", 400), SMALL, long("c.py", 300)], most=1_000)
    assert shown.index("b.py") < shown.index("a.py") < shown.index("c.py")
    assert "+ y = 2" in shown
    for path, count in (("b.py", 400), ("c.py", 300)):
        block = shown.split(f"## {path}\n")[1].split("## ")[0]
        left = int(re.findall(r"\(([0-9]+) more changed lines are not shown\)", block)[0])
        assert block.count("total_") + left == count
        assert block.count("total_") > 10


def test_the_list_names_what_it_has_room_for_and_counts_the_rest() -> None:
    files = [file(f"src/module_{n}.py") for n in range(500)]
    rows = listing(files).split("\n")
    assert rows[0] == "src/module_0.py (modified, source, +1 -0)"
    assert rows[-1] == f"and {500 - len(rows) + 1} more"
    assert listing(files[:2]).count("\n") == 1


@examples(60)
@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=300), st.integers(1, 300)), max_size=8),
    st.integers(50, 2_000),
)
def test_neither_is_longer_than_it_may_be(shape: list[tuple[str, int]], most: int) -> None:
    files = [long(name, count) for name, count in dict(shape).items()]
    assert tokens(lines(files, most)) <= most
    assert tokens(listing(files)) <= LISTED_TOKENS + 10
