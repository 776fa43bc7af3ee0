"""Ways of reviewing one change, each with the bill of its calls: two plain ones, and the product's.

The plain ones are three reviewers, told the same rules and briefs as ours, each of whom is given
everything. Ours is the real `Judge` from the choice of reviewers to the verdict.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from benchmarks.changes import Subject
from benchmarks.reviewer import Habits, PlausibleModel
from bot.domain.ledger import Budget
from bot.domain.money import Usage, cost
from bot.domain.patch import Patch
from bot.domain.plan import Assignment, Change, Choice, Tier
from bot.domain.review import Call, Failed, Review
from bot.engine.steps import KeptSteps
from bot.guard.material import boundary, visible, wrap
from bot.ports.model import Prompt
from bot.reviewing.asking import Ask
from bot.reviewing.prompt import brief
from bot.reviewing.reply import schema
from bot.reviewing.static import by_tools_alone
from bot.service.case import Case
from bot.service.house import House
from bot.service.judging import Judge
from bot.store.ledger_memory import LedgerInMemory
from bot.store.memories_in_memory import MemoryInMemory
from bot.store.memory import RunsInMemory, TextsInMemory
from bot.store.opinions_in_memory import OpinionsInMemory

KEY = b"benchmark"
"""Makes the boundaries the same every time."""

PLENTY = Decimal(1_000)
"""Dollars a review may cost here: nothing is saved by giving something up for the budget."""

STAGES = ("triage", "review", "refute", "vote", "synthesis")


@dataclass(frozen=True, slots=True)
class Paid:
    """One call: its stage, its tier's model, its tokens and its dollars."""

    stage: str
    model: str
    usage: Usage
    usd: Decimal


@dataclass(frozen=True, slots=True)
class Bill:
    """The calls of one change.

    `said` and `stand` count findings, `thoughts` how often somebody thought about a claim,
    `readers` who read, `parts` those of a large change; 0 for the plain ways.
    """

    calls: tuple[Paid, ...]
    said: int = 0
    stand: int = 0
    thoughts: int = 0
    readers: int = 0
    parts: int = 0

    @property
    def usd(self) -> Decimal:
        """Dollars of all calls."""
        return sum((each.usd for each in self.calls), Decimal(0))

    def without(self, *stages: str) -> Bill:
        """The same review, had nobody been asked in these stages."""
        return replace(self, calls=tuple(each for each in self.calls if each.stage not in stages))


class Unsound(RuntimeError):
    """The model's answers did not do what the comparison takes for granted."""


def in_plenty(house: House) -> House:
    """The operator's house with a fixed key, a model's key, and no limit that binds."""
    desk = replace(house.desk, budget_usd=PLENTY, static_only=False, left=None)
    policy = replace(house.defaults, budget_usd=None)
    return replace(house, key=KEY, desk=desk, budget=Budget(PLENTY), defaults=policy)


def on_one_tier(house: House, name: str = "standard") -> House:
    """The same house, with one model and effort behind the name of every tier."""
    one = house.desk.tier(name)
    tiers = {each: replace(one, name=each, fallback="") for each in house.desk.tiers}
    return replace(house, desk=replace(house.desk, tiers=tiers))


# The plain ways.


def whole_files(heads: Mapping[str, str]) -> str:
    """Every file whole, each under its name."""
    return "\n".join(f"## {path}\n{text}" for path, text in heads.items())


async def everyone(
    house: House, material: str, paths: Sequence[str], habits: Habits, *, cache: bool = False
) -> Bill:
    """Each reviewer there is reads `material`, all of it, on the standard tier.

    `cache`: one goes first, the others read what it wrote.
    """
    tier, mark = house.desk.tier("standard"), boundary(KEY, "plain")
    model = PlausibleModel(habits, house.worth.minima)
    shared = wrap("change", visible(material), mark)
    asked = []
    for each in house.reviewers:
        share = Assignment(each, tier, tuple(paths), "", "", 0, None)
        prompt = Prompt(tier, house.rules.strip(), shared, brief(share, mark), schema(), cache)
        asked.append(prompt)
    answers = [await model.complete(asked[0])]  # what it wrote, the others can read
    answers += await asyncio.gather(*map(model.complete, asked[1:]))
    usages = [each.usage for each in answers]
    return Bill(tuple(Paid("review", tier.model, each, _usd(house, tier, each)) for each in usages))


