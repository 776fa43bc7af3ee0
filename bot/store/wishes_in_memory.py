"""What people asked for, for the life of one process: the laptop, CI and dry runs."""

from __future__ import annotations

from collections import defaultdict

from bot.domain.asked import CommentRef
from bot.domain.pull import PullRef
from bot.domain.wishes import Dismissal, Limit, Pause
from bot.ports.wishes import Wishes


class WishesInMemory:
    """The port `Wishes` in dictionaries. It knows of no runs, so it keeps what it is given."""

    def __init__(self) -> None:
        self._dismissed: defaultdict[int, dict[str, Dismissal]] = defaultdict(dict)
        self._paused: dict[tuple[int, int], Pause] = {}
        self._expecting: dict[str, CommentRef] = {}
        self._said: defaultdict[tuple[int, int, str], dict[str, float]] = defaultdict(dict)

    async def dismiss(self, pull: PullRef, dismissal: Dismissal) -> bool:
        """Keep it; see the port."""
        self._dismissed[pull.repo_id][dismissal.fingerprint] = dismissal
        return True

    async def take_back(self, pull: PullRef, fingerprint: str) -> None:
        """The finding is told again; see the port."""
        self._dismissed[pull.repo_id].pop(fingerprint, None)

    async def dismissed(self, repo_id: int) -> tuple[Dismissal, ...]:
        """What is ignored; see the port."""
        kept = self._dismissed[repo_id].values()
        return tuple(sorted(kept, key=lambda each: (each.at, each.fingerprint)))

    async def pause(self, pull: PullRef, pause: Pause) -> bool:
        """Pushes are not reviewed from now on; see the port."""
        self._paused.setdefault((pull.repo_id, pull.number), pause)
        return True

    async def resume(self, pull: PullRef) -> None:
        """Pushes are reviewed again; see the port."""
        self._paused.pop((pull.repo_id, pull.number), None)

    async def paused(self, repo_id: int, number: int) -> Pause | None:
        """Who paused it; see the port."""
        return self._paused.get((repo_id, number))

    async def expect(self, pull: PullRef, run: str, comment: CommentRef) -> None:
        """Note who asked for the run; see the port."""
        self._expecting[run] = comment

    async def expecting(self, pull: PullRef, run: str) -> CommentRef | None:
        """The comment that asked for the run; see the port."""
        return self._expecting.get(run)

    async def admit(self, pull: PullRef, what: str, key: str, at: float, limit: Limit) -> bool:
        """Whether it may be said once more; see the port."""
        said = self._said[pull.repo_id, pull.number, what]
        if key in said:
            return True
        if sum(each > at - limit.seconds for each in said.values()) >= limit.most:
            return False
        said[key] = at
        return True


_: type[Wishes] = WishesInMemory
