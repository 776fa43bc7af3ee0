"""What is done now and then: when it is due, by whom, and what becomes of a failure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from bot.engine.duty import HOLD_S, REST, TRY_AGAIN_S, Duty, Schedule, Turns
from bot.errors import UpstreamError
from bot.store.database import migrate, open_database


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    url = f"sqlite:///{tmp_path}/duties.db"
    migrate(url)
    opened = open_database(url)
    yield opened
    opened.dispose()


@dataclass
class Clock:
    at: float = 1000.0

    def __call__(self) -> float:
        return self.at


@dataclass
class Work:
    """Counts, and fails where it is told to."""

    done: int = 0
    fails: list[Exception] = field(default_factory=list)

    def __call__(self) -> None:
        if self.fails:
            raise self.fails.pop()
        self.done += 1


@pytest.fixture
def clock() -> Clock:
    return Clock()


def schedule(engine: sa.Engine, clock: Clock, *duties: Duty, holder: str = "one") -> Schedule:
    return Schedule(duties, Turns(engine, holder, clock), clock)


def test_a_duty_is_done_at_the_start_and_then_when_its_time_has_come(
    engine: sa.Engine, clock: Clock
) -> None:
    soon, late, never = Work(), Work(), Work()
    duties = (
        Duty("soon", 60, soon),
        Duty("late", 300, late, after_s=15),
        Duty("never", 0, never),
    )
    made = schedule(engine, clock, *duties)
    assert made.look() == 15
    assert (soon.done, late.done) == (1, 0)
    clock.at += 15
    assert made.look() == 45
    assert (soon.done, late.done) == (1, 1)
    clock.at += 45
    assert made.look() == 60
    assert (soon.done, late.done, never.done) == (2, 1, 0)


def test_a_duty_that_is_for_one_alone_is_done_by_one_and_left_alone_by_the_others(
    engine: sa.Engine, clock: Clock
) -> None:
    first, second = Work(), Work()
    one = schedule(engine, clock, Duty("sweep", 300, first, alone=True))
    two = schedule(engine, clock, Duty("sweep", 300, second, alone=True), holder="two")
    assert (one.look(), two.look()) == (300, 300)
    assert (first.done, second.done) == (1, 1)  # each at its own start: it may have been away
    clock.at += 300
    one.look()
    assert two.look() == TRY_AGAIN_S
    assert (first.done, second.done) == (2, 1)
    clock.at += 300 * REST
    two.look()
    assert second.done == 2


def test_what_another_one_is_at_is_not_begun_until_that_one_is_given_up(
    engine: sa.Engine, clock: Clock
) -> None:
    dead = Turns(engine, "dead", clock)
    assert dead.take("sweep", 0)
    work = Work()
    one = schedule(engine, clock, Duty("sweep", 300, work, alone=True))
    one.look()
    assert work.done == 0
    clock.at += HOLD_S
    one.look()
    assert work.done == 1


def test_a_failure_is_one_sentence_and_is_tried_again_soon(engine: sa.Engine, clock: Clock) -> None:
    work = Work(fails=[KeyError("ours"), UpstreamError("GitHub is away.")])
    made = schedule(engine, clock, Duty("sweep", 300, work, alone=True))
    with capture_logs() as logs:
        assert made.look() == TRY_AGAIN_S
        clock.at += TRY_AGAIN_S
        assert made.look() == TRY_AGAIN_S  # a defect of ours ends no other duty
        clock.at += TRY_AGAIN_S
        made.look()
    assert [(each["event"], each.get("why")) for each in logs] == [
        ("duty_failed", "GitHub is away."),
        ("duty_broken", None),
    ]
    assert work.done == 1


def test_a_database_that_is_away_is_one_sentence_too(tmp_path: Path, clock: Clock) -> None:
    work = Work()
    engine = open_database(f"sqlite:///{tmp_path}/nowhere/at/all.db")
    made = schedule(engine, clock, Duty("sweep", 300, work, alone=True))
    with capture_logs() as logs:
        made.look()
    assert [each["event"] for each in logs] == ["duty_failed"]
    assert work.done == 0


def test_the_thread_does_what_is_due(engine: sa.Engine) -> None:
    told = Event()
    made = Schedule((Duty("tell", 60, told.set),), Turns(engine, "one"))
    made.start()
    assert told.wait(20)
    made.stop()
