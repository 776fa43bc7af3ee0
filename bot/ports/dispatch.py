"""What the use cases ask of the durable engine, besides steps."""

from __future__ import annotations

from typing import Protocol

from bot.domain.asked import ReviewRequest


class Dispatch(Protocol):
    """Starts and stops runs."""

    async def start(self, asked: ReviewRequest, run: str) -> None:
        """Queue the run; a run that exists already is left alone."""
        ...

    async def cancel(self, run: str) -> None:
        """Stop a run. It begins no further step; the step it is in may still end."""
        ...

    async def knows(self, run: str) -> bool:
        """Whether the run was ever queued, also when its record was forgotten since."""
        ...

    async def alive(self, run: str) -> bool:
        """Whether the run is queued or running; False for one that ended, or was never there."""
        ...

    async def forget(self, installation_id: int, repo_ids: tuple[int, ...]) -> tuple[str, ...]:
        """Stop and forget all work of an installation, or of these repositories of it.

        What was asked, what steps returned and the texts they stored are deleted. Ids stay known:
        none is run again. Returns the ids of what was under way: the step it was in may still
        write, until it ends.
        """
        ...

    async def scrub(self, works: tuple[str, ...]) -> None:
        """Delete what stopped work, forgotten before, has written since."""
        ...
