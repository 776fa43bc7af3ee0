"""One way to open the database, and one to bring it up to date."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from bot.errors import ConfigError

BUSY_S = 30
"""Seconds a SQLite writer waits for another; the durable engine uses the same."""

OLDEST_SQLITE = (3, 42, 0)
"""The first whose unixepoch knows 'subsec', which DBOS 3.4 uses under Python 3.12 and newer."""


def open_database(url: str) -> sa.Engine:
    """An engine for `url` (sqlite:///… or postgresql://…), connecting only when used.

    Raises ConfigError for any other kind of address.
    """
    if url.startswith("sqlite:///"):
        engine = sa.create_engine(url, poolclass=NullPool, connect_args={"timeout": BUSY_S})
        sa.event.listen(engine, "connect", _prepare)
        sa.event.listen(engine, "begin", _begin_immediate)
        return engine
    if url.startswith(("postgresql://", "postgres://")):
        return sa.create_engine(
            "postgresql+psycopg://" + url.partition("://")[2], pool_size=5, pool_pre_ping=True
        )
    raise ConfigError(
        f"DATABASE_URL begins with {url.partition(':')[0]}, which is not supported.",
        remedy="Use sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME.",
    )


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    connection.execute("PRAGMA synchronous=NORMAL")


def reading(engine: sa.Engine) -> sa.Connection:
    """A connection for one query: it waits for no writer, and no writer waits for it."""
    return engine.connect().execution_options(reads_only=True)


def strictly(engine: sa.Engine) -> sa.Engine:
    """The same database, for what concerns money.

    What is committed outlives a power cut, not only the process, and each statement sees what
    others have committed before it, whatever the server's own setting.
    """
    if engine.dialect.name == "sqlite":
        return engine.execution_options(outlives_power=True)
    return engine.execution_options(isolation_level="READ COMMITTED")


def _begin_immediate(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    if options.get("reads_only"):
        return
    if options.get("outlives_power"):  # the connection is closed with its transaction: NullPool
        connection.exec_driver_sql("PRAGMA synchronous=FULL")
    # A transaction that reads first and writes later fails at once when another wrote meanwhile.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def check_sqlite(python: tuple[int, int], version: tuple[int, int, int]) -> None:
    """Raise ConfigError where the durable engine cannot store with this Python's SQLite.

    From Python 3.12 on it asks SQLite for milliseconds, which an older one answers with nothing:
    every delivery would be refused.
    """
    if python >= (3, 12) and version < OLDEST_SQLITE:
        raise ConfigError(
            f"this Python {python[0]}.{python[1]} has SQLite {'.'.join(map(str, version))}, and "
            "needs 3.42 or newer.",
            remedy="Take Python 3.11, one with a newer SQLite, or PostgreSQL in DATABASE_URL.",
        )


def migrate(url: str) -> None:
    """Create or upgrade our tables. SQLite gets write-ahead logging, which stays in the file.

    Raises ConfigError when the database cannot be used.
    """
    try:
        _migrate(url)
    except (OSError, sqlite3.Error, sa.exc.SQLAlchemyError) as error:
        raise _unusable(url, error) from error


def _migrate(url: str) -> None:
    from alembic import command
    from alembic.config import Config

    if url.startswith("sqlite:///"):
        _make_folder(Path(url.removeprefix("sqlite:///")).parent)
    engine = open_database(url)
    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA journal_mode=WAL")
        finally:
            raw.close()
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()


def _make_folder(folder: Path) -> None:
    """For this user alone: what is kept there was read from private repositories."""
    if not folder.is_dir():
        folder.mkdir(parents=True, mode=0o700)


def _unusable(url: str, error: Exception) -> ConfigError:
    """One sentence about the database, without its address: that may hold a password."""
    if url.startswith("sqlite:///"):
        place = f"the SQLite file {url.removeprefix('sqlite:///')}"
        remedy = "Let this user write there, or correct AI_REVIEW_HOME or DATABASE_URL."
    else:
        place, remedy = "the database", "Correct DATABASE_URL, or see to the server it names."
    cause = getattr(error, "orig", None) or error
    why = (getattr(cause, "strerror", None) or str(cause)).split("\n")[0].rstrip(".")
    return ConfigError(f"{place} cannot be used: {why}.", remedy=remedy)
