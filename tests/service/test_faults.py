"""What each fault of the model API costs, and what the author reads: docs/failures.md is made here.

The path is the real one, over HTTP on both sides. No row may end green or without an end.
"""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.ledger import EntryState
from tests.service.faults import BESIDE, FAULTS, FINDING, FOUND, WIDE, beside
from tests.service.office import Building, Ended
from tests.service.played import played

SONNET, HAIKU = "claude-sonnet-5-5", "claude-haiku-5-5"
STATES = {
    "S": EntryState.SETTLED,
    "L": EntryState.LOST,
    "R": EntryState.RELEASED,
    "x": EntryState.RELEASED,
}

VOTERS = (
    *("429 with a long wait", "500", "time-out", "reset amid", "a page"),
    *("cut before a finding", "odd stop", "refusal", "not JSON", "401"),
)
COUNTED = (*("429 with a wait", "500", "time-out", "reset before", "a page", "without end", "401"),)
ALIKE = {
    *("429", "503", "529", "reset amid", "half a body", "without end", "window", "no stop"),
    *("empty", "402", "404", "prompt too long", "413"),
}
"""Beside the reviewers they take the way of another row. CI goes it all the same."""

every_fault = pytest.mark.parametrize("name", [pytest.param(name, id=name) for name in FAULTS])
each_way = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, id=name, marks=[pytest.mark.full] if name in ALIKE else [])
        for name in FAULTS
    ],
)


def of(ended: Ended, *askers: str) -> tuple[str, ...]:
    return tuple(ended.attempts(who) for who in askers)


def noted(*attempts: str) -> dict[EntryState, int]:
    """What the ledger holds after these attempts and no other."""
    letters = "".join(attempts)
    states = [STATES[letter] for letter in letters if letter in STATES]
    return {state: states.count(state) for state in set(states)}


def failed(model: str, why: str) -> str:
    return f"**failed** (`{model}`): {why.format(model=model)}"


@every_fault
async def test_a_fault_that_passes_costs_the_review_nothing(building: Building, name: str) -> None:
    fault, ended = FAULTS[name], await played(building, name, "once")
    assert of(ended, "security", "quality") == (fault.once, "S")
    if not fault.heals:
        assert ended.check.conclusion == "neutral"
        assert ended.row("security") == failed(SONNET, fault.reads)
        return
    found = FOUND.removeprefix("; ") if fault.found else "No findings"
    assert (ended.check.conclusion, ended.title) == ("neutral" if fault.found else "success", found)
    who = f"answered by `{HAIKU}` in place of `{SONNET}`" if " " in fault.once else f"`{SONNET}`"
    assert ended.row("security") == f"read 2 files ({who}): src/login.py touches authentication"
    assert len(ended.waits) == len(fault.once.partition(" ")[0].partition("/")[0]) - 1


@every_fault
async def test_a_fault_that_lasts_costs_one_reviewer_its_share(
    building: Building, name: str
) -> None:
    fault, ended = FAULTS[name], await played(building, name, "ever")
    assert of(ended, "security", "quality") == (fault.ever, "S")
    asked_of_refuter = "S" if fault.found else ""
    assert ended.attempts("refuter") == asked_of_refuter
    assert ended.ledger == noted(fault.ever, "S", asked_of_refuter)
    title = "Incomplete: security failed" + (FOUND if fault.found else "")
    assert (ended.check.conclusion, ended.title) == ("neutral", title)
    assert ended.summary.startswith(
        f"**{title}.** What failed or was not read is unknown, not good: it needs a person. "
        "Re-run this check to ask again who failed."
    )
    assert ended.row("security") == failed(SONNET, fault.reads)
    assert ended.row("quality").startswith(f"read 2 files (`{HAIKU}`)")


@every_fault
async def test_a_fault_that_everybody_meets_leaves_the_change_to_a_person(
    building: Building, name: str
) -> None:
    fault, ended = FAULTS[name], await played(building, name, "all_")
    assert of(ended, "quality", "security") == fault.all
    title = "Not reviewed, needs a person: quality and security failed"
    assert ended.check.conclusion == "neutral"
    assert ended.title == title + (FOUND if fault.found else "")
    assert ended.summary.startswith(
        f"**{ended.title}.** No reviewer finished: what they should have read is unknown, not "
        "good, and needs a person. Re-run this check to try again."
    )
    assert ended.row("quality") == failed(HAIKU, fault.reads)
    assert ended.row("security") == failed(SONNET, fault.reads)


