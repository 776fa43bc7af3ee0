"""Asks the reviewers, side by side. Each attempt is one remembered step; a failure is a value."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.money import Price, cost
from bot.domain.plan import Assignment, Change, Plan
from bot.domain.review import Call, Completed, Failed, Outcome
from bot.errors import BadReply
from bot.guard.redact import redact
from bot.ports.model import Completion, LanguageModel, Prompt, Stop
from bot.ports.steps import Steps
from bot.reviewing.caching import waves
from bot.reviewing.prompt import once_more
from bot.reviewing.reply import read

LARGEST_ANSWER = 56 * 1024
"""Characters of an answer as JSON. A step's outcome may take 64 KB, the rest of it included."""

Got = Completion | BaseException


@dataclass(frozen=True, slots=True)
class _Seat:
    """One reviewer at the table: its share, what it is asked and what it has said so far."""

    assignment: Assignment
    prompt: Prompt
    calls: tuple[Call, ...] = ()
    why_again: str = ""

    @property
    def name(self) -> str:
        return self.assignment.reviewer.name


async def convene(
    steps: Steps,
    model: LanguageModel,
    plan: Plan,
    prompts: Sequence[Prompt],
    change: Change,
    prices: Mapping[str, Price],
) -> tuple[Outcome, ...]:
    """Ask every reviewer of the plan its prompt. Outcomes keep the plan's order.

    An answer not in the agreed form is asked for once more, with the reason; a refusal and a
    failure of the API are not: the adapter has tried already. Never raises UpstreamError.
    """
    seats = [
        _Seat(assignment, prompt)
        for assignment, prompt in zip(plan.assignments, prompts, strict=True)
    ]
    outcomes: dict[str, Outcome] = {}
    again: list[_Seat] = []
    for seat, got in await _first_round(steps, model, seats, prices):
        outcome = _outcome(seat, got, change, prices)
        if isinstance(outcome, _Seat):
            again.append(outcome)
        else:
            outcomes[seat.name] = outcome
    for seat, got in await _ask(steps, "review-again", model, again):
        outcome = _outcome(seat, got, change, prices)
        outcomes[seat.name] = _given_up(outcome) if isinstance(outcome, _Seat) else outcome
    return tuple(outcomes[seat.name] for seat in seats)


async def _first_round(
    steps: Steps, model: LanguageModel, seats: list[_Seat], prices: Mapping[str, Price]
) -> list[tuple[_Seat, Got]]:
    answers: list[tuple[_Seat, Got]] = []
    for wave in waves([(seat.assignment, seat.prompt) for seat in seats], prices):
        asked = [replace(seats[index], prompt=prompt) for index, prompt in wave]
        answers += await _ask(steps, "review", model, asked)
    return answers


async def _ask(
    steps: Steps, name: str, model: LanguageModel, seats: list[_Seat]
) -> list[tuple[_Seat, Got]]:
    async def attempt(seat: _Seat) -> Completion:
        completion = await model.complete(seat.prompt)
        return fitting(replace(completion, text=without_secrets(completion.text)))

    if not seats:
        return []
    answers = await steps.map(name, Completion, attempt, seats, key=lambda seat: seat.name)
    return list(zip(seats, answers, strict=True))


def _outcome(seat: _Seat, got: Got, change: Change, prices: Mapping[str, Price]) -> Outcome | _Seat:
    """What an answer amounts to; a seat when the reviewer should be asked once more."""
    if isinstance(got, BaseException):
        return Failed(seat.name, str(got), seat.calls)
    calls = (*seat.calls, _call(seat, got, prices))
    if got.stop is Stop.REFUSED:
        return Failed(seat.name, "The model refused to read this change.", calls)
    try:
        if got.stop is Stop.TRUNCATED:
            raise BadReply("The answer was cut off at its length limit.")
        reading = read(got.text, seat.assignment, change)
    except BadReply as error:
        prompt = once_more(seat.prompt, error.what)
        return replace(seat, prompt=prompt, calls=calls, why_again=error.what)
    return Completed(seat.name, reading.kept, calls, reading.set_aside)


def _given_up(seat: _Seat) -> Failed:
    return Failed(
        seat.name, f"The model answered twice, not in the agreed form. {seat.why_again}", seat.calls
    )


def _call(seat: _Seat, got: Completion, prices: Mapping[str, Price]) -> Call:
    price = prices.get(got.model) or prices.get(seat.assignment.tier.model)
    return Call(
        reviewer=seat.name,
        model=got.model,
        usage=got.usage,
        cost=cost(got.usage, price),
        seconds=got.seconds,
        request_id=got.request_id,
    )


def without_secrets(answer: str) -> str:
    """The answer without secrets, which are in it only if the model found or put them together.

    Each string of its JSON by itself, so that it stays JSON; what is no JSON as it is.
    """
    try:
        whole = json.loads(answer)
    except (ValueError, RecursionError):
        return redact(answer).text
    safe = _each_string(whole)
    return answer if safe == whole else json.dumps(safe)


def _each_string(node: Any) -> Any:
    if isinstance(node, str):
        return redact(node).text
    if isinstance(node, dict):
        return {redact(key).text: _each_string(value) for key, value in node.items()}
    return [_each_string(each) for each in node] if isinstance(node, list) else node


def fitting(completion: Completion) -> Completion:
    """The same answer, cut and marked as cut where it is too long to be remembered."""
    text = completion.text
    size = len(json.dumps(text))
    if size <= LARGEST_ANSWER:
        return completion
    while size > LARGEST_ANSWER:
        text = text[: len(text) * LARGEST_ANSWER // (size + 1)]
        size = len(json.dumps(text))
    stop = Stop.TRUNCATED if completion.stop is Stop.END else completion.stop
    return replace(completion, text=text, stop=stop)
