"""Steps of one part of a walk, whose names begin with that part's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from typing_extensions import TypeForm

from bot.ports.steps import Steps

A = TypeVar("A")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Under:
    """The port `Steps`, each step called `prefix` and its own name ("do:2:look")."""

    steps: Steps
    prefix: str

    async def run(self, name: str, returns: TypeForm[T], act: Callable[[], Awaitable[T]]) -> T:
        """Do `act` once; see the port."""
        return await self.steps.run(f"{self.prefix}{name}", returns, act)

    async def map(
        self,
        name: str,
        returns: TypeForm[T],
        act: Callable[[A], Awaitable[T]],
        over: Sequence[A],
        key: Callable[[A], str],
    ) -> tuple[T | BaseException, ...]:
        """Do `act` for each side by side; see the port."""
        return await self.steps.map(f"{self.prefix}{name}", returns, act, over, key)

    async def wait(self, name: str, seconds: float) -> None:
        """Let `seconds` pass; see the port."""
        await self.steps.wait(f"{self.prefix}{name}", seconds)


_: type[Steps] = Under
