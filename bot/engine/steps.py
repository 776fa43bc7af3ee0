"""Steps whose outcome is kept as JSON, so that a replay reads back what the first run read back.

The durable runner and the plain one differ in one function: how an outcome is remembered. Both
make the round trip through JSON, because types that change on the way (Decimal, tuple, members of
a union) would otherwise show only after a crash.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter
from typing_extensions import TypeForm

from bot.domain.run import RunStatus
from bot.errors import (
    BadReply,
    BotError,
    FailureKind,
    ModelFailure,
    OverBudget,
    RateLimited,
    UpstreamError,
)

A = TypeVar("A")
T = TypeVar("T")

Perform = Callable[[], Coroutine[Any, Any, str]]
Remember = Callable[[str, Perform], Awaitable[str]]
Sleep = Callable[[float], Awaitable[None]]
Watch = Callable[[str, RunStatus, str], Awaitable[None]]
"""Told of each step: its name, running | completed | failed, and why it failed ("" otherwise)."""

LARGEST = 512 * 1024
"""Most characters one outcome may take; larger text belongs in the store, by its hash.

JSON writes a letter beyond ASCII in six: a policy file may come to 200,000 characters."""

KINDS: dict[str, type[UpstreamError]] = {
    each.__name__: each for each in (UpstreamError, RateLimited, BadReply, OverBudget)
}
"""Failures that are rebuilt from what all have in common. A ModelFailure has more to it."""


async def at_once(name: str, perform: Perform) -> str:
    """Remember nothing: for one process that either finishes or is started anew."""
    return await perform()


async def unwatched(name: str, status: RunStatus, why: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class KeptSteps:
    """The port `Steps` on any way of remembering. `watch` is told what happens, never asked."""

    remember: Remember = at_once
    watch: Watch = unwatched
    sleep: Sleep = asyncio.sleep

    async def run(self, name: str, returns: TypeForm[T], act: Callable[[], Awaitable[T]]) -> T:
        """Do `act` once; see the port."""
        shape: TypeAdapter[T] = _shape(cast("Any", returns))

        async def perform() -> str:
            await self.watch(name, RunStatus.RUNNING, "")
            kept, why = await _outcome(name, shape, act)
            await self.watch(name, RunStatus.FAILED if why else RunStatus.COMPLETED, why)
            return kept

        kept = json.loads(await self.remember(name, perform))
        if "error" in kept:
            raise _rebuilt(kept["error"])
        return shape.validate_python(kept["value"])

    async def map(
        self,
        name: str,
        returns: TypeForm[T],
        act: Callable[[A], Awaitable[T]],
        over: Sequence[A],
        key: Callable[[A], str],
    ) -> tuple[T | BaseException, ...]:
        """Do `act` for each side by side; see the port."""

        async def one(each: A) -> T:
            return await self.run(f"{name}:{key(each)}", returns, lambda: act(each))

        outcomes = await asyncio.gather(*map(one, over), return_exceptions=True)
        for each in outcomes:
            # Only what the outside did is an outcome; a bug or a cancellation stops the walk.
            if isinstance(each, BaseException) and not isinstance(each, UpstreamError):
                raise each
        return cast("tuple[T | BaseException, ...]", tuple(outcomes))

    async def wait(self, name: str, seconds: float) -> None:
        """Let `seconds` pass; see the port."""
        await self.watch(name, RunStatus.RUNNING, "")
        await self.sleep(seconds)
        await self.watch(name, RunStatus.COMPLETED, "")


@cache
def _shape(returns: Any) -> TypeAdapter[Any]:
    """What reads and writes outcomes of that type; making it takes some milliseconds."""
    return TypeAdapter(returns)


async def _outcome(
    name: str, shape: TypeAdapter[T], act: Callable[[], Awaitable[T]]
) -> tuple[str, str]:
    """What to remember, and why the step failed ("" when it did not)."""
    try:
        kept = json.dumps({"value": shape.dump_python(await act(), mode="json")})
    except BotError as error:
        return json.dumps({"error": _told(error)}), str(error)
    if len(kept) > LARGEST:
        raise ValueError(f"step {name} returned {len(kept)} characters; keep large text by hash")
    return kept, ""


def _told(error: BotError) -> dict[str, Any]:
    """A failure as JSON, under the nearest name in KINDS."""
    told = {
        "what": error.what,
        "remedy": error.remedy,
        "retry_after": getattr(error, "retry_after", None),
    }
    if isinstance(error, ModelFailure):
        more = {"failure": error.kind.value, "billed": error.billed, "again": error.again}
        return {"kind": ModelFailure.__name__, **told, **more}
    names = [each.__name__ for each in type(error).__mro__]
    # What an operator must mend (a wrong key) ends a step like what GitHub must: with words.
    return {"kind": next((name for name in names if name in KINDS), "UpstreamError"), **told}


def _rebuilt(told: dict[str, Any]) -> UpstreamError:
    what, remedy, retry_after = told["what"], told["remedy"], told["retry_after"]
    if told["kind"] == ModelFailure.__name__:
        return ModelFailure(
            what,
            kind=FailureKind(told["failure"]),
            remedy=remedy,
            retry_after=retry_after,
            billed=told["billed"],
            again=told["again"],
        )
    return KINDS[told["kind"]](what, remedy=remedy, retry_after=retry_after)
