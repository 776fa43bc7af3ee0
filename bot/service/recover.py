"""Nothing is left hanging: what no workflow looks after any more is brought to its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from bot.domain.post import CheckReport
from bot.domain.pull import PullRef
from bot.domain.run import CANCEL_CHECK, CHECK_ENDED, RunRecord, RunStatus, StepEvent
from bot.errors import BotError, UpstreamError
from bot.ports.code_host import CodeHost
from bot.ports.conversation import Conversation
from bot.ports.dispatch import Dispatch
from bot.ports.ledger import Ledger
from bot.ports.store import Runs
from bot.ports.wishes import Wishes
from bot.reporting.check import cancelled, unfinished
from bot.service.ending import HOW_IT_ENDED

SETTLED_S = 60.0
"""A younger run may be just on its way from the record to the queue, or to its end."""
GIVE_UP_S = 24 * 3600.0
"""A check that could not be ended for so long is left: the App has lost its access, or more."""
BROKE_OFF = "The review broke off and could not be resumed."
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Recover:
    """One sweep over all runs that may hang. `now` gives seconds since 1970.

    `talk` and `wishes` tell the comment that asked for a run how it ended; None: nobody is told.
    """

    host: CodeHost
    runs: Runs
    ledger: Ledger
    queue: Dispatch
    now: Callable[[], float]
    talk: Conversation | None = None
    wishes: Wishes | None = None

    async def __call__(self) -> tuple[str, ...]:
        """End what hangs, and name it. What fails is left to the next sweep, for a day."""
        ended = []
        for record in await self.runs.unended(self.now() - GIVE_UP_S):
            try:
                if await self._end(record):
                    ended.append(record.id)
            except BotError as error:
                log.warning("run_not_recovered", run=record.id, why=str(error))
                await self._give_up(record)
        return tuple(ended)

    async def _end(self, record: RunRecord) -> bool:
        if record.status is RunStatus.CANCELLED:
            return await self._forgotten_check(record)
        if self.now() - record.started < SETTLED_S or await self.queue.alive(record.id):
            return False
        said = unfinished(record.note or BROKE_OFF)
        await self._conclude(record, said)
        await self._failed(record, record.note or said.title)
        await self._tell(record, RunStatus.FAILED)
        return True

    async def _forgotten_check(self, record: RunRecord) -> bool:
        """End the check of a cancelled run, unless both who cancelled and the run are done with it.

        Either may have been killed, or GitHub away, before the check was at its end.
        """
        if self.now() - (record.finished or 0.0) < SETTLED_S:
            return False
        await self.ledger.lose(record.id)  # a stopped run settles no call of its own
        whole = await self.runs.get(record.id)
        hangs = whole is None or not _settled(whole.steps)
        if hangs:
            await self._conclude(record, cancelled(record.note))
            await self._tell(record, RunStatus.CANCELLED)
        # Noted, so that the next sweep leaves it alone.
        await self.runs.note(
            StepEvent(record.id, CHECK_ENDED, RunStatus.COMPLETED, self.now(), "seen by the sweep")
        )
        return hangs

    async def _give_up(self, record: RunRecord) -> None:
        """Cancelled runs are asked for a day only; open ones are ended without their check."""
        if record.status is not RunStatus.CANCELLED and self.now() - record.started > GIVE_UP_S:
            await self._failed(record, f"{record.note or BROKE_OFF} Its check may still be open.")

    async def _failed(self, record: RunRecord, note: str) -> None:
        # Before the end: ended runs are not swept again.
        await self.ledger.lose(record.id)
        ended = replace(record, status=RunStatus.FAILED, note=note, finished=self.now())
        await self.runs.end(ended)

    async def _conclude(self, record: RunRecord, said: CheckReport) -> None:
        await self.host.conclude_check(_pull(record), record.id, said, None)

    async def _tell(self, record: RunRecord, status: RunStatus) -> None:
        """Set the last reaction under the comment that asked for it. Set twice it is there once."""
        pull = _pull(record)
        comment = await self.wishes.expecting(pull, record.id) if self.wishes else None
        if comment is None or self.talk is None:
            return
        try:
            await self.talk.react(pull, comment, HOW_IT_ENDED[status])
        except UpstreamError as error:
            log.warning("reaction_not_set", run=record.id, why=str(error))


def _pull(record: RunRecord) -> PullRef:
    return PullRef(
        record.repo, record.repo_id, record.number, record.head_sha, record.installation_id
    )


def _settled(steps: tuple[StepEvent, ...]) -> bool:
    """Whether the check is at its end, and no write to it was broken off."""
    ended = {each.step for each in steps if each.status is RunStatus.COMPLETED}
    over = ended | {each.step for each in steps if each.status is RunStatus.FAILED}
    writes = {each.step for each in steps if each.step.startswith(("start_check", "conclude_"))}
    concluded = CANCEL_CHECK in ended or any(each.startswith("conclude_") for each in ended)
    return concluded and writes <= over
