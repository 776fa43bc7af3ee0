"""What the ledger promises, in every home it has."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from bot.domain.ledger import Budget, EntryState, Room, Scope
from bot.domain.money import Usage
from bot.ports.ledger import Ledger
from bot.store.database import open_database, strictly
from bot.store.tables import LEDGER
from tests.store.entries import NOON, at, bill, budget, entry, usd

FIRST_OF_DAY, FIRST_OF_MONTH = at("2026-01-16 00:00"), at("2026-02-01 00:00")
LAST_OF_DAY, LAST_OF_MONTH = math.nextafter(FIRST_OF_DAY, 0), math.nextafter(FIRST_OF_MONTH, 0)


async def spend(ledger: Ledger, reserved: str | None, cost: str | None, **more: object) -> None:
    """A call that was made and billed."""
    noted = entry(reserved, **more)
    assert await ledger.reserve(noted, budget()) is None
    await ledger.settle(bill(noted, cost))


async def test_a_call_is_read_as_it_was_written(ledger: Ledger) -> None:
    noted = entry("0.25", installation_id=5, digest="d", estimated=900)
    assert await ledger.reserve(noted, budget()) is None
    assert await ledger.of_run(noted.run) == (noted,)
    final = bill(
        noted,
        "0.000000000001",
        model="other",
        usage=Usage(1, 2, 3, 4),
        seconds=1.25,
        request_id="req_1",
        answer='{"text": "naïve ☂"}',
        note="said twice",
    )
    await ledger.settle(final)
    assert await ledger.of_run(noted.run) == (final,)
    assert await ledger.of_run("another") == ()


async def test_the_reservation_stays_as_it_was_noted(ledger: Ledger) -> None:
    noted = entry("0.25", installation_id=5)
    await ledger.reserve(noted, budget())
    late = bill(noted, "0.1", attempt=9, reserved=usd("9"), at=FIRST_OF_MONTH, installation_id=6)
    await ledger.settle(late)
    assert await ledger.of_run(noted.run) == (bill(noted, "0.1"),)


async def test_a_bill_without_a_reservation_is_a_defect(ledger: Ledger) -> None:
    await spend(ledger, "1", "1", call="other")
    with pytest.raises(KeyError, match="a of 7-1-abc-1"):
        await ledger.settle(bill(entry("1"), "1"))


@pytest.mark.parametrize(
    ("final", "counts"),
    [
        pytest.param({"state": EntryState.RESERVED}, "3", id="under way: the worst case"),
        pytest.param({"state": EntryState.SETTLED, "cost": usd("2")}, "2", id="billed: the bill"),
        pytest.param({"state": EntryState.SETTLED, "cost": usd("0")}, "0", id="billed nothing"),
        pytest.param({"state": EntryState.SETTLED}, "3", id="a bill nobody knows: the worst case"),
        pytest.param({"state": EntryState.LOST, "note": "timed out"}, "3", id="lost"),
        pytest.param({"state": EntryState.RELEASED, "note": "refused"}, "0", id="released"),
    ],
)
@pytest.mark.parametrize("reserved", ["3", None], ids=["priced", "unpriced"])
async def test_what_counts_is_what_may_have_been_spent(
    ledger: Ledger, final: dict[str, object], counts: str, reserved: str | None
) -> None:
    noted = entry(reserved)
    limits = budget("3", day="10")
    assert await ledger.reserve(noted, limits) is None
    await ledger.settle(replace(noted, **final))
    left = 10 - Decimal(counts)
    assert await ledger.room("another", None, NOON, budget(day="10")) == Room(left, Scope.DAY)
    # Later and dearer budgets do not change what it counted for.
    assert await ledger.room("another", None, NOON, budget("900", day="10")) == Room(
        left, Scope.DAY
    )


@pytest.mark.parametrize(
    ("limits", "spent", "asked", "refused"),
    [
        pytest.param(budget("5"), "2", "3", None, id="it fits to the last digit"),
        pytest.param(budget("5"), "2", "3.000000000001", Scope.RUN, id="one digit too much"),
        pytest.param(budget("5"), "2", "3.0000000000000001", Scope.RUN, id="finer than it keeps"),
        pytest.param(budget("4.9999999999999"), "2", "3", Scope.RUN, id="a finer limit"),
        pytest.param(budget("5"), "2", None, Scope.RUN, id="unpriced: the whole budget"),
        pytest.param(budget("5"), "0", None, None, id="unpriced, and nothing was spent"),
        pytest.param(budget("0"), "0", None, Scope.RUN, id="unpriced is not free"),
        pytest.param(budget("0"), "0", "0", None, id="free"),
        pytest.param(budget("1"), "2", "0", None, id="free though more than all is spent"),
        pytest.param(budget(day="4"), "2", "3", Scope.DAY, id="day"),
        pytest.param(budget(month="4"), "2", "3", Scope.MONTH, id="month"),
        pytest.param(budget(installation_day="4"), "2", "3", Scope.INSTALLATION_DAY, id="its day"),
        pytest.param(
            budget(installation_month="4"), "2", "3", Scope.INSTALLATION_MONTH, id="its month"
        ),
        pytest.param(budget("4", day="3.5", month="9"), "2", "3", Scope.DAY, id="the tightest"),
        pytest.param(budget("4", day="4", month="4"), "2", "3", Scope.RUN, id="of equals the run"),
        pytest.param(budget("Infinity"), "2", "3", None, id="no limit at all"),
    ],
)
async def test_a_call_is_noted_where_it_fits_every_limit(
    ledger: Ledger, limits: Budget, spent: str, asked: str | None, refused: Scope | None
) -> None:
    await spend(ledger, "3", spent, call="before", installation_id=5)
    before = await ledger.of_run("7-1-abc-1")
    assert await ledger.reserve(entry(asked, installation_id=5), limits) is refused
    after = await ledger.of_run("7-1-abc-1")
    assert len(after) == len(before) + (refused is None)


@pytest.mark.parametrize(
    ("when", "limits", "left"),
    [
        pytest.param(LAST_OF_DAY, budget(day="5"), Room(usd("3"), Scope.DAY), id="same day"),
        pytest.param(FIRST_OF_DAY, budget(day="5"), Room(usd("5"), Scope.DAY), id="midnight"),
        pytest.param(at("2026-01-14 23:59"), budget(day="5"), Room(usd("5"), Scope.DAY), id="eve"),
        pytest.param(LAST_OF_MONTH, budget(month="5"), Room(usd("3"), Scope.MONTH), id="month"),
        pytest.param(FIRST_OF_MONTH, budget(month="5"), Room(usd("5"), Scope.MONTH), id="the next"),
        pytest.param(
            at("2025-12-31 23:59"), budget(month="5"), Room(usd("5"), Scope.MONTH), id="last year"
        ),
        pytest.param(NOON, budget("1"), Room(usd("0"), Scope.RUN), id="never below nothing"),
    ],
)
async def test_days_and_months_end_at_midnight_utc(
    ledger: Ledger, when: float, limits: Budget, left: Room
) -> None:
    await spend(ledger, "3", "2")
    assert await ledger.room("7-1-abc-1", None, when, limits) == left


@pytest.mark.parametrize(
    "end", [LAST_OF_DAY, LAST_OF_MONTH, math.nextafter(at("2024-03-01 00:00"), 0)]
)
async def test_the_last_moment_counts_in_its_own_day_and_month(ledger: Ledger, end: float) -> None:
    await spend(ledger, "3", "2", at=end)
    limits = budget(day="5", month="4")
    assert await ledger.room("another", None, end, limits) == Room(usd("2"), Scope.MONTH)
    assert await ledger.room("another", None, end + 1, budget(day="5")) == Room(usd("5"), Scope.DAY)


async def test_midnight_counts_in_the_new_day_and_month_alone(ledger: Ledger) -> None:
    await spend(ledger, "3", "2", at=FIRST_OF_MONTH)
    limits = budget(day="5", month="4")
    assert await ledger.room("x", None, LAST_OF_MONTH, limits) == Room(usd("4"), Scope.MONTH)
    assert await ledger.room("x", None, FIRST_OF_MONTH, limits) == Room(usd("2"), Scope.MONTH)
    assert await ledger.room("x", None, LAST_OF_MONTH, budget(day="5")) == Room(usd("5"), Scope.DAY)


async def test_an_installations_limit_holds_for_it_alone(ledger: Ledger) -> None:
    limits = budget(installation_day="5", installation_month="4")
    await spend(ledger, "3", "2", installation_id=5)
    await spend(ledger, "3", "1", call="b", installation_id=5, at=FIRST_OF_DAY)
    await spend(ledger, "3", "3", call="c")
    left = [await ledger.room("another", whose, NOON, limits) for whose in (5, 6, None)]
    assert left == [
        Room(usd("1"), Scope.INSTALLATION_MONTH),
        Room(usd("4"), Scope.INSTALLATION_MONTH),
        Room(usd("1000"), Scope.RUN),
    ]


async def test_whoever_died_in_a_call_is_taken_over_and_its_call_still_counts(
    ledger: Ledger,
) -> None:
    limits = budget("5")
    first = entry("2", at=NOON)
    second = entry("2", at=NOON + 1)
    assert await ledger.reserve(first, limits) is None
    assert await ledger.reserve(second, limits) is None
    assert await ledger.reserve(entry("2", at=NOON + 2), limits) is Scope.RUN
    lost = replace(first, state=EntryState.LOST, note="the worker died in the call")
    assert await ledger.of_run(first.run) == (
        lost,
        replace(second, attempt=2, state=EntryState.LOST, note=lost.note),
    )


async def test_a_worker_taken_for_dead_may_come_back_with_its_bill(ledger: Ledger) -> None:
    first, second = entry("2", at=NOON), entry("3", at=NOON + 1)
    await ledger.reserve(first, budget())
    await ledger.reserve(second, budget())
    await ledger.settle(bill(first, "1"))
    assert [each.state for each in await ledger.of_run(first.run)] == ["settled", "reserved"]
    assert await ledger.room("another", None, NOON, budget(day="10")) == Room(usd("6"), Scope.DAY)
    assert await ledger.paid(first.run, "a", "") is None  # nobody waits for its answer
    await ledger.settle(bill(second, "2"))
    assert await ledger.of_run(first.run) == (
        bill(first, "1", answer=None),
        bill(second, "2", attempt=2),
    )


async def test_a_call_that_failed_is_tried_again_under_the_next_number(ledger: Ledger) -> None:
    failed = entry("2")
    await ledger.reserve(failed, budget())
    await ledger.settle(replace(failed, state=EntryState.RELEASED, note="overloaded"))
    await ledger.reserve(failed, budget())  # the clock has not moved: the newest is meant
    await ledger.settle(bill(failed, "1"))
    assert [(each.attempt, each.state) for each in await ledger.of_run(failed.run)] == [
        (1, EntryState.RELEASED),
        (2, EntryState.SETTLED),
    ]


async def test_an_answer_that_is_paid_is_found_by_what_was_asked(ledger: Ledger) -> None:
    noted = entry("2", digest="d")
    await ledger.reserve(noted, budget())
    assert await ledger.paid(noted.run, "a", "d") is None
    await ledger.settle(bill(noted, "1", answer=None))
    assert await ledger.paid(noted.run, "a", "d") is None
    await ledger.settle(bill(noted, "1", answer=""))
    assert await ledger.paid(noted.run, "a", "d") == bill(noted, "1", answer="")
    others = [("7-1-abc-2", "a", "d"), (noted.run, "b", "d"), (noted.run, "a", "e")]
    assert [await ledger.paid(*each) for each in others] == [None] * 3


async def test_a_run_is_told_in_the_order_of_its_calls(ledger: Ledger) -> None:
    for call, when in [("b", 2.0), ("a", 2.0), ("z", 1.0), ("a", 2.0), ("a-z", 2.0), ("B", 2.0)]:
        await spend(ledger, "1", "1", call=call, at=when)
    told = [(each.at, each.call, each.attempt) for each in await ledger.of_run("7-1-abc-1")]
    first, *others = told
    assert first == (1.0, "z", 1)
    assert others == [
        (2.0, "B", 1),
        (2.0, "a", 1),
        (2.0, "a", 2),
        (2.0, "a-z", 1),
        (2.0, "b", 1),
    ]


async def test_a_run_that_ended_loses_its_calls_once(ledger: Ledger) -> None:
    await spend(ledger, "2", "1", call="done")
    for run in ("7-1-abc-1", "7-1-abc-2"):
        await ledger.reserve(entry("3", run=run, call="hangs"), budget())
    assert [await ledger.lose("7-1-abc-1"), await ledger.lose("7-1-abc-1")] == [1, 0]
    assert [each.state for each in await ledger.of_run("7-1-abc-1")] == ["settled", "lost"]
    assert [each.state for each in await ledger.of_run("7-1-abc-2")] == ["reserved"]
    assert await ledger.room("another", None, NOON, budget(day="10")) == Room(usd("3"), Scope.DAY)


WHOSE = {"7-1-a-1": 5, "71-1-c-1": 5, "8-1-d-1": 5, "7-2-b-1": 6, "9-1-e-1": None}
"""Runs and their installation: two of repository 7 have different ones, as after a transfer."""


@pytest.mark.parametrize(
    ("repos", "kept"),
    [
        pytest.param((), ["7-2-b-1", "9-1-e-1"], id="the whole installation"),
        pytest.param((7,), ["71-1-c-1", "8-1-d-1", "7-2-b-1", "9-1-e-1"], id="one repository"),
        pytest.param((7, 8, 9), ["71-1-c-1", "7-2-b-1", "9-1-e-1"], id="several"),
        pytest.param((1,), [*WHOSE], id="none of its own"),
    ],
)
async def test_forgetting_takes_answers_and_leaves_amounts(
    ledger: Ledger, repos: tuple[int, ...], kept: list[str]
) -> None:
    for run, installation in WHOSE.items():
        await spend(ledger, "2", "1", run=run, installation_id=installation)
    under_way = entry("2", run="7-1-a-1", call="b", installation_id=5)
    await ledger.reserve(under_way, budget())
    await ledger.forget(5, repos)
    await ledger.settle(bill(under_way, "0.5"))
    entries = {run: await ledger.of_run(run) for run in WHOSE}
    assert [run for run in WHOSE if entries[run][0].answer == "{}"] == kept
    assert (entries["7-1-a-1"][1].answer is None) == ("7-1-a-1" not in kept)
    assert await ledger.room("x", None, NOON, budget(day="10")) == Room(usd("4.5"), Scope.DAY)


@pytest.mark.parametrize(
    ("asked", "bias"),
    [
        pytest.param([], 1.0, id="nobody asked yet"),
        pytest.param([(100, 90)], 1.0, id="never lowered"),
        pytest.param([(100, 150), (100, 120)], 1.5, id="the largest"),
        pytest.param([(0, 150)], 1.0, id="not estimated"),
        pytest.param([(100, 900)] + [(100, 110)] * 199, 9.0, id="200 ago"),
        pytest.param([(100, 900)] + [(100, 110)] * 200, 1.1, id="longer ago"),
    ],
)
async def test_estimates_are_raised_by_what_was_seen(
    ledger: Ledger, asked: list[tuple[int, int]], bias: float
) -> None:
    for nth, (estimated, sent) in enumerate(asked):
        noted = entry("0.1", call=str(nth), at=NOON + nth, estimated=estimated)
        await ledger.reserve(noted, budget())
        usage = Usage(sent - 30, 999, cache_read_tokens=20, cache_write_tokens=10)
        await ledger.settle(bill(noted, "0.1", usage=usage))
    lost = entry("0.1", call="lost", estimated=1, model="m")
    await ledger.reserve(lost, budget())
    await ledger.settle(replace(lost, state=EntryState.LOST, usage=Usage(99)))
    assert await ledger.bias("m") == bias
    assert await ledger.bias("another") == 1.0


async def test_sums_are_exact_to_the_last_digit(ledger: Ledger) -> None:
    costs = ["0.1", "0.2", "0.000000000001", "999.999999999999", "0.123456789012"] * 20
    for nth, cost in enumerate(costs):
        await spend(ledger, "1000", cost, run=f"7-{nth}-a-1")
    limits = budget(day="1000000")
    left = await ledger.room("another", None, NOON, replace(limits, run_usd=Decimal(10**6)))
    assert left.usd == 10**6 - sum(map(Decimal, costs))
    assert str((await ledger.of_run("7-0-a-1"))[0].cost) == "0.1"


@pytest.mark.parametrize("cost", ["0.0000000000001", "-1", "NaN", "2000000"])
async def test_a_bill_that_cannot_be_is_refused(ledger: Ledger, cost: str) -> None:
    noted = entry("1")
    await ledger.reserve(noted, budget())
    with pytest.raises(ValueError, match="not an amount"):
        await ledger.settle(bill(noted, cost))
    assert await ledger.of_run(noted.run) == (noted,)


async def test_a_reservation_below_nothing_makes_no_room(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        await ledger.reserve(entry("-1"), budget())
    assert await ledger.of_run("7-1-abc-1") == ()


async def test_a_finer_reservation_is_rounded_up(ledger: Ledger) -> None:
    await ledger.reserve(entry("0.1234567890121"), budget())
    [noted] = await ledger.of_run("7-1-abc-1")
    assert noted.reserved == Decimal("0.123456789013")


def test_the_migrated_table_is_the_one_we_speak_of(address: str) -> None:
    engine = open_database(address)
    found = {each["name"]: each["nullable"] for each in sa.inspect(engine).get_columns("ledger")}
    assert found == {each.name: each.nullable for each in LEDGER.columns}
    key = sa.inspect(engine).get_pk_constraint("ledger")["constrained_columns"]
    assert key == ["run", "call", "attempt"]
    engine.dispose()


def test_a_decision_about_money_outlives_a_power_cut(address: str) -> None:
    engine = open_database(address)
    with strictly(engine).begin() as connection:
        if engine.dialect.name == "sqlite":
            assert connection.scalar(sa.text("PRAGMA synchronous")) == 2  # FULL
        else:
            assert connection.scalar(sa.text("show transaction_isolation")) == "read committed"
    engine.dispose()
