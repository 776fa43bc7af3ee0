from __future__ import annotations

import contextlib
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.diff.parse import patch_of
from bot.diff.split import split
from bot.domain.changed import ChangedFile
from bot.domain.patch import FileStatus
from bot.errors import UserError
from tests.diff.real_git import check_against_blobs, text_of
from tests.examples import examples

ONE = """diff --git a/f.py b/f.py
index 1..2 100644
--- a/f.py
+++ b/f.py
@@ -1,2 +1,2 @@ def f():
 same
-old
+new
"""


@pytest.mark.parametrize("text", ["", "\n", "  \n\n"], ids=["nothing", "line feed", "blanks"])
def test_an_empty_diff_changes_nothing(text: str) -> None:
    assert split(text) == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("hello", "not a unified diff", id="prose"),
        pytest.param("3c3\n< a\n---\n> b\n", "not a unified diff", id="ed style"),
        pytest.param("*** a\n--- b\n****\n*** 1 ****\n", "not a unified diff", id="context diff"),
        pytest.param("\x1b[1mdiff --git a/f b/f\x1b[m\n", "coloured", id="coloured"),
        pytest.param(ONE + ONE, "more than one change of 'f.py'", id="two commits"),
        pytest.param(ONE.replace("f.py", "../f.py"), "outside the repository", id="parent folder"),
        pytest.param("--- /etc/x\n+++ /etc/x\n@@ -1 +1 @@\n-a\n+b\n", "outside", id="absolute"),
        pytest.param(
            "diff --git old/f newer/f\nold mode 1\nnew mode 2\n", "which file", id="names"
        ),
        pytest.param("diff --git \n", "which file", id="no name"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_and_a_remedy(text: str, says: str) -> None:
    with pytest.raises(UserError, match=says) as caught:
        split(text)
    assert caught.value.remedy.startswith("Make it ") or caught.value.remedy.startswith("Make one ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(ONE, id="as printed"),
        pytest.param(ONE.rstrip("\n"), id="last line feed missing"),
        pytest.param(ONE.replace("\n", "\r\n"), id="saved with CRLF"),
        pytest.param("\ufeff" + ONE, id="byte order mark"),
        pytest.param(
            "commit 1\n\n    diff --git is a command\n    + more\n\n" + ONE, id="git show"
        ),
        pytest.param(ONE + "-- \n2.39.5\n\n", id="signature"),
        pytest.param(ONE + "\n\nFrom 2 Mon Sep 17 00:00:00 2001\n", id="mail behind"),
        pytest.param(ONE.partition("\n")[2], id="no diff --git"),
        pytest.param("Index: f.py\n======\n" + ONE.partition("\n")[2], id="svn"),
    ],
)
def test_the_same_change_in_many_wrappings(text: str) -> None:
    [file] = patch_of(split(text)).files
    assert (file.path, file.unread, file.changed_lines) == ("f.py", None, 2)
    assert [line.text for line in file.lines()] == ["same", "old", "new"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(ONE + "+one too many\n", id="stray added"),
        pytest.param(ONE + " one too many\n", id="stray context"),
        pytest.param(ONE + "-- \n+and more\n", id="removed line like a signature"),
        pytest.param(ONE.removesuffix("+new\n"), id="cut short"),
        pytest.param(ONE.replace("-1,2", "-1,1"), id="count too small"),
        pytest.param(ONE.replace("-1,2", "-1,3"), id="count too large"),
        pytest.param(ONE + "@@ -1 +1 @@\n-a\n+b\n", id="hunks out of order"),
        pytest.param(ONE + "@@ what\n", id="broken header"),
        pytest.param(ONE.replace("+1,2", "+0,2"), id="line zero"),
        pytest.param(ONE.replace("+1,2", "+" + "9" * 5000), id="endless number"),
        pytest.param(ONE.replace("+1,2", "+١,٢"), id="other digits"),
    ],
)
def test_damage_costs_its_own_file_and_is_told(text: str) -> None:
    other = ONE.replace("f.py", "g.py")
    first, last = patch_of(split(text + other)).files
    assert (first.unread, first.hunks) == ("its diff could not be parsed", ())
    assert (last.path, last.unread, last.changed_lines) == ("g.py", None, 2)


