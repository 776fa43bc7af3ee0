"""From what a delivery asks to the runs that live: newest head wins, one run at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from bot.domain.asked import (
    COMMANDED,
    Asked,
    CancelRequest,
    Grouped,
    ReviewRequest,
    Settled,
    Spoken,
    Uninstalled,
)
from bot.domain.pull import PullRef, RepoPolicy
from bot.domain.run import CANCEL_CHECK, RunRecord, RunStatus, StepEvent, run_id
from bot.errors import UpstreamError
from bot.ports.code_host import CodeHost
from bot.ports.dispatch import Dispatch
from bot.ports.ledger import Ledger
from bot.ports.steps import Steps
from bot.ports.store import Runs
from bot.reporting.check import cancelled
from bot.service.feedback import Feedback
from bot.service.merge_group import AnswerQueue
from bot.service.patience import patiently

LIVE = (RunStatus.PENDING, RunStatus.RUNNING)
MOST_ENDED = 200
"""Of a pull request's ended runs, the newest are looked at: enough to tell one head's attempts."""
LAST_STEPS_S = 600.0
"""How long a step of a stopped run may still be at work: far beyond any one model call."""
SKIP_LABELS = frozenset(RepoPolicy().skip_labels)
"""Labels that stop a review at once; others of a policy's are judged by the review itself."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Known:
    """A run of the same pull request, as far as dispatch cares."""

    run: str
    head_sha: str
    status: RunStatus

    @property
    def attempt(self) -> int:
        """Which run of its head this is, from 1."""
        return int(self.run.rpartition("-")[2])


class Heed(Protocol):
    """What becomes of what people say."""

    async def __call__(self, steps: Steps, spoken: Spoken, reviews: Deliver) -> None:
        """Do what a comment asks for; `reviews` starts and stops reviews."""
        ...

    async def begun(self, asked: ReviewRequest, run: str) -> None:
        """A review is about to be queued. May be told twice."""
        ...

    async def stopped(self, pull: PullRef, run: str) -> None:
        """A run was stopped, and its check ended. May be told twice."""
        ...


