"""From what a delivery asks to the runs that live: newest head wins, one run at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.domain.asked import Asked, CancelRequest, ReviewRequest, Uninstalled
from bot.domain.pull import PullRef
from bot.domain.run import RunRecord, RunStatus, run_id
from bot.ports.code_host import CodeHost
from bot.ports.dispatch import Dispatch
from bot.ports.steps import Steps
from bot.ports.store import Runs
from bot.reporting.check import cancelled
from bot.service.patience import patiently

LIVE = (RunStatus.PENDING, RunStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class Known:
    """A run of the same pull request, as far as dispatch cares."""

    run: str
    head_sha: str
    status: RunStatus


@dataclass(frozen=True, slots=True)
class Deliver:
    """The use case behind every delivery. `now` gives seconds since 1970, inside steps only."""

    host: CodeHost
    runs: Runs
    queue: Dispatch
    now: Callable[[], float]

    async def __call__(self, steps: Steps, asked: Asked) -> None:
        """Do what `asked` says; what it does is remembered step by step."""
        match asked:
            case ReviewRequest():
                await self._review(steps, asked)
            case CancelRequest(pull, why):
                await self._stop(steps, pull, await self._known(steps, pull), why)
            case Uninstalled():
                await steps.run("forget", bool, lambda: self._forget(asked))

    async def _review(self, steps: Steps, asked: ReviewRequest) -> None:
        known = await self._known(steps, asked.pull)
        head = asked.pull.head_sha
        if asked.settle or any(each.head_sha != head for each in known):
            # Deliveries come late and out of order: GitHub knows the newest head.
            asked = replace(asked, pull=await self._newest(steps, asked.pull))
            head = asked.pull.head_sha
        older = tuple(each for each in known if each.head_sha != head)
        await self._stop(steps, asked.pull, older, f"A newer head came: {head[:7]}.")
        same = [each for each in known if each.head_sha == head]
        if asked.again:  # the same head may be another change now: its base may have moved
            await self._stop(steps, asked.pull, tuple(same), "Another review was asked for.")
        elif any(each.status in (*LIVE, RunStatus.COMPLETED) for each in same):
            return
        attempt = 1 + len(same)
        run = run_id(asked.pull.repo_id, asked.pull.number, head, attempt)
        await steps.run("start", bool, lambda: self._start(asked, run))

    async def _newest(self, steps: Steps, pull: PullRef) -> PullRef:
        async def read() -> PullRef:
            return (await self.host.pull(pull)).ref

        return await patiently(steps, "newest_head", PullRef, read)

    async def _known(self, steps: Steps, pull: PullRef) -> tuple[Known, ...]:
        async def read() -> tuple[Known, ...]:
            records = await self.runs.of_pull(pull.repo_id, pull.number)
            return tuple(Known(each.id, each.head_sha, each.status) for each in records)

        return await steps.run("known_runs", tuple[Known, ...], read)

    async def _stop(self, steps: Steps, pull: PullRef, known: tuple[Known, ...], why: str) -> None:
        for each in known:
            if each.status in LIVE:
                stop = _Stop(self, replace(pull, head_sha=each.head_sha), each.run, why)
                await steps.run(f"stop:{each.run}", bool, stop.stop)
                await patiently(steps, f"conclude:{each.run}", bool, stop.conclude)

    async def _start(self, asked: ReviewRequest, run: str) -> bool:
        pull = asked.pull
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
        await self.queue.start(asked, run)
        return True

    async def _forget(self, asked: Uninstalled) -> bool:
        for run in await self.runs.forget(asked.installation_id, asked.repo_ids):
            await self.queue.cancel(run)
        return True


@dataclass(frozen=True, slots=True)
class _Stop:
    """One run to be stopped. The canceller ends its check: a cancelled run does nothing more."""

    deliver: Deliver
    pull: PullRef
    run: str
    why: str

    async def stop(self) -> bool:
        # The record first: a run that is just making its check looks here afterwards.
        await self.deliver.runs.cancel(self.run, self.why, self.deliver.now())
        await self.deliver.queue.cancel(self.run)
        return True

    async def conclude(self) -> bool:
        await self.deliver.host.conclude_check(self.pull, self.run, cancelled(self.why), None)
        return True
