from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.diff.allowance import FRAME_TOKENS, MOST_NAMED, fitting_definitions, most_tokens
from bot.diff.definitions import shown
from bot.diff.tokens import tokens
from bot.domain.patch import FileDiff, FileKind, FileStatus, Hunk, Patch
from bot.domain.plan import Change, Definition

PATHS = ("a.py", "b.py", "c.py")


def one(name: str, *called_in: str, lines: int = 3, path: str = "lib.py") -> Definition:
    text = "\n".join(["def f():", *("    x = 1" for _ in range(lines - 1))])
    return Definition(path, name, 10, 9 + lines, text, called_in)


def a_change(*definitions: Definition, files: tuple[FileDiff, ...] = ()) -> Change:
    return Change(Patch(files), definitions=definitions)


def size(*definitions: Definition) -> int:
    return sum(tokens(shown(each)) for each in definitions)


def names(found: tuple[Definition, ...]) -> list[str]:
    return [each.name for each in found]


def test_the_most_called_come_first_and_a_smaller_one_takes_what_room_is_left() -> None:
    first, large, small = one("first", "a.py"), one("large", "a.py", lines=30), one("small", "a.py")
    change = a_change(first, large, small)
    fit, left = fitting_definitions(change, PATHS, size(first, small))
    assert names(fit) == ["first", "small"]
    assert left == ("large in lib.py",)
    assert fitting_definitions(change, PATHS, size(first, large, small))[1] == ()
    assert fitting_definitions(change, PATHS, 0)[0] == ()


def test_only_what_the_files_shown_call_is_shown() -> None:
    change = a_change(one("mine", "a.py"), one("theirs", "b.py"), one("ours", "a.py", "b.py"))
    assert names(fitting_definitions(change, ("a.py",))[0]) == ["mine", "ours"]
    assert fitting_definitions(change, ()) == ((), ())


def test_what_stands_in_the_same_prompt_already_is_not_shown_again() -> None:
    both, mine, long = (
        one("both", "a.py", "b.py"),
        one("mine", "b.py"),
        one("long", "b.py", lines=9),
    )
    change = a_change(both, mine, long)
    fit, left = fitting_definitions(change, ("b.py",), size(both, mine), beside=("a.py",))
    assert names(fit) == ["mine"]
    assert left == ("long in lib.py",)


def a_file(path: str, *body: str, start: int = 10) -> FileDiff:
    old, new = (sum(row[0] != mark for row in body) for mark in "+-")
    hunk = Hunk(start, old, start, new, "", body)
    return FileDiff(path, FileStatus.MODIFIED, FileKind.SOURCE, (hunk,))


@pytest.mark.parametrize(
    ("file", "shown_"),
    [
        pytest.param(a_file("b.py", " def f():", "+    x = 1"), [], id="changed"),
        pytest.param(a_file("b.py", " def f():", "-    x = 0"), [], id="only less"),
        pytest.param(a_file("b.py", " x", "+y", start=40), ["f"], id="elsewhere in its file"),
        pytest.param(a_file("b.py", "-x", start=13), ["f"], id="a line behind it is gone"),
        pytest.param(a_file("d.py", " def f():", "+    x = 1"), ["f"], id="a file nobody is shown"),
    ],
)
def test_what_an_excerpt_shows_is_not_shown_again(file: FileDiff, shown_: list[str]) -> None:
    change = a_change(one("f", "a.py", path=file.path, lines=2), files=(file,))
    assert names(fitting_definitions(change, PATHS)[0]) == shown_


def test_many_left_out_are_counted() -> None:
    change = a_change(*(one(f"f{n}", "a.py") for n in range(MOST_NAMED + 5)))
    left = fitting_definitions(change, PATHS, 0)[1]
    assert left[-1] == "5 more definitions"
    assert len(left) == MOST_NAMED + 1


def test_a_name_with_a_line_feed_stays_one_clause() -> None:
    change = a_change(one("f\u202e", "a.py", path="l\nib.py"))
    assert fitting_definitions(change, PATHS, 0)[1] == ("f<U+202E> in l<U+000A>ib.py",)


SOME = st.lists(
    st.builds(
        lambda name, callers, lines: one(name, *sorted(callers), lines=lines, path=f"{name}.py"),
        st.sampled_from(["f", "g", "h"]),
        st.sets(st.sampled_from(PATHS), min_size=1),
        st.integers(1, 40),
    ),
    max_size=8,
)


@given(
    SOME, st.sets(st.sampled_from(PATHS)), st.sets(st.sampled_from(PATHS)), st.integers(0, 3_000)
)
def test_no_prompt_takes_more_than_planning_reckons_with(
    definitions: list[Definition], paths: set[str], beside: set[str], allowance: int
) -> None:
    change = a_change(*definitions)
    paths -= beside
    first, _ = fitting_definitions(change, beside, allowance)
    rest, _ = fitting_definitions(change, paths, allowance, beside=beside)
    assert not set(first) & set(rest)
    assert size(*first, *rest) <= allowance
    most = most_tokens(change, PATHS, allowance)
    assert size(*first, *rest) <= max(0, most - FRAME_TOKENS)
