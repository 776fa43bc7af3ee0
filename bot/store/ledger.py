"""Every model call in the database, and the one place where workers decide about money."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.domain.ledger import Budget, Entry, EntryState, Room, Scope
from bot.domain.money import Usage
from bot.store.amounts import exactly, usd
from bot.store.database import reading, strictly
from bot.store.entries import (
    ENDED,
    FORGOTTEN,
    RECENT,
    TAKEN_OVER,
    counted,
    in_order,
    noted,
    settled,
    worst_case,
)
from bot.store.limits import Bound, bounds, least
from bot.store.tables import LEDGER

LOCK = 0x6C6564676572
"""PostgreSQL's advisory lock behind which one worker at a time decides ("ledger" in ASCII)."""
MONEY = ("reserved", "worst", "cost", "counts")
TOKENS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
PLAIN = tuple(each.name for each in LEDGER.columns if each.name not in (*MONEY, *TOKENS, "state"))
"""Columns that hold the entry's field of the same name."""


class StoredLedger:
    """The port `Ledger` on a database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = strictly(engine)

    async def reserve(self, entry: Entry, budget: Budget) -> Scope | None:
        """Note a call if its worst case fits; see the port."""
        return await asyncio.to_thread(self._reserve, entry, budget)

    async def settle(self, entry: Entry) -> None:
        """Replace an entry by its final form; see the port."""
        await asyncio.to_thread(self._settle, entry)

    async def paid(self, run: str, call: str, digest: str) -> Entry | None:
        """The settled entry that holds an answer; see the port."""
        query = (
            sa.select(LEDGER)
            .where(_of_call(run, call), LEDGER.c.digest == digest, LEDGER.c.answer.is_not(None))
            .where(LEDGER.c.state == EntryState.SETTLED.value)
            .order_by(LEDGER.c.attempt.desc())
            .limit(1)
        )
        found = await asyncio.to_thread(self._read, query)
        return _entry(found[0]) if found else None

    async def of_run(self, run: str) -> tuple[Entry, ...]:
        """Every entry of a run; see the port."""
        query = sa.select(LEDGER).where(LEDGER.c.run == run)
        entries = [_entry(row) for row in await asyncio.to_thread(self._read, query)]
        return tuple(sorted(entries, key=in_order))  # a database sorts names by its own alphabet

    async def room(self, run: str, installation_id: int | None, at: float, budget: Budget) -> Room:
        """What a run may still spend; see the port."""
        limits = bounds(run, installation_id, at, budget)
        [row] = await asyncio.to_thread(self._read, _counting(limits))
        left, scope = least(limits, [int(each) for each in row.values()])
        return Room(usd(left), scope)

    async def bias(self, model: str) -> float:
        """How far estimates of the model's tokens fell short; see the port."""
        sent = LEDGER.c.input_tokens + LEDGER.c.cache_read_tokens + LEDGER.c.cache_write_tokens
        query = (
            sa.select(sent.label("sent"), LEDGER.c.estimated)
            .where(LEDGER.c.model == model, LEDGER.c.state == EntryState.SETTLED.value)
            .where(LEDGER.c.estimated > 0)
            .order_by(*(sa.desc(LEDGER.c[name]) for name in ("at", "call", "attempt")))
            .limit(RECENT)
        )
        rows = await asyncio.to_thread(self._read, query)
        ratios: list[float] = [row["sent"] / row["estimated"] for row in rows]
        return max([1.0, *ratios])

    async def lose(self, run: str) -> int:
        """Give up what nobody will settle; see the port."""
        return await asyncio.to_thread(self._change, _lost(LEDGER.c.run == run, ENDED))

    async def forget(self, installation_id: int, repo_ids: tuple[int, ...]) -> None:
        """Delete the answers of an installation; see the port."""
        mine = LEDGER.c.installation_id == installation_id
        if repo_ids:
            mine &= sa.or_(*(LEDGER.c.run.startswith(f"{each}-") for each in repo_ids))
        answers = sa.update(LEDGER).where(mine, LEDGER.c.answer.is_not(None)).values(answer=None)
        await asyncio.to_thread(self._change, _lost(mine, FORGOTTEN), answers)

    def _reserve(self, entry: Entry, budget: Budget) -> Scope | None:
        limits = bounds(entry.run, entry.installation_id, entry.at, budget)
        worst = worst_case(entry, limits[0].most)
        same = _of_call(entry.run, entry.call)
        counting = _counting(limits)  # built before everybody else has to wait
        with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
            connection.execute(_lost(same, TAKEN_OVER))
            sums = connection.execute(counting).one()
            left, scope = least(limits, [int(each) for each in sums])
            if worst > left:
                return scope
            newest = connection.scalar(sa.select(sa.func.max(LEDGER.c.attempt)).where(same))
            row = _row(noted(entry, 1 + (newest or 0), worst), worst)
            connection.execute(sa.insert(LEDGER), row)
        return None

    def _settle(self, entry: Entry) -> None:
        same = _of_call(entry.run, entry.call)
        order = sa.desc(LEDGER.c.at == entry.at), LEDGER.c.attempt.desc()
        with self._engine.begin() as connection:
            # Held, so that nobody takes it over or forgets it between the look and the change.
            newest = sa.select(LEDGER).where(same).order_by(*order).limit(1).with_for_update()
            row = connection.execute(newest).mappings().one_or_none()
            if row is None:
                raise KeyError(f"{entry.call} of {entry.run}")
            final = settled(_entry(dict(row)), entry)
            this = same & (LEDGER.c.attempt == final.attempt)
            connection.execute(sa.update(LEDGER).where(this), _row(final, row["worst"]))

    def _change(self, *statements: sa.Update) -> int:
        """How many rows they changed, in one transaction."""
        with self._engine.begin() as connection:
            return sum(connection.execute(each).rowcount for each in statements)

    def _read(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        with reading(self._engine) as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def _of_call(run: str, call: str) -> sa.ColumnElement[bool]:
    return (LEDGER.c.run == run) & (LEDGER.c.call == call)


def _lost(which: sa.ColumnElement[bool], why: str) -> sa.Update:
    reserved = LEDGER.c.state == EntryState.RESERVED.value
    return sa.update(LEDGER).where(which, reserved).values(state=EntryState.LOST.value, note=why)


def _counting(limits: Sequence[Bound]) -> sa.Select[Any]:
    """One row: what counts against each of `limits`, in picodollars."""
    return sa.select(*(_sum(each).label(each.scope.name) for each in limits))


def _sum(limit: Bound) -> sa.ScalarSelect[Any]:
    query = sa.select(sa.func.coalesce(sa.func.sum(LEDGER.c.counts), 0))
    if limit.run is not None:
        query = query.where(LEDGER.c.run == limit.run)
    if limit.installation_id is not None:
        query = query.where(LEDGER.c.installation_id == limit.installation_id)
    if limit.since is not None:
        query = query.where(LEDGER.c.at >= limit.since)
    if limit.until is not None:
        query = query.where(LEDGER.c.at < limit.until)
    return query.scalar_subquery()


def _row(entry: Entry, worst: int) -> dict[str, Any]:
    return {
        **{name: getattr(entry, name) for name in PLAIN},
        **{name: getattr(entry.usage, name) for name in TOKENS},
        "state": entry.state.value,
        "reserved": None if entry.reserved is None else worst,
        "worst": worst,
        "cost": None if entry.cost is None else exactly(entry.cost),
        "counts": counted(entry, worst),
    }


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(
        **{name: row[name] for name in PLAIN},
        state=EntryState(row["state"]),
        reserved=None if row["reserved"] is None else usd(row["reserved"]),
        usage=Usage(**{name: row[name] for name in TOKENS}),
        cost=None if row["cost"] is None else usd(row["cost"]),
    )
