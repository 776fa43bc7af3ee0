"""What the App reaches: its installations, their repositories, and what is open there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.pull import PullRef


@dataclass(frozen=True, slots=True)
class Installed:
    """One installation. `at`: when it was made, in seconds since 1970."""

    id: int
    at: float
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Reached:
    """One repository the App may act on."""

    repo: str
    repo_id: int


@dataclass(frozen=True, slots=True)
class OpenPull:
    """An open pull request. `updated`: in seconds since 1970."""

    ref: PullRef
    updated: float


class Reach(Protocol):
    """Asked of GitHub. Every method may raise UpstreamError."""

    async def installations(self) -> tuple[Installed, ...]:
        """Everywhere the App is installed, the first 1,000."""
        ...

    async def repositories(self, installation_id: int) -> tuple[Reached, ...]:
        """What an installation reaches, without archived ones; the first 5,000."""
        ...

    async def updated(self, place: int, repo: Reached, since: float) -> tuple[OpenPull, ...]:
        """Open pull requests that changed since then, newest first, the first 100."""
        ...

    async def has_check(self, ref: PullRef) -> bool:
        """Whether our App has a check run on that head."""
        ...


class KnownRepos(Protocol):
    """What outlives the process about the repositories that were met."""

    async def first_start(self, at: float) -> float:
        """When the App was first started; notes `at` where that is not known."""
        ...

    async def meet(
        self, place: Installed, repo_ids: Sequence[int], at: float
    ) -> Mapping[int, float]:
        """Since when each repository of an installation counts, in seconds since 1970.

        Repositories of an installation nobody has looked at count since it was made, those that
        joined it later since `at`, when they were met. What is known stays.
        """
        ...

    async def looked(self) -> int:
        """The id of the repository that was looked at last; 0: none."""
        ...

    async def look(self, repo_id: int) -> None:
        """Note it."""
        ...
