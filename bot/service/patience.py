"""Waiting out what passes: a step the other side asked to repeat later is repeated later."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from typing_extensions import TypeForm

from bot.errors import UpstreamError
from bot.ports.steps import Steps

T = TypeVar("T")

MOST_TRIES = 12
LONGEST_WAIT_S = 900.0
"""GitHub's primary limit may be an hour away; waits that double up to this pass one and a half."""
FIRST_WAIT_S = 15.0


async def patiently(
    steps: Steps, name: str, returns: TypeForm[T], act: Callable[[], Awaitable[T]]
) -> T:
    """Run a step, and again after the wait its failure asks for, twelve times at most.

    Later tries are steps "name:2", "name:3" and so on. Each wait is at least twice the one before,
    so that an outage of an hour loses nothing. Raises the last UpstreamError.
    """
    least = FIRST_WAIT_S
    for attempt in range(1, MOST_TRIES + 1):
        step = name if attempt == 1 else f"{name}:{attempt}"
        try:
            return await steps.run(step, returns, act)
        except UpstreamError as error:
            if error.retry_after is None or attempt == MOST_TRIES:
                raise
            asked = error.retry_after if error.retry_after > least else least
            await steps.wait(f"{step}:wait", min(asked, LONGEST_WAIT_S))
            least *= 2
    raise AssertionError("unreachable: the last try returns or raises")


async def undivided(act: Callable[[], Awaitable[T]]) -> T:
    """Do `act` to its end, also when the step it is in is stopped meanwhile.

    A request that is on its way cannot be called back: whoever sends it must see what became of
    it. The stop is passed on afterwards.
    """
    whole = asyncio.ensure_future(act())
    try:
        return await asyncio.shield(whole)
    except asyncio.CancelledError:
        await asyncio.gather(whole, return_exceptions=True)
        raise