@pytest.mark.parametrize(
    ("claim", "title", "aside"),
    [
        pytest.param({"line": 7}, "1 finding, worst Medium", "", id="the quote is elsewhere"),
        pytest.param(
            {"quote": "    return user or None"},
            "No findings",
            "quotes code that is not in the file",
            id="the quote is nowhere",
        ),
        pytest.param({"quote": " "}, "No findings", "quotes no code", id="no quote"),
        pytest.param(
            {"line": 10**30, "end_line": 10**30},
            "No findings",
            "quotes code that is not in the file",
            id="a line no file has",
        ),
        pytest.param(
            {"path": "src/session.py"},
            "No findings",
            "names a file the reviewer was not given",
            id="another file",
        ),
    ],
)
async def test_a_claim_about_other_lines_is_moved_or_set_aside(
    building: Building, claim: dict[str, Any], title: str, aside: str
) -> None:
    office = building.office()
    office.fake.answer("security", [{**FINDING, **claim}])
    ended = await office.walk(building.run())
    assert (ended.attempts("security"), ended.title) == ("S", title)
    assert ended.check.conclusion == ("success" if aside else "neutral")
    listed = [row for row in ended.summary.splitlines() if row.endswith(aside) and aside]
    assert [row[:2] for row in listed] == (["- "] if aside else [])
    assert ("Set aside: 1 claim" in ended.summary) is bool(aside)
    [*posted] = [each for each in ended.check.annotations if each.path == FINDING["path"]]
    assert not posted  # what is commented on is not annotated, too
    comments = [each.line for each in building.comments_of(ended)]
    assert comments == ([] if aside else [2])


TOLD = {
    "triage": [f"Triage on {HAIKU} did not decide about performance, so that it runs: {{why}}"],
    "refuter": [f"One claim about {path} was not checked. {{why}}" for path in WIDE],
    "voter-1": [f"A vote on a claim about {path} failed. {{why}}" for path in WIDE],
    "synthesis": ["Findings of different parts were not compared. {why}"],
}


@each_way
async def test_a_fault_beside_the_reviewers_is_told_and_loses_no_finding(
    building: Building, name: str
) -> None:
    fault, ended = FAULTS[name], await played(building, name, "beside")
    for who, model in zip(BESIDE, (HAIKU, SONNET, SONNET, HAIKU), strict=True):
        attempts, why = beside(fault, who, model)
        assert ended.attempts(who) == attempts, who
        assert [each for each in ended.notes if each in {t.format(why=why) for t in TOLD[who]}] == [
            each.format(why=why) for each in TOLD[who]
        ], who
    assert of(ended, "quality", "security", "performance") == ("S+S", "S+S", "S+S")
    assert of(ended, "voter-2", "voter-3") == ("S+S", "S+S")
    # Two of three confirm both findings, which nobody could compare or try to refute.
    assert (ended.check.conclusion, ended.title) == ("failure", "2 findings, worst High")
    assert ended.row("refuter").startswith("**failed**")
    assert ended.row("refuter").endswith("no refuter saw 2 findings")
    assert ended.row("synthesis") == "" or ended.row("synthesis").startswith("**failed**")
    assert "triage did not decide" in ended.row("performance")
    assert ended.summary.count("2 of 2 confirm · no refuter saw it") == 2


@pytest.mark.parametrize(
    "name",
    VOTERS,
)
async def test_a_fault_that_all_voters_meet_keeps_the_finding_and_takes_its_weight(
    building: Building, name: str
) -> None:
    fault, ended = FAULTS[name], await played(building, name, "voters")
    attempts, why = beside(fault, "voter-1", SONNET)
    one = "/".join(each.partition("+")[0] for each in attempts.split("/"))
    assert of(ended, "voter-1", "voter-2", "voter-3") == (one, one, one)
    assert (ended.check.conclusion, ended.title) == ("neutral", "1 finding, worst High, in doubt")
    assert "does not fail the check: could not be confirmed, 3 of 3 votes failed" in ended.summary
    told = {each for each in ended.notes if each.startswith("A vote")}
    assert told == {f"A vote on a claim about src/login.py failed. {why}"}


COUNTS = {
    "-5": b'{"input_tokens": -5}',
    "words": b'{"input_tokens": "many"}',
    "beyond": b'{"input_tokens": 1e30}',
    "nothing": b"",
}


@pytest.mark.parametrize(
    "name",
    [*COUNTED, *COUNTS],
)
async def test_a_count_that_cannot_be_had_is_asked_for_once_and_no_money_is_risked(
    building: Building, name: str
) -> None:
    if name in COUNTS:
        office = building.office().one_by_one().with_budget("0.135")
        office.fake.raw("count_tokens", COUNTS[name])
        ended = await office.walk(building.run())
    else:
        ended = await played(building, name, "count")
    assert (ended.counts, *of(ended, "quality", "security")) == (1, "S", "")
    assert (ended.check.conclusion, ended.title) == ("neutral", "Incomplete: security failed")
    why = "Nothing more was asked: the review could have cost more than its limit of $0.135."
    assert ended.row("security") == failed(SONNET, why)
    assert ended.waits == ()


async def test_a_count_that_comes_makes_room_for_the_call(building: Building) -> None:
    office = building.office().one_by_one().with_budget("0.135")
    ended = await office.walk(building.run())
    assert (ended.counts, *of(ended, "quality", "security")) == (1, "S", "S")
    assert ended.check.conclusion == "success"


async def test_a_budget_that_ends_the_attempts_hides_no_fault(building: Building) -> None:
    office = building.office().one_by_one().with_budget("0.14")
    office.fake.sever("security")
    ended = await office.walk(building.run())
    assert of(ended, "security") == ("L",)
    why = (
        "The model API closed the connection before it answered. Nothing more was asked: the "
        "review could have cost more than its limit of $0.14."
    )
    assert ended.row("security") == failed(SONNET, why)
