"""What is given up first when the worst case passes the budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.domain.finding import Category
from bot.domain.money import Price, Usage, cost
from bot.domain.plan import Assignment, Choice, Tier

LADDER = ("deep", "standard", "cheap")
"""Tiers by what they cost; one that is not here is never lowered."""

LEAST_VALUABLE_FIRST = (Category.QUALITY, Category.PERFORMANCE, Category.SECURITY)


@dataclass(frozen=True, slots=True)
class Seat:
    """A chosen reviewer at the planning table. `note` says what it had to give up."""

    choice: Choice
    tier: Tier
    paths: tuple[str, ...]
    note: str = ""

    @property
    def name(self) -> str:
        """The reviewer's name."""
        return self.choice.reviewer.name

    @property
    def value(self) -> int:
        """The higher, the later it is given up."""
        return LEAST_VALUABLE_FIRST.index(self.choice.reviewer.category)


def worst_case(assigned: Sequence[Assignment], budget: Decimal) -> Decimal:
    """Dollars the assignments may cost; one whose price is unknown counts as the whole budget."""
    return sum((_worst(each.estimate, budget) for each in assigned if each.paths), Decimal(0))


def _worst(estimate: Decimal | None, budget: Decimal) -> Decimal:
    if estimate is not None:
        return estimate
    return budget if budget > 0 else Decimal("Infinity")


def shed(
    seats: Sequence[Seat],
    assigned: Sequence[Assignment],
    tiers: Mapping[str, Tier],
    prices: Mapping[str, Price],
    budget: Decimal,
) -> tuple[list[Seat], tuple[Seat, str] | None]:
    """Give up one thing: a tier of the least valuable reviewer that has one to give, else itself.

    Returns the seats that stay, and the one that went with the reason.
    """
    pairs = sorted(zip(seats, assigned, strict=True), key=lambda pair: pair[0].value)
    for seat, assignment in pairs:
        lower = _cheaper(assignment, tiers, prices, budget)
        if lower is not None:
            asked = seat.choice.reviewer.tier
            note = f"on the {lower.name} tier instead of {asked}, to stay within ${budget}"
            return [
                replace(each, tier=lower, note=note) if each is seat else each for each in seats
            ], None
    seat, assignment = pairs[0]
    return [each for each in seats if each is not seat], (seat, _why(assignment, budget))


def _cheaper(
    assignment: Assignment,
    tiers: Mapping[str, Tier],
    prices: Mapping[str, Price],
    budget: Decimal,
) -> Tier | None:
    """The nearest lower tier that costs less for the same prompt, or None."""
    if assignment.tier.name not in LADDER:
        return None
    now = _worst(assignment.estimate, budget)
    for name in LADDER[LADDER.index(assignment.tier.name) + 1 :]:
        tier = tiers.get(name)
        if tier is not None:
            usage = Usage(assignment.prompt_tokens, tier.max_output_tokens)
            if _worst(cost(usage, prices.get(tier.model)), budget) < now:
                return tier
    return None


def _why(assignment: Assignment, budget: Decimal) -> str:
    if assignment.estimate is None:
        return (
            f"the price of {assignment.tier.model} is unknown and counts as the whole budget "
            f"of ${budget}"
        )
    return f"with it the review could cost more than the budget of ${budget}"
