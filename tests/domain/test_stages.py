"""A run's steps as stages: each row is what somebody sees who looks at that moment."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.money import NO_TOKENS, ZERO, Usd
from bot.domain.review import Call
from bot.domain.run import CANCEL_CHECK, RunRecord, RunStatus, StepEvent
from bot.domain.stages import WALK, Stage, stage_of, stages

RUN = RunRecord("7-1-abc-1", "acme/shop", 7, 1, "abc", 99, "opened", RunStatus.RUNNING, 100.0)
GO, DONE, FAIL = RunStatus.RUNNING, RunStatus.COMPLETED, RunStatus.FAILED
OPEN, SKIP, STOP = RunStatus.PENDING, RunStatus.SKIPPED, RunStatus.CANCELLED

Step = tuple[str, RunStatus, float] | tuple[str, RunStatus, float, str]


def record(status: RunStatus, *steps: Step, calls: tuple[Call, ...] = ()) -> RunRecord:
    events = tuple(StepEvent(RUN.id, *each) for each in steps)
    finished = 200.0 if status.ended else None
    return replace(RUN, status=status, steps=events, calls=calls, finished=finished)


def stage(seen: RunRecord, name: str) -> Stage:
    [found] = [each for each in stages(seen) if each.name == name]
    return found


@pytest.mark.parametrize(
    ("step", "name"),
    [
        ("fetch", "fetch"),
        ("fetch:2:wait", "fetch"),
        ("triage-again:1", "triage"),
        ("review:security@2.1", "review"),
        ("review-last:quality", "review"),
        ("synthesis-again", "synthesis"),
        ("vote-again:1:voter-2", "vote"),
    ],
)
def test_a_step_belongs_to_the_stage_of_its_first_word(step: str, name: str) -> None:
    assert stage_of(step) == name


@pytest.mark.parametrize(
    ("name", "seen", "expected"),
    [
        pytest.param(
            "fetch",
            record(GO, ("fetch", GO, 1.0), ("fetch", DONE, 3.0)),
            Stage("fetch", DONE, 1.0, 3.0),
            id="done",
        ),
        pytest.param(
            "fetch", record(GO, ("fetch", GO, 1.0)), Stage("fetch", GO, 1.0), id="on its way"
        ),
        pytest.param(
            "fetch",
            record(GO, ("fetch", FAIL, 2.0, "GitHub is away."), ("fetch:wait", GO, 2.0)),
            Stage("fetch", GO, 2.0, None, "GitHub is away."),
            id="it waits for its next try, and says what for",
        ),
        pytest.param(
            "fetch",
            record(
                GO,
                ("fetch", GO, 1.0),
                ("fetch", FAIL, 2.0, "GitHub is away."),
                ("fetch:wait", DONE, 9.0),  # watched again after a crash
                ("fetch:2", DONE, 5.0),
            ),
            Stage("fetch", DONE, 1.0, 5.0),
            id="the last try counts, whenever its wait was watched",
        ),
        pytest.param(
            "fetch",
            record(
                RunStatus.BLOCKED,
                ("fetch", FAIL, 2.0, "GitHub is away."),
                ("fetch:wait", DONE, 3.0),
                ("fetch:2", GO, 3.0),
                ("fetch:2", FAIL, 4.0, "It is still away."),
            ),
            Stage("fetch", FAIL, 2.0, 4.0, "It is still away."),
            id="given up",
        ),
        pytest.param(
            "review",
            record(
                GO,
                ("review:security", GO, 1.0),
                ("review:quality", GO, 1.5),
                ("review:quality", DONE, 2.0),
            ),
            Stage("review", GO, 1.0),
            id="one of two still reads",
        ),
        pytest.param(
            "review",
            record(
                GO,
                ("review:quality", GO, 1.0),
                ("review:quality", DONE, 2.0),
                ("review:security", GO, 1.0),
                ("review:security", FAIL, 3.0, "It timed out."),
                ("review-again:quality", GO, 3.0),
                ("review-again:quality", DONE, 7.0),
            ),
            Stage("review", FAIL, 1.0, 7.0, "security: It timed out."),
            id="who failed is not made good by the others",
        ),
        pytest.param(
            "refute",
            record(DONE, ("refute:1", FAIL, 1.0, "Overloaded."), ("refute:2", DONE, 2.0)),
            Stage("refute", FAIL, 1.0, 2.0, "1: Overloaded."),
            id="refute:2 is another question, no second try",
        ),
        pytest.param(
            "read",
            record(FAIL, ("read", GO, 1.0)),
            Stage("read", FAIL, 1.0, 200.0, "It broke off."),
            id="the worker died in it",
        ),
        pytest.param(
            "review",
            record(STOP, ("review:security", GO, 1.0)),
            Stage("review", STOP, 1.0, 200.0),
            id="cancelled in it",
        ),
        pytest.param(
            "remember",
            record(DONE, ("remember", GO, 1.0)),
            Stage("remember", DONE, 1.0, 200.0),
            id="the record that has ended is what remember wrote",
        ),
        pytest.param("vote", record(GO, ("plan", GO, 1.0)), Stage("vote", OPEN), id="ahead"),
        pytest.param("recall", record(GO, ("plan", GO, 1.0)), Stage("recall", SKIP), id="passed"),
        pytest.param("vote", record(DONE, ("plan", GO, 1.0)), Stage("vote", SKIP), id="not needed"),
    ],
)
def test_a_stage_is_what_its_steps_amount_to(name: str, seen: RunRecord, expected: Stage) -> None:
    assert stage(seen, name) == expected


def test_a_run_that_waits_has_every_stage_before_it() -> None:
    assert [each.status for each in stages(record(OPEN))] == [OPEN] * len(WALK)


def test_what_is_no_part_of_the_walk_comes_last() -> None:
    seen = stages(record(STOP, ("start_check", DONE, 1.0), (CANCEL_CHECK, DONE, 2.0)))
    assert [each.name for each in seen] == [*WALK, CANCEL_CHECK]


def test_each_stage_pays_its_own_calls() -> None:
    def call(name: str, cost: str | None) -> Call:
        price = None if cost is None else Usd(Decimal(cost))
        return Call("somebody", "m", NO_TOKENS, price, 1.0, "", name)

    bought = (
        call("review:security", "0.01"),
        call("review-again:security", "0.02"),
        call("refute:1", None),
        call("", "0.04"),  # of a record older than the ledger
    )
    seen = record(DONE, ("review:security", DONE, 1.0), calls=bought)
    costs = {each.name: (each.calls, each.cost_usd) for each in stages(seen) if each.calls}
    assert costs == {"review": (3, Decimal("0.07")), "refute": (1, None)}
    assert stage(seen, "vote").cost_usd == ZERO
