"""Stats of a made history: what is left out, failed or unknown is not counted as good."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from bot.domain.finding import Category, Severity
from bot.domain.ledger import Budget, Entry, EntryState
from bot.domain.money import Usage, Usd
from bot.domain.run import Decision, Found, FoundStatus, RunRecord, RunStatus
from bot.domain.stats import AskerStats, Bias, FinderStats, share
from bot.store.database import open_database
from bot.store.ledger import StoredLedger
from bot.store.runs import StoredRuns
from bot.store.stats import read_stats

DONE, FAIL, SKIP = RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.SKIPPED
RUN = RunRecord("a", "acme/shop", 7, 1, "abc", 99, "opened", DONE, 1_000.0)
ENTRY = Entry("a", "review:security", 1, "security", "m", Usd(Decimal(1)), 1_000.0, estimated=100)
BUDGET = Budget(Decimal(1_000))


def found(status: str, *sources: str, **more: object) -> Found:
    severity, category = Severity.LOW, Category.QUALITY
    where = (severity, category, "a.py", 1, "t", "q", FoundStatus(status))
    return Found("f" * 16, sources, *where, **more)  # type: ignore[arg-type]


def reads(who: str, status: RunStatus) -> Decision:
    return Decision(f"reviewer {who}", status, "because")


@pytest.fixture
def engine(address: str) -> Iterator[sa.Engine]:
    opened = open_database(address)
    yield opened
    opened.dispose()


async def test_an_empty_history(engine: sa.Engine) -> None:
    stats = read_stats(engine)
    assert (stats.runs, stats.due, stats.whole) == ({}, 0, 0)
    assert (stats.p50_s, stats.finders, stats.askers, stats.bias) == (None, (), (), ())
    assert share(stats.whole, stats.due) is None


async def test_a_run_with_a_failed_reviewer_is_no_success(engine: sa.Engine) -> None:
    runs = StoredRuns(engine)
    for name, status, decided in (
        ("a", DONE, (reads("security", DONE), reads("quality", SKIP))),
        ("b", DONE, (reads("security", FAIL), reads("quality", FAIL))),
        ("c", DONE, (Decision("refuter", FAIL, "1 of 2 claims were not checked"),)),
        ("d", RunStatus.BLOCKED, ()),
        ("e", RunStatus.CANCELLED, (reads("security", RunStatus.PENDING),)),
        ("f", RunStatus.SKIPPED, ()),
        ("g", RunStatus.RUNNING, ()),
    ):
        await runs.end(replace(RUN, id=name, status=status, decisions=decided, finished=1_001.0))
    stats = read_stats(engine)
    assert (stats.runs[DONE], stats.flawed, stats.whole, stats.due) == (3, 1, 2, 4)
    assert stats.finders == (
        FinderStats("quality", failed=1, skipped=1),
        FinderStats("security", completed=1, failed=1),
    )
    assert (stats.asked, stats.shares) == (3, 4)


async def test_parts_are_shares_of_one_reviewer(engine: sa.Engine) -> None:
    decided = (reads("security@1", DONE), reads("security@2", FAIL), reads("security part 3", SKIP))
    await StoredRuns(engine).end(replace(RUN, decisions=decided))
    assert read_stats(engine).finders == (
        FinderStats("security", completed=1, failed=1, skipped=1),
    )


@pytest.mark.parametrize(
    ("took", "p50", "p95"),
    [
        ((5.0,), 5.0, 5.0),
        ((1.0, 9.0), 1.0, 9.0),
        (tuple(float(each) for each in range(1, 101)), 50.0, 95.0),
    ],
)
async def test_durations_are_those_of_completed_runs(
    engine: sa.Engine, took: tuple[float, ...], p50: float, p95: float
) -> None:
    runs = StoredRuns(engine)
    for nth, each in enumerate(took):
        await runs.end(replace(RUN, id=f"{nth}", finished=1_000.0 + each))
    await runs.end(replace(RUN, id="skipped", status=SKIP, finished=1_000.1))
    await runs.end(replace(RUN, id="undated", started=0.0, finished=1_000.0))
    stats = read_stats(engine)
    assert (stats.p50_s, stats.p95_s) == (p50, p95)


async def test_findings_by_finder_and_in_all(engine: sa.Engine) -> None:
    claims = (
        found("posted", "security", "ruff:S608", refuted=False),
        found("listed", "security", refuted=False),
        found("set aside", "security", refuted=True),
        found("set aside", "ruff:S105"),
        found("carried", "security"),
        found("gone", "security"),
    )
    runs = StoredRuns(engine)
    await runs.end(replace(RUN, found=claims))
    before = read_stats(engine)
    await runs.accept(7, 1, ["f" * 16])
    stats = read_stats(engine)
    ruff, security = stats.finders
    assert ruff == FinderStats("ruff", posted=1, set_aside=1, judged=1, accepted=1)
    assert (security.claims, security.carried, security.gone, security.accepted) == (3, 1, 1, 1)
    assert [each.judged for each in before.finders] == [0, 0]
    assert (stats.findings, stats.set_aside) == (4, 2)
    assert (stats.tried, stats.refuted) == (3, 1)


async def test_model_calls_by_who_asked(engine: sa.Engine) -> None:
    ledger = StoredLedger(engine)
    billed = replace(
        ENTRY, state=EntryState.SETTLED, usage=Usage(50, 5, 60, 10), cost=Usd(Decimal("0.02"))
    )
    for call, asker, ends in (
        ("review:security", "security", (EntryState.RELEASED, EntryState.SETTLED)),
        ("review-again:security", "security", (EntryState.LOST,)),
        ("refute:1", "refuter", (EntryState.RELEASED,)),
        ("refute:2", "refuter", (None,)),
    ):
        for state in ends:
            entry = replace(ENTRY, call=call, reviewer=asker)
            assert await ledger.reserve(entry, BUDGET) is None
            paid = billed if state is EntryState.SETTLED else ENTRY
            if state is not None:
                await ledger.settle(replace(paid, call=call, reviewer=asker, state=state))
    stats = read_stats(engine)
    assert stats.askers == (
        AskerStats("refuter", questions=2, unanswered=1, attempts=2),
        AskerStats(
            "security",
            questions=2,
            unanswered=1,
            attempts=3,
            usage=Usage(50, 5, 60, 10),
            cost=Usd(Decimal("0.02")),
            lost=1,
        ),
    )
    assert (stats.cost, stats.usage.sent, stats.paid_runs) == (Decimal("0.02"), 120, 1)
    assert stats.bias == (Bias("m", 120, 100, 1.2),)


async def test_what_nobody_knows_the_price_of_is_counted_and_costs_nothing_known(
    engine: sa.Engine,
) -> None:
    ledger = StoredLedger(engine)
    await ledger.reserve(ENTRY, BUDGET)
    await ledger.settle(replace(ENTRY, state=EntryState.SETTLED, usage=Usage(1, 1)))
    [asker] = read_stats(engine).askers
    assert (asker.unpriced, asker.cost) == (1, 0)


async def test_only_what_was_asked_for_since_then(engine: sa.Engine) -> None:
    runs, ledger = StoredRuns(engine), StoredLedger(engine)
    old = replace(RUN, id="old", started=10.0, finished=20.0, planned_tokens=7)
    for each in (old, replace(RUN, finished=1_003.0, planned_tokens=5, everyone_tokens=9)):
        decided, claims = (reads("security", DONE),), (found("posted", "security"),)
        await runs.end(replace(each, decisions=decided, found=claims))
        await ledger.reserve(replace(ENTRY, run=each.id, at=each.started), BUDGET)
    stats = read_stats(engine, 500.0)
    assert (stats.since, stats.runs, stats.p95_s) == (500.0, {DONE: 1}, 3.0)
    assert (stats.planned_tokens, stats.everyone_tokens, stats.findings) == (5, 9, 1)
    assert (stats.paid_runs, stats.shares) == (0, 1)
    assert [each.attempts for each in stats.askers] == [1]
