"""What was read and posted, by pull request, so that neither is done twice."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from bot.domain.finding import Finding
from bot.domain.memory import Seen
from bot.ports.memory import Memory
from bot.store.database import reading
from bot.store.tables import COMMENTS, RUNS, SEEN, insert

FINDINGS: TypeAdapter[tuple[Finding, ...]] = TypeAdapter(tuple[Finding, ...])
AT_ONCE = 500
"""Keys of one query: databases bound how many values a statement may have."""


class StoredMemory:
    """The port `Memory` on a database.

    Nothing is kept for a repository that has no run on record: the App has left it, and a run that
    was under way then must not leave behind what it read.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    async def recall(self, repo_id: int, number: int, keys: Sequence[str]) -> tuple[Seen, ...]:
        """What is remembered under `keys`; see the port."""
        return await asyncio.to_thread(self._recall, repo_id, number, keys)

    async def learn(self, repo_id: int, number: int, seen: Sequence[Seen]) -> None:
        """Remember what was read; see the port."""
        rows = {each.key: {"key": each.key, **_row(each)} for each in seen}
        await asyncio.to_thread(self._keep, SEEN, "key", (repo_id, number), list(rows.values()))

    async def findings(self, repo_id: int, number: int) -> tuple[Finding, ...]:
        """Every finding remembered; see the port."""
        query = sa.select(SEEN).where(_of_pull(SEEN, repo_id, number), SEEN.c.findings != "[]")
        rows = await asyncio.to_thread(self._read, query.order_by(SEEN.c.at.desc(), SEEN.c.key))
        return tuple(finding for row in rows for finding in _seen(row).findings)

    async def commented(self, repo_id: int, number: int) -> frozenset[str]:
        """What has an inline comment of ours; see the port."""
        query = sa.select(COMMENTS.c.fingerprint).where(_of_pull(COMMENTS, repo_id, number))
        rows = await asyncio.to_thread(self._read, query)
        return frozenset(row["fingerprint"] for row in rows)

    async def comment(self, repo_id: int, number: int, fingerprints: Sequence[str]) -> None:
        """Note what has one now; see the port."""
        rows = [{"fingerprint": each} for each in dict.fromkeys(fingerprints)]
        await asyncio.to_thread(self._keep, COMMENTS, "fingerprint", (repo_id, number), rows)

    async def forget(self, repo_ids: Sequence[int]) -> None:
        """Delete all that is remembered of these repositories."""
        await asyncio.to_thread(self._forget, repo_ids)

    async def prune(self, before: float) -> int:
        """Delete what belongs to pull requests of which nothing was noted since `before`.

        `before` is seconds since 1970. Returns how many rows went.
        """
        return await asyncio.to_thread(self._prune, before)

    def _recall(self, repo_id: int, number: int, keys: Sequence[str]) -> tuple[Seen, ...]:
        wanted = list(dict.fromkeys(keys))
        found: dict[str, Seen] = {}
        for start in range(0, len(wanted), AT_ONCE):
            query = sa.select(SEEN).where(
                _of_pull(SEEN, repo_id, number), SEEN.c.key.in_(wanted[start : start + AT_ONCE])
            )
            found |= {row["key"]: _seen(row) for row in self._read(query)}
        return tuple(found[key] for key in wanted if key in found)

    def _keep(
        self, table: sa.Table, key: str, pull: tuple[int, int], rows: list[dict[str, Any]]
    ) -> None:
        known = sa.select(sa.exists().where(RUNS.c.repo_id == pull[0]))
        owner = {"repo_id": pull[0], "number": pull[1], "at": time.time()}
        row = insert(self._engine, table)
        changed = [each.name for each in table.columns if not each.primary_key]
        statement = row.on_conflict_do_update(
            index_elements=["repo_id", "number", key],
            set_={name: row.excluded[name] for name in changed},
        )
        with self._engine.begin() as connection:
            if rows and connection.scalar(known):
                connection.execute(statement, [{**owner, **each} for each in rows])

    def _forget(self, repo_ids: Sequence[int]) -> None:
        with self._engine.begin() as connection:
            for table in (SEEN, COMMENTS):
                connection.execute(sa.delete(table).where(table.c.repo_id.in_(repo_ids)))

    def _prune(self, before: float) -> int:
        with self._engine.begin() as connection:
            return sum(
                connection.execute(sa.delete(table).where(*_untouched(table, before))).rowcount
                for table in (SEEN, COMMENTS)
            )

    def _read(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        with reading(self._engine) as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def _of_pull(table: sa.Table, repo_id: int, number: int) -> sa.ColumnElement[bool]:
    return (table.c.repo_id == repo_id) & (table.c.number == number)


def _untouched(table: sa.Table, since: float) -> list[sa.ColumnElement[bool]]:
    """Rows of pull requests without any row since then."""
    others = (each.alias(f"any_{each.name}") for each in (SEEN, COMMENTS))
    return [
        ~sa.exists().where(
            each.c.repo_id == table.c.repo_id, each.c.number == table.c.number, each.c.at >= since
        )
        for each in others
    ]


def _row(seen: Seen) -> dict[str, Any]:
    findings = json.dumps(FINDINGS.dump_python(seen.findings, mode="json"))
    return {
        "reviewer": seen.reviewer,
        "head_sha": seen.head_sha,
        "line": seen.line,
        "findings": findings,
    }


def _seen(row: Mapping[str, Any]) -> Seen:
    plain = {name: row[name] for name in ("key", "reviewer", "head_sha", "line")}
    return Seen(**plain, findings=FINDINGS.validate_python(json.loads(row["findings"])))


_: type[Memory] = StoredMemory