def _usd(house: House, tier: Tier, usage: Usage) -> Decimal:
    usd = cost(usage, house.desk.prices.get(tier.model))
    if usd is None:
        raise Unsound(f"{tier.model} has no price in config/pricing.toml")
    return usd


# Ours.


@dataclass(frozen=True, slots=True)
class Without:
    """Ours, with one mechanism switched off. Each field changes what the next stage is given.

    `whole` the change before anybody is chosen, `choices` who was chosen, `shown` the change from
    there on. `matters` says, from the change and the bill of ours, whether it can differ at all:
    where it cannot, that is not computed again.
    """

    name: str
    house: Callable[[House], House] = lambda house: house
    whole: Callable[[Change], Change] = lambda change: change
    choices: Callable[[tuple[Choice, ...]], tuple[Choice, ...]] = lambda choices: choices
    shown: Callable[[Change], Change] = lambda change: change
    matters: Callable[[Change, Bill], bool] = lambda change, bill: bool(bill.calls)


NOTHING = Without("nothing")


@dataclass(frozen=True)
class Measured(Judge):
    """The judge with a mechanism less. `whole` is what reviewers are chosen by."""

    less: Without = field(default=NOTHING)
    whole: Change = field(default_factory=lambda: Change(Patch()))

    def _choices(self, case: Case) -> tuple[Choice, ...]:
        return self.less.choices(super()._choices(replace(case, change=self.whole)))

    async def _settled(
        self, ask: Ask, case: Case, choices: tuple[Choice, ...]
    ) -> tuple[tuple[Choice, ...], tuple[str, ...]]:
        return await super()._settled(ask, replace(case, change=self.whole), choices)


@dataclass(frozen=True, slots=True)
class Ours:
    """The product, as `house` has it. `high_every`: every so many changes one finding is high."""

    house: House
    habits: Habits
    high_every: int = 0
    less: Without = field(default=NOTHING)

    async def bill(self, subject: Subject, number: int) -> Bill:
        """Review the change with that number (from 1). Raises Unsound."""
        house = self.less.house(self.house)
        model = PlausibleModel(self.habits, house.worth.minima)
        model.high = bool(self.high_every) and number % self.high_every == 0
        whole = self.less.whole(subject.change)
        judge = Measured(
            house=house,
            model=model,
            ledger=LedgerInMemory(),
            memory=MemoryInMemory(),
            texts=TextsInMemory(),
            runs=RunsInMemory(),
            now=lambda: 0.0,
            sleep=_no_time,
            opinions=OpinionsInMemory(),
            less=self.less,
            whole=whole,
        )
        # Without a pull request: nothing was read before, everything is new.
        case = Case(f"run-{number}", self.less.shown(whole), house.defaults)
        review = await judge(KeptSteps(sleep=_no_time), case)
        _check(review, self.habits)
        calls = tuple(map(_paid, review.calls))
        return Bill(
            calls,
            said=model.said,
            stand=sum(not by_tools_alone(each) for each in review.findings),
            thoughts=model.thoughts,
            readers=len({each.reviewer.name for each in review.plan.assignments}),
            parts=len(review.plan.parts),
        )


async def _no_time(seconds: float) -> None:
    """Nothing fails here, so that nobody waits."""


def _paid(call: Call) -> Paid:
    if call.cost is None:
        raise Unsound(f"{call.model} has no price in config/pricing.toml")
    stage = call.name.partition(":")[0]
    if stage not in STAGES:
        raise Unsound(f"{call.name} is a call nobody planned for: an answer was not usable")
    return Paid(stage, call.model, call.usage, call.cost)


def _check(review: Review, habits: Habits) -> None:
    """Every reviewer answered, and every claim stands, is united with another, or was refuted."""
    failed = [each.why for each in review.outcomes if isinstance(each, Failed)]
    if failed:
        raise Unsound(f"a reviewer failed: {failed[0]}")
    aside = [each.why for each in review.set_aside if not by_tools_alone(each.finding)]
    lost = [why for why in aside if not (habits.refuted and why.startswith("refuted: "))]
    if lost:
        raise Unsound(f"a claim was set aside: {lost[0]}")
    if any("was not checked" in note or "failed" in note for note in review.notes):
        raise Unsound(f"a judge failed: {review.notes}")
