"""The durable runner: DBOS behind three workflows. The only file that knows how it remembers."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import structlog
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, Debouncer
from structlog.contextvars import bound_contextvars

from bot.domain.about import about
from bot.domain.asked import Asked, ReviewRequest
from bot.domain.run import RunStatus
from bot.engine.lease import Lease, executor_id
from bot.engine.queues import APPLICATION, ASKED, INTAKE, REVIEWS, SETTLE, client_for
from bot.engine.steps import KeptSteps, Perform, Watch
from bot.engine.voice import speak_through_ours
from bot.ports.steps import Steps

SHAPE = "3"
"""Version of the order of steps. Old runs go on with new code while it stays; raise it only when
a step is put before remembered ones."""
LONGEST_SETTLE_S = 60
"""A burst of pushes that never ends is reviewed after this long."""
MOST_RECOVERIES = 10
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Work:
    """The use cases that the workflows run, and the record that watches them."""

    deliver: Callable[[Steps, Asked], Awaitable[None]]
    review: Callable[[Steps, ReviewRequest, str], Awaitable[None]]
    broken: Callable[[Steps, ReviewRequest, str, str], Awaitable[None]]
    watch: Callable[[str, str, RunStatus, str, float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Pace:
    """`quiet_s`: how long pushes must have stopped. `poll_s`: how often queues are looked at."""

    quiet_s: float = 10.0
    poll_s: float = 1.0
    reviews: int = 20
    reviews_per_installation: int = 10


async def remember(name: str, perform: Perform) -> str:
    """Have DBOS keep what `perform` returns."""
    return await DBOS.run_step_async({"name": name, "preemptible": True}, perform)


def steps_of(run: str, watch: Callable[..., Awaitable[None]] | None = None) -> KeptSteps:
    """Durable steps of the workflow that is running."""

    async def tell(step: str, status: RunStatus, why: str) -> None:
        if watch is not None:
            await watch(run, step, status, why, time.time())

    seen: Watch = tell
    return KeptSteps(remember, seen, DBOS.sleep_async)


class Worker:
    """One process that does the queued work."""

    def __init__(self, url: str, database: sa.Engine, work: Work, pace: Pace) -> None:
        self._url = url
        self._database = database
        self._pace = pace
        self._me = executor_id()
        lite = url.startswith("sqlite")
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": url,
            "application_version": SHAPE,
            "executor_id": self._me,
            "serializer": DBOSPortableJSONSerializer(),
            "sys_db_pool_size": 4 if lite else 20,
            "max_executor_threads": 64,
            "log_level": "ERROR",
        }
        DBOS(config=config)
        speak_through_ours()
        _register(work, pace)
        self._lease = Lease(database, self._me, _take_over, _leave)

    def start(self) -> None:
        """Begin to claim work."""
        self._lease.take()
        # Before the launch, which serves the queues it finds and looks for others a second later.
        self._register_queues()
        DBOS.launch()
        self._lease.start()

    def _register_queues(self) -> None:
        client = client_for(self._url)
        poll: dict[str, Any] = {"polling_interval_sec": self._pace.poll_s}
        client.register_queue(INTAKE, worker_concurrency=20, **poll)
        client.register_queue(SETTLE, worker_concurrency=20, **poll)
        client.register_queue(
            REVIEWS,
            worker_concurrency=self._pace.reviews,
            partition_concurrency=self._pace.reviews_per_installation,
            **poll,
        )
        client.destroy()

    def stop(self, grace_s: int) -> None:
        """Claim nothing more, wait `grace_s` for running work, leave the rest to a successor."""
        DBOS.destroy(workflow_completion_timeout_sec=grace_s)
        self._lease.release()


def _register(work: Work, pace: Pace) -> None:
    @DBOS.workflow(name="settle", max_recovery_attempts=MOST_RECOVERIES)
    async def settle(words: dict[str, Any]) -> None:
        asked = ASKED.validate_python(words)
        with bound_contextvars(**about(asked), delivery=_delivery()):
            await work.deliver(steps_of("settle"), asked)

    debouncer = Debouncer.create_async(settle, queue=SETTLE, debounce_timeout_sec=LONGEST_SETTLE_S)

    @DBOS.workflow(name="deliver", max_recovery_attempts=MOST_RECOVERIES)
    async def deliver(words: dict[str, Any]) -> None:
        asked = ASKED.validate_python(words)
        if isinstance(asked, ReviewRequest) and asked.settle:
            key = f"{asked.pull.repo_id}-{asked.pull.number}"
            await debouncer.debounce_async(key, pace.quiet_s, words)
            return
        with bound_contextvars(**about(asked), delivery=_delivery()):
            await work.deliver(steps_of("deliver"), asked)

    @DBOS.workflow(name="review", max_recovery_attempts=MOST_RECOVERIES)
    async def review(words: dict[str, Any], run: str) -> None:
        asked = ASKED.validate_python(words)
        if not isinstance(asked, ReviewRequest):
            raise TypeError("only a review request is a review")
        steps = steps_of(run, work.watch)
        with bound_contextvars(**about(asked), run=run):
            try:
                await work.review(steps, asked, run)
            except Exception as error:
                # The loop's last net: whatever went wrong, the author's check must not hang.
                log.exception("run_broken")
                await work.broken(steps, asked, run, type(error).__name__)


def _delivery() -> str:
    """The delivery the workflow that is running belongs to."""
    # A burst's own is named after the delivery that began it: "gh-GUID-2".
    return str(DBOS.workflow_id).removeprefix("gh-")


def _take_over(dead: Sequence[str]) -> None:
    # Private, but the public way to resume work forgets how often it crashed already.
    DBOS._recover_pending_workflows(list(dead))


def _leave() -> None:
    log.error(
        "lease_lost", remedy="This worker ends and must be started again; none of its work is lost."
    )
    os._exit(70)
