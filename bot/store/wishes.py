"""What people asked for, by repository and pull request."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from bot.domain.asked import CommentRef, Person, Where
from bot.domain.finding import Category
from bot.domain.pull import PullRef
from bot.domain.wishes import Dismissal, Limit, Pause
from bot.ports.wishes import Wishes
from bot.store.database import reading
from bot.store.tables import RUNS, insert
from bot.store.tables_wishes import ANSWERS, DISMISSALS, EXPECTING, PAUSES


class StoredWishes:
    """The port `Wishes` on a database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    async def dismiss(self, pull: PullRef, dismissal: Dismissal) -> bool:
        """Keep it; see the port."""
        row = {
            "fingerprint": dismissal.fingerprint,
            "number": dismissal.number,
            **_who(dismissal.by, dismissal.at),
            "category": dismissal.category.value,
            "title": dismissal.title,
            "path": dismissal.path,
            "reason": dismissal.reason,
        }
        return await asyncio.to_thread(self._keep, DISMISSALS, pull.repo_id, row)

    async def take_back(self, pull: PullRef, fingerprint: str) -> None:
        """The finding is told again; see the port."""
        same = (DISMISSALS.c.repo_id == pull.repo_id) & (DISMISSALS.c.fingerprint == fingerprint)
        await asyncio.to_thread(self._delete, DISMISSALS, same)

    async def dismissed(self, repo_id: int) -> tuple[Dismissal, ...]:
        """What is ignored; see the port."""
        query = sa.select(DISMISSALS).where(DISMISSALS.c.repo_id == repo_id)
        order = (DISMISSALS.c.at, DISMISSALS.c.fingerprint)
        rows = await asyncio.to_thread(self._read, query.order_by(*order))
        return tuple(map(_dismissal, rows))

    async def pause(self, pull: PullRef, pause: Pause) -> bool:
        """Pushes are not reviewed from now on; see the port."""
        row = {"number": pull.number, **_who(pause.by, pause.at)}
        return await asyncio.to_thread(self._keep, PAUSES, pull.repo_id, row, stays=True)

    async def resume(self, pull: PullRef) -> None:
        """Pushes are reviewed again; see the port."""
        await asyncio.to_thread(self._delete, PAUSES, _of_pull(PAUSES, pull.repo_id, pull.number))

    async def paused(self, repo_id: int, number: int) -> Pause | None:
        """Who paused it; see the port."""
        query = sa.select(PAUSES).where(_of_pull(PAUSES, repo_id, number))
        rows = await asyncio.to_thread(self._read, query)
        return Pause(_person(rows[0]), rows[0]["at"]) if rows else None

    async def expect(self, pull: PullRef, run: str, comment: CommentRef) -> None:
        """Note who asked for the run; see the port."""
        where = {"place": comment.where.value, "comment": comment.id, "thread": comment.thread}
        await asyncio.to_thread(self._keep, EXPECTING, pull.repo_id, {"run": run, **where})

    async def expecting(self, pull: PullRef, run: str) -> CommentRef | None:
        """The comment that asked for the run; see the port."""
        same = (EXPECTING.c.repo_id == pull.repo_id) & (EXPECTING.c.run == run)
        rows = await asyncio.to_thread(self._read, sa.select(EXPECTING).where(same))
        found = [CommentRef(Where(row["place"]), row["comment"], row["thread"]) for row in rows]
        return found[0] if found else None

    async def admit(self, pull: PullRef, what: str, key: str, at: float, limit: Limit) -> bool:
        """Whether it may be said once more; see the port."""
        row = {"number": pull.number, "what": what, "key": key, "at": at}
        return await asyncio.to_thread(self._admit, pull.repo_id, row, limit)

    async def prune(self, before: float) -> int:
        """Delete answers given before that, and who waited for runs that ended before it.

        `before` is seconds since 1970. Pauses and what is ignored stay until somebody takes them
        back. Returns how many rows went.
        """
        return await asyncio.to_thread(self._prune, before)

    def _prune(self, before: float) -> int:
        run = sa.select(RUNS.c.id).where(RUNS.c.id == EXPECTING.c.run)
        needed = run.where(RUNS.c.finished.is_(None) | (RUNS.c.finished >= before))
        old = (
            sa.delete(ANSWERS).where(ANSWERS.c.at < before),
            sa.delete(EXPECTING).where(~needed.exists()),
        )
        with self._engine.begin() as connection:
            return sum(connection.execute(each).rowcount for each in old)

    def _keep(
        self, table: sa.Table, repo_id: int, row: Mapping[str, Any], *, stays: bool = False
    ) -> bool:
        made = insert(self._engine, table).values(repo_id=repo_id, **row)
        keys = [each.name for each in table.columns if each.primary_key]
        changed = {
            each.name: made.excluded[each.name] for each in table.columns if not each.primary_key
        }
        once = (
            made.on_conflict_do_nothing(index_elements=keys)
            if stays
            else made.on_conflict_do_update(index_elements=keys, set_=changed)
        )
        with self._engine.begin() as connection:
            known = bool(connection.scalar(_has_runs(repo_id)))
            if known:
                connection.execute(once)
            return known

    def _admit(self, repo_id: int, row: Mapping[str, Any], limit: Limit) -> bool:
        same = _of_pull(ANSWERS, repo_id, row["number"]) & (ANSWERS.c.what == row["what"])
        there = sa.select(sa.exists().where(same, ANSWERS.c.key == row["key"]))
        since = row["at"] - limit.seconds
        count = sa.select(sa.func.count()).where(same, ANSWERS.c.at > since)
        with self._engine.begin() as connection:
            if connection.scalar(there):
                return True
            if not connection.scalar(_has_runs(repo_id)):
                return False
            if (connection.scalar(count) or 0) >= limit.most:
                return False
            made = insert(self._engine, ANSWERS).values(repo_id=repo_id, **row)
            connection.execute(made.on_conflict_do_nothing())
            return True

    def _delete(self, table: sa.Table, which: sa.ColumnElement[bool]) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.delete(table).where(which))

    def _read(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        with reading(self._engine) as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def _has_runs(repo_id: int) -> sa.Select[tuple[bool]]:
    return sa.select(sa.exists().where(RUNS.c.repo_id == repo_id))


def _of_pull(table: sa.Table, repo_id: int, number: int) -> sa.ColumnElement[bool]:
    return (table.c.repo_id == repo_id) & (table.c.number == number)


def _who(by: Person, at: float) -> dict[str, Any]:
    return {"by_id": by.id, "by_login": by.login, "at": at}


def _person(row: Mapping[str, Any]) -> Person:
    return Person(row["by_id"], row["by_login"])


def _dismissal(row: Mapping[str, Any]) -> Dismissal:
    plain = {name: row[name] for name in ("fingerprint", "at", "number", "title", "path", "reason")}
    return Dismissal(by=_person(row), category=Category(row["category"]), **plain)


_: type[Wishes] = StoredWishes
