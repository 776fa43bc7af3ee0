"""Real workers on one database, some of them killed: no limit is passed, no bill is lost."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from itertools import islice
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.domain.ledger import Entry, EntryState
from bot.store.database import open_database, reading
from bot.store.ledger import StoredLedger
from bot.store.tables import LEDGER
from tests.store.buyer import RUNS
from tests.store.entries import NOON, budget

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
WORKERS, CALLS = 4, 25
RUN_USD, DAY_USD, INSTALLATION_USD = 4, 12, 7
LIMITS = f"{RUN_USD},{DAY_USD},900,{INSTALLATION_USD},900"
PICO = 10**12

Buyer = subprocess.Popen[str]


@contextmanager
def buyer(address: str, name: str, calls: int, hangs: int = -1) -> Iterator[Buyer]:
    """A worker that waits for the word to begin; it is gone when the test is."""
    arguments = [address, name, str(calls), LIMITS, str(hangs)]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.store.buyer", *arguments],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def lines(process: Buyer) -> Iterator[list[str]]:
    assert process.stdout
    return (line.split() for line in process.stdout)


def begin(*processes: Buyer) -> None:
    """Let all of them go at once."""
    for process in processes:
        assert next(lines(process)) == ["ready"]
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()


def counted(connection: sa.Connection) -> Decimal:
    """What counts at all, at this moment; no limit is passed by it."""
    each = (LEDGER.c.run, LEDGER.c.installation_id, sa.func.sum(LEDGER.c.counts))
    runs: Counter[str] = Counter()
    installations: Counter[int] = Counter()
    for run, installation, pico in connection.execute(sa.select(*each).group_by(*each[:2])):
        runs[run] += int(pico)
        installations[installation] += int(pico)
    assert all(pico <= RUN_USD * PICO for pico in runs.values())
    assert all(pico <= INSTALLATION_USD * PICO for pico in installations.values())
    assert runs.total() <= DAY_USD * PICO
    return Decimal(runs.total()) / PICO


def test_workers_side_by_side_never_pass_a_limit(address: str) -> None:
    engine = open_database(address)
    said: list[list[str]] = []
    with ExitStack() as stack, reading(engine) as connection:
        crowd = [stack.enter_context(buyer(address, f"w{n}", CALLS)) for n in range(WORKERS)]
        begin(*crowd)
        for process in crowd:
            for line in lines(process):
                said.append(line)
                counted(connection)
                connection.rollback()  # each look is a new one
            assert process.wait() == 0
        end = counted(connection)
    engine.dispose()
    refused = Counter(line[1] for line in said if line[0] == "refused")
    bills = [Decimal(line[3]) for line in said if line[0] == "settled"]
    assert said.count(["done"]) == WORKERS
    assert len(bills) + refused.total() == WORKERS * CALLS
    assert end == sum(bills)
    assert refused["DAY"] + refused["INSTALLATION_DAY"] > 0
    assert end > DAY_USD - 2, "they were held up long before the limit"


def two_lives(address: str, stages: int, hangs: int) -> tuple[list[list[str]], list[list[str]]]:
    """What a worker said until it was killed after so many lines, and its successor after it."""
    with buyer(address, "w", 12, hangs) as first, buyer(address, "w", 12) as second:
        begin(first)
        before = list(islice(lines(first), stages))
        first.kill()
        before += list(lines(first))
        begin(second)
        after = list(lines(second))
        assert second.wait() == 0
    return before, after


async def entries(address: str) -> list[Entry]:
    """All that is in the ledger, after a look at its sums."""
    engine = open_database(address)
    ledger = StoredLedger(engine)
    found = [each for n in range(RUNS) for each in await ledger.of_run(f"w-{n}")]
    room = await ledger.room("another", None, NOON, budget(day="1000"))
    assert 1000 - room.usd == sum(each.counts(Decimal(RUN_USD)) for each in found)
    with reading(engine) as connection:
        counted(connection)
    engine.dispose()
    return found


@pytest.mark.parametrize("hangs", [0, 4])
async def test_a_call_whose_worker_is_killed_counts_and_is_made_once_more(
    address: str, hangs: int
) -> None:
    before, after = two_lives(address, 2 * hangs + 1, hangs)
    assert before[-1][0] == "reserved"
    assert [line[0] for line in after] == ["paid"] * hangs + ["reserved", "settled"] * (
        12 - hangs
    ) + ["done"]
    found = await entries(address)
    again = [each for each in found if each.call == f"call:{hangs}"]
    assert [each.state for each in again] == [EntryState.LOST, EntryState.SETTLED]
    assert len(found) == 13


@pytest.mark.parametrize("stages", [1, 8])
async def test_a_worker_killed_anywhere_leaves_one_call_in_doubt_at_most(
    address: str, stages: int
) -> None:
    before, after = two_lives(address, stages, hangs=-1)
    settled = [line[1:3] for line in before if line[0] == "settled"]
    assert settled == [line[1:3] for line in after if line[0] == "paid"][: len(settled)]
    states = Counter(each.state for each in await entries(address))
    assert states[EntryState.SETTLED] == 12
    assert states.total() - 12 == states[EntryState.LOST] <= 1
