"""Entries and budgets in a few words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bot.domain.ledger import Budget, Entry, EntryState
from bot.domain.money import Usd


def at(text: str) -> float:
    """Seconds since 1970 of a time in UTC, as in "2026-01-31 23:59:59.5"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


NOON = at("2026-01-15 12:00")


def usd(amount: str) -> Usd:
    """Dollars."""
    return Usd(Decimal(amount))


def entry(reserved: str | None, run: str = "7-1-abc-1", call: str = "a", **more: Any) -> Entry:
    """A call about to be made."""
    made = Entry(run, call, 1, "security", "m", None if reserved is None else usd(reserved), NOON)
    return replace(made, **more)


def bill(noted: Entry, cost: str | None, **more: Any) -> Entry:
    """The same call with its answer and its bill."""
    amount = None if cost is None else usd(cost)
    return replace(noted, **{"state": EntryState.SETTLED, "cost": amount, "answer": "{}", **more})


def budget(run: str = "1000", **more: str) -> Budget:
    """Limits by the first words of their names: `day`, `month`, `installation_day` and so on."""
    return Budget(Decimal(run), **{f"{name}_usd": Decimal(text) for name, text in more.items()})
