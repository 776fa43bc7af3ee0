"""Two versions of a text → their difference, in the form GitHub's file list uses. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal

CONTEXT = 3
"""Unchanged lines shown around a change, as GitHub does."""

MATCHABLE = 4_000_000
"""Old lines times new lines, beyond the common ends, that are still matched line by line.

Matching takes time in proportion at worst; 4 million is under a second. Beyond it the
middle is shown as replaced whole: longer than need be, but true.
"""

NO_FINAL_NEWLINE = "\\ No newline at end of file"

Tag = Literal["replace", "delete", "insert", "equal"]
Opcode = tuple[Tag, int, int, int, int]
Step = tuple[str, int, int, int, int]


def unified_patch(old: str, new: str) -> str:
    """Hunks without file headers, no final line feed; "" when the texts are equal.

    Lines end at a line feed alone, so that a lone carriage return or form feed is text, as in git.
    """
    before, after = _lines(old), _lines(new)
    rows: list[str] = []
    for group in _groups(before, after):
        rows.append(_heading(group))
        for tag, a, b, c, d in group:
            if tag == "equal":
                rows.extend(_marked(" ", before[a:b]))
            else:
                rows.extend(_marked("-", before[a:b]))
                rows.extend(_marked("+", after[c:d]))
    return "\n".join(rows)


def _lines(text: str) -> list[str]:
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _groups(before: list[str], after: list[str]) -> Iterator[Sequence[Step]]:
    for group in _Matched([*_opcodes(before, after)]).get_grouped_opcodes(CONTEXT):
        if any(tag != "equal" for tag, *_ in group):
            yield group


class _Matched(SequenceMatcher[str]):
    """Groups as difflib does, over matches of our own."""

    def __init__(self, opcodes: list[Opcode]) -> None:
        super().__init__()
        self._opcodes = opcodes

    def get_opcodes(self) -> list[Opcode]:
        return self._opcodes


def _opcodes(before: list[str], after: list[str]) -> Iterator[Opcode]:
    shorter = min(len(before), len(after))
    head = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    tail = 0
    while tail < shorter - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    old_end, new_end = len(before) - tail, len(after) - tail
    if head:
        yield "equal", 0, head, 0, head
    for tag, a, b, c, d in _middle(before[head:old_end], after[head:new_end]):
        yield tag, a + head, b + head, c + head, d + head
    if tail:
        yield "equal", old_end, len(before), new_end, len(after)


def _middle(before: list[str], after: list[str]) -> list[Opcode]:
    if not before and not after:
        return []
    if len(before) * len(after) > MATCHABLE:
        return [("replace", 0, len(before), 0, len(after))]
    return [*SequenceMatcher(None, before, after, autojunk=False).get_opcodes()]


def _heading(group: Sequence[Step]) -> str:
    first, last = group[0], group[-1]
    return f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@"


def _range(start: int, stop: int) -> str:
    count = stop - start
    if count == 1:
        return str(start + 1)
    return f"{start + 1 if count else start},{count}"


def _marked(mark: str, lines: list[str]) -> Iterator[str]:
    for line in lines:
        yield mark + line.removesuffix("\n")
        if not line.endswith("\n"):
            yield NO_FINAL_NEWLINE
