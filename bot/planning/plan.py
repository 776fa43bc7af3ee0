"""Who reads what, with which model, for how much: the whole decision, before anything is paid."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache

from bot.diff.allowance import fitting_definitions
from bot.diff.rows import LONGEST
from bot.diff.tokens import tokens
from bot.domain.earlier import Earlier, Idle
from bot.domain.money import ZERO, total, worst_case
from bot.domain.patch import FileDiff
from bot.domain.plan import (
    Assignment,
    Change,
    Choice,
    Coverage,
    Part,
    Plan,
    Skip,
    Width,
)
from bot.domain.pull import RepoPolicy, ReviewerPolicy
from bot.planning.coverage import coverage
from bot.planning.desk import LEAST_CONTEXT, Desk
from bot.planning.fit import FRAME_TOKENS, Sizes, fitting, measure
from bot.planning.parts import parts
from bot.planning.select import reads
from bot.planning.shed import WIDTHS, Limit, Seat, Table, shed, total_worst

NO_KEY = "no model key: static analysers only"
NO_ANALYSER = "no static analyser reads it, and there is no model key"
DID_NOT_FIT = "did not fit into the model's context"


def plan(
    choices: Sequence[Choice],
    change: Change,
    policy: RepoPolicy,
    desk: Desk,
    earlier: Earlier | None = None,
) -> Plan:
    """Assign the chosen reviewers within the budget and the models' contexts.

    `earlier` None: nothing of the change was read before. Else `change` holds what is new of it.

    A choice the rules left open counts as chosen. What is given up, and why, is in the plan: a
    lower tier in the assignment's reason, less context in the notes, a dropped reviewer in
    `skipped`, a file without room in the coverage.
    """
    limit = desk.limit(policy)
    if desk.static_only:
        return _static_only(choices, change, policy, limit.usd)
    return _within(_Case(change, policy, desk, limit, earlier), choices)


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
    earlier: Earlier | None = None
    weighed: dict[Width, Sizes] = field(default_factory=dict)

    @property
    def whole(self) -> Change:
        """All of the change, what was read before included."""
        return self.change if self.earlier is None else self.earlier.whole

    def share(self, choice: Choice) -> tuple[str, ...]:
        """The files that a chosen reviewer has to read."""
        if self.earlier is None:
            return reads(choice.reviewer, self.change, self.policy)
        return self.earlier.fresh.get(choice.reviewer.name, ())

    def coverage(self, read: Collection[str], missed: Mapping[str, str]) -> Coverage:
        """How much of the whole change is read, now or before."""
        before = self.earlier
        if before is None:
            return coverage(self.change, read, self.policy, missed, LONGEST)
        found = coverage(self.whole, {*read, *before.reused}, self.policy, missed, LONGEST)
        formatted = sum(
            lines for path, lines in before.formatted.items() if path in {*read, *before.reused}
        )
        return replace(
            found,
            read_lines=max(0, found.read_lines - formatted),
            reused_lines=before.reused_lines,
            formatted_lines=formatted,
        )

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
    chosen = [each for each in choices if each.chosen is not False]
    idle = (*_nothing_new(case, chosen), *idle)
    table, shares = _seated(case, chosen)
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
        coverage=case.coverage(read, {**given.missed, **lost}),
        estimate=total(each.estimate for each in running),
        budget_usd=case.limit.usd,
        parts=shares,
        notes=_notes(case, table, read, cut),
        width=table.width,
        cut=cut,
        allowance=case.desk.definition_tokens,
        everyone_tokens=_everyone(case, choices),
    )


def _nothing_new(case: _Case, chosen: Sequence[Choice]) -> tuple[Skip, ...]:
    if case.earlier is None:
        return ()
    names = (each.reviewer.name for each in chosen if not case.share(each))
    return tuple(Skip(name, case.earlier.idle.get(name, Idle.KNOWN)) for name in names)


def _everyone(case: _Case, choices: Sequence[Choice]) -> int:
    """Tokens to show the whole diff, whatever its kinds of file, to every reviewer there is."""
    whole = sum(_diff_tokens(file) for file in case.whole.patch.files)
    frame = case.desk.rules_text_tokens + FRAME_TOKENS
    return sum(frame + _weight(each.reviewer.brief) + whole for each in choices)


def _diff_tokens(file: FileDiff) -> int:
    rows = (row for hunk in file.hunks for row in hunk.body)
    return tokens("\n".join((file.path, *rows)))


def _notes(case: _Case, table: Table, read: Collection[str], cut: bool) -> tuple[str, ...]:
    said = [f"Not shown: {each}." for each in case.change.not_shown]
    if table.width is Width.DEFINITIONS:
        _, left_out = fitting_definitions(case.change, read, case.desk.definition_tokens)
        if left_out:
            said.append(f"Of what the change calls there was no room for {', '.join(left_out)}.")
    if cut and case.limit is case.desk.left:
        said.append(f"Only ${case.limit.usd} may be spent: that is {case.limit.name}.")
    if table.width in WIDTHS:
        said.append(f"To stay within {case.limit}, {WIDTHS[table.width]}.")
    return tuple(said)


def _seated(case: _Case, chosen: Sequence[Choice]) -> tuple[Table, tuple[Part, ...]]:
    """A seat for each chosen reviewer, in each part that holds a file it reads."""
    shares = [(each, case.share(each)) for each in chosen]
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
