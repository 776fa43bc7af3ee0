"""Which workers live, and taking over what the dead ones left.

The engine never notices that a worker died: its runs would wait for ever. So each worker keeps a
row with the time it was last seen, by the database's clock, and any worker hands the runs of the
dead back to the queue. On the same machine a process that is gone is dead at once.
"""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog

TTL_S = 30.0
"""A worker not seen for this long is dead. Above any wait for a database lock."""
BEAT_S = 7.5
WORKERS = sa.table("workers", sa.column("executor_id", sa.String), sa.column("seen", sa.Float))
log = structlog.get_logger()


def executor_id() -> str:
    """A new name for this process: host, process id, when it started, and chance."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}:{uuid.uuid4().hex[:8]}"


def gone(executor: str) -> bool:
    """Whether `executor` was a process of this machine that no longer runs. Unknown is not gone."""
    host, _, rest = executor.partition(":")
    pid, _, rest = rest.partition(":")
    started, _, _ = rest.partition(":")
    if host != socket.gethostname() or not pid.isdigit() or started in ("", "0"):
        return False
    return _started(int(pid)) != started


def _started(pid: int) -> str:
    """When a process began, in the kernel's ticks; "0" where that cannot be told or it is gone."""
    try:
        # The name in parentheses may hold blanks; the 20th field behind it is the start time.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return "0"
    return "0" if fields[0] in "ZX" else fields[19]


class Lease:
    """One worker's row, kept fresh by a thread of its own."""

    def __init__(
        self,
        engine: sa.Engine,
        executor: str,
        take_over: Callable[[Sequence[str]], object],
        on_lost: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._executor = executor
        self._take_over = take_over
        self._on_lost = on_lost
        self._stop = threading.Event()
        self._renewed = 0.0
        postgres = engine.dialect.name == "postgresql"
        self._work = sa.table(
            "workflow_status",
            sa.column("executor_id", sa.String),
            sa.column("status", sa.String),
            schema="dbos" if postgres else None,
        )
        self._now: sa.ColumnElement[Any] = (
            sa.extract("epoch", sa.func.clock_timestamp())
            if postgres
            else (sa.func.julianday("now") - 2440587.5) * 86400.0
        )

    def take(self) -> None:
        """Write the row. Must come before the worker can claim anything."""
        with self._engine.begin() as connection:
            connection.execute(
                sa.insert(WORKERS).values(executor_id=self._executor, seen=self._now)
            )
        self._renewed = time.monotonic()

    def beat(self) -> None:
        """Renew the row, then take over what the dead left. Raises LookupError when it is gone."""
        begun = time.monotonic()
        with self._engine.begin() as connection:
            kept = connection.execute(
                sa.update(WORKERS)
                .where(WORKERS.c.executor_id == self._executor)
                .values(seen=self._now)
            )
            if kept.rowcount == 0:
                raise LookupError("another worker took this worker's lease")
        self._renewed = begun
        dead = self._dead()
        if dead:
            log.warning("workers_taken_over", executors=dead)
            self._take_over(dead)

    def _dead(self) -> list[str]:
        """Owners of unfinished work that are gone or not seen in time; their rows are removed."""
        owner = self._work.c.executor_id
        query = (
            sa.select(owner, WORKERS.c.seen < self._now - TTL_S)
            .select_from(self._work.outerjoin(WORKERS, WORKERS.c.executor_id == owner))
            .where(self._work.c.status == "PENDING", owner != self._executor)
            .distinct()
        )
        with self._engine.begin() as connection:
            owners = connection.execute(query).all()
            dead = [name for name, unseen in owners if unseen is None or unseen or gone(name)]
            connection.execute(sa.delete(WORKERS).where(WORKERS.c.executor_id.in_(dead)))
        return dead

    def start(self) -> None:
        """Keep the lease until `release`."""
        threading.Thread(target=self._keep, name="lease", daemon=True).start()

    def _keep(self) -> None:
        pause = 0.0
        while not self._stop.wait(pause):
            pause = BEAT_S
            try:
                self.beat()
            except LookupError:
                self._on_lost()
            except sa.exc.SQLAlchemyError as error:
                log.warning("lease_not_renewed", error=type(error).__name__)
                if time.monotonic() - self._renewed > TTL_S * 0.7:
                    self._on_lost()

    def release(self) -> None:
        """Give the row up, so that a successor takes over at once."""
        self._stop.set()
        with self._engine.begin() as connection:
            connection.execute(sa.delete(WORKERS).where(WORKERS.c.executor_id == self._executor))
