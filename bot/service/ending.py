"""How a run ends: its check is concluded, and what happened is remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from bot.diff.gone import gone
from bot.domain.asked import ReviewRequest
from bot.domain.decided import decisions, found
from bot.domain.money import total
from bot.domain.plan import Change
from bot.domain.post import CheckReport, Receipt
from bot.domain.review import Review
from bot.domain.run import RunRecord, RunStatus
from bot.domain.thread import Reaction
from bot.errors import UpstreamError
from bot.ports.code_host import CodeHost
from bot.ports.conversation import Conversation
from bot.ports.steps import Steps
from bot.ports.store import Runs
from bot.reporting.check import RunFacts, cancelled, report
from bot.service.judging import Judge
from bot.service.patience import patiently, undivided

HOW_IT_ENDED = {
    RunStatus.COMPLETED: Reaction.DONE,
    RunStatus.SKIPPED: Reaction.UNCLEAR,  # the check says why
    RunStatus.CANCELLED: Reaction.UNCLEAR,
    RunStatus.BLOCKED: Reaction.DENIED,
    RunStatus.FAILED: Reaction.DENIED,
}
"""What is set under the comment that asked for a run."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Started:
    """Since when a run is under way (seconds since 1970), and the check that shows it.

    `check_id` None: nobody was told yet, so that its check is made when it ends.
    """

    check_id: int | None
    at: float


class Needs(Protocol):
    """What an ending takes of the use case it belongs to."""

    @property
    def host(self) -> CodeHost:
        """GitHub."""
        ...

    @property
    def judge(self) -> Judge:
        """What made the review, and keeps its calls."""
        ...

    @property
    def runs(self) -> Runs:
        """The record."""
        ...

    @property
    def talk(self) -> Conversation | None:
        """Where it is answered who asked."""
        ...

    @property
    def now(self) -> Callable[[], float]:
        """Seconds since 1970, asked inside steps only."""
        ...


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of one run."""

    use: Needs
    steps: Steps
    asked: ReviewRequest
    run: str

    async def finish(
        self, review: Review, receipt: Receipt | None, started: Started, change: Change
    ) -> None:
        """Conclude the check with the whole review, and remember the run."""

        def said() -> CheckReport:
            seconds = self.use.now() - started.at
            return report(review, self._facts(seconds, receipt))

        await self._conclude(said, started)
        record = replace(
            self._record(RunStatus.COMPLETED, started),
            verdict=review.verdict.value,
            note=report(review, self._facts(0.0, receipt)).title,
            findings=len(review.findings),
            decisions=decisions(review.plan, review),
            found=found(review, receipt),
        )
        await self._remember(record, change)

    async def close(
        self, said: CheckReport, status: RunStatus, started: Started | None = None
    ) -> None:
        """End a run that has no review: skipped, cancelled or unfinished."""
        try:
            await self._conclude(lambda: said, started)
        except UpstreamError as error:
            # Left open in the records, so that the sweep ends the check once it can.
            note = f"{said.title}. The check could not be concluded: {error}"
            status = RunStatus.RUNNING
        else:
            note = said.title
        await self._remember(replace(self._record(status, started), note=note))

    async def _conclude(self, said: Callable[[], CheckReport], started: Started | None) -> None:
        check = started.check_id if started else None

        async def act() -> bool:
            if await self._is_told():
                return False
            await self.use.host.conclude_check(self.asked.pull, self.run, said(), check)
            await self.heed_cancel(check)
            return True

        await patiently(self.steps, "conclude_check", bool, lambda: undivided(act))

    async def _remember(self, record: RunRecord, change: Change | None = None) -> None:
        async def act() -> bool:
            if record.status is not RunStatus.COMPLETED and await self._is_told():
                return False
            ended = None if record.status is RunStatus.RUNNING else self.use.now()
            await self.use.judge.ledger.lose(self.run)
            calls = await self.use.judge.calls(self.run)
            cost = total(each.cost for each in calls)
            spent = None if cost is None or not calls else str(cost)
            await self.use.runs.end(replace(record, finished=ended, calls=calls, cost_usd=spent))
            if change is not None:
                # What was posted earlier and whose code was changed since was taken up.
                open_ = await self.use.runs.undecided(record.repo_id, record.number)
                taken_up = gone(open_, change)
                await self.use.runs.accept(record.repo_id, record.number, taken_up)
            return True

        if await self.steps.run("remember", bool, act):
            await self._react(record.status)

    async def _is_told(self) -> bool:
        """Whether the review is told and remembered: what breaks after that does not unsay it."""
        return await self.use.runs.status(self.run) is RunStatus.COMPLETED

    async def _react(self, status: RunStatus) -> None:
        """Tell who asked in a comment how it ended. Last: nothing depends on it."""
        comment, talk = self.asked.comment, self.use.talk
        if comment is None or talk is None or not status.ended:
            return

        async def act() -> bool:
            await talk.react(self.asked.pull, comment, HOW_IT_ENDED[status])
            return True

        try:
            await patiently(self.steps, "react", bool, act)
        except UpstreamError as error:
            log.warning("reaction_not_set", run=self.run, why=str(error))

    async def heed_cancel(self, check: int | None) -> None:
        """After a write to the check: end it as cancelled if the run was cancelled meanwhile.

        Who cancels marks the record first and ends the check then. So either that comes after our
        write, or the mark is seen here: the check never stays as a cancelled run left it.
        """
        record = await self.use.runs.get(self.run)
        if record is not None and record.status is RunStatus.CANCELLED:
            said = cancelled(record.note)
            await self.use.host.conclude_check(self.asked.pull, self.run, said, check)

    def _facts(self, seconds: float, receipt: Receipt | None) -> RunFacts:
        pull = self.asked.pull
        return RunFacts(
            run=self.run,
            repo=pull.repo,
            head_sha=pull.head_sha,
            seconds=seconds,
            receipt=receipt,
            version=self.use.judge.house.version,
        )

    def _record(self, status: RunStatus, started: Started | None) -> RunRecord:
        pull = self.asked.pull
        return RunRecord(
            id=self.run,
            repo=pull.repo,
            repo_id=pull.repo_id,
            number=pull.number,
            head_sha=pull.head_sha,
            installation_id=pull.installation_id,
            trigger=self.asked.trigger,
            status=status,
            started=started.at if started else 0.0,
        )
