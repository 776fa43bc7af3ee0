"""What a merge queue is told: whether the pull request it lets in was reviewed by itself.

The queue waits for our check on a commit nobody pushed, where ours is a required one. Nothing new
is in that commit but the joining itself, so nothing is read: the record answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.asked import Grouped
from bot.domain.post import CheckReport, Conclusion
from bot.domain.pull import PullRef
from bot.domain.review import Verdict
from bot.domain.run import RunRecord, RunStatus
from bot.ports.code_host import CodeHost
from bot.ports.steps import Steps
from bot.ports.store import Runs
from bot.reporting.check import grouped
from bot.service.patience import patiently

_ENTRY = re.compile(r"(?:refs/heads/)?gh-readonly-queue/.+/pr-([0-9]{1,9})-[0-9a-f]{40,64}")
"""The branch a queue makes for an entry. Those of the entries before it are named by theirs."""


@dataclass(frozen=True, slots=True)
class AnswerQueue:
    """The use case."""

    host: CodeHost
    runs: Runs

    async def __call__(self, steps: Steps, asked: Grouped) -> None:
        """One completed check on the group's commit. Raises UpstreamError where none can be."""
        number = _number(asked.head_ref)
        newest = None
        if number:
            newest = await steps.run(
                "group_record", RunRecord | None, lambda: self._newest(asked.repo_id, number)
            )
        said = judged(number, newest)
        pull = PullRef(asked.repo, asked.repo_id, number, asked.head_sha, asked.installation_id)
        run = f"{asked.repo_id}-group-{asked.head_sha}"

        async def act() -> bool:
            await self.host.conclude_check(pull, run, said, None)
            return True

        await patiently(steps, "group_check", bool, act)

    async def _newest(self, repo_id: int, number: int) -> RunRecord | None:
        runs = await self.runs.of_pull(repo_id, number)
        return next((each for each in reversed(runs) if each.status.ended), None)


def _number(head_ref: str) -> int:
    """The pull request a queue's branch was made for, 0 where its name does not say."""
    found = _ENTRY.fullmatch(head_ref)
    return int(found[1]) if found else 0


def judged(number: int, newest: RunRecord | None) -> CheckReport:
    """What the group's check says. Only a review that ran to its end and did not fail is a yes."""
    if not number:
        return grouped(Conclusion.NEUTRAL, "the queue's branch names no pull request")
    name = f"#{number}"
    if newest is None:
        return grouped(Conclusion.NEUTRAL, f"there is no review of {name} on record")
    if newest.status is not RunStatus.COMPLETED:
        return grouped(
            Conclusion.NEUTRAL,
            f"the last review of {name} was {newest.status.value}: {newest.note}",
        )
    if newest.verdict == Verdict.FAILURE.value:
        return grouped(Conclusion.NEUTRAL, f"the review of {name} failed its check")
    said = f"{name} was reviewed by itself, at {newest.head_sha[:7]}. A queue adds nothing to read"
    return grouped(Conclusion.SUCCESS, said)
