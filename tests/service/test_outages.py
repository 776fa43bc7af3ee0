"""A model that is down, and a vendor that is: who is asked instead, and what a re-run costs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.asked import ReviewRequest
from bot.domain.ledger import EntryState
from bot.domain.run import RunStatus
from bot.engine.steps import KeptSteps
from bot.intake.route import route
from bot.service.dispatch import Deliver
from tests.fakes.script import ANYONE
from tests.service.conftest import QueueInMemory
from tests.service.faults import FAULTS, FINDING, HEAD
from tests.service.office import Building, Ended, Office
from tests.service.played import hold

SONNET, HAIKU = "claude-sonnet-5-5", "claude-haiku-5-5"
ALL = ("performance", "quality", "security")
INSTEAD = f"read 2 files (answered by `{HAIKU}` in place of `{SONNET}`): "
OTHERS = f"read 2 files (`{SONNET}`): "


def attempts(ended: Ended) -> dict[str, str]:
    return {who: ended.attempts(who) for who in ALL if ended.attempts(who)}


async def walked(office: Office, building: Building) -> Ended:
    """All three reviewers, on Sonnet, asked one after the other."""
    for who in ALL:
        office.with_tier(who, "standard")
    asked = replace(office.asked(), asked_for=ALL)
    ended = await office.one_by_one().walk(building.run(), asked=asked)
    hold(ended)
    return ended


async def test_after_five_failures_in_a_row_the_fallback_is_asked_at_once(
    building: Building,
) -> None:
    office = building.office()
    office.fake.overload(SONNET)
    first = await walked(office, building)
    assert attempts(first) == {"performance": "RRR S", "quality": "RRx S", "security": "x S"}
    assert (first.check.conclusion, first.title) == ("success", "No findings")
    assert all(first.row(who).startswith(INSTEAD) for who in ALL)
    office.forget_readings()
    second = await walked(office, building)
    assert attempts(second) == dict.fromkeys(ALL, "x S")
    assert {each.body["model"] for each in office.fake.calls[-3:]} == {HAIKU}
    office.fake.forget()
    office.clock += 60
    office.forget_readings()
    third = await walked(office, building)
    assert attempts(third) == dict.fromkeys(ALL, "S")
    assert all(third.row(who).startswith(OTHERS) for who in ALL)


async def test_what_is_left_alone_is_told_as_that(building: Building) -> None:
    office = building.office()
    office.fake.fail(ANYONE, 503)
    ended = await walked(office, building)
    assert attempts(ended) == {"performance": "RRR RRR", "quality": "RRx RRx", "security": "x x"}
    why = f"{SONNET} failed 5 times in a row and is left alone for 60 s."
    assert ended.row("security") == f"**failed** (`{SONNET}`): {why}"
    assert ended.title.startswith("Not reviewed, needs a person")


async def started(office: Office, asked: object) -> tuple[ReviewRequest, str]:
    """What a delivery starts, by the use case that decides about it."""
    judge, queue = office.review.judge, QueueInMemory()
    deliver = Deliver(office.review.host, judge.runs, judge.ledger, queue, lambda: 100.0)
    await deliver(KeptSteps(sleep=office.sleep), asked)  # type: ignore[arg-type]
    [(request, run)] = queue.started
    return request, run


async def first_run(office: Office, number: int) -> Ended:
    asked, run = await started(office, office.asked(number))
    ended = await office.walk(run, number, asked)
    hold(ended)
    return ended


async def re_run(office: Office, ended: Ended) -> Ended:
    """The author presses "Re-run" on the check."""
    office.repo.rerequest(ended.check, by="mia")
    event = office.github.events[-1]
    asked, run = await started(office, route(event.name, event.payload, office.github.app.id))
    assert run == ended.record.id.removesuffix("1") + "2"
    again = await office.walk(run, ended.record.number, asked)
    hold(again)
    return again


def spent(ended: Ended) -> Decimal:
    return Decimal(ended.record.cost_usd or 0)


@pytest.mark.parametrize("name", ["503", "time-out", "reset before", "not JSON", "refusal", "402"])
async def test_once_it_is_over_a_re_run_reviews_it_all(building: Building, name: str) -> None:
    office, number = building.office(), building.opened(HEAD)
    FAULTS[name].script(office.fake, ANYONE, None)
    first = await first_run(office, number)
    assert first.check.conclusion == "neutral"
    assert "Re-run this check to try again." in first.summary
    office.fake.forget()
    office.clock += 60
    again = await re_run(office, first)
    assert (again.check.conclusion, again.title) == ("success", "No findings")
    assert attempts(again) == {"quality": "S", "security": "S"}
    # What was lost stays counted; what is new is two answers.
    assert again.ledger == {EntryState.SETTLED: 2}
    assert 0 < spent(again) < Decimal("0.01")


async def test_after_an_outage_nobody_fails_for_another_ones_try(building: Building) -> None:
    """Three are asked side by side, and only one call may try whether a model is back."""
    office, number = building.office(), building.opened(HEAD)
    office.with_tier("performance", "standard")
    office.fake.fail(ANYONE, 503)
    asked, run = await started(office, replace(office.asked(number), asked_for=ALL))
    first = await office.walk(run, number, asked)
    assert first.title.startswith("Not reviewed, needs a person")
    office.fake.forget()
    office.clock += 60
    again = await office.walk(building.run(), number, asked)
    hold(again)
    assert (again.check.conclusion, again.title) == ("success", "No findings")
    assert again.calls == dict.fromkeys(ALL, 1)
    assert again.waits  # for the others' tries


async def test_a_re_run_asks_only_who_failed_and_says_nothing_twice(building: Building) -> None:
    office, number = building.office(), building.opened(HEAD)
    office.fake.answer("quality", [FINDING])
    office.fake.nonsense("security")
    first = await first_run(office, number)
    assert first.title == "Incomplete: security failed; 1 finding, worst Medium"
    office.fake.forget()
    again = await re_run(office, first)
    assert again.calls == {"security": 1}
    assert (again.check.conclusion, again.title) == ("neutral", "1 finding, worst Medium")
    assert len(building.repo.pull(number).comments) == 1
    assert spent(again) < spent(first)


async def test_a_re_run_reads_again_what_no_refuter_saw(building: Building) -> None:
    office, number = building.office(), building.opened(HEAD)
    office.fake.answer("security", [FINDING])
    office.fake.fail("refuter", 401)
    first = await first_run(office, number)
    assert "no refuter saw it" in first.summary
    office.fake.forget()
    office.fake.answer("security", [FINDING])
    again = await re_run(office, first)
    assert again.calls == {"security": 1, "refuter": 1}
    assert "a refuter could not disprove it" in again.summary
    assert len(building.repo.pull(number).comments) == 1


async def test_a_run_in_which_everybody_failed_is_no_success_in_its_record(
    building: Building,
) -> None:
    office = building.office()
    office.fake.nonsense(ANYONE)
    ended = await office.walk(building.run())
    hold(ended)
    said = {each.subject: each.status for each in ended.record.decisions}
    assert said["reviewer quality"] == said["reviewer security"] == RunStatus.FAILED
    assert ended.record.verdict == "neutral"
