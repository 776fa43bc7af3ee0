"""Whatever models say, cost and fail to say: what a review promises holds."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from bot.domain.finding import Category, Severity
from bot.domain.ledger import Budget
from bot.domain.money import Price, PriceStep
from bot.domain.plan import Reviewer, Tier
from bot.domain.pull import RepoPolicy, ReviewerPolicy, Run
from bot.planning.desk import Desk
from bot.reviewing.caching import Worth
from bot.reviewing.calling import Patience
from bot.service.case import Case
from bot.service.house import House, PanelLimits
from tests.planning.changes import CALLS, NOBODY
from tests.reviewing.court import briefs
from tests.service import promises
from tests.service.pulls import Pull, opened
from tests.service.sayings import ODD, Temper
from tests.service.simulated import FAILURES, Walk, World, simulate

TIERS = {
    "deep": Tier("deep", "m-deep", "high", 3_000, "standard"),
    "standard": Tier("standard", "m-standard", "medium", 2_000, "cheap"),
    "cheap": Tier("cheap", "m-cheap", None, 1_000, "standard"),
}


def reviewer(name: str, about: Category, floor: Severity, most: int, *tiers: str) -> Reviewer:
    low, tier, high = tiers
    calls = CALLS[about.value]
    return Reviewer(name, about, tier, calls, NOBODY, floor, most, f"Look for {name}.", low, high)


REVIEWERS = (
    reviewer("security", Category.SECURITY, Severity.LOW, 3, "cheap", "standard", "deep"),
    reviewer("performance", Category.PERFORMANCE, Severity.MEDIUM, 2, "cheap", "cheap", "standard"),
    reviewer("quality", Category.QUALITY, Severity.LOW, 4, "cheap", "standard", "standard"),
    reviewer("habits", Category.QUALITY, Severity.LOW, 2, "cheap", "cheap", "cheap"),
)
BRIEFS = briefs()
END_OF_MONTH = 1_769_896_800.0
"""2026-01-31 22:00 UTC: two hours before a day and a month end."""


def dollars(*amounts: str) -> st.SearchStrategy[Decimal | None]:
    limits = tuple(map(Decimal, amounts))
    return st.sampled_from((*(None,) * 4 * len(limits), *limits))


BUDGETS = st.builds(
    Budget,
    run_usd=st.sampled_from(tuple(map(Decimal, (*["100"] * 9, "2", "0.3", "0.1", "0.03", "0")))),
    day_usd=dollars("0.2", "0.8", "3", "0.000001"),
    month_usd=dollars("0.5", "2", "9"),
    installation_day_usd=dollars("0.1", "0.7", "3.000001"),
    installation_month_usd=dollars("0.2", "1.5", "6.5"),
)
RATES = st.sampled_from(tuple(map(Decimal, ("0.5", "0", "0.000001", "2", "10.25", "31.4"))))
STEPS = st.builds(PriceStep, st.none(), RATES, RATES, RATES, RATES)
KNOWN = st.lists(STEPS, min_size=1, max_size=3).map(
    lambda steps: Price(
        tuple(
            PriceStep(up_to, each.input, each.output, each.cache_write, each.cache_read)
            for each, up_to in zip(steps, (*(900, 2_500)[: len(steps) - 1], None), strict=True)
        )
    )
)
PRICES = st.builds(
    lambda price, known: price if known else None, KNOWN, st.sampled_from((*[True] * 11, False))
)
TEMPERS = st.builds(
    Temper,
    odds=st.sampled_from((0.0, 0.1, 0.2, 0.4, 0.6, 0.95)),
    odd=st.lists(st.sampled_from((*ODD, *FAILURES)), unique=True, min_size=1, max_size=9).map(
        tuple
    ),
)


@dataclass(frozen=True)
class Drawn:
    """One world before it begins. `pulls`, `heads`: how many, and heads of each."""

    budget: Budget
    prices: tuple[Price | None, Price | None, Price | None]
    temper: Temper
    votes: int
    at_once: int
    attempts: int
    part_tokens: int
    context: int
    worth: Decimal
    reviewers: int
    deaths: int
    pulls: int
    heads: int
    seed: int

    def world(self) -> World:
        prices = zip((each.model for each in TIERS.values()), self.prices, strict=True)
        known = {model: price for model, price in prices if price is not None}
        models = [each.model for each in TIERS.values()]
        desk = Desk(
            TIERS,
            known,
            self.budget.run_usd,
            rules_text_tokens=100,
            contexts=dict.fromkeys(models, self.context),
            part_tokens=self.part_tokens,
        )
        house = House(
            REVIEWERS[: self.reviewers],
            desk,
            self.budget,
            rules="Report what is true.",
            triage="Decide who reads.",
            briefs=BRIEFS,
            key=b"k" * 32,
            defaults=RepoPolicy(),
            version="1",
            panel=PanelLimits(self.at_once, self.votes),
            patience=Patience(self.attempts),
            worth=Worth(self.worth, dict.fromkeys(models, 0)),
        )
        return World(house, self.temper, self.seed, END_OF_MONTH)


WORLDS = st.builds(
    Drawn,
    budget=BUDGETS,
    prices=st.tuples(PRICES, PRICES, PRICES),
    temper=TEMPERS,
    votes=st.sampled_from(range(6)),
    at_once=st.sampled_from((8, 1, 2)),
    attempts=st.integers(1, 3),
    part_tokens=st.sampled_from((40_000, 600, 1_200)),
    context=st.sampled_from((100_000, 100_000, 100_000, 7_000)),
    worth=st.sampled_from((Decimal("0.05"), Decimal(0))),
    reviewers=st.sampled_from((2, 3, 4)),
    deaths=st.sampled_from((0, 1, 2)),
    pulls=st.sampled_from((1, 2, 3, 4)),
    heads=st.sampled_from((1, 2, 3)),
    seed=st.integers(0, 2**32),
)


def policy(chance: random.Random) -> RepoPolicy:
    return RepoPolicy(
        reviewers={"performance": ReviewerPolicy(chance.choice((Run.AUTO, Run.ALWAYS)))},
        fail_at=chance.choice((*Severity, Severity.HIGH, None)),
        max_comments=chance.choice((0, 2, 10)),
        ignore=chance.choice(((), (), ("lib/**",))),
        budget_usd=chance.choice((None, None, None, Decimal("0.05"))),
    )


def case_of(pull: Pull, wishes: RepoPolicy, installation: int | None) -> Case:
    head = pull.heads[-1]
    run = f"7-{pull.number}-{head}-1"
    return Case(run, pull.change(), wishes, head, 7, pull.number, installation)


async def of_pull(drawn: Drawn, world: World, number: int) -> None:
    """The heads of one pull request, one after the other."""
    chance = random.Random(f"pull {drawn.seed} {number}")
    pull, wishes, whose = opened(number, chance), policy(chance), chance.choice((None, 1, 2))
    for nth in range(drawn.heads):
        how = chance.choice(("same", "formatted", "changed", "changed")) if nth else "same"
        pull.push(chance, how)
        deaths = [chance.randint(1, 60) for _ in range(chance.randint(0, drawn.deaths))]
        walk = Walk(world, case_of(pull, wishes, whose), pull.rows(), dict(pull.files), deaths)
        world.walks.append(walk)
        review = await walk.live()
        posted = [each.finding.fingerprint for each in review.landed if each.anchor]
        await world.memory.comment(7, number, posted)


async def all_of(drawn: Drawn, world: World) -> None:
    """Every pull request of a world side by side."""
    import asyncio

    await asyncio.gather(*(of_pull(drawn, world, nth) for nth in range(1, drawn.pulls + 1)))


def live(drawn: Drawn) -> World:
    world = drawn.world()
    simulate(all_of(drawn, world))
    return world


def many(worlds: int, shard: int) -> Counter[str]:
    """Let so many worlds live; what happened in them."""
    happened: Counter[str] = Counter()

    @seed(shard)
    @settings(deadline=None, max_examples=worlds, database=None, phases=(Phase.generate,))
    @given(WORLDS)
    def each(drawn: Drawn) -> None:
        world = live(drawn)
        for promise in promises.ALL:
            promise(world)
        happened.update(world.happened)
        happened["runs"] += len(world.walks)
        happened.update(f"verdict {each.review.verdict}" for each in world.walks if each.review)

    each()
    return happened


def many_runs(worlds: int, shard: int) -> None:
    """So many worlds keep every promise, and each verdict has come of them."""
    happened = many(worlds, shard)
    assert happened["runs"] >= worlds
    assert len([key for key in happened if key.startswith("verdict ")]) == 3, happened


def test_whatever_happens_the_promises_hold() -> None:
    many_runs(40, 0)


@pytest.mark.full
@pytest.mark.parametrize("shard", [1, 2, 6, *range(9, 15)])
def test_whatever_happens_in_thousands_of_runs_the_promises_hold(shard: int) -> None:
    many_runs(300, shard)
