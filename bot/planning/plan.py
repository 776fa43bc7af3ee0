"""Who reads what, with which model, for how much: the whole decision, before anything is paid."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache

from bot.diff.allowance import ALLOWANCE, fitting_definitions
from bot.diff.tokens import tokens
from bot.domain.money import ZERO, Price, total, worst_case
from bot.domain.patch import FileDiff
from bot.domain.plan import Assignment, Change, Choice, Part, Plan, Skip, Tier, Width
from bot.domain.pull import RepoPolicy, ReviewerPolicy
from bot.errors import ConfigError
from bot.planning.coverage import coverage
from bot.planning.fit import FRAME_TOKENS, Sizes, fitting, measure
from bot.planning.parts import parts
from bot.planning.select import reads
from bot.planning.shed import WIDTHS, Limit, Seat, Table, shed, total_worst

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
    share, before the change. A change of more than `part_tokens` is read in parts; a prompt has
    room for `definition_tokens` of what the change calls. `bias` is what our estimate of a
    model's tokens is raised by, from what was seen; `counted` is the vendor's own count of a
    prompt's tokens by our estimate, 1 where nobody asked. `left` is what other limits than the
    review's leave, with their name; None: nothing binds.
    """

    tiers: Mapping[str, Tier]
    prices: Mapping[str, Price]
    budget_usd: Decimal
    static_only: bool = False
    rules_text_tokens: int = 2_000
    contexts: Mapping[str, int] = field(default_factory=dict)
    part_tokens: int = 40_000
    definition_tokens: int = ALLOWANCE
    bias: Mapping[str, float] = field(default_factory=dict)
    counted: float = 1.0
    left: Limit | None = None

    def tier(self, name: str) -> Tier:
        """The tier of that name. Raises ConfigError."""
        if name not in self.tiers:
            raise ConfigError(
                f"a reviewer asks for the tier {name}, which config/models.toml does not have.",
                remedy=f"Name one of {', '.join(sorted(self.tiers)) or 'none'}, or add it there.",
            )
        return self.tiers[name]

    def limit(self, policy: RepoPolicy) -> Limit:
        """The least of what binds. A repository may lower the operator's limit, never raise it."""
        budget = self.budget_usd
        if policy.budget_usd is not None:
            budget = min(budget, policy.budget_usd)
        return self.left if self.left is not None and self.left.usd < budget else Limit(budget)

    def weigh(self, prompt_tokens: int, model: str) -> int:
        """Our estimate of a prompt as this model is known to count it."""
        return int(prompt_tokens * self.counted * self.bias.get(model, 1.0)) + 1


def plan(choices: Sequence[Choice], change: Change, policy: RepoPolicy, desk: Desk) -> Plan:
    """Assign the chosen reviewers within the budget and the models' contexts.

    A choice the rules left open counts as chosen. What is given up, and why, is in the plan: a
    lower tier in the assignment's reason, less context in the notes, a dropped reviewer in
    `skipped`, a file without room in the coverage.
    """
    limit = desk.limit(policy)
    if desk.static_only:
        return _static_only(choices, change, policy, limit.usd)
    return _within(_Case(change, policy, desk, limit), choices)


def _static_only(
    choices: Sequence[Choice], change: Change, policy: RepoPolicy, budget: Decimal
) -> Plan:
    idle = tuple(Skip(each.reviewer.name, each.reason) for each in choices if each.chosen is False)
    chosen = [each for each in choices if each.chosen is not False]
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
    """One planning. `weighed` keeps what was measured: weighing a large change takes a second."""

    change: Change
    policy: RepoPolicy
    desk: Desk
    limit: Limit
    weighed: dict[Width, Sizes] = field(default_factory=dict)

    def sizes(self, paths: Sequence[str], width: Width) -> Sizes:
        """Tokens of what is shown of `paths`, which are the same at every call."""
        if width not in self.weighed:
            self.weighed[width] = measure(
                self.change, self.policy, paths, width, self.desk.definition_tokens
            )
        return self.weighed[width]


@dataclass(frozen=True, slots=True)
class _Given:
    """What was given up on the way: seats with their reason, and by path who does not read it."""

    skipped: tuple[Skip, ...] = ()
    missed: Mapping[str, str] = field(default_factory=dict)

    def seat(self, seat: Seat, why: str) -> _Given:
        where = f" part {seat.part}" if seat.part else ""
        missed = {path: f"{seat.name} does not read it: {why}" for path in seat.paths}
        return _Given((*self.skipped, Skip(seat.name + where, why)), {**self.missed, **missed})


def _within(case: _Case, choices: Sequence[Choice]) -> Plan:
    """Shed until the worst case fits."""
    idle = tuple(Skip(each.reviewer.name, each.reason) for each in choices if each.chosen is False)
    table, shares = _seated(case, [each for each in choices if each.chosen is not False])
    given, cut = _Given(), False
    while True:
        assigned = _assign(case, table)
        if total_worst(assigned, case.limit) <= case.limit.usd:
            break
        cut = True
        table, gone = shed(table, assigned, case.desk.tiers, case.desk.prices, case.limit)
        if gone is not None:
            given = given.seat(*gone)
    for seat, each in zip(table.seats, assigned, strict=True):
        if not each.paths:
            why = "none of its files fits into the model's context"
            given = replace(given, skipped=(*given.skipped, Skip(seat.name, why)))
    read = {path for each in assigned for path in each.paths}
    lost = {path: DID_NOT_FIT for seat in table.seats for path in seat.paths if path not in read}
    running = tuple(each for each in assigned if each.paths)
    return Plan(
        assignments=running,
        skipped=(*given.skipped, *idle),
        coverage=coverage(case.change, read, case.policy, {**given.missed, **lost}),
        estimate=total(each.estimate for each in running),
        budget_usd=case.limit.usd,
        parts=shares,
        notes=_notes(case, table, read),
        width=table.width,
        cut=cut,
        allowance=case.desk.definition_tokens,
        everyone_tokens=_everyone(case, choices),
    )


