"""Many reviews that spend at the same time, and a second opinion on what they may.

Nothing here asks the ledger what counts: `Purse` adds up by itself what each call may have cost,
from the moment the ledger allowed it, and says at once when a limit was passed.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal, localcontext
from typing import Any

from bot.domain.ledger import Budget, Entry, EntryState, Scope
from bot.domain.money import Price as Known
from bot.domain.money import PriceStep, Usage, Usd
from bot.domain.money import cost as bill_of
from bot.ports.ledger import Ledger
from tests.store.entries import at

Spawn = Callable[[Coroutine[Any, Any, None]], None]
BEGIN = at("2026-01-31 20:00")
SPAN_S = 8 * 3600
"""Runs begin around the end of a month, so that days, months and calls cross it."""
ATTEMPTS = 4
LEAST = Decimal(1).scaleb(-12)


@dataclass
class Purse:
    """What may have been spent, by limit. `exact`: callers come one after the other."""

    exact: bool
    spent: dict[tuple[object, ...], Decimal]
    refusals: Counter[Scope]

    def limits(
        self, entry: Entry, budget: Budget
    ) -> dict[Scope, tuple[tuple[object, ...], Decimal]]:
        """Where the entry counts, and how much may count there."""
        when = datetime.fromtimestamp(entry.at, UTC)
        whose, day, month = entry.installation_id, when.date(), (when.year, when.month)
        all_ = {
            Scope.RUN: (("run", entry.run), budget.run_usd),
            Scope.DAY: (("day", day), budget.day_usd),
            Scope.MONTH: (("month", month), budget.month_usd),
        }
        if whose is not None:
            all_ |= {
                Scope.INSTALLATION_DAY: (("day", day, whose), budget.installation_day_usd),
                Scope.INSTALLATION_MONTH: (("month", month, whose), budget.installation_month_usd),
            }
        return {scope: (key, most) for scope, (key, most) in all_.items() if most is not None}

    def take(self, entry: Entry, budget: Budget, worst: Decimal) -> None:
        """The ledger allowed the call: its worst case may be spent from now on."""
        for key, most in self.limits(entry, budget).values():
            self.spent[key] = self.spent.get(key, Decimal(0)) + worst
            assert self.spent[key] <= most, f"{key} passed {most}"

    def give_back(self, entry: Entry, budget: Budget, amount: Decimal) -> None:
        """So much less than its worst case was spent."""
        for key, _ in self.limits(entry, budget).values():
            self.spent[key] -= amount

    def refuse(self, entry: Entry, budget: Budget, worst: Decimal, scope: Scope) -> None:
        """The ledger named a limit that the call does not fit."""
        self.refusals[scope] += 1
        if self.exact:
            key, most = self.limits(entry, budget)[scope]
            assert self.spent.get(key, Decimal(0)) + worst > most, f"{scope} had room"
        # Callers side by side: what one gave back meanwhile may have been there a moment ago.

    def left(self, entry: Entry, budget: Budget) -> Decimal:
        """What fits every limit."""
        limits = self.limits(entry, budget).values()
        return min(max(Decimal(0), most - self.spent.get(key, Decimal(0))) for key, most in limits)


@dataclass
class Town:
    """All that happens in one simulation, by chance from one seed."""

    ledger: Ledger
    budget: Budget
    seed: int
    purse: Purse
    turn: Callable[[], Awaitable[None]]
    spawn: Spawn

    def __post_init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.counts: dict[str, Decimal] = {}
        self.fates: Counter[str] = Counter()
        self.runs: dict[str, tuple[Budget, int | None, float]] = {}

    def run(self, number: int) -> list[Coroutine[Any, Any, None]]:
        """The calls of one review, each to be made side by side with all others."""
        chance = random.Random(f"{self.seed}:{number}")
        name = f"{chance.randrange(3)}-{number}-head-1"
        most = self.budget.run_usd * chance.choice((1, 1, Decimal("0.5")))
        budget = replace(self.budget, run_usd=most)
        began = BEGIN + chance.random() * SPAN_S
        self.runs[name] = (budget, chance.choice((None, 1, 2)), began)
        self.counts[name] = Decimal(0)
        return [
            self.call(name, f"review:{nth}", chance.randrange(2**32), ATTEMPTS)
            for nth in range(chance.randint(1, 5))
        ]

    async def call(self, run: str, call: str, seed: int, attempts: int) -> None:
        """One call until it is answered, refused or given up, as a worker makes it."""
        chance = random.Random(seed)
        budget, whose, when = self.runs[run]
        price, reserved, usage = _asked(chance)
        for nth in range(ATTEMPTS - attempts, ATTEMPTS):
            await self.turn()
            if await self.ledger.paid(run, call, "d"):
                return
            noted = Entry(run, call, 1, call, "m", reserved, when + 700 * nth + chance.random())
            noted = replace(noted, installation_id=whose, digest="d")
            # Unknown is not free: where nothing may be spent it does not fit either.
            whole = max(LEAST, budget.run_usd)
            worst = whole if reserved is None else _rounded_up(reserved)
            await self.turn()
            refused = await self.ledger.reserve(noted, budget)
            if refused:
                self.purse.refuse(noted, budget, worst, refused)
                return
            self.purse.take(noted, budget, worst)
            self.calls[run] += 1
            fate = chance.choice(FATES)
            self.fates[fate] += 1
            await self.turn()
            if fate == "comes back after its successor":
                self.spawn(self.call(run, call, seed + 1, ATTEMPTS - nth - 1))
                await self.turn()
                await self.turn()
            counts = await self._end(noted, fate, worst, bill_of(usage, price))
            self.counts[run] += counts
            if fate in ("answered", "comes back after its successor"):
                return

    async def _end(self, noted: Entry, fate: str, worst: Decimal, bill: Usd | None) -> Decimal:
        """How one attempt ends, and what it counts for."""
        budget = self.runs[noted.run][0]
        if fate == "killed":  # the next attempt is another worker's, which takes over
            return worst
        if fate == "billed without an answer":
            await self.ledger.settle(replace(noted, state=EntryState.LOST, note="timed out"))
            return worst
        if fate == "not billed":
            counts = Decimal(0)
            final = replace(noted, state=EntryState.RELEASED, note="overloaded")
        else:
            counts = worst if bill is None else bill
            final = replace(noted, state=EntryState.SETTLED, cost=bill, answer="{}")
        # First: whoever is told by the ledger that there is room must find it here.
        self.purse.give_back(noted, budget, worst - counts)
        await self.ledger.settle(final)
        return counts

    async def audit(self) -> None:
        """The ledger is the sum of its calls, to the last digit, and knows what is left."""
        for run, (budget, whose, when) in self.runs.items():
            entries = await self.ledger.of_run(run)
            assert len(entries) == self.calls[run]
            assert sum(each.counts(budget.run_usd) for each in entries) == self.counts[run]
            room = await self.ledger.room(run, whose, when, budget)
            asked = replace(Entry(run, "", 1, "", "", None, when), installation_id=whose)
            assert room.usd == self.purse.left(asked, budget)


FATES = (
    *["answered"] * 5,
    "not billed",
    "billed without an answer",
    "killed",
    "comes back after its successor",
)


def _asked(chance: random.Random) -> tuple[Known | None, Usd | None, Usage]:
    """A price (None: unknown), the worst case at it, and what is used, which costs no more."""
    if chance.random() < 0.08:
        return None, None, Usage(chance.randrange(10_000))
    known = Known((PriceStep(None, *(_up_to_ten(chance) for _ in range(4))),))
    most = Usage(*(chance.randrange(1, 9_000) for _ in range(4)))
    used = Usage(*(chance.randrange(0, each + 1) for each in _parts(most)))
    worst = bill_of(most, known)
    assert worst is not None
    # A count of ours is raised by what was seen before, which gives any number of digits.
    return known, Usd(worst * (1 + Decimal(chance.random()))), used


def _up_to_ten(chance: random.Random) -> Decimal:
    """Dollars per million tokens, with no decimals or up to six."""
    decimals = chance.randrange(7)
    return Decimal(chance.randrange(10 ** (decimals + 1) + 1)).scaleb(-decimals)


def _parts(usage: Usage) -> tuple[int, ...]:
    both = usage.cache_read_tokens, usage.cache_write_tokens
    return usage.input_tokens, usage.output_tokens, *both


def _rounded_up(amount: Decimal) -> Decimal:
    with localcontext(prec=60):
        return amount.quantize(LEAST, rounding=ROUND_CEILING)
