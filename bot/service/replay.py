"""A delivery once more, in this process: what it asks is done at once, and remembered nowhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.domain.asked import Asked, ReviewRequest
from bot.ports.steps import Steps
from bot.service.dispatch import Deliver

Review = Callable[[Steps, ReviewRequest, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Line:
    """The port `Dispatch` without a queue: what is started waits here for its turn."""

    waiting: list[tuple[ReviewRequest, str]] = field(default_factory=list)

    async def start(self, asked: ReviewRequest, run: str) -> None:
        """Let it wait."""
        self.waiting.append((asked, run))

    async def cancel(self, run: str) -> None:
        """Nothing runs beside this."""
        self.waiting[:] = [each for each in self.waiting if each[1] != run]

    async def knows(self, run: str) -> bool:
        """Whether it waits."""
        return any(each[1] == run for each in self.waiting)

    async def alive(self, run: str) -> bool:
        """Whether it waits."""
        return await self.knows(run)

    async def forget(self, installation_id: int, repo_ids: tuple[int, ...]) -> tuple[str, ...]:
        """Nothing waits any more; there is nothing else to forget."""
        self.waiting.clear()
        return ()

    async def scrub(self, works: tuple[str, ...]) -> None:
        """Nothing is kept."""


async def replay(
    asked: Asked, deliver: Deliver, line: Line, review: Review, steps: Callable[[], Steps]
) -> tuple[str, ...]:
    """Do what `asked` says and every review that comes of it; the runs there were.

    `deliver` puts its work on `line`. `steps` gives fresh steps: each workflow has its own.
    """
    await deliver(steps(), asked)
    runs = []
    while line.waiting:
        request, run = line.waiting.pop(0)
        await review(steps(), request, run)
        runs.append(run)
    return tuple(runs)
