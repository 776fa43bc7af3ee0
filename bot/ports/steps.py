"""Remembered effects. What a step did is done once, also when the process dies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from typing_extensions import TypeForm

A = TypeVar("A")
T = TypeVar("T")


class Steps(Protocol):
    """Runs effects and remembers what they returned, or the UpstreamError they raised.

    The code between steps must be deterministic: no clock, chance, settings or I/O, except to
    read what a step stored by its hash. Steps begin in the same order on every replay.
    """

    async def run(self, name: str, returns: TypeForm[T], act: Callable[[], Awaitable[T]]) -> T:
        """Do `act` once under `name`.

        `returns` is the type of its value: a frozen dataclass, a plain value, or a union whose
        members each carry their `kind`; at most 512 KB as JSON.
        """
        ...

    async def map(
        self,
        name: str,
        returns: TypeForm[T],
        act: Callable[[A], Awaitable[T]],
        over: Sequence[A],
        key: Callable[[A], str],
    ) -> tuple[T | BaseException, ...]:
        """Do `act` for each of `over` side by side, as steps "name:key".

        One that fails does not stop the others: its error stands in its place.
        """
        ...

    async def wait(self, name: str, seconds: float) -> None:
        """Let `seconds` pass. After a crash only what is left of them is waited for."""
        ...
