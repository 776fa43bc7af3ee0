"""Whatever reviews do at once, no limit is passed and the ledger is the sum of its calls."""

from __future__ import annotations

import asyncio
import random
import shutil
import types
from collections import Counter
from collections.abc import Coroutine, Generator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.ledger import Budget
from bot.ports.ledger import Ledger
from bot.store.database import open_database, reading
from bot.store.ledger import StoredLedger
from bot.store.ledger_memory import LedgerInMemory
from tests.store.simulation import FATES, Purse, Town

Call = Coroutine[Any, Any, None]


def limits(*dollars: str) -> st.SearchStrategy[Decimal | None]:
    return st.none() | st.sampled_from(tuple(map(Decimal, dollars)))


BUDGETS = st.builds(
    Budget,
    run_usd=st.sampled_from(tuple(map(Decimal, ("0", "0.05", "0.3", "1", "2.000001", "9")))),
    day_usd=limits("0", "1.5", "5.000001", "20"),
    month_usd=limits("0.000001", "4", "15", "90"),
    installation_day_usd=limits("0", "0.7", "3.000001"),
    installation_month_usd=limits("0.2", "2", "6.5"),
)
SEEDS = st.integers(0, 2**32)


@types.coroutine
def a_turn() -> Generator[None, None, None]:
    """Let the scheduler choose who is next."""
    yield


def in_turn(budget: Budget, seed: int, runs: int) -> Town:
    """So many reviews in memory: at every turn chance says whose call goes on."""
    chance = random.Random(seed)
    living: list[Call] = []
    town = Town(LedgerInMemory(), budget, seed, Purse(True, {}, Counter()), a_turn, living.append)
    for number in range(runs):
        living += town.run(number)
    try:
        while living:
            nth = chance.randrange(len(living))
            try:
                living[nth].send(None)
            except StopIteration:
                living[nth] = living[-1]
                living.pop()
    finally:
        for call in living:  # none, unless a promise was broken
            call.close()
    with pytest.raises(StopIteration):
        town.audit().send(None)
    return town


async def side_by_side(ledger: Ledger, budget: Budget, seed: int, runs: int) -> Town:
    """So many reviews in the database, each call in a task of its own."""
    living: set[asyncio.Task[None]] = set()

    def spawn(call: Call) -> None:
        living.add(asyncio.ensure_future(call))

    async def turn() -> None:
        await asyncio.sleep(0)

    town = Town(ledger, budget, seed, Purse(False, {}, Counter()), turn, spawn)
    for number in range(runs):
        for call in town.run(number):
            spawn(call)
    while living:
        ended, _ = await asyncio.wait(living)
        living -= ended
        await asyncio.gather(*ended)
    await town.audit()
    return town


def simulate(worlds: int, runs: int) -> Counter[str]:
    """Let hypothesis think of so many worlds of so many reviews; what happened in them."""
    happened: Counter[str] = Counter()

    @settings(deadline=None, max_examples=worlds)
    @given(BUDGETS, SEEDS)
    def each(budget: Budget, seed: int) -> None:
        town = in_turn(budget, seed, runs)
        happened.update(town.fates)
        happened.update({scope.name: n for scope, n in town.purse.refusals.items()})
        happened["runs"] += len(town.runs)

    each()
    return happened


@pytest.mark.parametrize(
    ("worlds", "runs"),
    [
        pytest.param(15, 20, id="300 reviews"),
        pytest.param(250, 40, id="10000 reviews", marks=pytest.mark.full),
    ],
)
def test_no_interleaving_passes_a_limit_or_loses_a_bill(worlds: int, runs: int) -> None:
    happened = simulate(worlds, runs)
    assert happened["runs"] >= worlds * runs
    assert set(FATES) <= set(happened), "not every end was tried"


@pytest.mark.parametrize(
    ("worlds", "runs"),
    [
        pytest.param(3, 10, id="30 reviews"),
        pytest.param(20, 25, id="500 reviews", marks=pytest.mark.full),
    ],
)
def test_nor_does_the_database(migrated: Path, tmp_path: Path, worlds: int, runs: int) -> None:
    numbers = iter(range(10**6))

    @settings(deadline=None, max_examples=worlds)
    @given(BUDGETS, SEEDS)
    def each(budget: Budget, seed: int) -> None:
        path = Path(shutil.copy(migrated, tmp_path / f"{next(numbers)}.db"))
        engine = open_database(f"sqlite:///{path}")
        with reading(engine) as beside:
            beside.exec_driver_sql("select 1 from ledger")
            asyncio.run(side_by_side(StoredLedger(engine), budget, seed, runs))

    each()
