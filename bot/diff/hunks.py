"""One hunk of a unified diff, read by its own counts and by nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.domain.patch import Hunk

_HEADER = re.compile(
    r"@@ -([0-9]{1,9})(?:,([0-9]{1,9}))? \+([0-9]{1,9})(?:,([0-9]{1,9}))? @@(.*)", re.DOTALL
)


def hunks_of(patch: str) -> tuple[Hunk, ...] | None:
    """Read the hunks of one file, in order; None when the text is not exactly that.

    A line too many or too few, hunks out of order, anything between hunks: all of it is None,
    because numbers counted in a damaged hunk point at the wrong code.
    """
    rows = patch.split("\n")
    if rows[-1] == "":
        rows.pop()  # a local diff ends in a line feed, GitHub's does not
    hunks: list[Hunk] = []
    at, old_end, new_end = 0, 0, 0
    while at < len(rows):
        found = read_hunk(rows, at)
        if found is None:
            return None
        hunk, at = found
        if _first(hunk.old_start, hunk.old_count) < old_end:
            return None
        if _first(hunk.new_start, hunk.new_count) < new_end:
            return None
        old_end = _first(hunk.old_start, hunk.old_count) + hunk.old_count
        new_end = _first(hunk.new_start, hunk.new_count) + hunk.new_count
        hunks.append(hunk)
    return tuple(hunks)


def _first(start: int, count: int) -> int:
    """The first line of a range. git names an empty range by the line before it."""
    return start if count else start + 1


def read_hunk(rows: Sequence[str], at: int) -> tuple[Hunk, int] | None:
    """Read the hunk whose header is `rows[at]`, and the index of the row behind it.

    None when there is no header, or the body does not hold what the header counts.
    """
    hunk = _header(rows[at])
    if hunk is None:
        return None
    found = _body(rows, at + 1, hunk.old_count, hunk.new_count)
    if found is None:
        return None
    body, at = found
    while at < len(rows) and rows[at][:1] == "\\":  # "\ No newline at end of file"
        at += 1
    return _with(hunk, body), at


def _header(row: str) -> Hunk | None:
    match = _HEADER.match(row)
    if match is None:
        return None
    old, old_count, new, new_count, section = match.groups()
    counts = [1 if each is None else int(each) for each in (old_count, new_count)]
    starts = [int(old), int(new)]
    if not any(counts) or any(n and not start for start, n in zip(starts, counts, strict=True)):
        return None
    return Hunk(starts[0], counts[0], starts[1], counts[1], section.strip(), ())


def _with(hunk: Hunk, body: tuple[str, ...]) -> Hunk:
    return Hunk(hunk.old_start, hunk.old_count, hunk.new_start, hunk.new_count, hunk.section, body)


def _body(rows: Sequence[str], at: int, old: int, new: int) -> tuple[tuple[str, ...], int] | None:
    body: list[str] = []
    while (old > 0 or new > 0) and at < len(rows):
        row = rows[at] or " "  # mailers and editors strip the blank of an empty context line
        at += 1
        mark = row[0]
        if mark == "\\":
            continue
        if mark not in " +-":
            return None
        old -= mark != "+"
        new -= mark != "-"
        body.append(row)
    return None if old or new else (tuple(body), at)