@pytest.mark.parametrize(
    ("flags", "status", "path"),
    [
        pytest.param(("-u", "old/f x", "new/f x"), FileStatus.MODIFIED, "f x", id="two files"),
        pytest.param(("-ruN", "old", "new"), FileStatus.MODIFIED, "f x", id="folders"),
        pytest.param(("-uN", "absent", "new/f x"), FileStatus.ADDED, "new/f x", id="new"),
        pytest.param(("-uN", "old/f x", "absent"), FileStatus.REMOVED, "absent", id="gone"),
    ],
)
def test_plain_diff_is_read_too(
    tmp_path: Path, flags: tuple[str, ...], status: FileStatus, path: str
) -> None:
    for folder, content in (("old", b"a\nb\n"), ("new", b"a\nc\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "f x").write_bytes(content)
    run = subprocess.run(["diff", *flags], cwd=tmp_path, capture_output=True)
    [file] = patch_of(split(text_of(run.stdout))).files
    assert (file.status, file.path, file.unread) == (status, path, None)
    old = b"" if status is FileStatus.ADDED else b"a\nb\n"
    new = b"" if status is FileStatus.REMOVED else b"a\nc\n"
    check_against_blobs(file, old, new)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("diff --git a/x" + " b/" * 200_000 + "\n", id="b/ in one line"),
        pytest.param('diff --git "' + "\\\\" * 300_000 + "\n", id="backslashes"),
        pytest.param("--- a\n+++ b\n@@ -1,99999 +1,99999 @@\n" * 20_000, id="cut hunks"),
        pytest.param("diff --git a/f b/f\n" + "@@ -1 +1 @@\n" * 50_000, id="headers alone"),
        pytest.param("@@ -1 +1 @@" + " @@" * 200_000, id="long header"),
    ],
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    began = time.process_time()
    with contextlib.suppress(UserError):
        patch_of(split(text))
    assert time.process_time() - began < 2  # measured: under 0.1 s; the trap takes minutes


def test_a_change_of_a_binary_file_between_folders_is_binary() -> None:
    [file] = patch_of(split("Binary files old/x.bin and new/x.bin differ\n")).files
    assert (file.path, file.unread, file.changed_lines) == ("x.bin", "binary", None)


LINES = st.lists(
    st.sampled_from([b"", b"a", b"b", b"-- x", b"++ y", b"\r", b"@@ -1 +1 @@", b"\xff"])
)
FILES = st.tuples(LINES, st.sampled_from([b"", b"\n"])).map(lambda t: b"\n".join(t[0]) + t[1])


@examples(60)
@given(old=FILES, new=FILES, width=st.integers(0, 4))
def test_any_edit_git_can_show_is_read_exactly(
    tmp_path_factory: pytest.TempPathFactory, old: bytes, new: bytes, width: int
) -> None:
    folder = tmp_path_factory.mktemp("edit")
    (folder / "old").write_bytes(old)
    (folder / "new").write_bytes(new)
    command = ["git", "-c", "core.autocrlf=false", "diff", "--no-index", f"-U{width}", "old", "new"]
    done = subprocess.run(command, cwd=folder, capture_output=True)
    files = patch_of(split(text_of(done.stdout))).files
    if old == new:
        assert files == ()
        return
    assert (files[0].path, files[0].unread) == ("new", None)
    check_against_blobs(files[0], old, new)


PIECES = st.sampled_from([*ONE.splitlines(keepends=True), "\n", "@@ -1 +1 @@\n", "rename to x\n"])


@examples(200)
@given(st.lists(PIECES | st.text(max_size=8), max_size=25).map("".join))
def test_mutated_text_raises_nothing_but_its_documented_error(text: str) -> None:
    files: tuple[ChangedFile, ...] = ()
    with contextlib.suppress(UserError):
        files = split(text)
    for file in patch_of(files).files:
        assert file.path
        assert file.unread is None or file.hunks == ()
