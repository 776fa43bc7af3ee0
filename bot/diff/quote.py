"""Whether quoted text stands where it is said to stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.diff.rows import CUT, visible
from bot.domain.patch import FileDiff, Side

# A reviewer that numbers a line wrongly is rarely off by more than a screen's half.
WITHIN = 20
# Shorter fragments ("}", "return") stand on too many lines to prove anything.
_LEAST_FRAGMENT = 8


def find_quote(
    where: FileDiff | Sequence[str], line: int, quote: str, side: Side = Side.RIGHT
) -> int | None:
    """Find the line that holds `quote`: `line` itself, else the nearest within 20.

    `where` is a file's diff, or its lines (the first is line 1). Blanks do not count; a whole
    line beats a fragment, and a fragment needs 8 characters. Only the first line of `quote` that
    is not blank is compared. None: it stands nowhere near, or there is nothing to compare.
    """
    wanted = _wanted(quote)
    if not wanted:
        return None
    near = [(number, text) for number, text in _numbered(where, side) if _near(number, line)]
    near.sort(key=lambda each: (abs(each[0] - line), each[0]))
    rows = [(number, _squeezed(text)) for number, text in near]
    whole = [number for number, text in rows if text == wanted]
    part = [number for number, text in rows if len(wanted) >= _LEAST_FRAGMENT and wanted in text]
    if line in whole or line in part:
        return line
    return next(iter(whole or part), None)


def is_among(rows: Iterable[str], quote: str) -> bool:
    """Whether one of `rows` is what `quote` copies: the whole row, or 8 characters of it or more.

    Blanks do not count, and only the first line of `quote` that is not blank is compared.
    """
    wanted = _wanted(quote)
    if not wanted:
        return False
    fragment = len(wanted) >= _LEAST_FRAGMENT
    squeezed = map(_squeezed, rows)
    return any(row == wanted or (fragment and wanted in row) for row in squeezed)


def _wanted(quote: str) -> str:
    return _squeezed(next((row for row in quote.split("\n") if row.strip()), ""))


def _near(number: int, line: int) -> bool:
    return abs(number - line) <= WITHIN


def _numbered(where: FileDiff | Sequence[str], side: Side) -> Iterable[tuple[int, str]]:
    if not isinstance(where, FileDiff):
        return enumerate(where, start=1)
    numbered = ((each.new if side is Side.RIGHT else each.old, each.text) for each in where.lines())
    return ((number, text) for number, text in numbered if number is not None)


def _squeezed(text: str) -> str:
    """`text` as the prompt shows it, without blanks and without what follows a cut."""
    shown = visible(text).removesuffix(visible("\r"))
    return "".join(shown.partition(CUT)[0].split())
