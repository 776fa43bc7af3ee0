"""What people think of our findings, for the life of one process: the laptop, CI and dry runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.domain.asked import Person
from bot.domain.finding import Category
from bot.domain.opinions import Opinion
from bot.ports.opinions import Opinions

Key = tuple[int, int, str, int]
"""Repository, pull request, finding, person."""


class OpinionsInMemory:
    """The port `Opinions` in dictionaries."""

    def __init__(self) -> None:
        self._kept: dict[Key, Opinion] = {}
        self._lifted: dict[tuple[int, Category], float] = {}

    async def of_pull(self, repo_id: int, number: int) -> tuple[Opinion, ...]:
        """All that is known of one pull request; see the port."""
        return _in_order(each for key, each in self._kept.items() if key[:2] == (repo_id, number))

    async def put(
        self, repo_id: int, number: int, fingerprints: Sequence[str], opinions: Sequence[Opinion]
    ) -> None:
        """Note all opinions on these findings; see the port."""
        for key in [each for each in self._kept if each[:2] == (repo_id, number)]:
            if key[2] in fingerprints:
                del self._kept[key]
        for each in opinions:
            self._kept[repo_id, number, each.fingerprint, each.person] = each

    async def counted(self, repo_id: int, since: float) -> tuple[Opinion, ...]:
        """What counts; see the port."""
        return _in_order(
            each
            for key, each in self._kept.items()
            if key[0] == repo_id
            and each.counts
            and each.at >= since
            and each.at > self._lifted.get((repo_id, each.category), float("-inf"))
        )

    async def lift(self, repo_id: int, category: Category, by: Person, at: float) -> None:
        """Let earlier opinions count no more; see the port."""
        before = self._lifted.get((repo_id, category), at)
        self._lifted[repo_id, category] = max(before, at)


def _in_order(opinions: Iterable[Opinion]) -> tuple[Opinion, ...]:
    return tuple(sorted(opinions, key=lambda each: (each.at, each.fingerprint, each.person)))


_: type[Opinions] = OpinionsInMemory
