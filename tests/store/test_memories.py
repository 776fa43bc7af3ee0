"""What is learned is recalled, by pull request, whatever the home it has."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.finding import (
    Category,
    Finding,
    Severity,
    Stance,
    Suggestion,
    Trial,
    Vote,
)
from bot.domain.memory import Seen
from bot.domain.patch import Side
from bot.domain.run import RunRecord, RunStatus
from bot.ports.memory import Memory
from bot.store.database import migrate, open_database
from bot.store.memories import AT_ONCE, FINDINGS, StoredMemory
from bot.store.memories_in_memory import MemoryInMemory
from bot.store.runs import StoredRuns
from bot.store.tables import COMMENTS, METADATA, RUNS, SEEN
from tests.examples import examples

FINDING = Finding(
    path="naïve ☂.py",
    line=3,
    end_line=5,
    severity=Severity.CRITICAL,
    category=Category.SECURITY,
    title="t",
    body="b\0",
    quote="\ud800 q",
    sources=("security", "ruff:S608"),
    side=Side.LEFT,
    suggestion=Suggestion("x\ny"),
    confidence=0.75,
    trial=Trial.STOOD,
    votes=(Vote("a", Stance.CONFIRM, "r"), Vote("b", Stance.UNSURE, "")),
    doubt="reviewers disagree",
    since="abc",
)
ONE = Seen("a" * 64, "security", "abc", (FINDING, replace(FINDING, suggestion=None)), 3)
OTHER = Seen("b" * 64, "quality", "def")
RUN = RunRecord("7-1-abc-1", "acme/shop", 7, 1, "abc", 99, "opened", RunStatus.RUNNING, 100.0)


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    url = f"sqlite:///{tmp_path}/home/ai-review.db"
    migrate(url)
    return open_database(url)


@pytest.fixture
async def stored(engine: sa.Engine) -> StoredMemory:
    """The memory of a server on which repositories 7 and 8 have runs."""
    runs = StoredRuns(engine)
    await runs.begin(RUN)
    await runs.begin(replace(RUN, id="8", repo_id=8, installation_id=98))
    return StoredMemory(engine)


@pytest.fixture(params=["database", "memory"])
def memory(request: pytest.FixtureRequest) -> Memory:
    if request.param == "memory":
        return MemoryInMemory()
    found: StoredMemory = request.getfixturevalue("stored")
    return found


async def test_what_is_learned_is_recalled_whole_and_in_the_order_of_the_keys(
    memory: Memory,
) -> None:
    await memory.learn(7, 1, [ONE, OTHER])
    assert await memory.recall(7, 1, [OTHER.key, "unknown", ONE.key, ONE.key]) == (OTHER, ONE)
    assert await memory.recall(7, 1, []) == ()


async def test_what_is_learned_again_is_replaced(memory: Memory) -> None:
    await memory.learn(7, 1, [ONE, replace(ONE, line=9)])
    later = replace(ONE, findings=(), head_sha="fff", reviewer="x", line=1)
    await memory.learn(7, 1, [later])
    assert await memory.recall(7, 1, [ONE.key]) == (later,)


async def test_each_pull_request_remembers_by_itself(memory: Memory) -> None:
    await memory.learn(7, 1, [ONE])
    await memory.comment(7, 1, ["f"])
    for repo_id, number in [(7, 2), (8, 1)]:
        assert await memory.recall(repo_id, number, [ONE.key]) == ()
        assert await memory.commented(repo_id, number) == frozenset()


async def test_a_comment_is_noted_once(memory: Memory) -> None:
    await memory.comment(7, 1, [])
    assert await memory.commented(7, 1) == frozenset()
    await memory.comment(7, 1, ["f", "g", "f"])
    await memory.comment(7, 1, ["f"])
    assert await memory.commented(7, 1) == {"f", "g"}


async def test_more_keys_than_a_statement_takes(memory: Memory) -> None:
    many = [replace(OTHER, key=f"{n:064}") for n in range(3 * AT_ONCE + 1)]
    await memory.learn(7, 1, many)
    assert await memory.recall(7, 1, [each.key for each in many[::-1]]) == tuple(many[::-1])


@pytest.mark.parametrize("kind", ["database", "memory"])
async def test_a_repository_can_be_forgotten(kind: str, stored: StoredMemory) -> None:
    memory = stored if kind == "database" else MemoryInMemory()
    for repo_id in (7, 8):
        await memory.learn(repo_id, 1, [ONE])
        await memory.comment(repo_id, 1, ["f"])
    await memory.forget([7, 9])
    assert await memory.recall(7, 1, [ONE.key]) == ()
    assert await memory.commented(7, 1) == frozenset()
    assert await memory.recall(8, 1, [ONE.key]) == (ONE,)
    assert await memory.commented(8, 1) == {"f"}


@pytest.mark.parametrize(
    ("installation", "repo_ids", "left"),
    [
        pytest.param(99, (), {8}, id="an installation"),
        pytest.param(99, (7,), {8}, id="a repository of it"),
        pytest.param(99, (6,), {7, 8}, id="another repository"),
        pytest.param(1, (), {7, 8}, id="another installation"),
    ],
)
async def test_the_app_leaves_with_all_it_remembers(
    engine: sa.Engine,
    stored: StoredMemory,
    installation: int,
    repo_ids: tuple[int, ...],
    left: set[int],
) -> None:
    for repo_id in (7, 8):
        await stored.learn(repo_id, 1, [ONE])
        await stored.comment(repo_id, 1, ["f"])
    await StoredRuns(engine).forget(installation, repo_ids)
    known = {each for each in (7, 8) if await stored.recall(each, 1, [ONE.key])}
    commented = {each for each in (7, 8) if await stored.commented(each, 1)}
    assert (known, commented) == (left, left)


async def test_a_run_that_ends_after_the_app_left_leaves_nothing(
    engine: sa.Engine, stored: StoredMemory
) -> None:
    await StoredRuns(engine).forget(99, ())
    await stored.learn(7, 1, [ONE])
    await stored.comment(7, 1, ["f"])
    with engine.connect() as connection:
        for table in (SEEN, COMMENTS):
            assert connection.execute(sa.select(table)).all() == []


async def test_old_pull_requests_are_pruned_whole(engine: sa.Engine, stored: StoredMemory) -> None:
    for number in (1, 2, 3):
        await stored.learn(7, number, [ONE, OTHER])
        await stored.comment(7, number, ["f"])
    with engine.begin() as connection:  # all of the first, some of the second, none of the third
        connection.execute(sa.update(SEEN).where(SEEN.c.number <= 2).values(at=1.0))
        connection.execute(sa.update(COMMENTS).where(COMMENTS.c.number == 1).values(at=2.0))
    assert await stored.prune(2.0) == 0
    assert await stored.prune(3.0) == 3
    assert await stored.recall(7, 1, [ONE.key]) == ()
    assert await stored.commented(7, 1) == frozenset()
    assert await stored.recall(7, 2, [ONE.key, OTHER.key]) == (ONE, OTHER)
    assert await stored.commented(7, 3) == {"f"}
    assert await stored.prune(time.time() + 60) == 6


async def test_a_reader_waits_for_no_writer(engine: sa.Engine, stored: StoredMemory) -> None:
    await stored.learn(7, 1, [ONE])
    with engine.begin():  # somebody else writes
        assert await stored.recall(7, 1, [ONE.key]) == (ONE,)


def test_the_migration_leaves_the_tables_as_the_code_has_them(engine: sa.Engine) -> None:
    found = sa.inspect(engine)
    for table in (SEEN, COMMENTS, RUNS):
        ours = {each.name: (str(each.type), each.nullable) for each in table.columns}
        theirs = {
            each["name"]: (str(each["type"]), each["nullable"])
            for each in found.get_columns(table.name)
        }
        assert theirs == ours
        keys = found.get_pk_constraint(table.name)["constrained_columns"]
        assert keys == [each.name for each in table.primary_key]
    assert set(METADATA.tables) <= set(found.get_table_names())


@examples(60)
@given(st.builds(Finding, confidence=st.none() | st.floats(0, 1)))
def test_any_finding_comes_back_as_it_was(found: Finding) -> None:
    text = json.dumps(FINDINGS.dump_python((found,), mode="json"))
    assert FINDINGS.validate_python(json.loads(text)) == (found,)