@dataclass(frozen=True, slots=True)
class Deliver:
    """The use case behind every delivery. `now` gives seconds since 1970, inside steps only.

    `heed` does what people ask in comments; None: nothing is done about them. `feedback` None:
    nobody's opinion is collected.
    """

    host: CodeHost
    runs: Runs
    ledger: Ledger
    queue: Dispatch
    now: Callable[[], float]
    heed: Heed | None = None
    feedback: Feedback | None = None

    async def __call__(self, steps: Steps, asked: Asked) -> None:
        """Do what `asked` says; what it does is remembered step by step."""
        match asked:
            case ReviewRequest():
                await self.review(steps, asked)
            case Spoken() if self.heed is not None:
                await self.heed(steps, asked, self)
            case CancelRequest():
                await self._cancel(steps, asked)
                if asked.closed:
                    await self._hear(steps, asked.pull, closed=True)
            case Settled():
                await self._hear(steps, asked.pull, closed=False)
            case Uninstalled():
                await self._leave(steps, asked)
            case Grouped():
                await AnswerQueue(self.host, self.runs)(steps, asked)
            case _:
                log.info("delivery_left", kind=asked.kind)

    async def _cancel(self, steps: Steps, asked: CancelRequest) -> None:
        known = await self._known(steps, asked.pull)
        if not await self._stop(steps, asked.pull, known, asked.why):
            return
        # A pull request that was reopened at once may have found the run we have just stopped
        # still living, and so have left it to it.
        ready = await self._ready_again(steps, asked.pull)
        if ready is not None:
            await self.review(steps, ReviewRequest(ready, "pull_request.reopened"))

    async def _hear(self, steps: Steps, pull: PullRef, *, closed: bool) -> None:
        """Keep what people think of our comments there; what GitHub refuses is left at that."""
        feedback = self.feedback
        if feedback is None:
            return

        async def act() -> int:
            return await feedback.collect(pull, closed=closed)

        try:
            await patiently(steps, "opinions", int, act)
        except UpstreamError as error:
            log.warning("opinions_not_read", why=str(error))

    async def _ready_again(self, steps: Steps, pull: PullRef) -> PullRef | None:
        """Its newest head, if nothing speaks against a review any more."""

        async def read() -> PullRef | None:
            now = await self.host.pull(pull)
            skipped = not SKIP_LABELS.isdisjoint(now.labels)
            return now.ref if now.open and not now.draft and not skipped else None

        try:
            return await patiently(steps, "ready_again", PullRef | None, read)
        except UpstreamError:  # it is gone, and what was asked is done
            return None

    async def stop(self, steps: Steps, pull: PullRef, why: str) -> bool:
        """Stop every run of the pull request that lives; whether there was one."""
        return await self._stop(steps, pull, await self._known(steps, pull), why)

    async def review(self, steps: Steps, asked: ReviewRequest) -> None:
        """Have the head reviewed, unless that is done or under way and nobody asked again."""
        known = await self._known(steps, asked.pull)
        head = asked.pull.head_sha
        told = asked.trigger.startswith(COMMANDED)  # its head was read from GitHub just now
        if asked.settle or (not told and any(each.head_sha != head for each in known)):
            # Deliveries come late and out of order: GitHub knows the newest head.
            newest = await self._newest(steps, asked.pull)
            asked = replace(asked, pull=newest, moved=newest.head_sha != head)
            head = newest.head_sha
        older = tuple(each for each in known if each.head_sha != head)
        await self._stop(steps, asked.pull, older, f"A newer head came: {head[:7]}.")
        same = [each for each in known if each.head_sha == head]
        if asked.again:  # the same head may be another change now: its base may have moved
            await self._stop(steps, asked.pull, tuple(same), "Another review was asked for.")
        elif any(each.status in (*LIVE, RunStatus.COMPLETED) for each in same):
            return
        attempt = 1 + max((each.attempt for each in same), default=0)
        await steps.run("start", bool, lambda: self._start(asked, attempt))

    async def _newest(self, steps: Steps, pull: PullRef) -> PullRef:
        async def read() -> PullRef:
            return (await self.host.pull(pull)).ref

        return await patiently(steps, "newest_head", PullRef, read)

    async def _known(self, steps: Steps, pull: PullRef) -> tuple[Known, ...]:
        async def read() -> tuple[Known, ...]:
            records = await self.runs.of_pull(pull.repo_id, pull.number)
            ended = tuple(each for each in records if each.status not in LIVE)[-MOST_ENDED:]
            living = tuple(each for each in records if each.status in LIVE)
            return tuple(Known(each.id, each.head_sha, each.status) for each in ended + living)

        return await steps.run("known_runs", tuple[Known, ...], read)

    async def _stop(self, steps: Steps, pull: PullRef, known: tuple[Known, ...], why: str) -> bool:
        """Stop those that live; whether any was stopped."""
        any_stopped = False
        for each in known:
            if each.status not in LIVE:
                continue
            stop = _Stop(self, replace(pull, head_sha=each.head_sha), each.run, why)
            if not await steps.run(f"stop:{each.run}", bool, stop.stop):
                continue
            any_stopped = True
            try:
                await patiently(steps, f"conclude:{each.run}", bool, stop.conclude)
            except UpstreamError as error:  # the sweep ends it; what was asked goes on
                log.warning("check_not_concluded", run=each.run, why=str(error))
        return any_stopped

    async def _start(self, asked: ReviewRequest, attempt: int) -> bool:
        pull = asked.pull
        run = run_id(pull.repo_id, pull.number, pull.head_sha, attempt)
        # Records are forgotten with an installation; the engine never runs the same id twice.
        while await self.runs.status(run) is None and await self.queue.knows(run):
            attempt += 1
            run = run_id(pull.repo_id, pull.number, pull.head_sha, attempt)
        await self.runs.begin(
            RunRecord(
                id=run,
                repo=pull.repo,
                repo_id=pull.repo_id,
                number=pull.number,
                head_sha=pull.head_sha,
                installation_id=pull.installation_id,
                trigger=asked.trigger,
                status=RunStatus.PENDING,
                started=self.now(),
            )
        )
        if self.heed is not None:
            await self.heed.begun(asked, run)
        await self.queue.start(asked, run)
        return True

    async def _leave(self, steps: Steps, asked: Uninstalled) -> None:
        if asked.keep:
            await steps.run("suspend", bool, lambda: self._suspend(asked))
            return
        under_way = await steps.run("forget", tuple[str, ...], lambda: self._forget(asked))
        if under_way:  # a step that was begun before may write until it ends
            await steps.wait("last_steps", LAST_STEPS_S)
            await steps.run("forget_rest", bool, lambda: self._forget_rest(under_way))

    async def _suspend(self, asked: Uninstalled) -> bool:
        """Stop what runs. Nothing is deleted, for a suspended App may come back."""
        for each in await self.runs.unended(self.now()):
            if each.installation_id == asked.installation_id and each.status in LIVE:
                await self.runs.cancel(each.id, "The App was suspended.", self.now())
                await self.queue.cancel(each.id)
        return True

    async def _forget(self, asked: Uninstalled) -> tuple[str, ...]:
        place, repos = asked.installation_id, asked.repo_ids
        open_ = await self.runs.forget(place, repos)
        for run in open_:
            await self.queue.cancel(run)
        # Before the engine forgets: until its run is stopped, a call may still bring an answer.
        await self.ledger.forget(place, repos)
        return tuple(dict.fromkeys((*open_, *await self.queue.forget(place, repos))))

    async def _forget_rest(self, works: tuple[str, ...]) -> bool:
        await self.runs.erase(works)
        await self.queue.scrub(works)
        return True


@dataclass(frozen=True, slots=True)
class _Stop:
    """One run to be stopped. The canceller ends its check: a cancelled run does nothing more."""

    deliver: Deliver
    pull: PullRef
    run: str
    why: str

    async def stop(self) -> bool:
        """Whether the run is stopped; False when it ended by itself before that."""
        # The record first: a run that is just writing its check looks here afterwards.
        await self.deliver.runs.cancel(self.run, self.why, self.deliver.now())
        if await self.deliver.runs.status(self.run) is not RunStatus.CANCELLED:
            return False
        await self.deliver.queue.cancel(self.run)
        return True

    async def conclude(self) -> bool:
        await self.deliver.host.conclude_check(self.pull, self.run, cancelled(self.why), None)
        ended = StepEvent(self.run, CANCEL_CHECK, RunStatus.COMPLETED, self.deliver.now())
        await self.deliver.runs.note(ended)
        if self.deliver.heed is not None:
            await self.deliver.heed.stopped(self.pull, self.run)
        return True
