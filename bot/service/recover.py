"""Nothing is left hanging: what no workflow looks after any more is brought to its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from bot.domain.post import CheckReport
from bot.domain.pull import PullRef
from bot.domain.run import RunRecord, RunStatus, StepEvent
from bot.errors import UpstreamError
from bot.ports.code_host import CodeHost
from bot.ports.dispatch import Dispatch
from bot.ports.store import Runs
from bot.reporting.check import cancelled, unfinished

LOOKED_AT = 200
"""Runs one sweep looks at, newest first."""
SETTLED_S = 60.0
"""A younger run may be just on its way from the record to the queue."""
RECENT_S = 3600.0
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Recover:
    """One sweep over the newest runs. `now` gives seconds since 1970."""

    host: CodeHost
    runs: Runs
    queue: Dispatch
    now: Callable[[], float]

    async def __call__(self) -> tuple[str, ...]:
        """End what hangs, and name it. What fails is left to the next sweep."""
        ended = []
        for record in await self.runs.newest(LOOKED_AT):
            try:
                if await self._end(record):
                    ended.append(record.id)
            except UpstreamError as error:
                log.warning("run_not_recovered", run=record.id, why=str(error))
        return tuple(ended)

    async def _end(self, record: RunRecord) -> bool:
        age = self.now() - record.started
        if record.status in (RunStatus.PENDING, RunStatus.RUNNING):
            if age < SETTLED_S or await self.queue.alive(record.id):
                return False
            said = unfinished("The review broke off and could not be resumed.")
            await self._conclude(record, said)
            broken = replace(record, status=RunStatus.FAILED, note=said.title, finished=self.now())
            await self.runs.end(broken)
            return True
        if record.status is RunStatus.CANCELLED and age < RECENT_S:
            return await self._forgotten_check(record)
        return False

    async def _forgotten_check(self, record: RunRecord) -> bool:
        """End the check of a run that was killed between making it and seeing it was cancelled."""
        whole = await self.runs.get(record.id)
        steps = {(each.step, each.status) for each in whole.steps} if whole else set()
        begun = ("start_check", RunStatus.RUNNING) in steps
        if not begun or ("start_check", RunStatus.COMPLETED) in steps:
            return False
        await self._conclude(record, cancelled(record.note))
        # Noted as done, so that the next sweep leaves it alone.
        await self.runs.note(
            StepEvent(record.id, "start_check", RunStatus.COMPLETED, self.now(), "recovered")
        )
        return True

    async def _conclude(self, record: RunRecord, said: CheckReport) -> None:
        pull = PullRef(
            record.repo, record.repo_id, record.number, record.head_sha, record.installation_id
        )
        await self.host.conclude_check(pull, record.id, said, None)
