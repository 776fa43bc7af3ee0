"""Words of other people, made fit for one place of a report."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.finding import Finding
from bot.domain.patch import Side
from bot.guard.sanitise import inline, plain

MOST = 300
_SPAN = re.compile(r"`([^`]+)`")


def cell(text: str, limit: int = MOST) -> str:
    """Text for one cell of a table or one row of a list; what stands in `backticks` is code."""
    pieces = _SPAN.split(plain(" ".join(text.split()), limit))  # cut once secrets are out
    return "".join(
        code(piece) if at % 2 else _between(piece) for at, piece in enumerate(pieces) if piece
    )


def _between(piece: str) -> str:
    """Words next to code spans keep the blanks at their ends."""
    before = " " if piece[:1] == " " else ""
    after = " " if piece[-1:] == " " and piece.strip() else ""
    return f"{before}{inline(piece, 3 * MOST)}{after}"


def code(text: str, limit: int = 200) -> str:
    """A code span that fits into a table: a path, a rule, a model's name."""
    shown = plain(text, limit).replace("\n", " ").replace("`", "'").replace("|", "¦")
    return f"`{shown.strip() or '?'}`"


def place(finding: Finding) -> str:
    """The finding's place as a code span."""
    return code(where(finding))


def where(finding: Finding) -> str:
    """The finding's place as path:line or path:line-end, not sanitised."""
    end = f"-{finding.end_line}" if finding.end_line > finding.line else ""
    old = " (old version)" if finding.side is Side.LEFT else ""
    return f"{finding.path}:{finding.line}{end}{old}"


@dataclass(frozen=True, slots=True)
class Pen:
    """How one form writes: `words` of others, `code` (names of models, paths), what is `strong`."""

    words: Callable[[str], str]
    code: Callable[[str], str]
    strong: Callable[[str], str]


def _row(text: str) -> str:
    """Text on one line of a terminal."""
    return plain(" ".join(text.split()), MOST)


MARKDOWN = Pen(cell, code, "**{}**".format)
TERMINAL = Pen(_row, _row, str)
