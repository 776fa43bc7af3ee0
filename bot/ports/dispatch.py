"""What the use cases ask of the durable engine, besides steps."""

from __future__ import annotations

from typing import Protocol

from bot.domain.asked import ReviewRequest


class Dispatch(Protocol):
    """Starts and stops runs."""

    async def start(self, asked: ReviewRequest, run: str) -> None:
        """Queue the run; a run that exists already is left alone."""
        ...

    async def live(self, repo_id: int, number: int) -> tuple[str, ...]:
        """Ids of the pull request's runs that are queued or running."""
        ...

    async def attempts(self, repo_id: int, number: int, head_sha: str) -> int:
        """How many runs of that head there have been."""
        ...

    async def cancel(self, run: str) -> None:
        """Stop a run. It begins no further step; the step it is in may still end."""
        ...
