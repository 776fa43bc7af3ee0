from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.engine import sqlite
from bot.engine.sqlite import eager


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "some.db"
    with sqlite3.connect(path) as database:
        database.execute("create table words (word text)")
    database.close()
    return path


@pytest.fixture
def engine(file: Path) -> Iterator[sa.Engine]:
    made = eager(f"sqlite:///{file}")
    yield made
    made.dispose()


def put(engine: sa.Engine, word: str) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("insert into words values (:word)"), {"word": word})


def test_it_waits_until_another_has_written(file: Path, engine: sa.Engine) -> None:
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("begin immediate")
    other.execute("insert into words values ('first')")
    release = threading.Timer(0.05, lambda: other.execute("commit"))
    release.start()
    put(engine, "second")
    release.join()
    assert other.execute("select word from words").fetchall() == [("first",), ("second",)]
    other.close()


def test_who_never_gets_a_turn_is_told(
    file: Path, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "LONGEST_S", 0.02)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(sa.exc.OperationalError, match="locked"):
        put(engine, "late")
    other.execute("rollback")
    put(engine, "in time")
    assert other.execute("select word from words").fetchall() == [("in time",)]
    other.close()


def test_a_file_that_cannot_be_opened_is_told_at_once(tmp_path: Path) -> None:
    engine = eager(f"sqlite:///{tmp_path / 'nowhere' / 'some.db'}")
    with pytest.raises(sa.exc.OperationalError, match="unable to open"):
        put(engine, "lost")
    engine.dispose()


def test_what_failed_is_rolled_back(file: Path, engine: sa.Engine) -> None:
    twice = sa.text("insert into words values ('half'), ('half')")

    def fail() -> None:
        with engine.begin() as connection:
            connection.execute(twice)
            connection.execute(sa.text("insert into absent values (1)"))

    with pytest.raises(sa.exc.OperationalError, match="no such table"):
        fail()
    put(engine, "whole")
    with sqlite3.connect(file) as database:
        assert database.execute("select word from words").fetchall() == [("whole",)]
    database.close()
