"""What a review remembers of earlier reviews of the same pull request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.domain.finding import Finding
from bot.domain.memory import Seen


class Memory(Protocol):
    """What was read and posted, by pull request. Nothing in it holds an unredacted secret."""

    async def recall(self, repo_id: int, number: int, keys: Sequence[str]) -> tuple[Seen, ...]:
        """What is remembered under `keys`, in the order of `keys`, without the unknown."""
        ...

    async def learn(self, repo_id: int, number: int, seen: Sequence[Seen]) -> None:
        """Remember; what is there under the same key is replaced."""
        ...

    async def findings(self, repo_id: int, number: int) -> tuple[Finding, ...]:
        """Every finding remembered of a pull request, as it stood where it was read last."""
        ...

    async def commented(self, repo_id: int, number: int) -> frozenset[str]:
        """Fingerprints of the findings that have an inline comment of ours on the pull request."""
        ...

    async def comment(self, repo_id: int, number: int, fingerprints: Sequence[str]) -> None:
        """Note that these have one now."""
        ...
