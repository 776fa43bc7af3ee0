"""The walk of a review as a workflow's step takes it: what it posts, it also shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.domain.asked import ReviewRequest
from bot.domain.plan import Change
from bot.domain.pull import RepoPolicy
from bot.domain.review import Review
from bot.domain.run import RunStatus
from bot.errors import UpstreamError
from bot.ports.steps import Steps
from bot.reporting.check import unfinished
from bot.service.judging import Begin
from bot.service.review_pull import ReviewPull, Walk

Amend = Callable[[RepoPolicy], RepoPolicy]
"""What the caller changes of a repository's policy."""


@dataclass(frozen=True, slots=True)
class _ShownWalk(Walk):
    """Keeps the review it posts, made under the caller's own policy."""

    amend: Amend
    shown: list[Review] = field(default_factory=list)

    async def judge(self, change: Change, policy: RepoPolicy, begin: Begin) -> Review:
        review = await Walk.judge(self, change, self.amend(policy), begin)
        self.shown.append(review)
        return review


async def review_in_ci(
    use: ReviewPull, steps: Steps, asked: ReviewRequest, run: str, amend: Amend
) -> Review | None:
    """Review and post; None when the pull request was not reviewed. `use.runs` says why."""
    walk = _ShownWalk(use, steps, asked, run, amend)
    try:
        await walk.walk()
    except UpstreamError as error:
        await walk.close(unfinished(str(error)), RunStatus.BLOCKED)
    return walk.shown[0] if walk.shown else None
