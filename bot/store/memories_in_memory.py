"""What was read and posted, for the life of one process: the laptop, CI and dry runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from bot.domain.finding import Finding
from bot.domain.memory import Seen
from bot.ports.memory import Memory


class MemoryInMemory:
    """The port `Memory` in dictionaries."""

    def __init__(self) -> None:
        self._seen: defaultdict[tuple[int, int], dict[str, Seen]] = defaultdict(dict)
        self._comments: defaultdict[tuple[int, int], set[str]] = defaultdict(set)

    async def recall(self, repo_id: int, number: int, keys: Sequence[str]) -> tuple[Seen, ...]:
        """What is remembered under `keys`; see the port."""
        known = self._seen[repo_id, number]
        return tuple(known[key] for key in dict.fromkeys(keys) if key in known)

    async def learn(self, repo_id: int, number: int, seen: Sequence[Seen]) -> None:
        """Remember what was read; see the port."""
        self._seen[repo_id, number].update({each.key: each for each in seen})

    async def findings(self, repo_id: int, number: int) -> tuple[Finding, ...]:
        """Every finding remembered; see the port."""
        known = reversed(self._seen[repo_id, number].values())
        return tuple(finding for seen in known for finding in seen.findings)

    async def commented(self, repo_id: int, number: int) -> frozenset[str]:
        """What has an inline comment of ours; see the port."""
        return frozenset(self._comments[repo_id, number])

    async def comment(self, repo_id: int, number: int, fingerprints: Sequence[str]) -> None:
        """Note what has one now; see the port."""
        self._comments[repo_id, number].update(fingerprints)

    async def forget(self, repo_ids: Sequence[int]) -> None:
        """Delete all that is remembered of these repositories."""
        for kept in (self._seen, self._comments):
            for pull in [each for each in kept if each[0] in repo_ids]:
                del kept[pull]


_: type[Memory] = MemoryInMemory
