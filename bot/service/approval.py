"""Whether a person's word holds for a stranger's head: for one that was there when it was given.

Who reads a fork's change and writes `/ai-review` has that head in mind. A head that its author
pushes between the comment and our reading of it is nobody's to have approved.
"""

from __future__ import annotations

from bot.domain.pull import Forks, PullRequest
from bot.domain.run import RunStatus
from bot.planning.gate import needs_permission
from bot.service.review_pull import ReviewPull

WHOLE_S = 1.0
"""Comments are dated in whole seconds, cut off. A push is taken up seconds after it came
(`quiet_s`), so a head that is younger than the comment is not let in by this."""


async def covers(use: ReviewPull, pull: PullRequest, at: float | None) -> bool:
    """Whether a word given at `at` (seconds since 1970) holds for this head. Part of a step.

    It does where nobody's word is needed. A stranger's head must be the last one we had taken up by
    then, or have had its review. `at` None: nobody knows when it was given, so it does not.
    """
    opened = await use.opened(pull.ref)
    if opened.policy.forks is not Forks.ON_REQUEST or opened.may_write:
        return True
    if not needs_permission(opened.pull, opened.policy):
        return True
    records = await use.runs.of_pull(pull.ref.repo_id, pull.ref.number)
    head = pull.ref.head_sha
    if any(each.head_sha == head and each.status is RunStatus.COMPLETED for each in records):
        return True
    before = [each for each in records if at is not None and each.started < at + WHOLE_S]
    return bool(before) and before[-1].head_sha == head
