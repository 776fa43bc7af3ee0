"""How we answer people: how often, with which model, for how much at most."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bot.domain.wishes import Limit

DAY_S = 24 * 3600.0
DENIED = Limit(1, 3600.0)
"""Told once an hour to each person on each pull request; the reaction says it every time."""


@dataclass(frozen=True, slots=True)
class Replies:
    """How answers are given. Source: config/defaults.toml, [replies].

    `per_pull`: answers about findings on one pull request in a day. `usd`: the most that a model's
    part of one answer may cost. `tier` names who is asked, `rules` is what it is told.
    """

    per_pull: int
    usd: Decimal
    tier: str
    rules: str

    @property
    def limit(self) -> Limit:
        """The answers of a day."""
        return Limit(self.per_pull, DAY_S)
