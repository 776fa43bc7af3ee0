"""What people asked for is kept by repository and pull request, whatever the home it has."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.asked import CommentRef, Person, Where
from bot.domain.finding import Category
from bot.domain.pull import PullRef
from bot.domain.run import RunRecord, RunStatus
from bot.domain.wishes import Dismissal, Limit, Pause
from bot.ports.wishes import Wishes
from bot.store.database import open_database
from bot.store.runs import StoredRuns
from bot.store.wishes import StoredWishes
from bot.store.wishes_in_memory import WishesInMemory
from tests.store.conftest import HOMES, _address

ADA, ROB = Person(1, "ada"), Person(2, "rob")
PULL = PullRef("acme/shop", 7, 1, "a" * 40, 5)
ODD = "naïve \ud800 ☂ \x00 'quoted'"
KEPT = Dismissal("f" * 16, ADA, 10.0, 1, ODD, "src/naïve ☂.py", Category.SECURITY, "it is ok")


@pytest.fixture(params=HOMES)
def wishes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Wishes]:
    """An empty store whose repository 7 has a run."""
    if request.param == "memory":
        yield WishesInMemory()
        return
    engine = open_database(_address(request, tmp_path))
    asyncio.run(StoredRuns(engine).begin(run(7)))
    yield StoredWishes(engine)
    engine.dispose()


def run(repo_id: int) -> RunRecord:
    return RunRecord(
        f"{repo_id}-1-a-1", "acme/shop", repo_id, 1, "a" * 40, 5, "opened", RunStatus.COMPLETED, 1.0
    )


async def test_a_dismissal_holds_for_its_repository_until_it_is_taken_back(wishes: Wishes) -> None:
    later = replace(KEPT, fingerprint="0" * 16, at=20.0, category=Category.QUALITY, reason="")
    assert await wishes.dismiss(PULL, later)
    assert await wishes.dismiss(PULL, KEPT)
    assert await wishes.dismissed(7) == (KEPT, later)
    assert await wishes.dismissed(8) == ()
    again = replace(KEPT, by=ROB, at=30.0, number=2, reason="still")
    assert await wishes.dismiss(replace(PULL, number=2), again)
    assert await wishes.dismissed(7) == (later, again)
    await wishes.take_back(PULL, again.fingerprint)
    await wishes.take_back(PULL, again.fingerprint)
    assert await wishes.dismissed(7) == (later,)


async def test_the_first_pause_stays_until_somebody_resumes(wishes: Wishes) -> None:
    assert await wishes.paused(7, 1) is None
    assert await wishes.pause(PULL, Pause(ADA, 1.0))
    assert await wishes.pause(PULL, Pause(ROB, 2.0))
    assert await wishes.paused(7, 1) == Pause(ADA, 1.0)
    assert await wishes.paused(7, 2) is None
    await wishes.resume(PULL)
    await wishes.resume(PULL)
    assert await wishes.paused(7, 1) is None


async def test_a_run_knows_the_comment_that_waits_for_it(wishes: Wishes) -> None:
    assert await wishes.expecting(PULL, "run-1") is None
    comment = CommentRef(Where.THREAD, 2**40, 2**41)
    await wishes.expect(PULL, "run-1", comment)
    await wishes.expect(PULL, "run-1", comment)
    assert await wishes.expecting(PULL, "run-1") == comment
    assert await wishes.expecting(PULL, "run-2") is None


async def test_an_answer_is_admitted_so_often_in_a_time_and_the_same_one_always(
    wishes: Wishes,
) -> None:
    two = Limit(2, 60.0)

    async def admit(key: str, at: float, what: str = "finding", number: int = 1) -> bool:
        return await wishes.admit(replace(PULL, number=number), what, key, at, two)

    assert [await admit(key, 100.0) for key in ("a", "b", "c", "a", "b")] == [
        *(True, True, False, True, True)
    ]
    assert await admit("c", 100.0, what="denied:1")
    assert await admit("c", 100.0, number=2)
    assert not await admit("d", 159.0)
    assert await admit("d", 160.0)


async def test_nothing_is_kept_of_a_repository_without_a_run(address: str) -> None:
    engine = open_database(address)
    kept = StoredWishes(engine)
    assert not await kept.dismiss(PULL, KEPT)
    assert not await kept.pause(PULL, Pause(ADA, 1.0))
    assert not await kept.admit(PULL, "finding", "a", 1.0, Limit(9, 60.0))
    runs = StoredRuns(engine)
    await runs.begin(run(7))
    await runs.begin(run(8))
    for pull in (PULL, replace(PULL, repo_id=8)):
        assert await kept.dismiss(pull, KEPT)
        assert await kept.pause(pull, Pause(ADA, 1.0))
        assert await kept.admit(pull, "finding", "a", 1.0, Limit(1, 60.0))
    await runs.forget(5, (7,))
    assert await kept.dismissed(7) == ()
    assert await kept.paused(7, 1) is None
    await runs.begin(run(7))
    assert await kept.admit(PULL, "finding", "b", 1.0, Limit(1, 60.0))  # nobody counts "a" now
    assert await kept.dismissed(8) == (KEPT,)
    engine.dispose()


async def test_old_answers_and_who_waited_for_runs_long_ended_are_pruned(address: str) -> None:
    engine = open_database(address)
    kept, runs = StoredWishes(engine), StoredRuns(engine)
    old, new, living = (replace(run(7), id=each) for each in ("old", "new", "living"))
    await runs.begin(replace(old, finished=9.0))
    await runs.begin(replace(new, finished=10.0))
    await runs.begin(replace(living, status=RunStatus.RUNNING))
    comment = CommentRef(Where.CONVERSATION, 1)
    for each in ("old", "new", "living", "never begun"):
        await kept.expect(PULL, each, comment)
    for key, at in (("a", 9.0), ("b", 10.0)):
        assert await kept.admit(PULL, "finding", key, at, Limit(9, 60.0))
    assert await kept.dismiss(PULL, replace(KEPT, at=1.0))
    assert await kept.pause(PULL, Pause(ADA, 1.0))
    assert await kept.prune(10.0) == 3
    waiting = [await kept.expecting(PULL, each) for each in ("old", "new", "living")]
    assert waiting == [None, comment, comment]
    assert not await kept.admit(PULL, "finding", "c", 10.0, Limit(1, 60.0))  # "b" is still counted
    assert await kept.admit(PULL, "finding", "a", 10.0, Limit(2, 60.0))
    assert len(await kept.dismissed(7)) == 1
    assert await kept.paused(7, 1) == Pause(ADA, 1.0)
    engine.dispose()
