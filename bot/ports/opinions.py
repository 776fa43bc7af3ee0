"""What people think of our findings, as it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.domain.asked import Person
from bot.domain.finding import Category
from bot.domain.opinions import Opinion


class Opinions(Protocol):
    """Opinions by repository and pull request: no names and no words, only numbers."""

    async def of_pull(self, repo_id: int, number: int) -> tuple[Opinion, ...]:
        """All that is known of one pull request, oldest first."""
        ...

    async def put(
        self, repo_id: int, number: int, fingerprints: Sequence[str], opinions: Sequence[Opinion]
    ) -> None:
        """Note that these are all opinions on these findings now.

        One of a person on a finding; what was known of other findings stays. Doing it twice
        changes nothing.
        """
        ...

    async def counted(self, repo_id: int, since: float) -> tuple[Opinion, ...]:
        """The opinions of those who may write, seen at `since` (seconds since 1970) or later.

        Without those that came before their category was last lifted.
        """
        ...

    async def lift(self, repo_id: int, category: Category, by: Person, at: float) -> None:
        """Let the opinions on a category up to `at` (seconds since 1970) count no more."""
        ...
