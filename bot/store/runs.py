"""The readable record of every run."""

from __future__ import annotations

import asyncio
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from bot.domain.review import Call
from bot.domain.run import CHECK_ENDED, RunRecord, RunStatus, StepEvent
from bot.store.database import reading
from bot.store.tables import COMMENTS, RUNS, SEEN, STEPS, insert

CALLS: TypeAdapter[tuple[Call, ...]] = TypeAdapter(tuple[Call, ...])
OPEN = (RunStatus.PENDING.value, RunStatus.RUNNING.value)


class StoredRuns:
    """The port `Runs` on a database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    async def begin(self, record: RunRecord) -> None:
        """Note that a run exists; see the port."""
        row = insert(self._engine, RUNS).values(**_row(record)).on_conflict_do_nothing()
        await asyncio.to_thread(self._write, row)

    async def running(self, run: str) -> None:
        """Note that a run has begun; see the port."""
        await asyncio.to_thread(
            self._write,
            sa.update(RUNS)
            .where(RUNS.c.id == run, RUNS.c.status == RunStatus.PENDING.value)
            .values(status=RunStatus.RUNNING.value),
        )

    async def note(self, event: StepEvent) -> None:
        """Note what a step did; see the port."""
        row = insert(self._engine, STEPS).values(
            run=event.run, step=event.step, status=event.status.value, at=event.at, why=event.why
        )
        change = {"at": row.excluded.at, "why": row.excluded.why}
        await asyncio.to_thread(
            self._write,
            row.on_conflict_do_update(index_elements=["run", "step", "status"], set_=change),
        )

    async def end(self, record: RunRecord) -> None:
        """Replace a run's record, unless it was cancelled meanwhile; see the port."""
        row = insert(self._engine, RUNS).values(**_row(record))
        keep = {name: row.excluded[name] for name in _row(record) if name not in ("id", "started")}
        await asyncio.to_thread(
            self._write,
            row.on_conflict_do_update(
                index_elements=["id"],
                set_=keep,
                where=RUNS.c.status != RunStatus.CANCELLED.value,
            ),
        )

    async def cancel(self, run: str, why: str, at: float) -> None:
        """Mark a run cancelled unless it has ended; see the port."""
        await asyncio.to_thread(
            self._write,
            sa.update(RUNS)
            .where(RUNS.c.id == run, RUNS.c.status.in_(OPEN))
            .values(status=RunStatus.CANCELLED.value, note=why, finished=at),
        )

    async def status(self, run: str) -> RunStatus | None:
        """Where the run stands; see the port."""
        record = await self.get(run)
        return record.status if record else None

    async def get(self, run: str) -> RunRecord | None:
        """One run with its steps; see the port."""
        found = await asyncio.to_thread(self._read, sa.select(RUNS).where(RUNS.c.id == run))
        if not found:
            return None
        steps = await asyncio.to_thread(
            self._read, sa.select(STEPS).where(STEPS.c.run == run).order_by(STEPS.c.at)
        )
        return _record(found[0], tuple(_event(row) for row in steps))

    async def of_pull(self, repo_id: int, number: int) -> tuple[RunRecord, ...]:
        """Every run of a pull request, oldest first; see the port."""
        query = sa.select(RUNS).where(RUNS.c.repo_id == repo_id, RUNS.c.number == number)
        rows = await asyncio.to_thread(self._read, query.order_by(RUNS.c.started, RUNS.c.id))
        return tuple(_record(row) for row in rows)

    async def unended(self, since: float) -> tuple[RunRecord, ...]:
        """What may hang; see the port."""
        seen = sa.exists().where(STEPS.c.run == RUNS.c.id, STEPS.c.step == CHECK_ENDED)
        cancelled = (RUNS.c.status == RunStatus.CANCELLED.value) & (RUNS.c.finished > since)
        query = sa.select(RUNS).where(RUNS.c.status.in_(OPEN) | (cancelled & ~seen))
        rows = await asyncio.to_thread(self._read, query.order_by(RUNS.c.started, RUNS.c.id))
        return tuple(_record(row) for row in rows)

    async def newest(self, limit: int) -> tuple[RunRecord, ...]:
        """The latest runs; see the port."""
        query = sa.select(RUNS).order_by(RUNS.c.started.desc(), RUNS.c.id).limit(limit)
        return tuple(_record(row) for row in await asyncio.to_thread(self._read, query))

    async def forget(self, installation_id: int, repo_ids: tuple[int, ...]) -> tuple[str, ...]:
        """Delete what an installation left behind; see the port."""
        return await asyncio.to_thread(self._forget, installation_id, repo_ids)

    def _forget(self, installation_id: int, repo_ids: tuple[int, ...]) -> tuple[str, ...]:
        mine = RUNS.c.installation_id == installation_id
        if repo_ids:
            mine &= RUNS.c.repo_id.in_(repo_ids)
        with self._engine.begin() as connection:
            known = connection.execute(sa.select(RUNS.c.id, RUNS.c.status).where(mine)).all()
            ids = [run for run, _ in known]
            for table in (SEEN, COMMENTS):  # they know their repository alone, so before the runs
                of_mine = table.c.repo_id.in_(sa.select(RUNS.c.repo_id).where(mine))
                connection.execute(sa.delete(table).where(of_mine | table.c.repo_id.in_(repo_ids)))
            connection.execute(sa.delete(STEPS).where(STEPS.c.run.in_(ids)))
            connection.execute(sa.delete(RUNS).where(mine))
        return tuple(run for run, status in known if status in OPEN)

    def _write(self, statement: sa.Executable) -> None:
        with self._engine.begin() as connection:
            connection.execute(statement)

    def _read(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        with reading(self._engine) as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def _row(record: RunRecord) -> dict[str, Any]:
    names = (column.name for column in RUNS.columns if column.name not in ("calls", "status"))
    plain = {name: getattr(record, name) for name in names}
    calls = CALLS.dump_json(record.calls).decode()
    return {**plain, "status": record.status.value, "calls": calls}


def _record(row: dict[str, Any], steps: tuple[StepEvent, ...] = ()) -> RunRecord:
    known = {**row, "status": RunStatus(row["status"]), "calls": CALLS.validate_json(row["calls"])}
    return RunRecord(**known, steps=steps)


def _event(row: dict[str, Any]) -> StepEvent:
    return StepEvent(**{**row, "status": RunStatus(row["status"])})
