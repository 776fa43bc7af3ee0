"""Where a finding's comment goes: only where GitHub takes it, and never somewhere unsaid."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.finding import Finding, Landed
from bot.domain.patch import Anchor, FileDiff, Hunk, Patch, Side

# A comment further off than this speaks of other code.
NEAREST = 3


def land(finding: Finding, patch: Patch) -> Landed:
    """Find the place nearest to the finding's own lines that GitHub accepts.

    Its own lines; else as many of them as one hunk shows; else the nearest line within 3 of a
    hunk; else None, which is the summary. A suggestion survives only on the finding's own lines
    of the new version, and only if it changes them: it replaces exactly what it is anchored to.
    """
    file = patch.file(finding.path)
    found = None if file is None else _place(finding, file)
    if file is None or found is None:
        return Landed(replace(finding, suggestion=None), None)
    start, end = found
    anchor = Anchor(finding.path, start, end, finding.side)
    exact = (start, end) == (finding.line, finding.end_line)
    if not exact or not _changes(finding, file):
        finding = replace(finding, suggestion=None)
    return Landed(finding, anchor, "" if exact else _note(finding))


def _place(finding: Finding, file: FileDiff) -> tuple[int, int] | None:
    """The lines to comment on: in the hunk of the first line, else in the nearest hunk."""
    first, last = sorted((finding.line, finding.end_line))
    own = file.hunk_of(finding.side, first)
    spans = [_span(hunk, finding.side) for hunk in ((own,) if own else file.hunks)]
    shown = [(start, end) for start, end in spans if start <= end]
    nearest = min(shown, key=lambda span: _distance(span, first, last), default=None)
    if nearest is None or _distance(nearest, first, last) > NEAREST:
        return None
    start, end = nearest
    return min(max(first, start), end), max(min(last, end), start)


def _span(hunk: Hunk, side: Side) -> tuple[int, int]:
    """First and last line the hunk shows of `side`; the last before the first if it shows none."""
    if side is Side.RIGHT:
        return hunk.new_start, hunk.new_start + hunk.new_count - 1
    return hunk.old_start, hunk.old_start + hunk.old_count - 1


def _distance(span: tuple[int, int], first: int, last: int) -> int:
    """Lines between the span and first..last; 0 when they touch."""
    return max(span[0] - last, first - span[1], 0)


def _changes(finding: Finding, file: FileDiff) -> bool:
    """Whether the suggestion would change the lines it replaces, line ends aside."""
    if finding.suggestion is None or finding.side is not Side.RIGHT:
        return False
    now = [
        line.text.removesuffix("\r")
        for line in file.lines()
        if line.new is not None and finding.line <= line.new <= finding.end_line
    ]
    return now != [row.removesuffix("\r") for row in finding.suggestion.text.split("\n")]


def _note(finding: Finding) -> str:
    first, last = sorted((finding.line, finding.end_line))
    return f"refers to line {first}" if first == last else f"refers to lines {first} to {last}"
