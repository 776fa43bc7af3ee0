"""The store in every home it has: a SQLite file, memory, and PostgreSQL where there is one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.ports.ledger import Ledger
from bot.ports.store import Runs
from bot.store.database import migrate, open_database, reading
from bot.store.ledger import StoredLedger
from bot.store.ledger_memory import LedgerInMemory
from bot.store.memory import RunsInMemory
from bot.store.runs import StoredRuns
from bot.store.tables import LEDGER, METADATA
from tests.store.postgres import serve, why_not

HOMES = ("memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.slow))


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with our tables, to be copied: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of our own on loopback, our tables in it."""
    if reason := why_not():
        pytest.skip(reason)
    with serve() as url:
        migrate(url)
        yield url


@pytest.fixture(params=HOMES[1:])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    return _address(request, tmp_path)


@pytest.fixture(params=HOMES)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger."""
    if request.param == "memory":
        yield LedgerInMemory()
        return
    engine = open_database(_address(request, tmp_path))
    with reading(engine) as beside:  # as the durable engine's own connections stay open
        beside.execute(sa.select(LEDGER.c.run).limit(1))
        yield StoredLedger(engine)
    engine.dispose()


@pytest.fixture(params=HOMES)
def runs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Runs]:
    """No run yet."""
    if request.param == "memory":
        yield RunsInMemory()
        return
    engine = open_database(_address(request, tmp_path))
    yield StoredRuns(engine)
    engine.dispose()


def _address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated"), tmp_path / "ledger.db")
        return f"sqlite:///{tmp_path}/ledger.db"
    url: str = request.getfixturevalue("postgres")
    engine = open_database(url)
    with engine.begin() as connection:
        for table in METADATA.sorted_tables:
            connection.execute(sa.delete(table))
    engine.dispose()
    return url
