"""What a step returns is what a replay reads back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import pytest

from bot.domain.money import Usd
from bot.domain.run import RunStatus
from bot.engine.steps import LARGEST, KeptSteps, Perform
from bot.errors import (
    BadReply,
    ConfigError,
    FailureKind,
    ModelFailure,
    OverBudget,
    RateLimited,
    UpstreamError,
)


@dataclass(frozen=True, slots=True)
class Cat:
    lives: tuple[int, ...]
    price: Usd | None = None
    kind: Literal["cat"] = "cat"


@dataclass(frozen=True, slots=True)
class Dog:
    lives: tuple[int, ...]
    price: Usd | None = None
    kind: Literal["dog"] = "dog"


class Memory:
    """Remembers by name, as a durable engine does."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def remember(self, name: str, perform: Perform) -> str:
        if name not in self.kept:
            self.kept[name] = await perform()
        return self.kept[name]


@pytest.mark.parametrize("pet", [Cat((1, 2), Usd(Decimal("0.10"))), Dog((9,)), Dog(())])
async def test_a_value_comes_back_as_the_type_it_was(pet: Cat | Dog) -> None:
    async def act() -> Cat | Dog:
        return pet

    assert await KeptSteps().run("adopt", Cat | Dog, act) == pet


async def test_a_remembered_step_is_not_done_again() -> None:
    done: list[int] = []

    async def act() -> int:
        done.append(1)
        return len(done)

    steps = KeptSteps(Memory().remember)
    assert [await steps.run("count", int, act), await steps.run("count", int, act)] == [1, 1]


@pytest.mark.parametrize(
    "error",
    [
        UpstreamError("GitHub is away.", remedy="Wait.", retry_after=3.5),
        RateLimited("slow down", retry_after=60),
        BadReply("not JSON"),
        OverBudget("The day's limit leaves no room.", remedy="Raise it."),
        ModelFailure("It is overloaded.", kind=FailureKind.OVERLOADED, retry_after=70, again=True),
        ModelFailure("Too late.", kind=FailureKind.TIMEOUT, remedy="Wait.", billed=True),
    ],
    ids=str,
)
async def test_a_remembered_failure_comes_back_whole(error: UpstreamError) -> None:
    async def act() -> int:
        raise error

    steps = KeptSteps(Memory().remember)
    for _ in range(2):
        with pytest.raises(UpstreamError) as caught:
            await steps.run("fetch", int, act)
        assert caught.value is not error
        assert type(caught.value) is type(error)
        assert vars(caught.value) == vars(error)


@pytest.mark.parametrize("kind", FailureKind)
async def test_every_kind_of_a_models_failure_is_remembered(kind: FailureKind) -> None:
    async def act() -> int:
        raise ModelFailure("It failed.", kind=kind)

    with pytest.raises(ModelFailure) as caught:
        await KeptSteps(Memory().remember).run("ask", int, act)
    assert caught.value.kind is kind


async def test_a_wrong_key_ends_a_step_with_the_operators_remedy() -> None:
    async def act() -> int:
        raise ConfigError("GitHub refused the key.", remedy="Check PRIVATE_KEY.")

    with pytest.raises(UpstreamError, match="Check PRIVATE_KEY") as caught:
        await KeptSteps(Memory().remember).run("fetch", int, act)
    assert caught.value.retry_after is None


async def test_an_adapters_own_kind_of_failure_comes_back_as_its_nearest_shared_kind() -> None:
    class Slower(RateLimited):
        """As an adapter might have."""

    async def act() -> int:
        raise Slower("later", retry_after=1.0)

    with pytest.raises(RateLimited, match="later"):
        await KeptSteps(Memory().remember).run("fetch", int, act)


async def test_one_failure_of_many_stands_in_its_place() -> None:
    async def act(number: int) -> int:
        if number == 2:
            raise UpstreamError("no")
        return number * 10

    first, second, third = await KeptSteps().map("times", int, act, (1, 2, 3), key=str)
    assert (first, third) == (10, 30)
    assert type(second) is UpstreamError


async def test_each_failure_of_many_is_of_the_kind_it_was() -> None:
    async def act(number: int) -> int:
        if number == 1:
            raise OverBudget("no room")
        raise ModelFailure("late", kind=FailureKind.TIMEOUT, billed=True, again=True)

    first, second = await KeptSteps().map("ask", int, act, (1, 2), key=str)
    assert type(first) is OverBudget
    assert isinstance(second, ModelFailure)
    assert (second.kind, second.billed, second.again) == (FailureKind.TIMEOUT, True, True)


async def test_side_by_side_steps_overlap() -> None:
    meeting = asyncio.Barrier(3)

    async def act(number: int) -> int:
        await meeting.wait()  # nobody passes unless all three have begun
        return number

    got = await KeptSteps().map("meet", int, act, (1, 2, 3), key=str)
    assert got == (1, 2, 3)


async def test_a_bug_is_not_an_outcome() -> None:
    async def act(number: int) -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await KeptSteps().map("bug", int, act, (1,), key=str)


async def test_too_large_an_outcome_is_refused() -> None:
    async def act() -> str:
        return "x" * LARGEST

    with pytest.raises(ValueError, match="keep large text by hash"):
        await KeptSteps().run("read", str, act)


async def test_the_watcher_sees_each_step_begin_and_end() -> None:
    seen: list[tuple[str, RunStatus, str]] = []

    async def watch(name: str, status: RunStatus, why: str) -> None:
        seen.append((name, status, why))

    async def fine() -> int:
        return 1

    async def broken() -> int:
        raise UpstreamError("gone")

    steps = KeptSteps(watch=watch)
    await steps.run("a", int, fine)
    with pytest.raises(UpstreamError):
        await steps.run("b", int, broken)
    assert seen == [
        ("a", RunStatus.RUNNING, ""),
        ("a", RunStatus.COMPLETED, ""),
        ("b", RunStatus.RUNNING, ""),
        ("b", RunStatus.FAILED, "gone"),
    ]
