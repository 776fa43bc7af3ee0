"""The readable record of every run."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from bot.domain.calls import as_call
from bot.domain.ledger import Entry
from bot.domain.money import total
from bot.domain.review import Call
from bot.domain.run import CHECK_ENDED, Decision, Found, RunRecord, RunStatus, StepEvent
from bot.store.database import reading
from bot.store.forget import erase, forget
from bot.store.found import (
    decisions_of,
    found_of,
    judging,
    keep_decisions,
    keep_found,
    posted,
)
from bot.store.ledger import StoredLedger
from bot.store.tables import RUNS, STEPS, insert

CALLS: TypeAdapter[tuple[Call, ...]] = TypeAdapter(tuple[Call, ...])
OPEN = (RunStatus.PENDING.value, RunStatus.RUNNING.value)
TOKENS = ("planned_tokens", "everyone_tokens")


class StoredRuns:
    """The port `Runs` on a database. Its ledger lies beside it."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._ledger = StoredLedger(engine)

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

    async def decided(
        self, run: str, decisions: Sequence[Decision], planned_tokens: int, everyone_tokens: int
    ) -> None:
        """Note what a run has decided so far; see the port."""
        tokens = dict(zip(TOKENS, (planned_tokens, everyone_tokens), strict=True))
        await asyncio.to_thread(self._decided, run, decisions, tokens)

    async def end(self, record: RunRecord) -> None:
        """Replace a run's record, unless it was cancelled meanwhile; see the port."""
        await asyncio.to_thread(self._end, record)

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
        found = await asyncio.to_thread(
            self._read, sa.select(RUNS.c.status).where(RUNS.c.id == run)
        )
        return RunStatus(found[0]["status"]) if found else None

    async def get(self, run: str) -> RunRecord | None:
        """One run with all that is known of it; see the port."""
        record = await asyncio.to_thread(self._whole, run)
        return record and _with_bill(record, await self._ledger.of_run(run))

    async def undecided(self, repo_id: int, number: int) -> tuple[Found, ...]:
        """Posted findings nobody has judged; see the port."""
        return await asyncio.to_thread(self._posted, repo_id, number, undecided=True)

    async def posted(self, repo_id: int, number: int) -> tuple[Found, ...]:
        """Findings that got a comment; see the port."""
        return await asyncio.to_thread(self._posted, repo_id, number)

    async def accept(self, repo_id: int, number: int, fingerprints: Sequence[str]) -> None:
        """Note that findings were taken up; see the port."""
        note = judging(repo_id, number, fingerprints, accepted=True)
        if fingerprints:
            await asyncio.to_thread(self._write, note)

    async def turn_down(self, repo_id: int, number: int, fingerprints: Sequence[str]) -> None:
        """Note that findings were turned down; see the port."""
        note = judging(repo_id, number, fingerprints, accepted=False)
        if fingerprints:
            await asyncio.to_thread(self._write, note)

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

    async def erase(self, runs: Sequence[str]) -> None:
        """Delete what came late of forgotten runs; see the port."""
        await asyncio.to_thread(self._erase, runs)

    def _posted(self, repo_id: int, number: int, *, undecided: bool = False) -> tuple[Found, ...]:
        with reading(self._engine) as connection:
            return posted(connection, repo_id, number, undecided=undecided)

    def _decided(self, run: str, decisions: Sequence[Decision], tokens: dict[str, int]) -> None:
        with self._engine.begin() as connection:
            known = connection.execute(sa.update(RUNS).where(RUNS.c.id == run).values(tokens))
            if known.rowcount:
                keep_decisions(connection, run, decisions)

    def _end(self, record: RunRecord) -> None:
        row = insert(self._engine, RUNS).values(**_row(record))
        new = row.excluded
        stay = ("id", "started", *TOKENS)
        change: dict[str, Any] = {name: new[name] for name in _row(record) if name not in stay}
        for name in TOKENS:
            change[name] = sa.case((new[name] > 0, new[name]), else_=RUNS.c[name])
        alive = RUNS.c.status != RunStatus.CANCELLED.value
        with self._engine.begin() as connection:
            connection.execute(
                row.on_conflict_do_update(index_elements=["id"], set_=change, where=alive)
            )
            if record.decisions:
                keep_decisions(connection, record.id, record.decisions)
            keep_found(connection, record.id, record.found)

    def _whole(self, run: str) -> RunRecord | None:
        steps = sa.select(STEPS).where(STEPS.c.run == run).order_by(STEPS.c.at)
        with reading(self._engine) as connection:
            row = connection.execute(sa.select(RUNS).where(RUNS.c.id == run)).mappings().first()
            if row is None:
                return None
            return replace(
                _record(dict(row)),
                steps=tuple(_event(dict(each)) for each in connection.execute(steps).mappings()),
                decisions=decisions_of(connection, run),
                found=found_of(connection, run),
            )

    def _forget(self, installation_id: int, repo_ids: tuple[int, ...]) -> tuple[str, ...]:
        with self._engine.begin() as connection:
            known = forget(connection, installation_id, repo_ids)
        return tuple(run for run, status in known if status in OPEN)

    def _erase(self, runs: Sequence[str]) -> None:
        with self._engine.begin() as connection:
            erase(connection, runs)

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


def _record(row: dict[str, Any]) -> RunRecord:
    known = {**row, "status": RunStatus(row["status"]), "calls": CALLS.validate_json(row["calls"])}
    return RunRecord(**known)


def _with_bill(record: RunRecord, entries: Sequence[Entry]) -> RunRecord:
    """The record with the ledger's calls, which are newer than its own; a laptop's has none."""
    if not entries:
        return record
    calls = tuple(map(as_call, entries))
    cost = total(each.cost for each in calls)
    return replace(record, calls=calls, cost_usd=None if cost is None else str(cost))


def _event(row: dict[str, Any]) -> StepEvent:
    return StepEvent(**{**row, "status": RunStatus(row["status"])})
