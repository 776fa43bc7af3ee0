"""What people think of our findings, in tables."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bot.domain.asked import Person
from bot.domain.finding import Category
from bot.domain.opinions import Opinion
from bot.ports.opinions import Opinions
from bot.store.database import reading
from bot.store.tables import MUTES, OPINIONS, RUNS, insert

PLAIN = ("fingerprint", "person", "accepted", "counts", "at", "by_thumb")
"""Columns that hold the opinion's field of the same name."""


class StoredOpinions:
    """The port `Opinions` on a database.

    Nothing is kept for a repository that has no run on record: the App has left it.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    async def of_pull(self, repo_id: int, number: int) -> tuple[Opinion, ...]:
        """All that is known of one pull request; see the port."""
        query = sa.select(OPINIONS).where(
            OPINIONS.c.repo_id == repo_id, OPINIONS.c.number == number
        )
        return await asyncio.to_thread(self._read, query)

    async def put(
        self, repo_id: int, number: int, fingerprints: Sequence[str], opinions: Sequence[Opinion]
    ) -> None:
        """Note all opinions on these findings; see the port."""
        await asyncio.to_thread(self._put, repo_id, number, fingerprints, opinions)

    async def counted(self, repo_id: int, since: float) -> tuple[Opinion, ...]:
        """What counts; see the port."""
        lifted = sa.exists().where(
            MUTES.c.repo_id == OPINIONS.c.repo_id,
            MUTES.c.category == OPINIONS.c.category,
            MUTES.c.lifted_at >= OPINIONS.c.at,
        )
        query = sa.select(OPINIONS).where(
            OPINIONS.c.repo_id == repo_id, OPINIONS.c.counts, OPINIONS.c.at >= since, ~lifted
        )
        return await asyncio.to_thread(self._read, query)

    async def lift(self, repo_id: int, category: Category, by: Person, at: float) -> None:
        """Let earlier opinions count no more; see the port."""
        row = insert(self._engine, MUTES).values(
            repo_id=repo_id, category=category.value, lifted_at=at, lifted_by=by.id
        )
        later = row.on_conflict_do_update(
            index_elements=["repo_id", "category"],
            set_={"lifted_at": row.excluded.lifted_at, "lifted_by": row.excluded.lifted_by},
            where=MUTES.c.lifted_at < row.excluded.lifted_at,
        )
        await asyncio.to_thread(self._lift, repo_id, later)

    async def prune(self, before: float) -> int:
        """Delete the opinions seen before that time, in seconds since 1970; how many went."""
        return await asyncio.to_thread(self._prune, before)

    def _prune(self, before: float) -> int:
        with self._engine.begin() as connection:
            return connection.execute(sa.delete(OPINIONS).where(OPINIONS.c.at < before)).rowcount

    def _put(
        self, repo_id: int, number: int, fingerprints: Sequence[str], opinions: Sequence[Opinion]
    ) -> None:
        owner = {"repo_id": repo_id, "number": number}
        rows = {(each.fingerprint, each.person): {**owner, **_row(each)} for each in opinions}
        with self._engine.begin() as connection:
            connection.execute(
                sa.delete(OPINIONS).where(
                    OPINIONS.c.repo_id == repo_id,
                    OPINIONS.c.number == number,
                    OPINIONS.c.fingerprint.in_(fingerprints),
                )
            )
            if rows and connection.scalar(_known(repo_id)):
                connection.execute(sa.insert(OPINIONS), list(rows.values()))

    def _lift(self, repo_id: int, row: sa.Executable) -> None:
        with self._engine.begin() as connection:
            if connection.scalar(_known(repo_id)):
                connection.execute(row)

    def _read(self, query: sa.Select[Any]) -> tuple[Opinion, ...]:
        in_order = query.order_by(OPINIONS.c.at, OPINIONS.c.fingerprint, OPINIONS.c.person)
        with reading(self._engine) as connection:
            rows = connection.execute(in_order).mappings()
            return tuple(
                Opinion(**{name: row[name] for name in PLAIN}, category=Category(row["category"]))
                for row in rows
            )


def _known(repo_id: int) -> sa.Select[Any]:
    return sa.select(sa.exists().where(RUNS.c.repo_id == repo_id))


def _row(opinion: Opinion) -> dict[str, Any]:
    plain = {name: getattr(opinion, name) for name in PLAIN}
    return {**plain, "category": opinion.category.value}


_: type[Opinions] = StoredOpinions
