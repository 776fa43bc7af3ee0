"""GitHub's own log of what it delivered to us, and what we remember of asking again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Came(StrEnum):
    """What became of one attempt to deliver."""

    OK = "ok"
    FAILED = "failed"
    HELD = "held"  # GitHub throttles it, and delivers it later by itself


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt. All attempts at one delivery share its `guid`. `at`: seconds since 1970."""

    id: int
    guid: str
    event: str
    action: str
    at: float
    came: Came


@dataclass(frozen=True, slots=True)
class Again:
    """That a delivery was asked for again: when the last time, and how often."""

    at: float
    times: int


class DeliveryLog(Protocol):
    """The log of the App's webhook, which GitHub keeps for 3 days (7 on Enterprise servers)."""

    async def since(self, at: float) -> tuple[Attempt, ...]:
        """Every attempt since then, newest first. Raises UpstreamError."""
        ...

    async def again(self, attempt: int) -> None:
        """Have GitHub deliver it once more, under the same guid. Raises UpstreamError."""
        ...


class Redeliveries(Protocol):
    """What outlives the process about deliveries that were missed."""

    async def settled(self) -> float | None:
        """Nothing delivered before that time is missed any more; None: nobody has looked yet."""
        ...

    async def settle(self, at: float) -> None:
        """Note that time."""
        ...

    async def asked(self, guids: Sequence[str]) -> Mapping[str, Again]:
        """Those of `guids` that were asked for again."""
        ...

    async def ask(self, guid: str, at: float) -> None:
        """Note that it is asked for once more."""
        ...
