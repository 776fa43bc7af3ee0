"""What people asked for and what we keep of it: ignored findings, pauses, what was answered."""

from __future__ import annotations

from typing import Protocol

from bot.domain.asked import CommentRef
from bot.domain.pull import PullRef
from bot.domain.wishes import Dismissal, Limit, Pause


class Wishes(Protocol):
    """By repository and pull request, as `PullRef` names them; its head does not matter.

    Nothing is kept of a repository that has no run on record: the App has left it, or has not
    come yet. Each method may be called twice with the same words.
    """

    async def dismiss(self, pull: PullRef, dismissal: Dismissal) -> bool:
        """Keep it, in the place of what is there of the same finding; whether it is kept."""
        ...

    async def take_back(self, pull: PullRef, fingerprint: str) -> None:
        """The finding is told again."""
        ...

    async def dismissed(self, repo_id: int) -> tuple[Dismissal, ...]:
        """Every finding of the repository that is ignored, oldest first."""
        ...

    async def pause(self, pull: PullRef, pause: Pause) -> bool:
        """Pushes are not reviewed from now on; whether it is kept. A pause that is there stays."""
        ...

    async def resume(self, pull: PullRef) -> None:
        """Pushes are reviewed again."""
        ...

    async def paused(self, repo_id: int, number: int) -> Pause | None:
        """Who paused the pull request; None when nobody has."""
        ...

    async def expect(self, pull: PullRef, run: str, comment: CommentRef) -> None:
        """Note that this comment asked for the run, and waits for how it ends."""
        ...

    async def expecting(self, pull: PullRef, run: str) -> CommentRef | None:
        """The comment that asked for the run; None where no comment did."""
        ...

    async def admit(self, pull: PullRef, what: str, key: str, at: float, limit: Limit) -> bool:
        """Whether `what` may be said once more on the pull request at `at`, which notes it.

        `key` names the occasion: one that was admitted is admitted again, and counts once. False
        also where nothing is kept: what cannot be counted is not said.
        """
        ...
