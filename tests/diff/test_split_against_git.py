"""Every hard case is made by git and judged by git's own blobs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.diff.parse import patch_of
from bot.diff.split import split
from bot.domain.patch import FileStatus
from tests.diff.real_git import (
    EXECUTABLE,
    LINK,
    SUBMODULE,
    Entry,
    Git,
    Tree,
    check_against_blobs,
)

pytestmark = pytest.mark.slow
SUBMODULE_WHY = "a submodule: the code it points to is not in the diff"
NUMBERS = b"".join(b"%d\n" % each for each in range(1, 60))
EDITED = NUMBERS.replace(b"\n7\n", b"\nseven\n").replace(b"\n50\n", b"\n")
COMMIT = Entry(b"1" * 40, SUBMODULE)


@pytest.fixture
def git(tmp_path: Path) -> Git:
    return Git(tmp_path)


NAMES = (
    "a b/c b/d.py",
    "x b/x b/x",
    "über/naïve-日本.py",
    "tab\there.py",
    'quote"back\\slash.py',
    "new\nline.py",
    "latin-\udce9.py",
    "a/b/a/b.py",
    "b/x.py",
    "trailing ",
    "deep/" * 30 + "x",
    "--- a",
)
FLAGS = [
    pytest.param((), id="default"),
    pytest.param(("-U0",), id="no context"),
    pytest.param(("--no-prefix",), id="no prefix"),
    pytest.param(("--src-prefix=i/", "--dst-prefix=w/"), id="mnemonic"),
    pytest.param(("--src-prefix=old/", "--dst-prefix=new/"), id="own prefixes"),
]


@pytest.mark.parametrize("flags", FLAGS)
def test_names_survive_edit_chmod_removal_and_addition(git: Git, flags: tuple[str, ...]) -> None:
    trees = [
        git.tree(dict.fromkeys(NAMES, NUMBERS)),
        git.tree(dict.fromkeys(NAMES, EDITED)),
        git.tree(dict.fromkeys(NAMES, Entry(EDITED, EXECUTABLE))),
        git.tree({}),
    ]
    moves = [(0, 1, NUMBERS, EDITED), (1, 2, b"", b""), (0, 3, NUMBERS, b""), (3, 1, b"", EDITED)]
    for old, new, before, after in moves:
        files = patch_of(split(git.diff(trees[old], trees[new], "--no-renames", *flags))).files
        assert sorted(each.path for each in files) == sorted(NAMES)
        for file in files:
            assert file.unread is None
            check_against_blobs(file, before, after)


CONTENTS = [
    pytest.param(b"a\nb\n", b"a\nB", id="no newline at end of the new"),
    pytest.param(b"a\nb", b"a\nB\n", id="no newline at end of the old"),
    pytest.param(b"a\nb", b"a\nB", id="no newline at either end"),
    pytest.param(b"a\nb", b"a\nb\nc", id="line behind an unended one"),
    pytest.param(b"a\r\nb\r\n", b"a\r\nc\r\n", id="crlf"),
    pytest.param(b"a\nb\n", b"a\r\nb\r\n", id="lf to crlf"),
    pytest.param(b"a\rb\n", b"a\rc\rd\n", id="lone carriage return"),
    pytest.param(b"a\x0cb\x0bc\n", b"a\x0cB\xc2\x85\xe2\x80\xa8c\n", id="other line separators"),
    pytest.param(b"\xe9\xff\n", b"\xe9\xfe\n", id="latin-1"),
    pytest.param(b"-- x\n++ y\n", b"++ x\n-- y\n@@ -1 +1 @@\n", id="looks like headers"),
    pytest.param(
        b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
        b"diff --git a/x b/x\n--- a/x\n+++ b/y\n@@ -1 +1 @@\n-a\n+c\n",
        id="a diff inside the diff",
    ),
    pytest.param(b"", b"a\n", id="empty file filled"),
    pytest.param(b"a\n", b"", id="file emptied"),
    pytest.param(b"\n\n\n", b"\n\n\n\n", id="blank lines"),
    pytest.param(b"-- \n2.30\n", b"-- \n2.31\n", id="signature as content"),
    pytest.param(b"x" * 300_000 + b"\n", b"y" * 300_000 + b"\n", id="long line"),
    pytest.param(b"\\ No newline\n", b"\\ No newline at end of file\n", id="backslash content"),
]


@pytest.mark.parametrize(("old", "new"), CONTENTS)
@pytest.mark.parametrize("flags", [(), ("-U0",), ("--binary",)], ids=["U3", "U0", "binary"])
def test_a_content_is_read_line_by_line(
    git: Git, old: bytes, new: bytes, flags: tuple[str, ...]
) -> None:
    before, after = git.tree({"f.py": old, "z": b"1\n"}), git.tree({"f.py": new, "z": b"2\n"})
    first, last = patch_of(split(git.diff(before, after, *flags))).files
    assert (first.path, first.unread, first.status) == ("f.py", None, FileStatus.MODIFIED)
    check_against_blobs(first, old, new)
    check_against_blobs(last, b"1\n", b"2\n")


@pytest.mark.parametrize(
    ("old", "new", "status", "previous", "unread", "lines"),
    [
        pytest.param({"a.py": NUMBERS}, {"c d.py": NUMBERS}, "renamed", "a.py", None, 0, id="move"),
        pytest.param({"ä": NUMBERS}, {"ö b/x": EDITED}, "renamed", "ä", None, 3, id="move, edit"),
        pytest.param(
            {"a": Entry(NUMBERS)},
            {"b": Entry(NUMBERS, EXECUTABLE)},
            "renamed",
            "a",
            None,
            0,
            id="move and chmod",
        ),
        pytest.param({}, {"e": b""}, "added", None, None, 0, id="empty file"),
        pytest.param({"e": b""}, {}, "removed", None, None, 0, id="empty file removed"),
        pytest.param({"p": b"a\0b"}, {"p": b"a\0c"}, "modified", None, "binary", None, id="nul"),
        pytest.param({}, {"p.png": b"\x89PNG\0"}, "added", None, "binary", None, id="new image"),
        pytest.param({"m": COMMIT}, {"m": Entry(b"2" * 40, SUBMODULE)}, "modified", None,
                     SUBMODULE_WHY, 2, id="submodule"),
        pytest.param({}, {"m": COMMIT}, "added", None,
                     SUBMODULE_WHY, 1, id="new submodule"),
        pytest.param({"l": Entry(b"a", LINK)}, {"l": Entry(b"b", LINK)}, "modified", None, None, 2,
                     id="link turned"),
        pytest.param({"l": b"x\ny\n"}, {"l": Entry(b"b", LINK)}, "changed", None, None, 3,
                     id="file becomes link"),
        pytest.param({"l": Entry(b"b", LINK)}, {"l": b"x\ny\n"}, "changed", None, None, 3,
                     id="link becomes file"),
        pytest.param({"l": COMMIT}, {"l": b"x\n"}, "changed", None, None, 2,
                     id="submodule becomes file"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("flags", [(), ("--binary",), ("--no-prefix",)], ids=["", "binary", "bare"])
def test_what_happened_to_a_file(
    git: Git,
    old: Tree,
    new: Tree,
    status: str,
    previous: str | None,
    unread: str | None,
    lines: int | None,
    flags: tuple[str, ...],
) -> None:
    keep = {"keep": b"k\n"}
    diff = git.diff(git.tree({**old, **keep}), git.tree({**new, **keep}), *flags)
    [file] = patch_of(split(diff)).files
    assert (file.status.value, file.previous_path, file.unread) == (status, previous, unread)
    assert file.changed_lines == lines
    assert file.path in new or not new


def test_a_copy_names_its_source(git: Git) -> None:
    old = git.tree({"a.py": NUMBERS})
    new = git.tree({"a.py": NUMBERS, "b.py": EDITED})
    [file] = patch_of(split(git.diff(old, new, "--find-copies-harder"))).files
    assert (file.status, file.path, file.previous_path) == (FileStatus.COPIED, "b.py", "a.py")
    check_against_blobs(file, NUMBERS, EDITED)


def test_a_merge_is_refused_file_by_file(git: Git) -> None:
    base, ours, theirs, both = (
        git.tree({"f.py": content, "g": b"same\n"})
        for content in (b"1\n2\n", b"1\nours\n", b"1\ntheirs\n", b"1\nboth\n")
    )
    who = ("-c", "user.name=n", "-c", "user.email=n@example.com")
    first = git.run(*who, "commit-tree", base, "-m", "base").decode().strip()
    parents = [
        git.run(*who, "commit-tree", tree, "-p", first, "-m", "side").decode().strip()
        for tree in (ours, theirs)
    ]
    merge = git.run(
        *who, "commit-tree", both, "-p", parents[0], "-p", parents[1], "-m", "merge"
    ).decode()
    [file] = patch_of(split(git.run("show", merge.strip()).decode())).files
    assert file.path == "f.py"
    assert file.unread == "a merge's combined diff, which shows no single change"


def test_a_mailed_patch_is_read_without_its_mail(git: Git) -> None:
    who = ("-c", "user.name=n", "-c", "user.email=n@example.com")
    old = git.run(*who, "commit-tree", git.tree({"f": NUMBERS}), "-m", "old").decode().strip()
    new = git.run(
        *who, "commit-tree", git.tree({"f": EDITED}), "-p", old, "-m", "new\n\n- a list\n+ more"
    ).decode()
    mail = git.run("format-patch", "--stdout", f"{old}..{new.strip()}").decode()
    [file] = patch_of(split(mail)).files
    assert (file.path, file.unread) == ("f", None)
    check_against_blobs(file, NUMBERS, EDITED)


def test_counts_equal_numstat(git: Git) -> None:
    old, new = git.tree({"a": NUMBERS, "b": b"x\n"}), git.tree({"a": EDITED, "c": b"1\n2\n"})
    stats = git.run("diff", "--numstat", old, new).decode().split("\n")[:-1]
    counted = [
        f"{each.additions}\t{each.deletions}\t{each.path}" for each in split(git.diff(old, new))
    ]
    assert counted == stats
