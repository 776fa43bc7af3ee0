"""Asks the reviewers, side by side, in at most three rounds. What fails is a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.finding import OVER_LIMIT, Finding, SetAside
from bot.domain.money import Price
from bot.domain.plan import Assignment, Change, Plan
from bot.domain.review import Completed, Failed, Outcome
from bot.errors import BadReply, UpstreamError
from bot.ports.model import Prompt, Stop
from bot.reviewing.asking import UNKNOWN_STOP, Ask, Got, Question
from bot.reviewing.caching import Worth, waves
from bot.reviewing.prompt import brief, once_more, the_rest
from bot.reviewing.rank import rank
from bot.reviewing.reply import read, whole_claims

ROUNDS = ("review", "review-again", "review-last")
"""Names of the rounds' steps. A later round asks for what the one before has left open."""

CUT = "The answer was cut off at its length limit."


@dataclass(frozen=True, slots=True)
class _Seat:
    """One question at the table: a reviewer's share or a half of it, and what it said so far.

    `own` is what stands before its brief: the code that it reads and not everybody.
    """

    assignment: Assignment
    prompt: Prompt
    key: str
    own: str
    said: tuple[Finding, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    misread: str = ""

    def question(self, word: str) -> Question:
        return Question(f"{word}:{self.key}", self.assignment.reviewer.name, self.prompt)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What became of a seat. `why` None: it read its share to the end."""

    seat: _Seat
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """What the reviewers are told and how they are asked.

    `prompts` are the assignments', in the plan's order; `mark` is the boundary of the run's
    material; `prices` and `worth` decide whether somebody goes first for the vendor's cache.
    """

    ask: Ask
    prompts: Sequence[Prompt]
    change: Change
    mark: str
    prices: Mapping[str, Price]
    worth: Worth


async def convene(panel: Panel, plan: Plan) -> tuple[tuple[Outcome, ...], tuple[str, ...]]:
    """Ask every reviewer of the plan. Outcomes keep the plan's order; the rest are notes.

    An answer not in the agreed form is asked for once more, with the reason. One that was cut off
    goes on where it stopped; where nothing of it can be used, its files are shared out between
    two questions. A refusal and a failure of the API end it: what can be tried has been. Never
    raises UpstreamError.
    """
    seats = [
        _seat(assignment, prompt, panel.mark)
        for assignment, prompt in zip(plan.assignments, panel.prompts, strict=True)
    ]
    heard: list[_Heard] = []
    answers, notes = await _first_round(panel, seats)
    for nth, _ in enumerate(ROUNDS):
        if nth:
            questions = [seat.question(ROUNDS[nth]) for seat in seats]
            answers = dict(enumerate(await panel.ask(questions)))
        last = nth == len(ROUNDS) - 1
        told = [_heard(panel, seat, answers[at], last=last) for at, seat in enumerate(seats)]
        heard += [each for each in told if isinstance(each, _Heard)]
        seats = [seat for each in told if not isinstance(each, _Heard) for seat in each]
        if not seats:
            break
    return tuple(_outcome(each, heard) for each in plan.assignments), notes


def _seat(assignment: Assignment, prompt: Prompt, mark: str) -> _Seat:
    own = prompt.brief.removesuffix(brief(assignment, mark))
    return _Seat(assignment, prompt, assignment.name, own)


async def _first_round(panel: Panel, seats: list[_Seat]) -> tuple[dict[int, Got], tuple[str, ...]]:
    """The first answers by seat. Whoever goes first for the cache is asked before the others."""
    answers: dict[int, Got] = {}
    asked = [(seat.assignment, seat.prompt) for seat in seats]
    order = waves(asked, panel.prices, panel.worth)
    for wave in order.waves:
        for at, prompt in wave:
            seats[at] = replace(seats[at], prompt=prompt)
        got = await panel.ask([seats[at].question(ROUNDS[0]) for at, _ in wave])
        answers |= {at: each for (at, _), each in zip(wave, got, strict=True)}
    return answers, order.notes


def _heard(panel: Panel, seat: _Seat, got: Got, *, last: bool) -> _Heard | tuple[_Seat, ...]:
    """What an answer amounts to, or who is asked in the next round."""
    if isinstance(got, UpstreamError):
        return _Heard(seat, str(got))
    if got.stop is Stop.REFUSED:
        return _Heard(seat, "The model refused to read this change.")
    if got.stop is Stop.TRUNCATED:
        return _cut_off(panel, seat, got.text, last=last)
    try:
        if got.stop is Stop.OTHER:  # it may have had more to say, however whole this looks
            raise BadReply(UNKNOWN_STOP)
        return _Heard(_with(seat, got.text, panel.change))
    except BadReply as error:
        if last or seat.misread:
            why = f"The model answered twice, not in the agreed form. {error.what}"
            return _Heard(seat, why)
        prompt = once_more(seat.prompt, error.what)
        return (replace(seat, prompt=prompt, misread=error.what),)


def _with(seat: _Seat, text: str, change: Change) -> _Seat:
    """The seat with the claims of an answer. Raises BadReply."""
    reading = read(text, seat.assignment, change)
    said, set_aside = (*seat.said, *reading.kept), (*seat.set_aside, *reading.set_aside)
    return replace(seat, said=said, set_aside=set_aside)


def _cut_off(panel: Panel, seat: _Seat, text: str, *, last: bool) -> _Heard | tuple[_Seat, ...]:
    """Go on behind the last whole claim; where there is none, with half of the files each."""
    whole = whole_claims(text)
    if whole is not None:
        try:
            seat = _with(seat, whole, panel.change)
        except BadReply:  # they are no claims, so nothing of it can be used
            whole = None
    if last:
        return _Heard(seat, CUT)
    plain = seat.own + brief(seat.assignment, panel.mark)
    if whole is not None:
        titles = [each.title for each in seat.said]
        prompt = the_rest(replace(seat.prompt, brief=plain), titles, panel.mark)
        return (replace(seat, prompt=prompt),)
    paths = seat.assignment.paths
    if len(paths) < 2:
        return _Heard(seat, CUT)
    halves = (paths[: len(paths) // 2], paths[len(paths) // 2 :])
    return tuple(
        _half(panel, seat, half, nth, seat.said if nth == 1 else ())
        for nth, half in enumerate(halves, start=1)
    )


def _half(
    panel: Panel, seat: _Seat, paths: tuple[str, ...], nth: int, said: tuple[Finding, ...]
) -> _Seat:
    assignment = replace(seat.assignment, paths=paths)
    prompt = replace(seat.prompt, brief=seat.own + brief(assignment, panel.mark))
    set_aside = seat.set_aside if nth == 1 else ()
    return _Seat(assignment, prompt, f"{seat.key}.{nth}", seat.own, said, set_aside)


def _outcome(assignment: Assignment, heard: Sequence[_Heard]) -> Outcome:
    """What all questions about one share amount to. What was found is kept, also of a failure."""
    name = assignment.name
    mine = [each for each in heard if each.seat.assignment.name == name]
    said = rank(finding for each in mine for finding in each.seat.said)
    most = assignment.reviewer.max_findings
    words = f"{OVER_LIMIT} of {most} findings a reviewer may report"
    set_aside = (
        *(each for one in mine for each in one.seat.set_aside),
        *(SetAside(each, words) for each in said[most:]),
    )
    why = " ".join(dict.fromkeys(each.why for each in mine if each.why is not None))
    if why or not mine:
        return Failed(name, why or "It was never asked.", said[:most], set_aside)
    return Completed(name, said[:most], set_aside)
