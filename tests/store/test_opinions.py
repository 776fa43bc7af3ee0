"""What people think is kept as it was said, by pull request, whatever the home it has."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.domain.asked import Person
from bot.domain.finding import Category
from bot.domain.opinions import Opinion
from bot.domain.run import RunRecord, RunStatus
from bot.ports.opinions import Opinions
from bot.store.database import open_database
from bot.store.opinions import StoredOpinions
from bot.store.opinions_in_memory import OpinionsInMemory
from bot.store.runs import StoredRuns
from bot.store.tables import METADATA, MUTES, OPINIONS
from tests.store.conftest import HOMES

QUALITY, PERFORMANCE = Category.QUALITY, Category.PERFORMANCE
RUN = RunRecord("7-1-abc-1", "acme/shop", 7, 1, "abc", 99, "opened", RunStatus.RUNNING, 100.0)
ANN = Person(2**40, "ann")
ONE = Opinion("a" * 16, ANN.id, QUALITY, accepted=False, counts=True, at=10.0)
OTHER = replace(ONE, person=5, accepted=True, counts=False, at=20.0, by_thumb=False)
FURTHER = replace(ONE, fingerprint="b" * 16, category=PERFORMANCE, at=30.0)


@pytest.fixture(params=HOMES)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> sa.Engine | None:
    """An empty database; None: memory."""
    if request.param == "memory":
        return None
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated"), tmp_path / "opinions.db")
        return open_database(f"sqlite:///{tmp_path}/opinions.db")
    engine = open_database(request.getfixturevalue("postgres"))
    with engine.begin() as connection:
        for table in METADATA.sorted_tables:
            connection.execute(sa.delete(table))
    return engine


@pytest.fixture
async def opinions(home: sa.Engine | None) -> Opinions:
    if home is None:
        return OpinionsInMemory()
    for number, repo_id in enumerate((7, 8), start=1):
        await StoredRuns(home).begin(replace(RUN, id=f"run-{number}", repo_id=repo_id))
    return StoredOpinions(home)


@pytest.fixture(autouse=True)
def disposed(home: sa.Engine | None) -> Iterator[None]:
    yield
    if home is not None:
        home.dispose()


async def test_they_are_read_as_they_were_put_oldest_first(opinions: Opinions) -> None:
    for _ in range(2):
        await opinions.put(7, 1, ["a" * 16, "b" * 16], [FURTHER, OTHER, ONE])
    assert await opinions.of_pull(7, 1) == (ONE, OTHER, FURTHER)
    assert await opinions.of_pull(7, 2) == ()
    assert await opinions.of_pull(8, 1) == ()


async def test_what_is_put_is_all_there_is_on_these_findings(opinions: Opinions) -> None:
    await opinions.put(7, 1, ["a" * 16, "b" * 16], [ONE, OTHER, FURTHER])
    await opinions.put(7, 2, ["a" * 16], [ONE])
    changed = replace(ONE, accepted=True, at=40.0)
    await opinions.put(7, 1, ["a" * 16], [changed])
    assert await opinions.of_pull(7, 1) == (FURTHER, changed)
    await opinions.put(7, 1, [], [])
    assert await opinions.of_pull(7, 1) == (FURTHER, changed)
    assert await opinions.of_pull(7, 2) == (ONE,)


async def test_counted_are_writers_of_late_in_this_repository(opinions: Opinions) -> None:
    await opinions.put(7, 1, ["a" * 16, "b" * 16], [ONE, OTHER, FURTHER])
    await opinions.put(8, 1, ["a" * 16], [ONE])
    assert await opinions.counted(7, 10.0) == (ONE, FURTHER)
    assert await opinions.counted(7, 10.5) == (FURTHER,)


async def test_lifting_makes_earlier_opinions_on_the_category_count_no_more(
    opinions: Opinions,
) -> None:
    later = replace(ONE, fingerprint="c" * 16, at=50.0)
    await opinions.put(7, 1, ["a" * 16, "b" * 16], [ONE, FURTHER])
    await opinions.lift(7, QUALITY, ANN, 40.0)
    await opinions.lift(7, QUALITY, ANN, 20.0)  # delivered late
    await opinions.put(7, 1, ["c" * 16], [later])
    assert await opinions.counted(7, 0.0) == (FURTHER, later)
    assert await opinions.of_pull(7, 1) == (ONE, FURTHER, later)
    await opinions.lift(7, QUALITY, ANN, 50.0)
    assert await opinions.counted(7, 0.0) == (FURTHER,)


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
async def test_an_app_that_leaves_takes_them_along(home: sa.Engine, opinions: Opinions) -> None:
    await opinions.put(7, 1, ["a" * 16], [ONE])
    await opinions.put(8, 1, ["a" * 16], [ONE])
    await opinions.lift(7, QUALITY, ANN, 5.0)
    await StoredRuns(home).forget(99, (7,))
    await opinions.put(7, 1, ["a" * 16], [ONE])  # a step that was under way then
    await opinions.lift(7, QUALITY, ANN, 6.0)
    assert (await opinions.of_pull(7, 1), await opinions.of_pull(8, 1)) == ((), (ONE,))
    with home.connect() as connection:
        assert connection.execute(sa.select(MUTES)).all() == []


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
async def test_the_old_ones_are_pruned(home: sa.Engine, opinions: Opinions) -> None:
    await opinions.put(7, 1, ["a" * 16, "b" * 16], [ONE, FURTHER])
    assert await StoredOpinions(home).prune(30.0) == 1
    assert await opinions.of_pull(7, 1) == (FURTHER,)


@pytest.mark.parametrize("home", ["sqlite"], indirect=True)
def test_the_migration_leaves_the_tables_as_the_code_has_them(home: sa.Engine) -> None:
    found = sa.inspect(home)
    for table in (OPINIONS, MUTES):
        ours = {each.name: (str(each.type), each.nullable) for each in table.columns}
        theirs = {
            each["name"]: (str(each["type"]), each["nullable"])
            for each in found.get_columns(table.name)
        }
        assert theirs == ours
        keys = found.get_pk_constraint(table.name)["constrained_columns"]
        assert keys == [each.name for each in table.primary_key]
