"""Who read what, what became of it, and which calls were made for it. Words are elsewhere."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.plan import Assignment, Part
from bot.domain.review import Call, Completed, Failed, Outcome, Review

BESIDE = ("triage", "refuter", "votes", "synthesis")
"""Who is asked beside the reviewers, in the order of the walk."""


@dataclass(frozen=True, slots=True)
class Share:
    """One reviewer's share of one part, and the calls that were made for it.

    `assignment` None: it is not in the plan. `outcome` None: nothing is known of it. `part` None:
    the change was read as one.
    """

    assignment: Assignment | None
    outcome: Outcome | None
    part: Part | None
    calls: tuple[Call, ...]

    @property
    def done(self) -> bool:
        """Whether it was read to the end."""
        return isinstance(self.outcome, Completed)

    @property
    def paths(self) -> tuple[str, ...]:
        """The files it was given."""
        return self.assignment.paths if self.assignment else ()

    @property
    def model(self) -> str:
        """The model it was given to, "" where it is not in the plan."""
        return self.assignment.tier.model if self.assignment else ""

    @property
    def why(self) -> str:
        """Why it was not read to the end, "" where it was or nobody knows."""
        return self.outcome.why if isinstance(self.outcome, Failed) else ""

    @property
    def stand_ins(self) -> tuple[str, ...]:
        """Models that answered in place of the tier's."""
        models = dict.fromkeys(each.model for each in self.calls if not each.note)
        return tuple(each for each in models if not _is_model(each, self.model))


def _is_model(answered: str, asked: str) -> bool:
    """Whether the vendor's name for who answered is the one asked for, or a dated version of it."""
    return re.fullmatch(re.escape(asked) + r"(-\d{8})?", answered) is not None


@dataclass(frozen=True, slots=True)
class Reader:
    """A reviewer with all its shares, and all its calls."""

    name: str
    shares: tuple[Share, ...]
    calls: tuple[Call, ...]

    @property
    def done(self) -> tuple[Share, ...]:
        """The shares it read to the end."""
        return tuple(each for each in self.shares if each.done)

    @property
    def lost(self) -> tuple[Share, ...]:
        """The others: it failed at them, or nothing is known."""
        return tuple(each for each in self.shares if not each.done)


def readers(review: Review) -> tuple[Reader, ...]:
    """Every reviewer once, in the plan's order; last those with an outcome but no assignment."""
    outcomes = {each.reviewer: each for each in review.outcomes}
    parts = {each.number: each for each in review.plan.parts}
    shares: defaultdict[str, list[Share]] = defaultdict(list)
    for each in review.plan.assignments:
        outcome, calls = outcomes.pop(each.name, None), _calls_of(each, review)
        shares[each.reviewer.name].append(Share(each, outcome, parts.get(each.part), calls))
    for name, outcome in outcomes.items():
        shares[name.partition("@")[0]].append(Share(None, outcome, None, ()))
    return tuple(
        Reader(name, tuple(mine), tuple(each for each in review.calls if each.reviewer == name))
        for name, mine in shares.items()
    )


def _calls_of(assignment: Assignment, review: Review) -> tuple[Call, ...]:
    return calls_of(assignment.name, assignment.reviewer.name, review.calls)


def calls_of(share: str, reviewer: str, calls: Iterable[Call]) -> tuple[Call, ...]:
    """The calls for one share ("security@2"), those for its halves ("security@2.1") included."""
    mine = (each for each in calls if each.reviewer == reviewer)
    return tuple(each for each in mine if f"{_key(each) or share}.".startswith(f"{share}."))


def _key(call: Call) -> str:
    return call.name.partition(":")[2]


def nobody_finished(review: Review) -> bool:
    """Whether reviewers were asked and none of them read any of its shares to the end."""
    asked = readers(review)
    return bool(asked) and not any(each.done for each in asked)


def asked_beside(review: Review) -> dict[str, tuple[Call, ...]]:
    """Calls of those who are not reviewers, by role; all voters are one."""
    known = {each.name for each in readers(review)}
    found: defaultdict[str, list[Call]] = defaultdict(list)
    for each in review.calls:
        if each.reviewer not in known:
            found["votes" if each.reviewer.startswith("voter") else each.reviewer].append(each)
    order = dict.fromkeys((*BESIDE, *found))
    return {role: tuple(found[role]) for role in order if role in found}


def seconds_of(calls: Sequence[Call]) -> float:
    """How long somebody was at work: what was asked side by side takes as long as its longest.

    Calls whose names begin with one word ("review:…") are a round, asked side by side; rounds
    follow each other, and so do several tries of one call.
    """
    rounds: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for each in calls:
        rounds[each.name.partition(":")[0]][each.name] += each.seconds
    return sum(max(took.values()) for took in rounds.values())


def side_by_side(calls: Sequence[Call]) -> bool:
    """Whether some of the calls were made at the same time."""
    names = {each.name for each in calls}
    return len(names) > len({each.partition(":")[0] for each in names})


def unanswered(calls: Iterable[Call]) -> tuple[Call, ...]:
    """Calls that brought no answer, though they may have been billed."""
    return tuple(each for each in calls if each.note)


def questions(calls: Iterable[Call]) -> dict[str, tuple[str, ...]]:
    """Every question's name with the reasons why it has no answer; none where it has one."""
    found: defaultdict[str, list[Call]] = defaultdict(list)
    for each in calls:
        found[each.name].append(each)
    return {
        name: () if any(not each.note for each in tries) else tuple(each.note for each in tries)
        for name, tries in found.items()
    }
