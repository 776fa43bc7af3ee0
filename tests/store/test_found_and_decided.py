"""What a run decided and found is read as it was written, while it runs and for good."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.finding import Category, Severity
from bot.domain.ledger import Budget, Entry, EntryState
from bot.domain.money import Usage, Usd
from bot.domain.patch import Side
from bot.domain.run import Decision, Found, FoundStatus, RunRecord, RunStatus
from bot.ports.store import Runs
from bot.store.database import open_database
from bot.store.ledger import StoredLedger
from bot.store.runs import StoredRuns

RUN = RunRecord("7-1-abc-1", "acme/shop", 7, 1, "abc", 99, "opened", RunStatus.PENDING, 100.0)
READS = Decision("reviewer security", RunStatus.PENDING, "src/a.py touches authentication")
READ = replace(READS, status=RunStatus.COMPLETED)
FOUND = Found(
    fingerprint="0123456789abcdef",
    sources=("security", "ruff:S608"),
    severity=Severity.HIGH,
    category=Category.SECURITY,
    path="src/a.py",
    line=4,
    title="Says \x00 and \ud83d, half a pair",
    quote="  rows = query(☂)",
    status=FoundStatus.POSTED,
    why="refers to line 4",
    side=Side.LEFT,
    refuted=False,
)
ASIDE = replace(FOUND, status=FoundStatus.SET_ASIDE, fingerprint="f" * 16, refuted=True)
ENDED = replace(
    RUN,
    status=RunStatus.COMPLETED,
    finished=160.0,
    decisions=(READ,),
    found=(FOUND, ASIDE),
    planned_tokens=1_000,
    everyone_tokens=3_000,
)


async def test_while_it_runs_it_says_what_it_has_decided(runs: Runs) -> None:
    await runs.begin(RUN)
    for _ in range(2):
        await runs.decided(RUN.id, (READS, READ), 1_000, 3_000)
    await runs.decided(RUN.id, (READS,), 1_000, 3_000)
    record = await runs.get(RUN.id)
    assert record == replace(RUN, decisions=(READS,), planned_tokens=1_000, everyone_tokens=3_000)


async def test_nothing_is_noted_of_a_run_nobody_knows(runs: Runs) -> None:
    await runs.decided(RUN.id, (READS,), 1, 1)
    assert await runs.get(RUN.id) is None
    await runs.begin(RUN)
    assert await runs.get(RUN.id) == RUN


async def test_what_it_found_is_read_as_it_was_written_and_twice_is_once(runs: Runs) -> None:
    await runs.begin(RUN)
    for _ in range(2):
        await runs.end(ENDED)
    assert await runs.get(RUN.id) == ENDED
    assert await runs.newest(1) == (replace(ENDED, decisions=(), found=()),)


async def test_an_end_without_a_review_keeps_what_was_decided(runs: Runs) -> None:
    await runs.begin(RUN)
    await runs.decided(RUN.id, (READS,), 1_000, 3_000)
    await runs.end(replace(RUN, status=RunStatus.BLOCKED, finished=9.0))
    record = await runs.get(RUN.id)
    assert record is not None
    assert (record.status, record.decisions) == (RunStatus.BLOCKED, (READS,))
    assert (record.planned_tokens, record.everyone_tokens) == (1_000, 3_000)


async def test_what_a_cancelled_run_has_posted_was_posted(runs: Runs) -> None:
    await runs.begin(RUN)
    await runs.cancel(RUN.id, "closed", 5.0)
    await runs.end(ENDED)
    record = await runs.get(RUN.id)
    assert record is not None
    assert (record.status, record.note) == (RunStatus.CANCELLED, "closed")
    assert record.found == ENDED.found
    assert await runs.undecided(7, 1) == (FOUND,)


async def test_only_posted_findings_of_the_pull_request_are_accepted(runs: Runs) -> None:
    other = replace(ENDED, id="7-2-abc-1", number=2)
    later = replace(ENDED, id="7-1-def-1", started=300.0)
    for each in (later, ENDED, other):
        await runs.end(each)
    assert await runs.undecided(7, 1) == (FOUND, FOUND)
    await runs.accept(7, 1, [])
    await runs.accept(7, 1, ["f" * 16, "unknown"])
    assert await runs.undecided(7, 1) == (FOUND, FOUND)
    await runs.accept(7, 1, [FOUND.fingerprint])
    assert await runs.undecided(7, 1) == ()
    record = await runs.get(RUN.id)
    assert record is not None
    assert record.found == (replace(FOUND, accepted=True), ASIDE)
    assert await runs.undecided(7, 2) == (FOUND,)


async def test_what_was_turned_down_is_known_and_the_first_word_stays(runs: Runs) -> None:
    other = replace(FOUND, fingerprint="b" * 16)
    await runs.begin(RUN)
    await runs.end(replace(ENDED, found=(FOUND, other, ASIDE)))
    await runs.turn_down(7, 1, [FOUND.fingerprint, ASIDE.fingerprint, "unknown"])
    await runs.accept(7, 1, [other.fingerprint])
    await runs.accept(7, 1, [FOUND.fingerprint])
    await runs.turn_down(7, 1, [other.fingerprint])
    await runs.turn_down(7, 2, [])
    assert [each.accepted for each in await runs.posted(7, 1)] == [False, True]
    assert await runs.posted(7, 2) == ()
    record = await runs.get(RUN.id)
    assert record is not None
    assert [each.accepted for each in record.found] == [False, True, None]


async def test_ending_again_does_not_forget_what_was_accepted(runs: Runs) -> None:
    await runs.end(ENDED)
    await runs.accept(7, 1, [FOUND.fingerprint])
    await runs.end(ENDED)
    assert await runs.undecided(7, 1) == ()


async def test_forgetting_takes_decisions_and_findings_with_it(runs: Runs) -> None:
    await runs.end(ENDED)
    await runs.forget(99, ())
    assert await runs.undecided(7, 1) == ()
    await runs.begin(RUN)
    assert await runs.get(RUN.id) == RUN


BUDGET = Budget(Decimal(1))
ENTRY = Entry("7-1-abc-1", "review:security", 1, "security", "m", Usd(Decimal("0.25")), 100.0)
BILLED = replace(
    ENTRY, state=EntryState.SETTLED, usage=Usage(10, 5), cost=Usd(Decimal("0.01")), seconds=2.0
)
LOST = replace(ENTRY, state=EntryState.LOST, note="no answer (timeout)")
FREE = replace(ENTRY, state=EntryState.RELEASED, note="no answer (overloaded)")
UNPRICED = replace(BILLED, cost=None)


@pytest.mark.parametrize(
    ("final", "note", "cost"),
    [
        pytest.param(ENTRY, "running", "0.25", id="on its way"),
        pytest.param(BILLED, "", "0.01", id="billed"),
        pytest.param(LOST, "failed: no answer (timeout)", "0.25", id="it may have been billed"),
        pytest.param(FREE, "failed, nothing billed: no answer (overloaded)", "0", id="never asked"),
        pytest.param(UNPRICED, "", None, id="nobody knows the price"),
    ],
)
async def test_the_bill_is_the_ledgers_while_the_run_lives(
    address: str, final: Entry, note: str, cost: str | None
) -> None:
    engine = open_database(address)
    runs, ledger = StoredRuns(engine), StoredLedger(engine)
    await runs.begin(RUN)
    assert await ledger.reserve(ENTRY, BUDGET) is None
    if final is not ENTRY:
        await ledger.settle(final)
    record = await runs.get(RUN.id)
    engine.dispose()
    assert record is not None
    [call] = record.calls
    assert (call.name, call.note, call.usage) == ("review:security", note, final.usage)
    assert record.cost_usd == cost
