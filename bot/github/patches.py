"""Two versions of a text → their difference, in the form GitHub's file list uses. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal

CONTEXT = 3
"""Unchanged lines shown around a change, as GitHub does."""

MATCHABLE = 4_000_000
"""Old lines times new lines that are still matched line by line.

Matching takes time in proportion at worst; 4 million is about a second. Longer texts are split at
lines that occur once on each side; a piece still longer is shown as replaced whole: longer than
need be, but true.
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
    for group in _Matched(_opcodes(before, after)).get_grouped_opcodes(CONTEXT):
        if any(tag != "equal" for tag, *_ in group):
            yield group


class _Matched(SequenceMatcher[str]):
    """Groups as difflib does, over matches of our own."""

    def __init__(self, opcodes: list[Opcode]) -> None:
        super().__init__()
        self._opcodes = opcodes

    def get_opcodes(self) -> list[Opcode]:
        return self._opcodes


def _opcodes(before: list[str], after: list[str]) -> list[Opcode]:
    """The whole difference; neighbouring matches are one, or no hunk would ever end."""
    found: list[Opcode] = []
    for piece in _pieces(before, after):
        if found and found[-1][0] == piece[0] == "equal":
            _, a, _, c, _ = found.pop()
            found.append(("equal", a, piece[2], c, piece[4]))
        else:
            found.append(piece)
    return found


def _pieces(before: list[str], after: list[str]) -> Iterator[Opcode]:
    """What the ends have in common, then what lies between lines that occur once on each side."""
    shorter = min(len(before), len(after))
    head = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    tail = 0
    while tail < shorter - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    old_end, new_end = len(before) - tail, len(after) - tail
    if head:
        yield "equal", 0, head, 0, head
    a = c = head
    for b, d in [*_fixed_points(before, after, range(head, old_end)), (old_end, new_end)]:
        for tag, i, j, k, m in _matched(before[a:b], after[c:d]):
            yield tag, i + a, j + a, k + c, m + c
        if b < old_end:
            yield "equal", b, b + 1, d, d + 1
        a, c = b + 1, d + 1
    if tail:
        yield "equal", old_end, len(before), new_end, len(after)


def _fixed_points(before: list[str], after: list[str], old: range) -> list[tuple[int, int]]:
    """Pairs of equal lines, rising on both sides, that split a long text; none for a short one."""
    if len(before) * len(after) <= MATCHABLE:
        return []
    olds, news = Counter(before), Counter(after)
    place = {line: n for n, line in enumerate(after) if news[line] == 1}
    pairs = [(n, place[before[n]]) for n in old if olds[before[n]] == 1 and before[n] in place]
    return _rising(pairs)


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of `pairs`, sorted by their first, that rises by their second (patience)."""
    tops: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for n, (_, value) in enumerate(pairs):
        pile = bisect_left(tops, value)
        before.append(ends[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [value]
        ends[pile : pile + 1] = [n]
    run: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        run.append(pairs[at])
        at = before[at]
    return run[::-1]


def _matched(before: list[str], after: list[str]) -> list[Opcode]:
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
