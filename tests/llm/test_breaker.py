"""A model that fails is left alone, and comes back; the clock is the test's."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bot.domain.money import Usage
from bot.domain.plan import Tier
from bot.errors import FailureKind, ModelFailure
from bot.llm.anthropic import AnthropicModel
from bot.llm.breaker import Breaker
from bot.ports.model import Completion, Prompt, Stop
from bot.reviewing.reply import schema
from tests.fakes.model import FakeModel

TIER = Tier("standard", "claude-sonnet-5-5", None, 100)
PROMPT = Prompt(TIER, "Rules.", "The change.", "Reviewer: security", schema())
OTHER = replace(PROMPT, tier=replace(TIER, model="claude-haiku-5-5"))
ANSWER = Completion("{}", Usage(1, 1), Stop.END, "claude-sonnet-5-5", "req_1", 0.1)
KIND = FailureKind
REST = "claude-sonnet-5-5 failed 5 times in a row and is left alone for 60 s."


class Faulty:
    """A model that fails as it is told, and answers where it is told nothing.

    While `hold` is set a call waits to be let `go` before it ends.
    """

    def __init__(self, *kinds: FailureKind | None) -> None:
        self.kinds = list(kinds)
        self.asked: list[Prompt] = []
        self.counted: list[Prompt] = []
        self.hold = False
        self.go = asyncio.Event()

    async def complete(self, prompt: Prompt) -> Completion:
        self.asked.append(prompt)
        if self.hold:
            await self.go.wait()
        kind = self.kinds.pop(0) if self.kinds else None
        if kind is not None:
            raise ModelFailure(f"It failed: {kind}.", kind=kind, again=True)
        return ANSWER

    async def count(self, prompt: Prompt) -> int | None:
        self.counted.append(prompt)
        return 7


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


async def kinds_of(breaker: Breaker, calls: int, prompt: Prompt = PROMPT) -> list[str]:
    """How calls end, one after the other: an answer or a kind of failure."""
    seen = []
    for _ in range(calls):
        try:
            await breaker.complete(prompt)
            seen.append("answer")
        except ModelFailure as error:
            seen.append(error.kind.value)
    return seen


@pytest.mark.parametrize(
    "kind", [KIND.OVERLOADED, KIND.SERVER, KIND.TIMEOUT, KIND.CONNECTION, KIND.UNREADABLE]
)
async def test_a_model_that_fails_five_times_is_left_alone(kind: FailureKind) -> None:
    model = Faulty(*[kind] * 9)
    breaker = Breaker(model, now=Clock())
    assert await kinds_of(breaker, 7) == [kind.value] * 5 + ["circuit"] * 2
    assert len(model.asked) == 5
    with pytest.raises(ModelFailure) as caught:
        await breaker.complete(PROMPT)
    error = caught.value
    assert str(error) == REST
    assert (error.kind, error.again, error.billed) == (KIND.CIRCUIT, False, False)
    assert error.retry_after is None


@pytest.mark.parametrize(
    ("fifth", "then"),
    [
        pytest.param(None, "answer", id="an answer starts the count anew"),
        pytest.param(KIND.REQUEST, "answer", id="so does a refusal"),
        pytest.param(KIND.RATE_LIMIT, "circuit", id="a rate limit does not"),
    ],
)
async def test_what_stands_between_two_failures(fifth: FailureKind | None, then: str) -> None:
    model = Faulty(*[KIND.SERVER] * 4, fifth, KIND.SERVER)
    breaker = Breaker(model, now=Clock())
    await kinds_of(breaker, 6)
    assert await kinds_of(breaker, 1) == [then]


@pytest.mark.parametrize("kind", [KIND.RATE_LIMIT, KIND.REQUEST])
async def test_what_is_no_failure_of_the_model_never_opens(kind: FailureKind) -> None:
    assert await kinds_of(Breaker(Faulty(*[kind] * 20), now=Clock()), 20) == [kind.value] * 20


async def test_models_are_left_alone_one_by_one() -> None:
    breaker = Breaker(Faulty(*[KIND.SERVER] * 5), now=Clock())
    await kinds_of(breaker, 5)
    assert await kinds_of(breaker, 1) == ["circuit"]
    assert await kinds_of(breaker, 1, OTHER) == ["answer"]


@pytest.mark.parametrize(
    ("probe", "then"),
    [
        pytest.param(None, ["answer", "answer"], id="its answer ends the rest"),
        pytest.param(KIND.REQUEST, ["request", "answer"], id="so does a refusal"),
        pytest.param(KIND.SERVER, ["server", "circuit"], id="its failure begins another"),
        pytest.param(
            KIND.RATE_LIMIT,
            ["rate limit", "answer"],
            id="a rate limit says nothing: the next tries",
        ),
    ],
)
async def test_after_the_rest_one_call_tries(probe: FailureKind | None, then: list[str]) -> None:
    clock = Clock()
    breaker = Breaker(Faulty(*[KIND.SERVER] * 5, probe), now=clock)
    await kinds_of(breaker, 5)
    clock.at += 59.9
    assert await kinds_of(breaker, 1) == ["circuit"]
    clock.at += 0.1
    assert await kinds_of(breaker, 2) == then


async def test_a_failed_try_is_told_and_rests_as_long_again() -> None:
    clock = Clock()
    breaker = Breaker(Faulty(*[KIND.SERVER] * 6), now=clock)
    await kinds_of(breaker, 5)
    clock.at += 60
    await kinds_of(breaker, 1)
    clock.at += 45
    with pytest.raises(ModelFailure, match=r"failed 6 times in a row and is left alone for 15 s\."):
        await breaker.complete(PROMPT)
    clock.at += 15
    assert await kinds_of(breaker, 6) == ["answer"] * 6


async def test_after_it_came_back_five_failures_are_needed_again() -> None:
    clock = Clock()
    breaker = Breaker(Faulty(*[KIND.SERVER] * 5, None, *[KIND.SERVER] * 4), now=clock)
    await kinds_of(breaker, 5)
    clock.at += 60
    assert await kinds_of(breaker, 6) == ["answer", *["server"] * 4, "answer"]


async def test_while_one_tries_the_others_are_refused() -> None:
    clock, model = Clock(), Faulty(*[KIND.SERVER] * 5)
    breaker = Breaker(model, now=clock)
    await kinds_of(breaker, 5)
    clock.at += 500
    model.hold = True
    trying = asyncio.create_task(breaker.complete(PROMPT))
    await asyncio.sleep(0)
    with pytest.raises(ModelFailure, match="5 times in a row and is being tried again") as caught:
        await asyncio.wait_for(breaker.complete(PROMPT), 5)
    assert caught.value.again  # it may be back in a moment
    assert len(model.asked) == 6
    model.go.set()
    assert await trying == ANSWER
    assert await kinds_of(breaker, 1) == ["answer"]


async def test_a_try_that_is_stopped_leaves_its_place_to_another() -> None:
    clock, model = Clock(), Faulty(*[KIND.SERVER] * 5)
    breaker = Breaker(model, now=clock)
    await kinds_of(breaker, 5)
    clock.at += 60
    model.hold = True
    trying = asyncio.create_task(breaker.complete(PROMPT))
    await asyncio.sleep(0)
    trying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trying
    model.hold = False
    assert await kinds_of(breaker, 1) == ["answer"]


@pytest.mark.parametrize("late", [None, KIND.SERVER], ids=["answer", "failure"])
async def test_calls_from_before_say_nothing_about_the_rest(late: FailureKind | None) -> None:
    clock, model = Clock(), Faulty(*[KIND.SERVER] * 5, *[late] * 3)
    breaker = Breaker(model, now=clock)
    model.hold = True
    before = [asyncio.create_task(breaker.complete(PROMPT)) for _ in range(3)]
    await asyncio.sleep(0)
    model.hold = False
    await kinds_of(breaker, 5)
    clock.at += 30
    model.go.set()
    await asyncio.gather(*before, return_exceptions=True)
    assert model.kinds == []
    with pytest.raises(ModelFailure, match=r"5 times in a row and is left alone for 30 s\."):
        await breaker.complete(PROMPT)


async def test_a_model_that_is_left_alone_is_not_asked_to_count() -> None:
    clock, model = Clock(), Faulty(*[KIND.SERVER] * 5)
    breaker = Breaker(model, now=clock)
    await kinds_of(breaker, 5)
    assert await breaker.count(PROMPT) is None
    assert await breaker.count(OTHER) == 7
    clock.at += 60
    assert await kinds_of(breaker, 1) == ["answer"]
    assert await breaker.count(PROMPT) == 7
    assert model.counted == [OTHER, PROMPT]


def side_by_side(threads: int, ask: Callable[[], list[str]]) -> list[str]:
    """How calls end in several threads, each with a loop of its own, begun together."""
    together = threading.Barrier(threads)

    def one(_: int) -> list[str]:
        together.wait(10)
        return ask()

    with ThreadPoolExecutor(threads) as pool:
        return [each for seen in pool.map(one, range(threads)) for each in seen]


def test_one_breaker_serves_many_loops() -> None:
    clock = Clock()
    model = Faulty(*[KIND.SERVER] * 100)
    breaker = Breaker(model, now=clock)
    seen = side_by_side(8, lambda: asyncio.run(kinds_of(breaker, 50)))
    assert len(seen) == 400
    # Each thread may be in one call when the fifth failure is told.
    assert 5 <= seen.count("server") == len(model.asked) < 5 + 8
    clock.at += 60
    model.asked.clear()
    seen = side_by_side(8, lambda: asyncio.run(kinds_of(breaker, 50)))
    assert seen.count("server") == len(model.asked) == 1
    model.kinds.clear()
    clock.at += 60
    assert asyncio.run(kinds_of(breaker, 1)) == ["answer"]
    assert side_by_side(8, lambda: asyncio.run(kinds_of(breaker, 50))) == ["answer"] * 400


async def test_an_overloaded_vendor_is_left_alone_until_it_answers() -> None:
    clock = Clock()
    with FakeModel() as fake:
        fake.overload("security", times=5)
        breaker = Breaker(AnthropicModel("key", fake.url), now=clock)
        assert await kinds_of(breaker, 9) == ["overloaded"] * 5 + ["circuit"] * 4
        assert fake.asked == 5
        clock.at += 60
        assert await kinds_of(breaker, 2) == ["answer"] * 2
