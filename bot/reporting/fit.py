"""Fitting a report into a page: whole rows go, the least important first, and it is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

FIRST = 10
"""Rows every block gets before any block gets more."""


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a page: `head`, one row a line, `tail`. `noun` names what its rows are."""

    head: str
    rows: tuple[str, ...] = ()
    tail: str = ""
    noun: str = "row"


def foldable(name: str, rows: tuple[str, ...], *, open_: bool = False) -> Block:
    """A list under its name; what need not be seen at once is folded. `name` is ours."""
    if open_:
        return Block(f"### {name}\n", rows)
    return Block(f"<details><summary>{name}</summary>\n", rows, "\n</details>")


def fit(blocks: Sequence[Block], limit: int) -> str:
    """The blocks as one text of at most `limit` bytes, the most important block first.

    Every block shows its first rows, then the blocks in their order get what room there is. A
    block that lost rows ends with "and N more". Raises ValueError when the heads alone are longer.
    """
    shown = [0] * len(blocks)
    left = limit - sum(_frame(block) for block in blocks)
    if left < 0:
        raise ValueError(f"the frame of this page needs more than {limit} bytes")
    for most in (FIRST, None):
        for at, block in enumerate(blocks):
            end = len(block.rows) if most is None else min(most, len(block.rows))
            while shown[at] < end and _size(block.rows[shown[at]]) <= left:
                left -= _size(block.rows[shown[at]])
                shown[at] += 1
    return "\n\n".join(_text(block, count) for block, count in zip(blocks, shown, strict=True))


def _text(block: Block, count: int) -> str:
    lines = [block.head, *block.rows[:count]]
    rest = len(block.rows) - count
    if rest:
        lines.append(f"\nand {rest:,} more")
    return "\n".join([*lines, block.tail] if block.tail else lines)


def _frame(block: Block) -> int:
    """Bytes of all but the rows, with the sentence about lost ones."""
    return _size(block.head) + _size(block.tail) + 32


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass")) + 1
