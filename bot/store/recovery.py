"""What recovery remembers from one sweep, and one process, to the next."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from bot.ports.delivery_log import Again, Redeliveries
from bot.ports.reach import Installed, KnownRepos
from bot.store.database import reading
from bot.store.tables import insert
from bot.store.tables_recovery import KNOWN_REPOS, MARKS, REDELIVERED

SETTLED, STARTED, LOOKED = "deliveries settled", "first start", "repository looked at"
KEPT_S = 7 * 86_400.0
"""How long it is remembered that a delivery was asked for; GitHub forgets it sooner."""
AT_ONCE = 500
"""Values of one query: databases bound how many a statement may have."""


class _Marks:
    """Times, and other numbers, by name."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def _mark(self, name: str) -> float | None:
        with reading(self._engine) as connection:
            return connection.scalar(sa.select(MARKS.c.at).where(MARKS.c.name == name))

    def _set(self, name: str, at: float) -> None:
        row = insert(self._engine, MARKS).values(name=name, at=at)
        change = row.on_conflict_do_update(index_elements=["name"], set_={"at": row.excluded.at})
        with self._engine.begin() as connection:
            connection.execute(change)

    def _first(self, name: str, at: float) -> tuple[float, bool]:
        """What is noted under the name, `at` where nothing was; and whether it was new."""
        row = insert(self._engine, MARKS).values(name=name, at=at).on_conflict_do_nothing()
        with self._engine.begin() as connection:
            new = connection.execute(row.returning(MARKS.c.name)).first() is not None
            noted = connection.scalar(sa.select(MARKS.c.at).where(MARKS.c.name == name))
        return float(noted or at), new


class StoredRedeliveries(_Marks):
    """The port `Redeliveries` on a database."""

    async def settled(self) -> float | None:
        """Until when all has arrived; see the port."""
        return await asyncio.to_thread(self._mark, SETTLED)

    async def settle(self, at: float) -> None:
        """Note it; see the port."""
        await asyncio.to_thread(self._set, SETTLED, at)

    async def asked(self, guids: Sequence[str]) -> Mapping[str, Again]:
        """What was asked for again; see the port."""
        return await asyncio.to_thread(self._asked, guids)

    async def ask(self, guid: str, at: float) -> None:
        """Note that it is; see the port."""
        await asyncio.to_thread(self._ask, guid, at)

    def _asked(self, guids: Sequence[str]) -> dict[str, Again]:
        found: dict[str, Again] = {}
        with reading(self._engine) as connection:
            for start in range(0, len(guids), AT_ONCE):
                some = REDELIVERED.c.guid.in_(guids[start : start + AT_ONCE])
                rows = connection.execute(sa.select(REDELIVERED).where(some)).mappings()
                found |= {row["guid"]: Again(row["at"], row["times"]) for row in rows}
        return found

    def _ask(self, guid: str, at: float) -> None:
        row = insert(self._engine, REDELIVERED).values(guid=guid, at=at, times=1)
        change = {"at": at, "times": REDELIVERED.c.times + 1}
        with self._engine.begin() as connection:
            connection.execute(row.on_conflict_do_update(index_elements=["guid"], set_=change))
            connection.execute(sa.delete(REDELIVERED).where(REDELIVERED.c.at < at - KEPT_S))


class StoredKnownRepos(_Marks):
    """The port `KnownRepos` on a database."""

    async def first_start(self, at: float) -> float:
        """When the App was first started; see the port."""
        return (await asyncio.to_thread(self._first, STARTED, at))[0]

    async def meet(
        self, place: Installed, repo_ids: Sequence[int], at: float
    ) -> Mapping[int, float]:
        """Since when each repository counts; see the port."""
        return await asyncio.to_thread(self._meet, place, repo_ids, at)

    async def looked(self) -> int:
        """Which repository was looked at last; see the port."""
        return int(await asyncio.to_thread(self._mark, LOOKED) or 0)

    async def look(self, repo_id: int) -> None:
        """Note it; see the port."""
        await asyncio.to_thread(self._set, LOOKED, float(repo_id))

    def _meet(self, place: Installed, repo_ids: Sequence[int], at: float) -> dict[int, float]:
        _, new = self._first(f"installation {place.id}", at)
        since = place.at if new else at
        rows = [{"repo_id": each, "installation_id": place.id, "since": since} for each in repo_ids]
        row = insert(self._engine, KNOWN_REPOS).on_conflict_do_nothing()
        query = sa.select(KNOWN_REPOS.c.repo_id, KNOWN_REPOS.c.since)
        with self._engine.begin() as connection:
            if rows:
                connection.execute(row, rows)
            mine = KNOWN_REPOS.c.installation_id == place.id
            known = {repo: noted for repo, noted in connection.execute(query.where(mine))}
        return {each: known.get(each, at) for each in repo_ids}


_: type[Redeliveries] = StoredRedeliveries
__: type[KnownRepos] = StoredKnownRepos
