"""Independent positions on one question, and what they amount to.

Nobody hears the others before it speaks: what several say by themselves counts, what they talk
each other into does not. Who brings them together is a parameter: `by_count` counts, `by_model`
asks a model. The majority is counted either way.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.finding import Stance
from bot.errors import BadReply
from bot.guard.material import visible, wrap
from bot.ports.model import Prompt
from bot.reviewing.asking import Ask, NoAnswer, Question, answers
from bot.reviewing.briefs import Court
from bot.reviewing.form import one_line, parsed, schema_of

SYNTHESIS = "synthesis"

LONGEST_POINT = 300
LONGEST_RECOMMENDATION = 600


@dataclass(frozen=True, slots=True)
class Position:
    """What one voter holds, and why. `confidence` is 0 to 1, None when it gives none."""

    voter: str
    stance: Stance
    reason: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Absent:
    """A voter that was asked and took no position, and the sentence that says why."""

    voter: str
    why: str


@dataclass(frozen=True, slots=True)
class Heard:
    """All that came of asking, each in the order of asking."""

    positions: tuple[Position, ...]
    failed: tuple[Absent, ...] = ()

    @property
    def asked(self) -> int:
        """How many were asked, those that failed included."""
        return len(self.positions) + len(self.failed)

    @property
    def majority(self) -> Stance | None:
        """What more than half of those asked hold; None where there is no such stance."""
        return next((each for each in Stance if 2 * self.count(each) > self.asked), None)

    def count(self, stance: Stance) -> int:
        """How many hold `stance`."""
        return sum(each.stance is stance for each in self.positions)


@dataclass(frozen=True, slots=True)
class Consensus:
    """What the positions amount to.

    `agreements` and `disagreements` are sentences, `recommendation` is one or two. `majority` is
    the stance of more than half of those asked, None where there is none. `why_not` says why the
    words are only counted and not brought together by a model that was asked to, "" otherwise.
    """

    positions: tuple[Position, ...]
    failed: tuple[Absent, ...]
    agreements: tuple[str, ...]
    disagreements: tuple[str, ...]
    recommendation: str
    majority: Stance | None
    why_not: str = ""


Synthesise = Callable[[Heard], Awaitable[Consensus]]


async def consensus(
    ask: Ask,
    voters: Sequence[Question],
    read: Callable[[Question, str], Position],
    synthesise: Synthesise,
) -> Consensus:
    """Ask the voters side by side, `read` what each says, and bring it together.

    `read` raises BadReply where an answer takes no position. Never raises UpstreamError.
    """
    [one] = await consensuses(ask, [voters], read, synthesise)
    return one


async def consensuses(
    ask: Ask,
    matters: Sequence[Sequence[Question]],
    read: Callable[[Question, str], Position],
    synthesise: Synthesise,
) -> tuple[Consensus, ...]:
    """The same for several matters with voters of their own; all voters are asked side by side."""
    said = await answers(ask, [voter for voters in matters for voter in voters], read)
    left = iter(said)
    found = []
    for voters in matters:
        pairs = [(voter.asker, next(left)) for voter in voters]
        heard = Heard(
            tuple(each for _, each in pairs if isinstance(each, Position)),
            tuple(Absent(who, each.why) for who, each in pairs if isinstance(each, NoAnswer)),
        )
        found.append(await synthesise(heard))
    return tuple(found)


async def by_count(heard: Heard) -> Consensus:
    """Bring positions together without asking anybody."""
    return tally(heard)


def tally(heard: Heard) -> Consensus:
    """Count: what more than half hold is agreed. Who failed was asked and counts for no stance."""
    majority = heard.majority
    said = {
        stance: f"{held} of {heard.asked} {verb[held > 1]}"
        for stance, verb in _VERBS.items()
        if (held := heard.count(stance))
    }
    agreed = () if majority is None else (said.pop(majority),)
    what = "No stance has a majority." if majority is None else f"Most {_VERBS[majority][1]}."
    if heard.failed:
        what += f" {len(heard.failed)} of {heard.asked} could not be had."
    return Consensus(heard.positions, heard.failed, agreed, tuple(said.values()), what, majority)


_VERBS = {
    Stance.CONFIRM: ("confirms", "confirm"),
    Stance.REFUTE: ("refutes", "refute"),
    Stance.UNSURE: ("is unsure", "are unsure"),
}


# The names, docstrings and descriptions of these two are read by the model, too.


class Point(BaseModel):
    """Something held in common, or contradicted."""

    model_config = ConfigDict(extra="forbid")

    who: list[str] = Field(description="The reviewers concerned, at least two, as named.")
    what: str = Field(description="One sentence.")


class Summing(BaseModel):
    """What the positions amount to."""

    model_config = ConfigDict(extra="forbid")

    agreements: list[Point]
    disagreements: list[Point]
    recommendation: str = Field(description="One or two sentences.")


def by_model(ask: Ask, court: Court, name: str, matter: str) -> Synthesise:
    """Have a model bring the positions of one `consensus` together; `name` is that question's.

    `matter` is what they were asked about, and is shown as material. Where the model cannot be had
    the positions are counted. One position or none is only counted, too.
    """

    async def synthesise(heard: Heard) -> Consensus:
        counted = tally(heard)
        if len(heard.positions) < 2:
            return counted
        question = Question(name, SYNTHESIS, _prompt(court, matter, heard))
        [said] = await answers(ask, [question], lambda _, text: _summed(text, heard))
        if isinstance(said, NoAnswer):
            return replace(counted, why_not=said.why)
        return replace(
            counted,
            agreements=tuple(map(_told, said.agreements)),
            disagreements=tuple(map(_told, said.disagreements)),
            recommendation=one_line(said.recommendation, LONGEST_RECOMMENDATION),
        )

    return synthesise


def _prompt(court: Court, matter: str, heard: Heard) -> Prompt:
    rows = "\n".join(
        json.dumps(
            {"reviewer": each.voter, "stance": each.stance, "reason": each.reason},
            ensure_ascii=False,
        )
        for each in heard.positions
    )
    shared = "\n\n".join(
        [
            wrap("question", visible(matter), court.mark),
            wrap("positions", visible(rows), court.mark),
        ]
    )
    brief = f"Reviewer: {SYNTHESIS}\n\nBring these positions together."
    return Prompt(court.tier, court.briefs.positions, shared, brief, schema_of(Summing))


def _summed(text: str, heard: Heard) -> Summing:
    """Raises BadReply where it speaks for somebody who took no position, or for one alone."""
    said = parsed(text, Summing)
    known = {each.voter for each in heard.positions}
    for point in (*said.agreements, *said.disagreements):
        if set(point.who) - known:
            raise BadReply("It names reviewers who took no position.")
        if len(set(point.who)) < 2:
            raise BadReply("Each point needs at least two reviewers.")
        if not point.what.strip():
            raise BadReply("A point says nothing.")
    if not said.recommendation.strip():
        raise BadReply("It recommends nothing.")
    return said


def _told(point: Point) -> str:
    return f"{', '.join(dict.fromkeys(point.who))}: {one_line(point.what, LONGEST_POINT)}"
