"""What is written is what is read, twice the same changes nothing, in every home."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.money import Usage, Usd
from bot.domain.review import Call
from bot.domain.run import CHECK_ENDED, RunRecord, RunStatus, StepEvent
from bot.errors import ConfigError
from bot.ports.store import Runs
from bot.store.database import migrate, open_database
from bot.store.runs import StoredRuns
from bot.store.texts import StoredTexts

CALL = Call("security", "m", Usage(10, 5), Usd(Decimal("0.0001")), 1.5, "req_1")
RUN = RunRecord("7-1-abc-1", "acme/shop", 7, 1, "abc", 99, "opened", RunStatus.PENDING, 100.0)


@pytest.fixture
def url(tmp_path: Path) -> str:
    where = f"sqlite:///{tmp_path}/home/ai-review.db"
    migrate(where)
    return where


async def test_a_run_is_read_as_it_was_written(runs: Runs) -> None:
    await runs.begin(RUN)
    await runs.begin(replace(RUN, trigger="again"))  # the first stays
    done = replace(RUN, status=RunStatus.COMPLETED, finished=2.0, calls=(CALL,), cost_usd="0.0001")
    await runs.end(done)
    assert await runs.get(RUN.id) == done
    assert await runs.newest(5) == (done,)
    assert await runs.of_pull(7, 1) == (done,)
    assert await runs.of_pull(7, 2) == ()


async def test_a_step_noted_twice_is_one_step(url: str) -> None:
    runs = StoredRuns(open_database(url))
    await runs.begin(RUN)
    for at in (1.0, 2.0):
        await runs.note(StepEvent(RUN.id, "fetch", RunStatus.RUNNING, at))
    await runs.note(StepEvent(RUN.id, "fetch", RunStatus.FAILED, 3.0, "gone"))
    record = await runs.get(RUN.id)
    assert record
    assert [(step.status, step.at, step.why) for step in record.steps] == [
        (RunStatus.RUNNING, 2.0, ""),
        (RunStatus.FAILED, 3.0, "gone"),
    ]


async def test_a_cancelled_run_stays_cancelled(runs: Runs) -> None:
    await runs.begin(RUN)
    await runs.running(RUN.id)
    await runs.cancel(RUN.id, "closed", 5.0)
    await runs.end(replace(RUN, status=RunStatus.COMPLETED))
    await runs.running(RUN.id)
    assert await runs.status(RUN.id) is RunStatus.CANCELLED


async def test_a_finished_run_is_not_cancelled(runs: Runs) -> None:
    await runs.end(replace(RUN, status=RunStatus.COMPLETED))
    await runs.cancel(RUN.id, "closed", 5.0)
    assert await runs.status(RUN.id) is RunStatus.COMPLETED
    assert await runs.status("unknown") is None


async def test_forgetting_names_what_was_still_open(runs: Runs) -> None:
    await runs.begin(RUN)
    await runs.begin(replace(RUN, id="done", repo_id=8, status=RunStatus.COMPLETED))
    await runs.begin(replace(RUN, id="other", installation_id=5))
    await runs.note(StepEvent(RUN.id, "fetch", RunStatus.RUNNING, 1.0))
    assert await runs.forget(99, (8,)) == ()
    assert await runs.forget(99, ()) == (RUN.id,)
    assert [each.id for each in await runs.newest(9)] == ["other"]


async def test_texts_are_kept_by_their_hash(url: str) -> None:
    texts = StoredTexts(open_database(url))
    key = await texts.keep("naïve ☂")
    assert await texts.keep("naïve ☂") == key
    assert await texts.read(key) == "naïve ☂"
    with pytest.raises(KeyError):
        await texts.read("0" * 64)


async def test_a_reader_waits_for_no_writer(url: str) -> None:
    runs = StoredRuns(open_database(url))
    await runs.begin(RUN)
    with open_database(url).begin():  # somebody else writes
        assert await runs.status(RUN.id) is RunStatus.PENDING


async def test_migrating_twice_is_the_same_as_once(url: str) -> None:
    runs = StoredRuns(open_database(url))
    await runs.begin(RUN)
    migrate(url)
    assert await runs.get(RUN.id) == RUN


def test_another_database_is_refused_with_a_remedy() -> None:
    with pytest.raises(ConfigError, match="sqlite:///PATH or postgresql"):
        open_database("mysql://root@localhost/x")


async def test_unended_are_the_open_and_the_cancelled_whose_check_nobody_saw_ended(
    runs: Runs,
) -> None:
    for name, status in [("a", "running"), ("b", "pending"), ("c", "completed")]:
        await runs.begin(replace(RUN, id=name, status=RunStatus(status)))
    for name, at in [("late", 50.0), ("old", 1.0), ("seen", 50.0)]:
        await runs.begin(replace(RUN, id=name))
        await runs.cancel(name, "closed", at)
    await runs.note(StepEvent("seen", CHECK_ENDED, RunStatus.COMPLETED, 60.0))
    assert {each.id for each in await runs.unended(10.0)} == {"a", "b", "late"}
