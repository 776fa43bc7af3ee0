"""Which removed rows stand again among the added ones, in other formatting or none."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import takewhile

from bot.diff.lexing import Row, between
from bot.diff.lexis import Ends


def differing(
    gone: Sequence[Row], come: Sequence[Row], ends: Ends
) -> Iterator[tuple[range, range]]:
    """The stretches of rows without a counterpart, in order, blank rows at their rims left out.

    Rows that stand once on either side are held together first; from there on, as many rows as
    have the same tokens, however they are parted. Takes time by the length of both, no more.
    """
    old = [n for n, row in enumerate(gone) if row]
    new = [n for n, row in enumerate(come) if row]
    before = [gone[n] for n in old]
    after = [come[n] for n in new]
    at, to = 0, 0
    for i, j in [*_pairs(before, after), (len(old), len(new))]:
        start, begin = _alike(before[at:i], after[to:j], ends)
        start, begin = at + start, to + begin
        stop, end = _alike(before[start:i][::-1], after[begin:j][::-1], ends, back=True)
        stop, end = i - stop, j - end
        if start < stop or begin < end:
            yield _stretch(old, start, stop), _stretch(new, begin, end)
        at, to = i + 1, j + 1


def _stretch(rows: Sequence[int], start: int, stop: int) -> range:
    if start < stop:
        return range(rows[start], rows[stop - 1] + 1)
    at = rows[start - 1] + 1 if start else 0
    return range(at, at)


def _alike(
    one: Sequence[Row], other: Sequence[Row], ends: Ends, *, back: bool = False
) -> tuple[int, int]:
    """How many rows either side begins with that have the same tokens; `back`: ends with."""
    tokens, rims = _tokens(one, ends, back=back)
    others, other_rims = _tokens(other, ends, back=back)
    pairs = zip(tokens, others, strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    reached = {rim: nth for nth, rim in enumerate(other_rims, start=1) if rim <= same}
    last = max((rim for rim in rims if rim in reached), default=0)
    return (rims.index(last) + 1, reached[last]) if last else (0, 0)


def _tokens(rows: Sequence[Row], ends: Ends, *, back: bool) -> tuple[list[str], list[int]]:
    """The tokens of all rows in their order, and how many there are up to the end of each."""
    found: list[str] = []
    rims: list[int] = []
    above: Row = ()
    for row in rows:
        if above:
            found += between(*((row[-1], above[0]) if back else (above[-1], row[0])), ends)
        found += reversed(row) if back else row
        rims.append(len(found))
        above = row
    return found, rims


def _pairs(gone: Sequence[Row], come: Sequence[Row]) -> list[tuple[int, int]]:
    """Rows that stand once on either side, as many as keep their order, as indexes."""
    once, other = Counter(gone), Counter(come)
    where = {row: n for n, row in enumerate(come) if other[row] == 1}
    both = [(n, where[row]) for n, row in enumerate(gone) if once[row] == 1 and row in where]
    lowest: list[int] = []  # where the rising series of each length so far may end at the earliest
    last: list[int] = []  # the pair it ends with
    before: list[int] = []  # for each pair, the one in front of it
    for nth, (_, n) in enumerate(both):
        length = bisect_left(lowest, n)
        before.append(last[length - 1] if length else -1)
        lowest[length : length + 1] = [n]
        last[length : length + 1] = [nth]
    kept: list[tuple[int, int]] = []
    nth = last[-1] if last else -1
    while nth >= 0:
        kept.append(both[nth])
        nth = before[nth]
    return kept[::-1]
