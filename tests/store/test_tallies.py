"""Sums over all runs and calls, added up by the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.finding import Category, Severity
from bot.domain.ledger import Budget, Entry, EntryState
from bot.domain.money import Usage, Usd
from bot.domain.run import Found, FoundStatus, RunRecord, RunStatus
from bot.errors import UpstreamError
from bot.store.database import open_database
from bot.store.ledger import StoredLedger
from bot.store.runs import StoredRuns
from bot.store.tallies import tallies

RUN = RunRecord("7-1-abc-1", "acme/shop", 7, 1, "abc", 99, "opened", RunStatus.COMPLETED, 100.0)
BUDGET = Budget(Decimal(1_000))
ENTRY = Entry("7-1-abc-1", "review:security", 1, "security", "m", Usd(Decimal("0.25")), 100.0)
USAGE = Usage(100, 20, 300, 40)


def run(name: str, status: str, took: float | None, **more: object) -> RunRecord:
    finished = None if took is None else RUN.started + took
    known = {"id": name, "status": RunStatus(status), "finished": finished, **more}
    return replace(RUN, **known)  # type: ignore[arg-type]


def found(status: FoundStatus, *sources: str, fingerprint: str = "f" * 16) -> Found:
    severity, category = Severity.LOW, Category.QUALITY
    return Found(fingerprint, sources, severity, category, "a.py", 1, "t", "q", status)


@pytest.fixture
def engine(address: str) -> Iterator[sa.Engine]:
    opened = open_database(address)
    yield opened
    opened.dispose()


def sums(engine: sa.Engine, *names: str) -> dict[tuple[str, ...], float]:
    wanted = [each for each in tallies(engine) if each.name in names]
    return {each.labels: each.amount for each in wanted}


async def test_an_empty_database_adds_up_to_nothing(engine: sa.Engine) -> None:
    assert {each.amount for each in tallies(engine)} == {0.0}


async def test_runs_by_their_end_and_how_long_they_took(engine: sa.Engine) -> None:
    runs = StoredRuns(engine)
    for each in (
        run("a", "completed", 4.0, planned_tokens=10, everyone_tokens=30),
        run("b", "completed", 70.0, planned_tokens=5, everyone_tokens=8),
        run("c", "completed", 9_000.0),
        run("d", "failed", 1.0, started=0.0),  # of a record that does not say when it began
        run("e", "pending", None),
        run("f", "running", None, started=90.0),
    ):
        await runs.end(each)
    assert sums(engine, "runs") == {("completed",): 3, ("failed",): 1}
    assert sums(engine, "runs_open") == {("pending",): 1, ("running",): 1}
    assert sums(engine, "oldest_open") == {("pending",): 100.0, ("running",): 90.0}
    assert sums(engine, "run_seconds") == {("completed",): 9_074.0, ("failed",): 0.0}
    assert sums(engine, "runs_timed") == {("completed",): 3, ("failed",): 0}
    within = sums(engine, "runs_within")
    assert [within["completed", most] for most in ("5", "60", "120", "1800")] == [1, 1, 2, 2]
    assert sums(engine, "planned_tokens") == {(): 15.0}
    assert sums(engine, "everyone_tokens") == {(): 38.0}


async def test_findings_count_for_each_of_their_finders(engine: sa.Engine) -> None:
    runs = StoredRuns(engine)
    posted, aside = FoundStatus.POSTED, FoundStatus.SET_ASIDE
    everything = (
        found(posted, "security", "ruff:S608", "ruff:S105"),
        found(posted, "security", fingerprint="a" * 16),
        found(aside, "security"),
    )
    await runs.end(replace(RUN, found=everything))
    await runs.accept(7, 1, ["a" * 16])
    assert sums(engine, "findings") == {
        ("ruff", "posted"): 1,
        ("security", "posted"): 2,
        ("security", "set aside"): 1,
    }
    assert sums(engine, "judged") == {("ruff",): 0, ("security",): 1}
    assert sums(engine, "accepted") == {("ruff",): 0, ("security",): 1}


async def test_calls_by_what_became_of_them(engine: sa.Engine) -> None:
    ledger = StoredLedger(engine)
    ends = {
        "billed": replace(
            ENTRY, state=EntryState.SETTLED, usage=USAGE, cost=Usd(Decimal("0.0103"))
        ),
        "unpriced": replace(ENTRY, state=EntryState.SETTLED, usage=USAGE),
        "lost": replace(ENTRY, state=EntryState.LOST),
        "free": replace(ENTRY, state=EntryState.RELEASED),
        "going": None,
    }
    for name, end in ends.items():
        assert await ledger.reserve(replace(ENTRY, call=name), BUDGET) is None
        if end is not None:
            await ledger.settle(replace(end, call=name))
    assert sums(engine, "calls") == {
        ("security", "m", "settled"): 2,
        ("security", "m", "lost"): 1,
        ("security", "m", "released"): 1,
    }
    assert sums(engine, "calls_open") == {("security", "m"): 1}
    assert sums(engine, "cost_usd") == {("m",): 0.0103}
    assert sums(engine, "cost_unknown_calls") == {(): 1}
    assert sums(engine, "cost_uncertain_usd") == {(): 0.5}
    assert sums(engine, "tokens") == {
        ("input", "m"): 200,
        ("output", "m"): 40,
        ("cache_read", "m"): 600,
        ("cache_write", "m"): 80,
    }


async def test_no_counter_falls_when_an_installation_is_forgotten(engine: sa.Engine) -> None:
    runs = StoredRuns(engine)
    mine = run("a", "completed", 4.0, planned_tokens=10, found=(found(FoundStatus.POSTED, "x"),))
    other = run("b", "completed", 70.0, installation_id=5)
    for each in (mine, other, run("c", "running", None, planned_tokens=3)):
        await runs.end(each)
    await runs.accept(7, 1, ["f" * 16])
    before = counters(engine)
    assert ("accepted", ("x",)) in before
    await runs.forget(99, ())
    assert counters(engine) == before
    await runs.end(replace(mine, id="d", installation_id=5))
    await runs.forget(5, ())  # what was kept is added to, not replaced
    assert sums(engine, "runs") == {("completed",): 3}
    assert sums(engine, "run_seconds") == {("completed",): 78.0}
    assert sums(engine, "runs_open") == {("pending",): 0, ("running",): 0}
    assert sums(engine, "planned_tokens") == {(): 23}


def counters(engine: sa.Engine) -> dict[tuple[str, tuple[str, ...]], float]:
    rising = [each for each in tallies(engine) if not each.name.endswith("open")]
    return {(each.name, each.labels): each.amount for each in rising}


def test_a_database_that_is_not_there_is_one_sentence() -> None:
    engine = open_database("sqlite:////nowhere/at/all.db")
    with pytest.raises(UpstreamError, match="The database does not answer") as caught:
        tallies(engine)
    assert "DATABASE_URL" in caught.value.remedy


def test_every_sum_reads_an_index_alone(migrated: Path) -> None:
    """What a scrape takes grows with the indexes, not with findings, notes and answers."""
    engine = open_database(f"sqlite:///{migrated}")
    asked: list[tuple[str, Any]] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *about: asked.append(about[2:4]))
    tallies(engine)
    sums = [each for each in tuple(asked) if "count(*)" in each[0]]
    with engine.connect() as connection:
        plans = {
            str(row[3])
            for query, values in sums
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)
        }
    engine.dispose()
    assert {each.partition(" USING")[0] for each in plans} == {
        "SCAN runs",
        "SEARCH runs",
        "SCAN findings",
        "SCAN ledger",
    }
    assert all("USING COVERING INDEX" in each for each in plans), plans
