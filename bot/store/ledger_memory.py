"""The ledger for the life of one process: the laptop, CI and dry runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.ledger import Budget, Entry, EntryState, Room, Scope
from bot.store.amounts import usd
from bot.store.entries import (
    ENDED,
    FORGOTTEN,
    RECENT,
    TAKEN_OVER,
    counted,
    in_order,
    noted,
    settled,
    worst_case,
)
from bot.store.limits import Bound, bounds, least


@dataclass(slots=True)
class _Line:
    """One entry, and what it counts for, in picodollars: until its bill is known, and now."""

    entry: Entry
    worst: int
    counts: int


class LedgerInMemory:
    """The port `Ledger` in lists: its limits hold for what this process spends.

    Safe among the tasks of one event loop: no method waits for anything. Not among threads.
    """

    def __init__(self) -> None:
        self._kept: dict[str, list[_Line]] = {}

    async def reserve(self, entry: Entry, budget: Budget) -> Scope | None:
        """Note a call if its worst case fits; see the port."""
        limits = bounds(entry.run, entry.installation_id, entry.at, budget)
        worst = worst_case(entry, limits[0].most)
        same = self._of_call(entry.run, entry.call)
        _lose(same, TAKEN_OVER)
        left, scope = least(limits, self._counted(limits))
        if worst > left:
            return scope
        line = _Line(noted(entry, len(same) + 1, worst), worst, worst)
        self._kept.setdefault(entry.run, []).append(line)
        return None

    async def settle(self, entry: Entry) -> None:
        """Replace an entry by its final form; see the port."""
        same = self._of_call(entry.run, entry.call)
        if not same:
            raise KeyError(f"{entry.call} of {entry.run}")
        then = [line for line in same if line.entry.at == entry.at]
        line = (then or same)[-1]
        final = settled(line.entry, entry)
        line.counts = counted(final, line.worst)
        line.entry = final

    async def paid(self, run: str, call: str, digest: str) -> Entry | None:
        """The settled entry that holds an answer; see the port."""
        for line in reversed(self._of_call(run, call)):
            entry = line.entry
            usable = entry.state is EntryState.SETTLED and entry.answer is not None
            if usable and entry.digest == digest:
                return entry
        return None

    async def of_run(self, run: str) -> tuple[Entry, ...]:
        """Every entry of a run; see the port."""
        return tuple(sorted((line.entry for line in self._kept.get(run, ())), key=in_order))

    async def room(self, run: str, installation_id: int | None, at: float, budget: Budget) -> Room:
        """What a run may still spend; see the port."""
        limits = bounds(run, installation_id, at, budget)
        left, scope = least(limits, self._counted(limits))
        return Room(usd(left), scope)

    async def bias(self, model: str) -> float:
        """How far estimates of the model's tokens fell short; see the port."""
        asked = [
            line.entry
            for line in self._lines()
            if line.entry.model == model
            and line.entry.state is EntryState.SETTLED
            and line.entry.estimated > 0
        ]
        asked.sort(key=in_order)
        return max([1.0, *(each.usage.sent / each.estimated for each in asked[-RECENT:])])

    async def lose(self, run: str) -> int:
        """Give up what nobody will settle; see the port."""
        return _lose(self._kept.get(run, ()), ENDED)

    async def forget(self, installation_id: int, repo_ids: tuple[int, ...]) -> None:
        """Delete the answers of an installation; see the port."""
        of_repos = tuple(f"{each}-" for each in repo_ids) or ""
        mine = [
            line
            for line in self._lines()
            if line.entry.installation_id == installation_id and line.entry.run.startswith(of_repos)
        ]
        _lose(mine, FORGOTTEN)
        for line in mine:
            line.entry = replace(line.entry, answer=None)

    def _of_call(self, run: str, call: str) -> list[_Line]:
        """Its attempts, first to last."""
        return [line for line in self._kept.get(run, ()) if line.entry.call == call]

    def _lines(self) -> list[_Line]:
        return [line for lines in self._kept.values() for line in lines]

    def _counted(self, limits: Sequence[Bound]) -> list[int]:
        return [
            sum(line.counts for line in self._lines() if limit.covers(line.entry))
            for limit in limits
        ]


def _lose(lines: Sequence[_Line], why: str) -> int:
    reserved = [line for line in lines if line.entry.state is EntryState.RESERVED]
    for line in reserved:
        line.entry = replace(line.entry, state=EntryState.LOST, note=why)
    return len(reserved)