def _everyone(case: _Case, choices: Sequence[Choice]) -> int:
    """Tokens to show the whole diff, whatever its kinds of file, to every reviewer there is."""
    whole = sum(_diff_tokens(file) for file in case.change.patch.files)
    frame = case.desk.rules_text_tokens + FRAME_TOKENS
    return sum(frame + _weight(each.reviewer.brief) + whole for each in choices)


def _diff_tokens(file: FileDiff) -> int:
    rows = (row for hunk in file.hunks for row in hunk.body)
    return tokens("\n".join((file.path, *rows)))


def _notes(case: _Case, table: Table, read: Collection[str]) -> tuple[str, ...]:
    said = [f"Not shown: {each}." for each in case.change.not_shown]
    if table.width is Width.DEFINITIONS:
        _, left_out = fitting_definitions(case.change, read, case.desk.definition_tokens)
        if left_out:
            said.append(f"Of what the change calls there was no room for {', '.join(left_out)}.")
    if case.limit is case.desk.left:
        said.append(f"Only ${case.limit.usd} may be spent: that is what {case.limit.name} leaves.")
    if table.width in WIDTHS:
        said.append(f"To stay within {case.limit}, {WIDTHS[table.width]}.")
    return tuple(said)


def _seated(case: _Case, chosen: Sequence[Choice]) -> tuple[Table, tuple[Part, ...]]:
    """A seat for each chosen reviewer, in each part that holds a file it reads."""
    shares = [(each, reads(each.reviewer, case.change, case.policy)) for each in chosen]
    wanted = {path for _, paths in shares for path in paths}
    ordered = tuple(file.path for file in case.change.patch.files if file.path in wanted)
    found: tuple[Part, ...] = ()
    if ordered:
        sizes = case.sizes(ordered, Table(()).width)
        found = parts(case.change, ordered, sizes.files, case.desk.part_tokens)
    risky = [signal.path for signal in case.change.signals]
    seats = []
    for part in found or (Part(0, "", ordered),):
        mine = frozenset(part.paths)
        count = sum(path in mine for path in risky)
        for choice, paths in shares:
            own = tuple(path for path in paths if path in mine)
            tier = case.desk.tier(choice.reviewer.tier_for(choice.risk))
            if own:
                seats.append(Seat(choice, tier, own, part.number, count))
    return Table(tuple(seats)), found


def _assign(case: _Case, table: Table) -> tuple[Assignment, ...]:
    """One assignment a seat, in the table's order; those without room for any file have no paths.

    The smallest context among a part's reviewers decides how many of its files there are.
    """
    wanted = tuple({path: None for seat in table.seats for path in seat.paths})
    sizes = case.sizes(wanted, table.width)
    made: dict[int, Assignment] = {}
    for part in dict.fromkeys(seat.part for seat in table.seats):
        mine = [(nth, seat) for nth, seat in enumerate(table.seats) if seat.part == part]
        shown = _shown(case, [seat for _, seat in mine], sizes)
        made |= {nth: _assignment(case, seat, shown, sizes) for nth, seat in mine}
    return tuple(made[nth] for nth in range(len(table.seats)))


def _shown(case: _Case, seats: Sequence[Seat], sizes: Sizes) -> tuple[str, ...]:
    """The files of one part there is room for."""
    desk = case.desk
    rooms = []
    for seat in seats:
        model = seat.tier.model
        room = desk.contexts.get(model, LEAST_CONTEXT) - seat.tier.max_output_tokens
        rooms.append(room / desk.weigh(1_000, model) * 1_000 - _brief_tokens(case, seat))
    wanted = {path for seat in seats for path in seat.paths}
    ordered = tuple(file.path for file in case.change.patch.files if file.path in wanted)
    risky = frozenset(signal.path for signal in case.change.signals)
    return fitting(ordered, sizes, int(min(rooms)), risky)


def _assignment(case: _Case, seat: Seat, shown: Sequence[str], sizes: Sizes) -> Assignment:
    desk, model = case.desk, seat.tier.model
    paths = tuple(path for path in shown if path in seat.paths)
    weight = desk.weigh(sizes.of(paths) + _brief_tokens(case, seat), model)
    return Assignment(
        reviewer=seat.choice.reviewer,
        tier=seat.tier,
        paths=paths,
        reason=_reason(seat),
        instructions=_instructions(case.policy, seat.name),
        prompt_tokens=weight,
        estimate=worst_case(weight, seat.tier.max_output_tokens, desk.prices.get(model)),
        risk=seat.choice.risk,
        part=seat.part,
    )


def _reason(seat: Seat) -> str:
    choice = seat.choice
    waits = "the rules leave it open, triage will decide" if choice.chosen is None else ""
    return "; ".join(filter(None, (choice.reason, waits, choice.risk_because, seat.note)))


def _instructions(policy: RepoPolicy, reviewer: str) -> str:
    return policy.reviewers.get(reviewer, ReviewerPolicy()).instructions


def _brief_tokens(case: _Case, seat: Seat) -> int:
    """All of one prompt but the part the reviewers share: rules, frame, brief, names of files."""
    own = (seat.choice.reviewer.brief, _instructions(case.policy, seat.name), *seat.paths)
    return case.desk.rules_text_tokens + FRAME_TOKENS + _weight("\n".join(own))


_weight = lru_cache(maxsize=512)(tokens)
"""Shedding weighs the same briefs again and again."""
