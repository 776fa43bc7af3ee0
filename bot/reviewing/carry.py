"""A finding of an earlier run, put where its code is now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.diff.blocks import Block
from bot.diff.quote import find_quote
from bot.domain.finding import Finding
from bot.domain.memory import Seen
from bot.domain.patch import FileDiff, Side
from bot.domain.plan import Change

SHORT = 7
"""Digits of a commit's id that people read."""


def carry(finding: Finding, seen: Seen, block: Block, change: Change) -> Finding | None:
    """The finding where its code is in `change`, with the commit it was found at; None: it is gone.

    `block` is what `seen` remembers, as it stands now: the finding has moved as far as the block.
    Its quote is looked for there and 20 lines around; else on the one row of the file that is the
    same; else over the block's rows, for they may be wrapped anew. It keeps its quote, and so its
    fingerprint. A suggestion replaces whole rows and stays only on a single row that is the same.
    """
    where = _where(finding, change)
    rows = _rows(where, finding.side)
    guess = finding.line + (block.new[0] - seen.line if seen.line else 0)
    line = _line(finding, guess, where, rows)
    if line is None and finding.side is Side.RIGHT:
        line = _wrapped(finding.quote, guess, block, rows)
    if line is None:
        return None
    end = line + finding.end_line - finding.line
    end = end if all(number in rows for number in range(line, end + 1)) else line
    same = line == end and finding.line == finding.end_line and rows[line] == finding.quote
    return replace(
        finding,
        line=line,
        end_line=end,
        suggestion=finding.suggestion if same else None,
        since=finding.since or seen.head_sha[:SHORT],
    )


def placed(finding: Finding, change: Change) -> Finding:
    """The finding of an edited block where its quote is now; on the line it had where it is not."""
    where = _where(finding, change)
    rows = _rows(where, finding.side)
    line = _line(finding, finding.line, where, rows) or finding.line
    end = line + finding.end_line - finding.line
    return replace(finding, line=line, end_line=end if end in rows else line)


def _where(finding: Finding, change: Change) -> Sequence[str] | FileDiff | None:
    text = change.text_of(finding.path) if finding.side is Side.RIGHT else None
    return change.patch.file(finding.path) if text is None else text.split("\n")


def _rows(where: Sequence[str] | FileDiff | None, side: Side) -> Mapping[int, str]:
    if isinstance(where, FileDiff):
        shown = (
            (line.new if side is Side.RIGHT else line.old, line.text) for line in where.lines()
        )
        return {number: text.removesuffix("\r") for number, text in shown if number is not None}
    return {number: text.removesuffix("\r") for number, text in enumerate(where or (), start=1)}


def _line(
    finding: Finding,
    guess: int,
    where: Sequence[str] | FileDiff | None,
    rows: Mapping[int, str],
) -> int | None:
    if where is None:
        return None
    wanted = _squeezed(finding.quote)
    if not wanted:  # nothing was quoted: it stands as long as its block does
        return guess if guess in rows else None
    near = find_quote(where, guess, finding.quote, finding.side)
    if near is not None:
        return near
    same = [number for number, text in rows.items() if _squeezed(text) == wanted]
    return same[0] if len(same) == 1 else None


def _wrapped(quote: str, guess: int, block: Block, rows: Mapping[int, str]) -> int | None:
    """Where the quote begins in the block, its row ends left out: the place nearest to `guess`."""
    wanted = _squeezed(quote)
    numbers: list[int] = []  # of each character
    text = ""
    for number in range(block.new[0], block.new[1] + 1):
        row = _squeezed(rows.get(number, ""))
        text += row
        numbers += [number] * len(row)
    found: list[int] = []
    at = text.find(wanted) if wanted else -1
    while at >= 0:
        found.append(numbers[at])
        at = text.find(wanted, at + 1)
    return min(found, key=lambda number: (abs(number - guess), number), default=None)


def _squeezed(text: str) -> str:
    return "".join(text.split())
