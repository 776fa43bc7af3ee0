"""What model calls cost, from the moment one is allowed until its bill is known."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot.domain.money import NO_TOKENS, Usage, Usd


class Scope(StrEnum):
    """What a limit holds for: one review, or all of a UTC day or month."""

    RUN = "review"
    DAY = "day"
    MONTH = "month"
    INSTALLATION_DAY = "installation's day"
    INSTALLATION_MONTH = "installation's month"


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that may be spent, in US dollars. None: no limit of that scope.

    `day_usd` and `month_usd` hold for this whole server, the other two for one installation of
    the App. Days and months are those of UTC.
    """

    run_usd: Decimal
    day_usd: Decimal | None = None
    month_usd: Decimal | None = None
    installation_day_usd: Decimal | None = None
    installation_month_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """What is left to spend, and whose limit leaves least."""

    usd: Decimal
    scope: Scope


class EntryState(StrEnum):
    """Where an entry stands, and so what of it counts against the limits."""

    RESERVED = "reserved"  # the call is on its way: its worst case counts
    SETTLED = "settled"  # the bill is known: its cost counts
    LOST = "lost"  # nobody saw the answer, which may have been billed: the worst case counts
    RELEASED = "released"  # it failed before anything could be billed: nothing counts


@dataclass(frozen=True, slots=True)
class Entry:
    """One model call, as the ledger knows it.

    `call` is its name within the run ("review:security"), `attempt` counts the tries of that call
    from 1. `reserved` is the worst case in dollars; None: the price is unknown, and counts as the
    whole budget of the run. `cost` None: not settled, or settled at an unknown price. `at` is
    seconds since 1970. `estimated` is our own count of the prompt's tokens before the call.
    `digest` names tier and prompt; `answer` is the completion as JSON where one came, so that it
    need not be bought again. `note` says in a clause why there is no answer.
    """

    run: str
    call: str
    attempt: int
    reviewer: str
    model: str
    reserved: Usd | None
    at: float
    installation_id: int | None = None
    digest: str = ""
    estimated: int = 0
    state: EntryState = EntryState.RESERVED
    usage: Usage = NO_TOKENS
    cost: Usd | None = None
    seconds: float = 0.0
    request_id: str = ""
    answer: str | None = None
    note: str = ""

    def counts(self, whole: Decimal) -> Decimal:
        """Dollars that count against the limits; `whole` stands in for a price nobody knows."""
        if self.state is EntryState.RELEASED:
            return Decimal(0)
        if self.state is EntryState.SETTLED and self.cost is not None:
            return self.cost
        return whole if self.reserved is None else self.reserved
