"""Blocks stay the same wherever they go, and no change in one goes unseen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.diff.blocks import Block, blocks
from bot.domain.patch import FileDiff, FileKind, FileStatus, Hunk, Line
from tests.examples import examples

PATHS = ["cart.js", "cart.go", "cart.py", "cart.yml"]


def hunk(body: Sequence[str], old: int = 1, new: int = 1) -> Hunk:
    """A hunk whose first line is `old` and `new`; git names an empty range by the one before."""
    gone = sum(row[:1] != "+" for row in body)
    come = sum(row[:1] != "-" for row in body)
    return Hunk(old - (not gone), gone, new - (not come), come, "", tuple(body))


def a_file(path: str, *hunks: Hunk) -> FileDiff:
    return FileDiff(path, FileStatus.MODIFIED, FileKind.SOURCE, hunks)


def in_order(path: str, bodies: Sequence[Sequence[str]], at: int = 1, gap: int = 9) -> FileDiff:
    """The hunks one behind the other, `gap` lines between them."""
    hunks: list[Hunk] = []
    old = new = at
    for body in bodies:
        hunks.append(hunk(body, old, new))
        old += hunks[-1].old_count + gap
        new += hunks[-1].new_count + gap
    return a_file(path, *hunks)


def head_of(file: FileDiff, filler: str = "same") -> str:
    """A head version that shows what the diff says, with `filler` everywhere else."""
    lines = {line.new: line.text for line in file.lines() if line.new is not None}
    return "\n".join(lines.get(n, filler) for n in range(1, max(lines, default=0) + 3))


def forms(found: Sequence[Block]) -> list[str]:
    return sorted(each.form for each in found)


WORDS = st.sampled_from(["a", "b()", "c = 1", "return", "}", "{", "if x:", '"a b"', "// d", "# e"])
ROWS = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
CHANGED = st.lists(st.tuples(st.sampled_from("+-"), ROWS).map("".join), min_size=1, max_size=4)
CONTEXT = st.lists(ROWS.map(" ".__add__), min_size=1, max_size=2)
CHANCE = st.integers(0, 10**6).map(Random)
"""For what is chosen row by row: hypothesis would take its time for each."""


@st.composite
def bodies(draw: st.DrawFn) -> list[str]:
    """Context, change, context, change and so on: a hunk as git prints it, removed rows first."""
    body = draw(CONTEXT)
    for _ in range(draw(st.integers(1, 2))):
        body += sorted(draw(CHANGED), key=lambda row: row[0] == "+") + draw(CONTEXT)
    return body


HUNKS = st.lists(bodies(), min_size=1, max_size=3)
paths = pytest.mark.parametrize("path", PATHS)
some = examples(30)


@paths
@some
@given(hunks=HUNKS, at=st.integers(1, 900), gap=st.integers(0, 50), data=st.data())
def test_lines_that_shift_and_hunks_that_change_places(
    path: str, hunks: list[list[str]], at: int, gap: int, data: st.DataObject
) -> None:
    file = in_order(path, hunks)
    moved = in_order(path, hunks, at, gap)
    assert [each.form for each in blocks(moved)] == [each.form for each in blocks(file)]
    permuted = replace(moved, hunks=tuple(data.draw(st.permutations(moved.hunks))))
    assert forms(blocks(permuted)) == forms(blocks(file))


@paths
@some
@given(hunks=HUNKS, context=CONTEXT, chance=CHANCE)
def test_context_that_changes_grows_or_goes(
    path: str, hunks: list[list[str]], context: list[str], chance: Random
) -> None:
    def other(row: str) -> list[str]:
        return chance.choices(context, k=chance.randint(1, 3)) if row[:1] == " " else [row]

    changed = [[each for row in body for each in other(row)] for body in hunks]
    assert forms(blocks(in_order(path, changed))) == forms(blocks(in_order(path, hunks)))


@paths
@some
@given(hunks=HUNKS)
def test_hunks_that_split_or_join(path: str, hunks: list[list[str]]) -> None:
    joined = in_order(path, [[row for body in hunks for row in body]])
    apart: list[list[str]] = []
    for row in (row for body in hunks for row in body):
        if row[:1] == " " or not apart:
            apart.append([row])
        else:
            apart[-1].append(row)
    file = in_order(path, hunks)
    for other in (joined, in_order(path, apart, gap=0)):
        assert forms(blocks(other)) == forms(blocks(file))
        assert forms(blocks(other, head_of(other))) == forms(blocks(file, head_of(file)))


@paths
@some
@given(hunks=HUNKS, text=st.booleans(), chance=CHANCE)
def test_line_ends_trailing_blanks_and_blank_rows(
    path: str, hunks: list[list[str]], text: bool, chance: Random
) -> None:
    def other(row: str) -> list[str]:
        # blank rows of its own mark, so that the run stays one
        blank = chance.choices([row[0], row[0] + " \t"], k=chance.randint(0, 2))
        return [row + chance.choice(["", " ", "\t", "\r", "  \r"]), *blank]

    file = in_order(path, hunks)
    loose = in_order(path, [[each for row in body for each in other(row)] for body in hunks])
    found = blocks(loose, head_of(loose) if text else None)
    assert forms(found) == forms(blocks(file, head_of(file) if text else None))


@paths
@some
@given(hunks=HUNKS, text=st.booleans(), data=st.data())
def test_any_word_that_changes_is_a_change(
    path: str, hunks: list[list[str]], text: bool, data: st.DataObject
) -> None:
    nth = data.draw(st.integers(0, len(hunks) - 1))
    rows = [n for n, row in enumerate(hunks[nth]) if row[:1] in "+-"]
    at = data.draw(st.sampled_from(rows))
    words = hunks[nth][at][1:].split(" ")
    word = data.draw(st.integers(0, len(words) - 1))
    # In Go, a semicolon in front of a row's end is none: it stands there anyhow.
    words[word] += data.draw(st.sampled_from(["z", "1", "(", "\u200b", "\u00a0"]))
    changed = [list(body) for body in hunks]
    changed[nth][at] = hunks[nth][at][0] + " ".join(words)
    before, after = in_order(path, hunks), in_order(path, changed)
    one, other = (blocks(each, head_of(each) if text else None) for each in (before, after))
    assert forms(one) != forms(other)


@paths
@some
@given(hunks=HUNKS, text=st.booleans())
def test_every_changed_row_is_in_one_block_or_was_only_formatted(
    path: str, hunks: list[list[str]], text: bool
) -> None:
    file = in_order(path, hunks)
    found = blocks(file, head_of(file) if text else None)
    for block in found:
        assert block.rows == sum(end - start + 1 for start, end in (block.old, block.new))
    new = [n for block in found for n in range(block.new[0], block.new[1] + 1)]
    old = [n for block in found for n in range(block.old[0], block.old[1] + 1)]
    assert len({*new}) == len(new)
    assert len({*old}) == len(old)
    come = [line for line in file.lines() if line.old is None and line.new not in new]
    gone = [line for line in file.lines() if line.new is None and line.old not in old]
    assert words(come) == words(gone)


def words(lines: Sequence[Line]) -> list[str]:
    return sorted(word for line in lines for word in line.text.split())


def test_blocks_say_where_they_are() -> None:
    body = [" a", "-b", "-c", "+d", " e", "+f", "+", "+g", " h", "-i"]
    found = blocks(a_file("a.txt", hunk(["-x"], 3, 3), hunk(body, 10, 9)))
    assert [(each.hunk, each.rows, each.new, each.old) for each in found] == [
        (0, 1, (3, 2), (3, 3)),
        (1, 3, (10, 10), (11, 12)),
        (1, 3, (12, 14), (14, 13)),
        (1, 1, (16, 15), (15, 15)),
    ]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param("a.js", ["-f(a,b)", "+f(a, b)"], id="spacing"),
        pytest.param("a.js", ["-f(a, b)", "+f(", "+  a,", "+  b", "+)"], id="wrapped"),
        pytest.param("a.py", ["-x=1", "+x = 1"], id="python"),
        pytest.param("a.txt", ["-a", "+a ", "+"], id="ends and blank rows"),
        pytest.param("a.sql", ["-a", "+a\r"], id="line ends"),
        pytest.param("a.md", ["+", "+  "], id="blank rows alone"),
    ],
)
def test_formatting_is_no_block(path: str, body: list[str]) -> None:
    file = a_file(path, hunk(body))
    assert blocks(file, head_of(file)) == ()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param("a.py", ["-x", "+  x"], id="indentation"),
        pytest.param("a.py", ["-f(a, b)", "+f(a,", "+  b)"], id="wrapped python"),
        pytest.param("a.yml", ["-a: b", "+ a: b"], id="indentation of yaml"),
        pytest.param("a.sql", ["-a  b", "+a b"], id="blanks in an unknown language"),
    ],
)
def test_this_is_one(path: str, body: list[str]) -> None:
    file = a_file(path, hunk(body))
    assert len(blocks(file, head_of(file))) == 1


def test_without_the_head_version_only_ends_and_blank_rows_are_formatting() -> None:
    spaced = a_file("a.js", hunk(["-f(a,b)", "+f(a, b)"]))
    assert len(blocks(spaced)) == 1
    assert len(blocks(spaced, "another()\n")) == 1  # a text that is not the head version
    assert blocks(spaced, head_of(spaced)) == ()


def test_a_reformatted_file_still_holds_the_blocks_it_had() -> None:
    """One run of changed rows, as git shows it, is parted where rows have a counterpart."""
    base = ["function f(a) {", "  x(a)", "  y(a)", "  z(a)", "}"]
    head = ["function f(a) {", "  x(a, 1)", "  y(a)", "  z(2)", "}"]
    before = a_file("a.js", hunk([" " + base[0], "-" + base[1], "+" + head[1], " " + base[2],
                                  "-" + base[3], "+" + head[3], " }"]))  # fmt: skip
    wider = [row.replace("  ", "\t") for row in head]
    rows = [*("-" + row for row in base[1:4]), *("+" + row for row in wider[1:4])]
    after = a_file("a.js", hunk([" " + base[0], *rows, " }"]))
    [one, other] = blocks(before, "\n".join(head))
    found = blocks(after, "\n".join(wider))
    assert [(each.form, each.standing) for each in found] == [
        (one.form, one.standing),
        (other.form, other.standing),
    ]


def test_a_template_is_compared_as_it_stands_where_only_its_middle_changed() -> None:
    rows = [" x = `", "-a  b", "+a b", " `"]
    file = a_file("a.js", hunk(rows))
    assert len(blocks(file, head_of(file))) == 1


def test_line_ends_in_a_template_are_no_change_of_it() -> None:
    file = a_file("a.js", hunk([" x = `", "-a b", "+a b\r", " `"]))
    assert blocks(file, head_of(file)) == ()


def test_rows_wrapped_on_either_side_of_a_change_are_no_part_of_it() -> None:
    rows = ["-f(a, b)", "-x(1)", "-g(c, d)", "+f(a,", "+  b)", "+x(2)", "+g(c,", "+  d)"]
    file, bare = a_file("a.js", hunk(rows)), a_file("a.js", hunk(["-x(1)", "+x(2)"]))
    [found] = blocks(file, head_of(file))
    assert (found.old, found.new) == ((2, 2), (3, 3))
    assert [found.form] == forms(blocks(bare, head_of(bare)))


@some
@given(st.lists(st.sampled_from(["a", "b", "c", "}", "x y"]), min_size=1, max_size=30), st.data())
def test_blocks_come_in_the_files_order(rows: list[str], data: st.DataObject) -> None:
    other = data.draw(st.permutations(rows))
    file = a_file("a.js", hunk([*("-" + row for row in rows), *("+ " + row for row in other)]))
    found = blocks(file, head_of(file))
    for spans in ([each.old for each in found], [each.new for each in found]):
        assert spans == sorted(spans)
        assert all(one[1] < other[0] for one, other in pairwise(spans))
