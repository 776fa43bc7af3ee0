"""Headings, sentences and tables on standard output: coloured on a terminal, plain when piped."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cli.console import printable, say

if TYPE_CHECKING:
    from rich.table import Table as RichTable

GAP = "  "
LEAST = 24
"""A last column of words is broken into lines no shorter than this."""
STYLES = {
    "completed": "green",
    "failed": "red",
    "blocked": "bold red",
    "running": "yellow",
    "pending": "dim",
    "skipped": "dim",
    "cancelled": "dim",
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "cyan",
}
"""A cell that is one of these words has its colour on a terminal."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a title. A column of `numbers` (by its place) is set to the right.

    `head` may be empty: the rows explain themselves. Columns without anything in them are left
    out, the last one may be long.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()


def show(parts: Sequence[str | Table]) -> None:
    """Print sentences and tables, one below the other."""
    terminal = sys.stdout.isatty()
    for part in parts:
        if isinstance(part, str):
            say(printable(part))
        elif terminal:
            _coloured(part)
        else:
            for row in plain_rows(part):
                say(printable(row).rstrip())


def plain_rows(table: Table) -> list[str]:
    """The table as lines of text, its columns one below the other."""
    lines = [GAP + GAP.join(line) for line in _cells(table)]
    return [table.title, *lines]


def _cells(table: Table) -> list[list[str]]:
    """The heading, where there is one, and the rows; each cell as wide as its column."""
    used = _used(table)
    lines = [table.head, *table.rows] if table.head else list(table.rows)
    widths = {nth: max(len(line[nth]) for line in lines) for nth in used}
    return [
        [
            line[nth].rjust(widths[nth]) if nth in table.numbers else line[nth].ljust(widths[nth])
            for nth in used
        ]
        for line in lines
    ]


def _used(table: Table) -> tuple[int, ...]:
    """Columns that say anything."""
    count = max(map(len, table.rows), default=0)
    return tuple(nth for nth in range(count) if any(row[nth] for row in table.rows))


def _coloured(table: Table) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text(table.title, style="bold"))
    cells = _cells(table)
    if cells and _fits(table, [len(cell) for cell in cells[0]], console.width):
        console.print(_rich(table))
        return
    for line in cells:  # too wide for columns: whole lines, which the terminal breaks
        row = Text(GAP)
        for cell in line:
            row.append(printable(cell), style=STYLES.get(cell.strip(), "")).append(GAP)
        row.rstrip()
        console.print(row, soft_wrap=True)


def _fits(table: Table, widths: Sequence[int], room: int) -> bool:
    """Whether nothing has to be cut off; a last column of words may take several lines."""
    *others, last = widths
    words = _used(table)[-1] not in table.numbers
    return sum(each + len(GAP) for each in others) + (min(last, LEAST) if words else last) < room


def _rich(table: Table) -> RichTable:
    from rich.table import Table as RichTable
    from rich.text import Text

    used = _used(table)
    made = RichTable(
        box=None, show_header=bool(table.head), header_style="dim", padding=(0, 0, 0, len(GAP))
    )
    for nth in used:
        words = nth not in table.numbers
        last = nth == used[-1] and words
        made.add_column(
            table.head[nth] if table.head else "",
            justify="left" if words else "right",
            no_wrap=not last,
            overflow="fold",
        )
    for row in table.rows:
        cells = (Text(printable(row[nth]), style=STYLES.get(row[nth], "")) for nth in used)
        made.add_row(*cells)
    return made
