"""What a file's header in a local diff says: its names, and what happened to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.diff.quoting import unquote
from bot.domain.patch import FileStatus
from bot.errors import UserError

_ROWS = re.compile(
    r"(old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to"
    r"|similarity index|dissimilarity index|index|mode|---|\+\+\+) (.*)",
    re.DOTALL,
)
_PREFIX = re.compile(r"[abciow12]/")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_IDS = re.compile(r"([0-9a-f]{40}(?:[0-9a-f]{24})?)\.\.([0-9a-f]{40}(?:[0-9a-f]{24})?)(?: |$)")
_NEVER = re.compile(r"19(?:70-01-01|69-12-31) ")  # how `diff -N` dates a file that is not there


@dataclass(frozen=True, slots=True)
class Header:
    """One file's names and fate. `old` is set for renames and copies alone."""

    path: str
    status: FileStatus
    old: str | None = None
    blob_sha: str = ""


def is_header_row(row: str) -> bool:
    """Whether `row` is one of those git prints between `diff --git` and the first hunk."""
    return _ROWS.match(row) is not None


def git_header(rows: Sequence[str]) -> Header:
    """Read the rows from `diff --git` (or `--cc`, `--combined`) up to the first hunk.

    Raises UserError where they name no file.
    """
    said = {match[1]: match[2] for row in rows[1:] if (match := _ROWS.match(row))}
    status = _status(said)
    old, new = _git_names(rows[0], said)
    ids = _IDS.match(said.get("index", ""))
    blob = "" if ids is None else ids[1 if status is FileStatus.REMOVED else 2]
    moved = status in (FileStatus.RENAMED, FileStatus.COPIED)
    return Header(new, status, old if moved else None, blob)


def plain_header(old_row: str, new_row: str) -> Header:
    """Read the `---` and `+++` rows of a diff that has no `diff --git`."""
    old, old_date = _name_and_date(old_row[4:])
    new, new_date = _name_and_date(new_row[4:])
    status = FileStatus.MODIFIED
    if old == "/dev/null" or _NEVER.match(old_date):
        status = FileStatus.ADDED
    elif new == "/dev/null" or _NEVER.match(new_date):
        status = FileStatus.REMOVED
    return Header(_pair(old, new)[1], status)


def _status(said: dict[str, str]) -> FileStatus:
    for row, status in (
        ("new file mode", FileStatus.ADDED),
        ("deleted file mode", FileStatus.REMOVED),
        ("rename from", FileStatus.RENAMED),
        ("copy from", FileStatus.COPIED),
    ):
        if row in said:
            return status
    mode_only = "new mode" in said and "index" not in said
    return FileStatus.CHANGED if mode_only else FileStatus.MODIFIED


def _git_names(first: str, said: dict[str, str]) -> tuple[str, str]:
    for verb in ("rename", "copy"):
        if f"{verb} from" in said and f"{verb} to" in said:
            return unquote(said[f"{verb} from"]), unquote(said[f"{verb} to"])
    _, kind, rest = first.split(" ", 2)
    if kind != "--git":
        return unquote(rest), unquote(rest)
    same = _named_twice(rest)
    if same:
        return same, same
    if "---" in said and "+++" in said:
        return _pair(_name_and_date(said["---"])[0], _name_and_date(said["+++"])[0])
    left, _, right = rest.rpartition(" b/")  # two names, no hunk: `git diff --no-index`
    if not left:
        raise UserError(
            f"The diff does not say which file this is: {first[:200]!r}.",
            remedy="Make it without --src-prefix and --dst-prefix.",
        )
    return _without_prefix(left), right


def _named_twice(rest: str) -> str:
    """Return the name that `a/NAME b/NAME` holds twice, "" when it holds two different ones.

    Only the middle can part them, because a name may hold " b/" itself.
    """
    if rest.startswith('"'):
        names = [unquote(each[0]) for each in _QUOTED.finditer(rest)]
        left, right = names if len(names) == 2 else ("", "-")
    else:
        middle = len(rest) // 2
        left, right = rest[:middle], rest[middle + 1 :]
        if rest[middle : middle + 1] != " ":
            return ""
    if left == right:
        return left  # --no-prefix
    left, right = left.partition("/")[2], right.partition("/")[2]
    return left if left == right else ""


def _name_and_date(rest: str) -> tuple[str, str]:
    """Split at the tab: behind it stands a date, or nothing where the name holds a blank."""
    name, _, date = rest.partition("\t")
    return unquote(name), date


def _pair(old: str, new: str) -> tuple[str, str]:
    """Take the prefixes off; /dev/null takes the other's name."""
    if old == "/dev/null":
        return _without_prefix(new), _without_prefix(new)
    if new == "/dev/null":
        return _without_prefix(old), _without_prefix(old)
    if old != new and old.partition("/")[2] == new.partition("/")[2] != "":
        return old.partition("/")[2], new.partition("/")[2]
    if old != new and _PREFIX.match(old) and _PREFIX.match(new):
        return old[2:], new[2:]
    return old, new


def _without_prefix(name: str) -> str:
    return name[2:] if _PREFIX.match(name) else name
