"""SQLite connections that get their turn soon, for those whom somebody waits for."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

import sqlalchemy as sa

LONGEST_S = 30.0
LOOK_S = 0.001
"""SQLite's own wait looks again after up to 0.1 s, and so lets every quicker process go first."""


def eager(url: str) -> sa.Engine:
    """An engine with one connection that looks every millisecond whether it may write.

    One, because threads that queue for it are served in order. Raises OperationalError when
    others write for `LONGEST_S`.
    """
    engine = sa.create_engine(url, pool_size=1, max_overflow=0, pool_timeout=LONGEST_S)
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    connection.execute("PRAGMA foreign_keys=ON")


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    deadline = time.monotonic() + LONGEST_S
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            break
        except sa.exc.OperationalError as error:
            code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
            if code != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(LOOK_S)
    connection.exec_driver_sql(f"PRAGMA busy_timeout={LONGEST_S * 1000:.0f}")
