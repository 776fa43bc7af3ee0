"""One way to open the database, and one to bring it up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from bot.errors import ConfigError

BUSY_S = 30
"""Seconds a SQLite writer waits for another; the durable engine uses the same."""


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


def _begin_immediate(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later fails at once when another wrote meanwhile.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def migrate(url: str) -> None:
    """Create or upgrade our tables. SQLite gets write-ahead logging, which stays in the file."""
    from alembic import command
    from alembic.config import Config

    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
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
