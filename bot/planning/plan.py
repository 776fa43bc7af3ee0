"""Who reads what, with which model, for how much: the whole decision, before anything is paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bot.domain.money import ZERO, Price, Usage, Usd, cost, total
from bot.domain.plan import Assignment, Change, Choice, Plan, Skip, Tier
from bot.domain.pull import RepoPolicy, ReviewerPolicy
from bot.errors import ConfigError
from bot.planning.coverage import coverage
from bot.planning.fit import FRAME_TOKENS, Sizes, fitting, measure
from bot.planning.select import reads
from bot.planning.shed import Seat, shed, worst_case
from bot.planning.tokens import tokens

NO_KEY = "no model key: static analysers only"
NO_ANALYSER = "no static analyser reads it, and there is no model key"
DID_NOT_FIT = "did not fit into the model's context"
LEAST_CONTEXT = 100_000
"""Tokens a model takes at once where config/models.toml does not say."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the operator has: models, prices, a budget a review.

    `tiers` by name, `prices` by model (one that is missing is unknown, never free), `contexts` by
    model in tokens, prompt and answer together. `rules_text_tokens` is the text all reviewers
    share, before the change.
    """

    tiers: Mapping[str, Tier]
    prices: Mapping[str, Price]
    budget_usd: Decimal
    static_only: bool = False
    rules_text_tokens: int = 2_000
    contexts: Mapping[str, int] = field(default_factory=dict)

    def tier(self, name: str) -> Tier:
        """The tier of that name. Raises ConfigError."""
        if name not in self.tiers:
            raise ConfigError(
                f"a reviewer asks for the tier {name}, which config/models.toml does not have.",
                remedy=f"Name one of {', '.join(sorted(self.tiers)) or 'none'}, or add it there.",
            )
        return self.tiers[name]


def plan(choices: Sequence[Choice], change: Change, policy: RepoPolicy, desk: Desk) -> Plan:
    """Assign the chosen reviewers within the budget and the models' contexts.

    What is given up, and why, is in the plan: a lower tier in the assignment's reason, a dropped
    reviewer in `skipped`, a file without room in the coverage.
    """
    budget = desk.budget_usd
    if policy.budget_usd is not None:  # a repository may lower the operator's limit, never raise it
        budget = min(budget, policy.budget_usd)
    idle = tuple(Skip(each.reviewer.name, each.reason) for each in choices if each.chosen is False)
    chosen = [each for each in choices if each.chosen is not False]  # an open one reads
    if desk.static_only:
        return _static_only(chosen, idle, change, policy, budget)
    seats = [
        Seat(each, desk.tier(each.reviewer.tier), reads(each.reviewer, change, policy))
        for each in chosen
    ]
    return _within(_Case(change, policy, desk, budget), seats, idle)


def _static_only(
    chosen: Sequence[Choice],
    idle: tuple[Skip, ...],
    change: Change,
    policy: RepoPolicy,
    budget: Decimal,
) -> Plan:
    wanted = {path: None for each in chosen for path in reads(each.reviewer, change, policy)}
    # Without a model the analysers are the reviewers: what none of them reads is not read.
    read = {path for tool in change.tools for path in tool.paths}
    missed = {path: NO_ANALYSER for path in wanted if path not in read}
    return Plan(
        assignments=(),
        skipped=(*(Skip(each.reviewer.name, NO_KEY) for each in chosen), *idle),
        coverage=coverage(change, tuple(path for path in wanted if path in read), policy, missed),
        estimate=ZERO,
        static_only=True,
        budget_usd=budget,
    )


@dataclass(frozen=True, slots=True)
class _Case:
    change: Change
    policy: RepoPolicy
    desk: Desk
    budget: Decimal


def _within(case: _Case, seats: list[Seat], idle: tuple[Skip, ...]) -> Plan:
    """Shed until the worst case fits."""
    wanted = tuple({path: None for seat in seats for path in seat.paths})
    sizes = measure(case.change, case.policy, wanted)
    missed: dict[str, str] = {}
    dropped: list[Skip] = []
    while True:
        assigned = _assign(case, seats, sizes)
        if worst_case(assigned, case.budget) <= case.budget:
            break
        seats, gone = shed(seats, assigned, case.desk.tiers, case.desk.prices, case.budget)
        if gone is not None:
            seat, why = gone
            dropped.append(Skip(seat.name, why))
            missed |= {path: f"{seat.name} does not read it: {why}" for path in seat.paths}
    read = {path for each in assigned for path in each.paths}
    missed |= {path: DID_NOT_FIT for seat in seats for path in seat.paths if path not in read}
    running = tuple(each for each in assigned if each.paths)
    dropped += [
        Skip(each.reviewer.name, "none of its files fits into the model's context")
        for each in assigned
        if not each.paths
    ]
    return Plan(
        assignments=running,
        skipped=(*dropped, *idle),
        coverage=coverage(case.change, read, case.policy, missed),
        estimate=total(each.estimate for each in running),
        budget_usd=case.budget,
    )


def _assign(case: _Case, seats: Sequence[Seat], sizes: Sizes) -> tuple[Assignment, ...]:
    """One assignment a seat; those without room for any file have no paths.

    Every prompt shows the files of all reviewers, so that they share the vendor's cache: the
    smallest context among them decides how many files there are.
    """
    briefs = [_brief_tokens(case, seat) for seat in seats]
    rooms = [
        case.desk.contexts.get(seat.tier.model, LEAST_CONTEXT) - seat.tier.max_output_tokens - brief
        for seat, brief in zip(seats, briefs, strict=True)
    ]
    wanted = {path for seat in seats for path in seat.paths}
    ordered = tuple(file.path for file in case.change.patch.files if file.path in wanted)
    risky = frozenset(signal.path for signal in case.change.signals)
    shown = fitting(ordered, sizes, min(rooms, default=0), risky)
    shared = sizes.of(shown)
    return tuple(
        _assignment(case, seat, shown, shared + brief)
        for seat, brief in zip(seats, briefs, strict=True)
    )


def _assignment(case: _Case, seat: Seat, shown: Sequence[str], prompt_tokens: int) -> Assignment:
    usage = Usage(input_tokens=prompt_tokens, output_tokens=seat.tier.max_output_tokens)
    estimate: Usd | None = cost(usage, case.desk.prices.get(seat.tier.model))
    return Assignment(
        reviewer=seat.choice.reviewer,
        tier=seat.tier,
        paths=tuple(path for path in shown if path in seat.paths),
        reason="; ".join(filter(None, (seat.choice.reason, seat.note))),
        instructions=_instructions(case.policy, seat.name),
        prompt_tokens=prompt_tokens,
        estimate=estimate,
    )


def _instructions(policy: RepoPolicy, reviewer: str) -> str:
    return policy.reviewers.get(reviewer, ReviewerPolicy()).instructions


def _brief_tokens(case: _Case, seat: Seat) -> int:
    """All of one prompt but the part the reviewers share: rules, frame, brief, names of files."""
    own = (seat.choice.reviewer.brief, _instructions(case.policy, seat.name), *seat.paths)
    return case.desk.rules_text_tokens + FRAME_TOKENS + tokens("\n".join(own))
