"""What no delivery told us of: open pull requests whose head nobody has looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.domain.asked import Asked, Delivery, ReviewRequest
from bot.errors import RateLimited, UpstreamError
from bot.ports.reach import Installed, KnownRepos, OpenPull, Reach, Reached
from bot.ports.store import Runs

YOUNG_S = 300.0
"""What changed later than that may have its delivery on its way, or in the queue."""
DAY_S = 86_400.0
MOST_REPOS = 300
"""Looked at in one sweep; the next goes on behind them."""
MOST = 50
"""Reviews asked for in one sweep."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reconcile:
    """One sweep over what the App reaches.

    `deliver` queues what a delivery asks, once per id, and raises UpstreamError. `days`: how far
    it looks back. `now` gives seconds since 1970.
    """

    reach: Reach
    runs: Runs
    known: KnownRepos
    deliver: Callable[[Delivery, Asked], None]
    days: float
    now: Callable[[], float]

    async def __call__(self) -> int:
        """Ask for the reviews that are missing; how many. Raises UpstreamError."""
        now, asked = self.now(), 0
        tired: set[int] = (
            set()
        )  # installations that asked us to wait; others have limits of their own
        for place, repo, since in await self._places(now):
            if place.id in tired:
                continue
            await self.known.look(repo.repo_id)
            try:
                asked += await self._look(place, repo, since, now, MOST - asked)
            except UpstreamError as error:
                log.warning("repository_not_reconciled", repo=repo.repo, why=str(error))
                tired |= {place.id} if isinstance(error, RateLimited) else set()
            if asked >= MOST:
                break
        return asked

    async def _places(self, now: float) -> list[tuple[Installed, Reached, float]]:
        """Which repositories to look at, and since when; those nobody looked at for long first."""
        start = await self.known.first_start(now)
        found: list[tuple[Installed, Reached, float]] = []
        for place in await self.reach.installations():
            if place.suspended:
                continue
            try:
                repos = await self.reach.repositories(place.id)
            except UpstreamError as error:
                log.warning("installation_not_reconciled", installation=place.id, why=str(error))
                continue
            since = await self.known.meet(place, [each.repo_id for each in repos], now)
            oldest = max(start, now - self.days * DAY_S)
            found += [(place, each, max(oldest, since[each.repo_id])) for each in repos]
        last = await self.known.looked()
        found.sort(key=lambda each: (each[1].repo_id <= last, each[1].repo_id))
        return found[:MOST_REPOS]

    async def _look(
        self, place: Installed, repo: Reached, since: float, now: float, most: int
    ) -> int:
        asked = 0
        for pull in await self.reach.updated(place.id, repo, since):
            if asked < most and await self._is_forgotten(pull, now):
                await asyncio.to_thread(self.deliver, _once(pull), ReviewRequest(pull.ref, TRIGGER))
                log.info("pull_found", repo=pull.ref.repo, pull=pull.ref.number)
                asked += 1
        return asked

    async def _is_forgotten(self, pull: OpenPull, now: float) -> bool:
        ref = pull.ref
        if pull.updated > now - YOUNG_S:
            return False
        runs = await self.runs.of_pull(ref.repo_id, ref.number)
        if any(each.head_sha == ref.head_sha for each in runs):
            return False
        return not await self.reach.has_check(ref)


TRIGGER = "reconcile"


def _once(pull: OpenPull) -> Delivery:
    """One id for each head, so that no sweep asks for it again."""
    ref = pull.ref
    return Delivery(f"{TRIGGER}-{ref.repo_id}-{ref.number}-{ref.head_sha}", TRIGGER, "")
