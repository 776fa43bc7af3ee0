"""The whole path of one review. Read this first.

A request and a patch become a plan; a plan becomes outcomes; outcomes become a review; a review
becomes comments and a check, and is posted; what happened becomes a run anyone can read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.diff.gone import gone
from bot.domain.asked import ReviewRequest
from bot.domain.decided import decisions, found
from bot.domain.money import total
from bot.domain.plan import Change
from bot.domain.post import CheckReport, Receipt
from bot.domain.pull import PullRequest, RepoPolicy
from bot.domain.review import Review
from bot.domain.run import RunRecord, RunStatus
from bot.errors import UpstreamError
from bot.guard.redact import redact
from bot.intake.policy import parse_policy
from bot.planning.gate import gate, needs_permission, nothing_to_read
from bot.ports.code_host import CodeHost
from bot.ports.steps import Steps
from bot.ports.store import Runs, Texts
from bot.reporting.check import RunFacts, cancelled, report, skipped, unfinished
from bot.reporting.comments import review_post
from bot.service.case import Case
from bot.service.judging import Judge
from bot.service.patience import patiently, undivided
from bot.service.reading import CHANGE, Reader


@dataclass(frozen=True, slots=True)
class Opened:
    """What is known before the change is read. `may_write` None: nobody had to ask."""

    pull: PullRequest
    policy: RepoPolicy
    may_write: bool | None


@dataclass(frozen=True, slots=True)
class Started:
    """The check that shows the review is under way, and since when (seconds since 1970)."""

    check_id: int
    at: float


@dataclass(frozen=True, slots=True)
class ReviewPull:
    """The use case.

    `judge` makes the review of what `reader` has read. `now` gives seconds since 1970 and is asked
    inside steps only.
    """

    host: CodeHost
    reader: Reader
    judge: Judge
    texts: Texts
    runs: Runs
    now: Callable[[], float]

    async def __call__(self, steps: Steps, asked: ReviewRequest, run: str) -> None:
        """Review the head that was asked for; whatever happens, its check is concluded."""
        walk = Walk(self, steps, asked, run)
        try:
            await walk.walk()
        except UpstreamError as error:
            await walk.close(unfinished(str(error)), RunStatus.BLOCKED)

    async def broken(self, steps: Steps, asked: ReviewRequest, run: str, why: str) -> None:
        """Conclude the check of a run that met a defect of ours."""
        said = unfinished(f"AI Review met a defect of its own ({why}); its log has the details.")
        await Walk(self, steps, asked, run).close(said, RunStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Walk:
    """One run on its way. Each `patiently` is a remembered step; between them only values."""

    use: ReviewPull
    steps: Steps
    asked: ReviewRequest
    run: str

    async def walk(self) -> None:
        """From the request to the posted review."""
        started = await patiently(
            self.steps, "start_check", Started, lambda: undivided(self._start)
        )
        opened = await patiently(self.steps, "fetch", Opened, self._fetch)
        pull, policy = opened.pull, opened.policy
        if not pull.open or pull.ref.head_sha != self.asked.pull.head_sha:
            return await self.close(cancelled(_newer(pull)), RunStatus.CANCELLED, started)
        why = gate(pull, policy, may_write=opened.may_write, asked=self.asked.by_person)
        if why:
            return await self.close(skipped(why), RunStatus.SKIPPED, started)
        key = await patiently(self.steps, "read", str, lambda: self._read(opened))
        change = CHANGE.validate_json(await self.use.texts.read(key))
        why = nothing_to_read(change.patch, policy.ignore)
        if why and not change.evidence:
            return await self.close(skipped(why), RunStatus.SKIPPED, started)
        review = await self.judge(change, policy)
        now = await patiently(self.steps, "still_head", PullRequest, self._look)
        if not now.open or now.ref.head_sha != pull.ref.head_sha:
            return await self.close(cancelled(_newer(now)), RunStatus.CANCELLED, started)
        receipt = await self._post(pull, review)
        return await self.finish(review, receipt, started, change)

    async def judge(self, change: Change, policy: RepoPolicy) -> Review:
        """From what was read to what it amounts to."""
        pull = self.asked.pull
        case = Case(
            run=self.run,
            change=change,
            policy=policy,
            head_sha=pull.head_sha,
            repo_id=pull.repo_id,
            number=pull.number,
            installation_id=pull.installation_id,
            asked_for=self.asked.asked_for,
        )
        return await self.use.judge(self.steps, case)

    async def _post(self, pull: PullRequest, review: Review) -> Receipt | None:
        post = review_post(review, self.run)
        if post is None:  # nothing to say on a line: the check run alone speaks
            return None

        async def act() -> Receipt:
            receipt = await self.use.host.post_review(pull, self.run, post)
            ref = self.asked.pull
            await self.use.judge.memory.comment(ref.repo_id, ref.number, receipt.posted)
            return receipt

        return await patiently(self.steps, "post_review", Receipt, act)

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
            await self.use.host.conclude_check(self.asked.pull, self.run, said(), check)
            await self._heed_cancel(check)
            return True

        await patiently(self.steps, "conclude_check", bool, lambda: undivided(act))

    async def _remember(self, record: RunRecord, change: Change | None = None) -> None:
        async def act() -> bool:
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

        await self.steps.run("remember", bool, act)

    async def _start(self) -> Started:
        use, pull = self.use, self.asked.pull
        await use.runs.running(self.run)
        check = await use.host.start_check(pull, self.run, "Reviewing")
        await self._heed_cancel(check)
        return Started(check, use.now())

    async def _heed_cancel(self, check: int | None) -> None:
        """After a write to the check: end it as cancelled if the run was cancelled meanwhile.

        Who cancels marks the record first and ends the check then. So either that comes after our
        write, or the mark is seen here: the check never stays as a cancelled run left it.
        """
        record = await self.use.runs.get(self.run)
        if record is not None and record.status is RunStatus.CANCELLED:
            said = cancelled(record.note)
            await self.use.host.conclude_check(self.asked.pull, self.run, said, check)

    async def _fetch(self) -> Opened:
        use = self.use
        pull = await use.host.pull(self.asked.pull)
        text = await use.host.policy(pull)
        policy = parse_policy(text, use.judge.house.defaults)
        may_write = None
        if needs_permission(pull, policy):
            may_write = await use.host.may_write(pull.ref, pull.author)
        return Opened(_kept(pull), policy, may_write)

    async def _read(self, opened: Opened) -> str:
        change = await self.use.reader.read(opened.pull, opened.policy)
        return await self.use.texts.keep(CHANGE.dump_json(change).decode())

    async def _look(self) -> PullRequest:
        return _kept(await self.use.host.pull(self.asked.pull))

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


def _kept(pull: PullRequest) -> PullRequest:
    """What is remembered of a pull request: no prose, and no secret in any name."""
    labels = tuple(redact(label).text for label in pull.labels)
    return replace(pull, title="", body="", head_ref="", labels=labels)


def _newer(pull: PullRequest) -> str:
    if not pull.open:
        return "The pull request was closed."
    return f"A newer head came: {pull.ref.head_sha[:7]}."
