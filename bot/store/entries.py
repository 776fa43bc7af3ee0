"""How an entry of the ledger goes from state to state, whatever keeps it."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.ledger import Entry, EntryState
from bot.store.amounts import exactly, up, usd

RECENT = 200
"""So many settled calls of a model tell how wrong our estimates of its tokens are."""
TAKEN_OVER = "the worker died in the call"
ENDED = "the run ended during the call"
FORGOTTEN = "the App was uninstalled during the call"


def worst_case(entry: Entry, run_budget: int) -> int:
    """Picodollars to reserve for a call; the run's whole budget where the price is unknown.

    Unknown is never free, so it is one at least: a budget of nothing has no room for it.
    """
    return max(1, run_budget) if entry.reserved is None else up(entry.reserved)


def noted(entry: Entry, attempt: int, worst: int) -> Entry:
    """The entry of a call that is about to be made."""
    reserved = None if entry.reserved is None else usd(worst)
    return replace(entry, attempt=attempt, reserved=reserved, state=EntryState.RESERVED)


def settled(before: Entry, final: Entry) -> Entry:
    """`final` in the place of `before`, whose number, time, installation and reservation stay.

    The limits were asked about those. What was LOST gets its bill and no answer: nobody waits for
    it, and its installation may be gone.
    """
    return replace(
        final,
        attempt=before.attempt,
        at=before.at,
        installation_id=before.installation_id,
        reserved=before.reserved,
        answer=None if before.state is EntryState.LOST else final.answer,
    )


def in_order(entry: Entry) -> tuple[float, str, int]:
    """What the entries of a run are sorted by."""
    return entry.at, entry.call, entry.attempt


def counted(entry: Entry, worst: int) -> int:
    """Picodollars of the entry that count against the limits. ValueError for a finer cost."""
    return exactly(entry.counts(usd(worst)))
