"""Whose work is taken over, and whose never: real SQLite, the database's own clock."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.engine.lease import WORKERS, Lease, executor_id, gone
from bot.store.database import migrate, open_database

TTL_S = 30
ELSEWHERE = "another-machine:1:0:abc"


@pytest.fixture
def database(tmp_path: Path) -> sa.Engine:
    url = f"sqlite:///{tmp_path}/lease.db"
    migrate(url)
    engine = open_database(url)
    with engine.begin() as connection:  # the two columns of the engine's table that are read
        connection.exec_driver_sql("create table workflow_status (executor_id text, status text)")
    return engine


def working(database: sa.Engine, executor: str, status: str = "PENDING") -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("insert into workflow_status values (?, ?)", (executor, status))


def aged(database: sa.Engine, executor: str, seconds: float) -> None:
    with database.begin() as connection:
        connection.execute(
            sa.update(WORKERS)
            .where(WORKERS.c.executor_id == executor)
            .values(seen=WORKERS.c.seen - seconds)
        )


def lease(database: sa.Engine, executor: str, taken: list[str]) -> Lease:
    def take_over(dead: Sequence[str]) -> None:
        taken.extend(dead)

    made = Lease(database, executor, take_over, lambda: None)
    made.take()
    return made


def test_a_worker_unseen_for_its_time_is_taken_over_once(database: sa.Engine) -> None:
    taken: list[str] = []
    other = lease(database, ELSEWHERE, [])
    mine = lease(database, executor_id(), taken)
    working(database, ELSEWHERE)
    mine.beat()
    assert taken == []
    aged(database, ELSEWHERE, TTL_S - 5)
    mine.beat()
    assert taken == []
    aged(database, ELSEWHERE, 10)
    mine.beat()
    assert taken == [ELSEWHERE]
    with pytest.raises(LookupError):  # whoever lost its row may no longer work
        other.beat()


def test_a_beat_keeps_a_worker_from_being_taken_over(database: sa.Engine) -> None:
    taken: list[str] = []
    other = lease(database, ELSEWHERE, [])
    mine = lease(database, executor_id(), taken)
    working(database, ELSEWHERE)
    aged(database, ELSEWHERE, TTL_S + 5)
    other.beat()
    mine.beat()
    assert taken == []


def test_a_worker_never_takes_over_its_own_work_or_what_has_ended(database: sa.Engine) -> None:
    taken: list[str] = []
    me = executor_id()
    mine = lease(database, me, taken)
    working(database, me)
    working(database, "never-heard-of:1:0:x", "SUCCESS")
    aged(database, me, TTL_S + 5)
    mine.beat()
    assert taken == []


def test_work_of_a_worker_without_a_row_is_taken_over(database: sa.Engine) -> None:
    taken: list[str] = []
    mine = lease(database, executor_id(), taken)
    gave_up = lease(database, ELSEWHERE, [])
    working(database, ELSEWHERE)
    gave_up.release()
    mine.beat()
    assert taken == [ELSEWHERE]


def test_a_process_that_ended_here_is_taken_over_at_once(database: sa.Engine) -> None:
    taken: list[str] = []
    host, pid, started, _ = executor_id().split(":")
    dead = f"{host}:{pid}:{int(started) - 1}:old"  # the number was given to another process since
    lease(database, dead, [])
    mine = lease(database, executor_id(), taken)
    working(database, dead)
    mine.beat()
    assert taken == [dead]


@pytest.mark.parametrize(
    ("name", "dead"),
    [
        pytest.param(executor_id(), False, id="this process"),
        pytest.param(f"elsewhere:{os.getpid()}:1:x", False, id="another machine"),
        pytest.param(f"{socket.gethostname()}:{os.getpid()}:0:x", False, id="start unknown"),
        pytest.param(f"{socket.gethostname()}:{os.getpid()}:1:x", True, id="another start"),
        pytest.param(f"{socket.gethostname()}:4194304999:1:x", True, id="no such process"),
        pytest.param("nonsense", False, id="no name of ours"),
    ],
)
def test_unknown_is_not_gone(name: str, dead: bool) -> None:
    assert gone(name) is dead
