"""What recovery remembers, on every database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from dbos import DBOS

from bot.domain.asked import Delivery, ReviewRequest
from bot.domain.pull import PullRef
from bot.domain.run import RunRecord, RunStatus, StepEvent
from bot.engine.duty import Turns
from bot.engine.queues import Queues
from bot.ports.delivery_log import Again
from bot.ports.reach import Installed
from bot.store.database import open_database
from bot.store.recovery import AT_ONCE, KEPT_S, StoredKnownRepos, StoredRedeliveries
from bot.store.runs import StoredRuns
from bot.store.tables import STEPS
from bot.store.tables_recovery import KNOWN_REPOS

PLACE = Installed(99, 500.0)


@pytest.fixture
def engine(address: str) -> Iterator[sa.Engine]:
    opened = open_database(address)
    yield opened
    opened.dispose()


async def test_what_was_asked_for_again_is_counted_and_forgotten_in_time(
    engine: sa.Engine,
) -> None:
    kept = StoredRedeliveries(engine)
    assert await kept.asked(["a", "b"]) == {}
    await kept.ask("a", 1.0)
    await kept.ask("a", 5.0)
    await kept.ask("b", 6.0)
    many = [f"none-{nth}" for nth in range(AT_ONCE * 2)]
    assert await kept.asked(["a", *many, "b"]) == {"a": Again(5.0, 2), "b": Again(6.0, 1)}
    await kept.ask("c", 5.5 + KEPT_S)
    assert set(await kept.asked(["a", "b", "c"])) == {"b", "c"}


async def test_the_time_until_which_all_has_arrived_is_noted(engine: sa.Engine) -> None:
    kept = StoredRedeliveries(engine)
    assert await kept.settled() is None
    await kept.settle(3.5)
    await kept.settle(7.25)
    assert await kept.settled() == 7.25


async def test_the_first_start_stays_the_first(engine: sa.Engine) -> None:
    known = StoredKnownRepos(engine)
    assert await known.first_start(10.0) == 10.0
    assert await StoredKnownRepos(engine).first_start(99.0) == 10.0


async def test_a_repository_counts_since_the_installation_or_since_it_joined_it(
    engine: sa.Engine,
) -> None:
    known = StoredKnownRepos(engine)
    assert await known.meet(PLACE, [1, 2], 1000.0) == {1: 500.0, 2: 500.0}
    assert await known.meet(PLACE, [1, 3], 2000.0) == {1: 500.0, 3: 2000.0}
    assert await known.meet(PLACE, [3, 2], 3000.0) == {3: 2000.0, 2: 500.0}
    assert await known.meet(PLACE, [], 3000.0) == {}
    empty = Installed(100, 600.0)
    assert await known.meet(empty, [], 4000.0) == {}
    assert await known.meet(empty, [4], 5000.0) == {4: 5000.0}  # it joined what was empty


async def test_where_the_last_sweep_ended_is_noted(engine: sa.Engine) -> None:
    known = StoredKnownRepos(engine)
    assert await known.looked() == 0
    await known.look(2**40)
    assert await known.looked() == 2**40


def test_a_turn_is_one_workers_at_a_time(engine: sa.Engine) -> None:
    one, two = Turns(engine, "one", lambda: 1000.0), Turns(engine, "two", lambda: 1000.0)
    assert one.take("sweep", 0)
    assert not two.take("sweep", 0)
    one.leave("sweep", done=True)
    assert not two.take("sweep", 10)  # it was done just now
    assert two.take("sweep", 0)
    assert one.take("another", 0)


async def test_the_rows_of_a_repository_go_and_those_of_others_stay(engine: sa.Engine) -> None:
    runs, known = StoredRuns(engine), StoredKnownRepos(engine)
    for repo_id, place in ((1, 99), (2, 99), (3, 100)):
        run = f"{repo_id}-1-abc-1"
        pending = RunStatus.PENDING
        await runs.begin(
            RunRecord(run, "acme/shop", repo_id, 1, "abc", place, "opened", pending, 1.0)
        )
        await runs.note(StepEvent(run, "read", RunStatus.COMPLETED, 1.0))
        await known.meet(Installed(place, 1.0), [repo_id], 2.0)
    assert await runs.forget(99, (1,)) == ("1-1-abc-1",)
    assert {each.repo_id for each in await runs.newest(9)} == {2, 3}
    assert await runs.forget(99, ()) == ("2-1-abc-1",)
    await runs.note(StepEvent("2-1-abc-1", "late", RunStatus.COMPLETED, 1.0))
    await runs.erase(["2-1-abc-1"])
    with engine.connect() as connection:
        steps = connection.scalars(sa.select(STEPS.c.run)).all()
        repos = connection.scalars(sa.select(KNOWN_REPOS.c.repo_id)).all()
    assert (steps, repos) == (["3-1-abc-1"], [3])


async def test_what_the_engine_keeps_of_a_repository_is_scrubbed(address: str) -> None:
    DBOS.migrate(address)
    queues = Queues(address)
    for repo_id, place in ((71, 990), (72, 9901)):
        asked = ReviewRequest(PullRef("acme/shop", repo_id, 1, "abc", place), "opened")
        queues.deliver(Delivery(f"d{repo_id}", "pull_request", "opened"), asked)
        await queues.start(asked, f"{repo_id}-1-abc-1")
    stopped = await queues.forget(990, ())
    assert sorted(stopped) == ["71-1-abc-1", "gh-d71"]
    assert await queues.forget(990, ()) == ()  # nothing of it is left to be found
    assert await queues.knows("71-1-abc-1")
    assert not await queues.alive("71-1-abc-1")
    assert await queues.alive("72-1-abc-1")
    assert sorted(await queues.forget(9901, (72,))) == ["72-1-abc-1", "gh-d72"]
    queues._client.destroy()
