"""What the engine keeps of work that is over, and how nothing of it is left.

The rows of workflows stay as tombstones, id and state alone: their ids are those of check runs, and
the engine must know an id for ever so as not to run it twice.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
import structlog

from bot.engine.sqlite import LONGEST_S, eager

UNFINISHED = ("PENDING", "ENQUEUED", "DELAYED")
AT_ONCE = 500
"""Values of one statement: databases bound how many it may have."""
KEY = re.compile(r"\b[0-9a-f]{64}\b")
"""What a step returns for a large text: its key in the store."""
log = structlog.get_logger()


class Archive:
    """The engine's tables, and the texts its steps have stored, in one database."""

    def __init__(self, url: str) -> None:
        self._lite = url.startswith("sqlite")
        self._engine = (
            eager(url)
            if self._lite
            else sa.create_engine(
                "postgresql+psycopg://" + url.partition("://")[2], poolclass=sa.NullPool
            )
        )
        home = None if self._lite else "dbos"
        self._status = _table(
            "workflow_status", home, "status inputs output error deduplication_id"
        )
        self._input = _table("workflow_input", home, "inputs")
        self._output = _table("workflow_output", home, "output error")
        self._steps = _table("operation_outputs", home, "output error")
        self._texts = sa.table("texts", sa.column("key", sa.String))

    def of(self, installation_id: int, repo_ids: Collection[int]) -> dict[str, bool]:
        """The workflows about an installation, or about these repositories of it.

        Whether each is unfinished, by id. What was asked because the App left is not among them.
        """
        same = self._input.c.workflow_uuid == self._status.c.workflow_uuid
        query = (
            sa.select(self._input.c.workflow_uuid, self._input.c.inputs, self._status.c.status)
            .join(self._status, same)
            .where(self._input.c.inputs.contains(f'"installation_id":{installation_id:d}'))
        )
        with self._engine.connect() as connection:
            return {
                id_: status in UNFINISHED
                for id_, inputs, status in connection.execute(query)
                if _is_about(inputs, installation_id, repo_ids)
            }

    def scrub(self, workflows: Sequence[str]) -> None:
        """Delete what these workflows were asked, what they returned, and the texts they stored.

        A text that unfinished work of others needs stays. They must not run any more.
        """
        with self._engine.begin() as connection:
            keys = self._keys(connection, self._steps.c.workflow_uuid.in_, workflows)
            for some in _in_parts(workflows):
                for table in (self._input, self._output, self._steps):
                    connection.execute(sa.delete(table).where(table.c.workflow_uuid.in_(some)))
                mine = self._status.c.workflow_uuid.in_(some)
                empty = dict.fromkeys(("inputs", "output", "error", "deduplication_id"))
                connection.execute(sa.update(self._status).where(mine).values(empty))
            needed = self._needed(connection) if keys else set()
            for some in _in_parts(sorted(keys - needed)):
                connection.execute(sa.delete(self._texts).where(self._texts.c.key.in_(some)))

    def leave_no_trace(self) -> None:
        """Write a SQLite file anew: what is deleted stays readable in it until then.

        Takes about a second for 100 MB, in which nobody else writes. PostgreSQL does it by itself
        (autovacuum). When somebody is always writing it is left to the next time, and logged.
        """
        if not self._lite:
            return
        raw = self._engine.raw_connection()
        try:
            cursor = raw.cursor()
            cursor.execute(f"PRAGMA busy_timeout={LONGEST_S * 1000:.0f}")
            cursor.execute("VACUUM")
            # What the log of writes still holds goes with it, once nobody reads from it.
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy = (cursor.fetchone() or (1,))[0] != 0
        except sqlite3.OperationalError:
            busy = True
        finally:
            raw.close()
        if busy:
            log.warning("file_not_written_anew", because="somebody else is using it")

    def _keys(self, connection: sa.Connection, of: Any, ids: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for some in _in_parts(ids):
            outputs = connection.scalars(sa.select(self._steps.c.output).where(of(some)))
            found.update(key for each in outputs if each for key in KEY.findall(each))
        return found

    def _needed(self, connection: sa.Connection) -> set[str]:
        """Keys of texts that unfinished work may still read."""
        unfinished = self._status.c.status.in_(UNFINISHED)
        ids = connection.scalars(sa.select(self._status.c.workflow_uuid).where(unfinished)).all()
        return self._keys(connection, self._steps.c.workflow_uuid.in_, ids)


def _table(name: str, home: str | None, columns: str) -> sa.TableClause:
    names = ("workflow_uuid", *columns.split())
    return sa.table(name, *(sa.column(each, sa.Text) for each in names), schema=home)


def _in_parts(all_: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(all_), AT_ONCE):
        yield all_[start : start + AT_ONCE]


def _is_about(inputs: str, installation_id: int, repo_ids: Collection[int]) -> bool:
    """Whether a workflow was asked something about it. What cannot be read is nobody's."""
    try:
        asked: Iterable[Any] = json.loads(inputs)["positionalArgs"]
        words = next(each for each in asked if isinstance(each, dict))
    except (ValueError, KeyError, TypeError, StopIteration):
        return False
    about = words.get("pull", words)
    if words.get("kind") == "uninstalled" or about.get("installation_id") != installation_id:
        return False
    return not repo_ids or about.get("repo_id") in repo_ids
