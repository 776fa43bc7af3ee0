"""Text of a whole local diff → files, as GitHub would list them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.diff.headers import Header, git_header, is_header_row, plain_header
from bot.diff.hunks import hunks_of, read_hunk
from bot.domain.changed import ChangedFile
from bot.domain.patch import FileStatus
from bot.errors import UserError

_REMEDY = "Make it with `git diff BASE...HEAD`."
_STARTS = ("diff --git ", "diff --cc ", "diff --combined ")
_BINARY = ("Binary files ", "GIT binary patch")


def split(text: str) -> tuple[ChangedFile, ...]:
    """Cut a whole diff into files, each with the hunks GitHub would call its `patch`.

    Reads what `git diff`, `git show`, `git format-patch` and `diff -u` print. A file without
    hunks (renamed, chmod, empty) has the patch "". Binary, combined and damaged parts keep the
    text that says so, for `file_diff` to judge. An empty text is an empty diff.

    Raises UserError when the text is no diff, or one that cannot be read as one change.
    """
    files: dict[str, ChangedFile] = {}
    for changed in _files(_rows(text)):
        _check_path(changed.path)
        before = files.get(changed.path)
        files[changed.path] = changed if before is None else _both(before, changed)
    if not files and text.strip():
        colour = "\x1b[" in text
        raise UserError(
            "The diff is coloured." if colour else "This is not a unified diff.",
            remedy="Make it with `git diff --no-color BASE...HEAD`." if colour else _REMEDY,
        )
    return tuple(files.values())


def _rows(text: str) -> list[str]:
    """Split at line feeds alone. A diff saved with CRLF throughout gets its own ends back."""
    rows = text.removeprefix("\ufeff").split("\n")
    first = next((row for row in rows if row.startswith((*_STARTS, "--- "))), "")
    if first.endswith("\r"):
        rows = [row.removesuffix("\r") for row in rows]
    if rows[-1] == "":
        rows.pop()
    return rows


def _files(rows: list[str]) -> Iterator[ChangedFile]:
    """Walk the rows once; whatever stands between two files (mail, commit message) is passed by."""
    at = 0
    while at < len(rows):
        if rows[at].startswith(_STARTS):
            start, at = at, at + 1
            while at < len(rows) and is_header_row(rows[at]):
                at += 1
            header = git_header(rows[start:at])
        elif _plain(rows, at):
            header, at = plain_header(rows[at], rows[at + 1]), at + 2
        elif rows[at].startswith("Binary files ") and rows[at].endswith(" differ"):
            header = _plain_binary(rows[at])
        else:
            at += 1
            continue
        found, at = _patch(rows, at)
        yield ChangedFile(
            header.path,
            header.status,
            found.text,
            found.added,
            found.removed,
            header.old,
            header.blob_sha,
        )


def _plain(rows: Sequence[str], at: int) -> bool:
    """Whether a file of a diff without `diff --git` begins here."""
    return (
        at + 2 < len(rows)
        and rows[at].startswith("--- ")
        and rows[at + 1].startswith("+++ ")
        and rows[at + 2].startswith("@@ -")
    )


def _plain_binary(row: str) -> Header:
    old, _, new = row.removeprefix("Binary files ").removesuffix(" differ").partition(" and ")
    return plain_header(f"--- {old}", f"+++ {new or old}")


@dataclass(frozen=True, slots=True)
class _Shown:
    """What shows one file's content. The counts are 0 where it cannot be read."""

    text: str
    added: int = 0
    removed: int = 0


def _patch(rows: list[str], at: int) -> tuple[_Shown, int]:
    """Collect what shows one file's content, and the index of the row behind it."""
    if at == len(rows):
        return _Shown(""), at
    if rows[at].startswith(_BINARY):
        return _Shown(rows[at]), _next_file(rows, at + 1)
    if not rows[at].startswith(("@@ ", "@@@")):
        return _Shown(""), at
    start, added, removed = at, 0, 0
    while at < len(rows) and rows[at].startswith("@@ "):
        found = read_hunk(rows, at)
        if found is None:
            break
        hunk, at = found
        marks = [row[0] for row in hunk.body]
        added, removed = added + marks.count("+"), removed + marks.count("-")
    if at < len(rows) and _is_stray(rows, at):
        at = _next_file(rows, at + 1)  # damaged: kept whole, so that the parser says so
        added = removed = 0
    return _Shown("\n".join(rows[start:at]), added, removed), at


def _is_stray(rows: Sequence[str], at: int) -> bool:
    """Whether a row that only a hunk may hold stands behind the last one."""
    if _plain(rows, at):
        return False
    if rows[at].rstrip() == "--":  # a mail's signature, unless more of the diff follows
        return at + 1 < len(rows) and rows[at + 1][:1] in ("+", "-", " ", "@")
    return rows[at][:1] in ("+", "-", " ", "@")


def _next_file(rows: Sequence[str], at: int) -> int:
    while at < len(rows) and not rows[at].startswith(_STARTS) and not _plain(rows, at):
        at += 1
    return at


def _check_path(path: str) -> None:
    """Refuse names no repository can hold: whoever opens the file would leave the folder."""
    if not path or path.startswith("/") or "\0" in path or ".." in path.split("/"):
        raise UserError(
            f"The diff names a path outside the repository: {path[:200]!r}.",
            remedy="Make it inside the repository with `git diff BASE...HEAD`.",
        )


def _both(gone: ChangedFile, come: ChangedFile) -> ChangedFile:
    """Join the two parts git prints when a file becomes a symbolic link, or the reverse."""
    if (gone.status, come.status) != (FileStatus.REMOVED, FileStatus.ADDED):
        raise UserError(
            f"The diff holds more than one change of {gone.path[:200]!r}.",
            remedy="Make one of all its commits with `git diff BASE...HEAD`.",
        )
    return replace(
        come,
        status=FileStatus.CHANGED,
        patch=_joined(gone.patch or "", come.patch or ""),
        deletions=gone.deletions,
    )


def _joined(gone: str, come: str) -> str:
    """Make one hunk of a removed and an added file; one unreadable part makes the whole so."""
    old, new = hunks_of(gone), hunks_of(come)
    if old is None or len(old) > 1:
        return gone
    if new is None or len(new) > 1:
        return come
    body = [row for hunk in (*old, *new) for row in hunk.body]
    removed, added = (sum(row[0] == mark for row in body) for mark in "-+")
    if not body:
        return ""
    header = f"@@ -{min(removed, 1)},{removed} +{min(added, 1)},{added} @@"
    return "\n".join([header, *body])
