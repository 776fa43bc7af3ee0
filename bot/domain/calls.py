"""A ledger's entry as the call people read about."""

from __future__ import annotations

from bot.domain.ledger import Entry, EntryState
from bot.domain.money import ZERO
from bot.domain.review import Call

RUNNING = "running"
FAILED = "failed"
NOTHING_BILLED = "failed, nothing billed"


def as_call(entry: Entry) -> Call:
    """The entry as a call; its note says how it stands where there is no answer.

    One that is on its way, or was lost, counts at its worst case: it may have been billed.
    """
    how = {
        EntryState.RESERVED: RUNNING,
        EntryState.SETTLED: "",
        EntryState.LOST: FAILED,
        EntryState.RELEASED: NOTHING_BILLED,
    }[entry.state]
    costs = {EntryState.SETTLED: entry.cost, EntryState.RELEASED: ZERO}
    return Call(
        reviewer=entry.reviewer,
        model=entry.model,
        usage=entry.usage,
        cost=costs.get(entry.state, entry.reserved),
        seconds=entry.seconds,
        request_id=entry.request_id,
        name=entry.call,
        note=": ".join(filter(None, (how, entry.note))),
    )
