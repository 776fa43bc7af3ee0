"""Killed anywhere, a walk goes on where it stopped: real processes, real SQLite, real SIGKILL."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from dbos import DBOS

from bot.domain.asked import Delivery, ReviewRequest
from bot.domain.pull import PullRef
from bot.engine.queues import Queues
from bot.store.database import migrate
from tests.fakes.crash import Spot

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
STEPS = ("start", "first", "fan:a", "fan:b", "fan:c", "last")
QUICK = (("first", Spot.BEFORE), ("fan:b", Spot.DONE), ("last", Spot.AFTER))
ALL = [(step, spot) for step in STEPS for spot in Spot]


@pytest.fixture
def database(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/toy.db"
    migrate(url)
    DBOS.migrate(url)
    return url


def ask(database: str, head: str, *, delivery: str, settle: bool = False) -> None:
    asked = ReviewRequest(PullRef("acme/shop", 7, 1, head, 99), "opened", settle=settle)
    Queues(database).deliver(Delivery(delivery, "pull_request", "opened"), asked)


def work(database: str, ledger: Path, *death: str) -> int:
    command = [sys.executable, "-m", "tests.engine.toy_worker", database, str(ledger), *death]
    return subprocess.run(command, cwd=ROOT, timeout=120).returncode


@pytest.mark.parametrize(("step", "spot"), QUICK)
def test_a_killed_walk_is_finished_by_the_next_worker(
    database: str, tmp_path: Path, step: str, spot: Spot
) -> None:
    must_finish(database, tmp_path, step, spot)


@pytest.mark.full
@pytest.mark.parametrize(("step", "spot"), [each for each in ALL if each not in QUICK])
def test_a_walk_killed_anywhere_is_finished_by_the_next_worker(
    database: str, tmp_path: Path, step: str, spot: Spot
) -> None:
    must_finish(database, tmp_path, step, spot)


def must_finish(database: str, tmp_path: Path, step: str, spot: Spot) -> None:
    ledger = tmp_path / "ledger"
    ask(database, "abc", delivery="1")
    assert work(database, ledger, spot, step) == -signal.SIGKILL
    assert work(database, ledger) == 0

    written = Counter(ledger.read_text(encoding="utf-8").split("\n"))
    line = {"start": "start abc"}.get(step, step.removeprefix("fan:"))
    again = 2 if spot is Spot.DONE else 1
    assert written.pop(line) == again
    beside = {"a", "b", "c"} if step.startswith("fan:") else set()
    for name, times in written.items():
        if name in beside:  # in flight when the process died: once or twice, never more
            assert 1 <= times <= 2
        elif name:
            assert times == 1
    assert "end" in written


def test_the_same_delivery_twice_is_one_start(database: str, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    ask(database, "abc", delivery="1")
    ask(database, "abc", delivery="1")
    work(database, ledger)
    assert ledger.read_text(encoding="utf-8").split("\n").count("start abc") == 1


def test_a_burst_of_pushes_settles_into_the_newest(database: str, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    for push in range(5):
        ask(database, f"head{push}", delivery=str(push), settle=True)
    work(database, ledger)
    starts = [line for line in ledger.read_text(encoding="utf-8").split("\n") if "start" in line]
    assert len(starts) == 1
