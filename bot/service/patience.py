"""Waiting out what passes: a step the other side asked to repeat later is repeated later."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from typing_extensions import TypeForm

from bot.errors import UpstreamError
from bot.ports.steps import Steps

T = TypeVar("T")

MOST_TRIES = 5
LONGEST_WAIT_S = 900.0
"""GitHub's primary limit may be an hour away; five tries of a quarter of an hour pass it."""


async def patiently(
    steps: Steps, name: str, returns: TypeForm[T], act: Callable[[], Awaitable[T]]
) -> T:
    """Run a step, and again after the wait its failure asks for, five times at most.

    Later tries are steps "name:2", "name:3" and so on. Raises the last UpstreamError.
    """
    for attempt in range(1, MOST_TRIES + 1):
        step = name if attempt == 1 else f"{name}:{attempt}"
        try:
            return await steps.run(step, returns, act)
        except UpstreamError as error:
            if error.retry_after is None or attempt == MOST_TRIES:
                raise
            await steps.wait(f"{step}:wait", min(error.retry_after, LONGEST_WAIT_S))
    raise AssertionError("unreachable: the last try returns or raises")
