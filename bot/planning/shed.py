"""What is given up first when the worst case passes the budget: tier, then context, then seats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.domain.finding import Category
from bot.domain.money import Price, worst_case
from bot.domain.plan import Assignment, Choice, Risk, Tier, Width

LADDER = ("deep", "standard", "cheap")
"""Tiers by what they cost; one that is not here is never lowered."""

LEAST_VALUABLE_FIRST = (Category.QUALITY, Category.PERFORMANCE, Category.SECURITY)
RISKS = tuple(Risk)

NARROWER = {Width.DEFINITIONS: Width.FUNCTIONS, Width.FUNCTIONS: Width.HUNKS}
WIDTHS = {
    Width.FUNCTIONS: "the definitions the change calls are not shown",
    Width.HUNKS: "only the changed hunks are shown, not the functions around them",
}


@dataclass(frozen=True, slots=True)
class Seat:
    """A chosen reviewer at one part of the change. `note` says what it had to give up.

    `part` is the part's number, 0 where there is one. `risky` counts the part's signals.
    """

    choice: Choice
    tier: Tier
    paths: tuple[str, ...]
    part: int = 0
    risky: int = 0
    note: str = ""

    @property
    def name(self) -> str:
        """The reviewer's name."""
        return self.choice.reviewer.name

    @property
    def value(self) -> tuple[int, int, int, int]:
        """The higher, the later it is given up."""
        kind = LEAST_VALUABLE_FIRST.index(self.choice.reviewer.category)
        return kind, RISKS.index(self.choice.risk), self.risky, -self.part


@dataclass(frozen=True, slots=True)
class Table:
    """Who sits there, and how much code around the change they are shown."""

    seats: tuple[Seat, ...]
    width: Width = Width.DEFINITIONS


@dataclass(frozen=True, slots=True)
class Limit:
    """What the worst case must stay within, and what to call it ("the budget")."""

    usd: Decimal
    name: str = "the budget"

    def __str__(self) -> str:
        return f"{self.name} of ${self.usd}"


def total_worst(assigned: Sequence[Assignment], limit: Limit) -> Decimal:
    """Dollars the assignments may cost; one whose price is unknown counts as the whole limit."""
    return sum((_worst(each.estimate, limit) for each in assigned if each.paths), Decimal(0))


def _worst(estimate: Decimal | None, limit: Limit) -> Decimal:
    if estimate is not None:
        return estimate
    return limit.usd if limit.usd > 0 else Decimal("Infinity")


def shed(
    table: Table,
    assigned: Sequence[Assignment],
    tiers: Mapping[str, Tier],
    prices: Mapping[str, Price],
    limit: Limit,
) -> tuple[Table, tuple[Seat, str] | None]:
    """Give up one thing, the least valuable first.

    A tier while a seat has one to give; then the code around the change, for all; then a seat.
    Returns the table that stays, and the seat that went with the reason.
    """
    pairs = sorted(zip(table.seats, assigned, strict=True), key=lambda pair: pair[0].value)
    for seat, assignment in pairs:
        lower = _cheaper(assignment, tiers, prices, limit)
        if lower is not None:
            was = seat.choice.reviewer.tier_for(seat.choice.risk)
            note = f"on the {lower.name} tier instead of {was}, to stay within {limit}"
            lowered = replace(seat, tier=lower, note=note)
            seats = tuple(lowered if each is seat else each for each in table.seats)
            return replace(table, seats=seats), None
    if table.width in NARROWER:
        return replace(table, width=NARROWER[table.width]), None
    seat, assignment = pairs[0]
    seats = tuple(each for each in table.seats if each is not seat)
    return replace(table, seats=seats), (seat, _why(assignment, limit))


def _cheaper(
    assignment: Assignment, tiers: Mapping[str, Tier], prices: Mapping[str, Price], limit: Limit
) -> Tier | None:
    """The nearest lower tier that costs less for the same prompt, or None."""
    if assignment.tier.name not in LADDER:
        return None
    now = _worst(assignment.estimate, limit)
    for name in LADDER[LADDER.index(assignment.tier.name) + 1 :]:
        tier = tiers.get(name)
        if tier is not None:
            price = prices.get(tier.model)
            then = worst_case(assignment.prompt_tokens, tier.max_output_tokens, price)
            if _worst(then, limit) < now:
                return tier
    return None


def _why(assignment: Assignment, limit: Limit) -> str:
    if assignment.estimate is None:
        return f"the price of {assignment.tier.model} is unknown and counts as the whole of {limit}"
    return f"with it the review could cost more than {limit}"
