"""Our own patches: git itself is the judge."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.diff.hunks import hunks_of
from bot.github.patches import MATCHABLE, unified_patch
from tests.examples import examples


def git_applies(patch: str, old: str, folder: Path) -> str:
    """What git makes of `old` and the patch, below the headers the file list leaves out."""
    (folder / "f").write_bytes(old.encode())
    head = "diff --git a/f b/f\n--- a/f\n+++ b/f\n"
    subprocess.run(
        ["git", "apply", "--unidiff-zero", "--whitespace=nowarn", "-"],
        cwd=folder,
        input=f"{head}{patch}\n".encode(),
        check=True,
        capture_output=True,
    )
    return (folder / "f").read_bytes().decode()


@pytest.mark.parametrize(
    ("old", "new", "patch"),
    [
        pytest.param("a\nb\n", "a\nB\n", "@@ -1,2 +1,2 @@\n a\n-b\n+B", id="one line"),
        pytest.param("", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b", id="added"),
        pytest.param("a\n", "", "@@ -1 +0,0 @@\n-a", id="emptied"),
        pytest.param("a\n", "a\n", "", id="equal"),
        pytest.param("", "", "", id="both empty"),
        pytest.param(
            "a",
            "a\n",
            "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a",
            id="final line feed added",
        ),
        pytest.param(
            "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n",
            "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n",
            "@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n@@ -9,3 +10,4 @@\n 9\n 10\n 11\n+12",
            id="two hunks with three lines around",
        ),
        pytest.param("a\r\nb\n", "a\nb\n", "@@ -1,2 +1,2 @@\n-a\r\n+a\n b", id="carriage return"),
        pytest.param("a\fb\x85c\n", "x\n", "@@ -1 +1 @@\n-a\fb\x85c\n+x", id="form feed is text"),
    ],
)
def test_a_patch_has_githubs_form(old: str, new: str, patch: str) -> None:
    assert unified_patch(old, new) == patch


texts = st.lists(st.sampled_from(["a", "b", "", "-- x", "++ y", "@@ -1 +1 @@", "z\r"])).flatmap(
    lambda lines: st.sampled_from(["", "\n"]).map(lambda end: "\n".join(lines) + end)
)


@examples(40)
@given(old=texts, new=texts)
def test_git_applies_what_we_write(
    tmp_path_factory: pytest.TempPathFactory, old: str, new: str
) -> None:
    patch = unified_patch(old, new)
    assert (patch == "") == (old == new)
    if patch:
        assert git_applies(patch, old, tmp_path_factory.mktemp("git")) == new


@examples(100)
@given(old=texts, new=texts)
def test_our_own_parser_reads_what_we_write(old: str, new: str) -> None:
    hunks = hunks_of(unified_patch(old, new))
    assert hunks is not None
    marks = [row[0] for hunk in hunks for row in hunk.body]
    assert sum(hunk.old_count for hunk in hunks) == sum(mark in " -" for mark in marks)
    assert sum(hunk.new_count for hunk in hunks) == sum(mark in " +" for mark in marks)


def test_texts_too_large_to_match_are_replaced_whole_and_quickly(tmp_path: Path) -> None:
    lines = int(MATCHABLE**0.5) + 10
    old = "same\n" + "".join(f"{n % 7} old\n" for n in range(lines)) + "end\n"
    new = "same\n" + "".join(f"{n % 5} new\n" for n in range(lines)) + "end\n"
    began = time.process_time()
    patch = unified_patch(old, new)
    assert time.process_time() - began < 1
    assert patch.startswith(f"@@ -1,{lines + 2} +1,{lines + 2} @@\n same\n-0 old\n")
    assert git_applies(patch, old, tmp_path) == new


def test_a_small_change_in_a_huge_text_stays_small() -> None:
    old = [f"line {n}\n" for n in range(40_000)]
    new = [*old[:20_000], "new\n", *old[20_000:]]
    patch = unified_patch("".join(old), "".join(new))
    assert patch.splitlines()[0] == "@@ -19998,6 +19998,7 @@"
    assert len(patch.splitlines()) == 8


def test_a_long_text_is_matched_between_lines_that_occur_once() -> None:
    old = "".join(f"row {n} of {n % 2}\n" for n in range(8_000))
    new = "".join(f"row {n} of {n % 2 * 5}\n" for n in range(8_000))
    began = time.process_time()
    rows = unified_patch(old, new).split("\n")
    assert time.process_time() - began < 1
    assert sum(row.startswith("+") for row in rows) == 4_000


def test_far_changes_in_a_long_text_are_hunks_of_their_own(tmp_path: Path) -> None:
    lines = [f"line {n}\n" for n in range(9_000)]
    changed = list(lines)
    for n in (10, 4_000, 8_990):
        changed[n] = "changed\n"
    moved = changed[5_000:5_010]
    changed[5_000:5_010] = []
    changed[6_000:6_000] = moved
    old, new = "".join(lines), "".join(changed)
    patch = unified_patch(old, new)
    assert patch.count("\n@@ ") == 4
    assert git_applies(patch, old, tmp_path) == new
