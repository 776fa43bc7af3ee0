"""A run's steps, gathered into the stages people think in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.money import ZERO, Usd, total
from bot.domain.review import Call
from bot.domain.run import RunRecord, RunStatus, StepEvent

WALK = (
    "start_check",
    "fetch",
    "read",
    "triage",
    "recall",
    "plan",
    "review",
    "refute",
    "vote",
    "synthesis",
    "learn",
    "tally",
    "still_head",
    "post_review",
    "conclude_check",
    "remember",
)
"""The stages in the order in which a review passes them. None needs all."""

ASKING = frozenset(("triage", "review", "synthesis", "refute", "vote"))
"""Stages of one model call a step. Of the others several steps are several tries of one thing."""

WAIT = ":wait"

LATER = ("-again", "-last")
"""Behind a step's first word: the same question once more."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. Times are seconds since 1970, None where it has not begun, or not ended.

    `why` says what failed, of each step that did. `calls` counts its model calls, failed attempts
    included; `cost_usd` is None as soon as one of their prices is unknown.
    """

    name: str
    status: RunStatus
    began: float | None = None
    ended: float | None = None
    why: str = ""
    calls: int = 0
    cost_usd: Usd | None = ZERO


def stage_of(step: str) -> str:
    """The stage a step or a call belongs to: "review-again:security" is part of "review"."""
    word = step.partition(":")[0]
    for later in LATER:
        word = word.removesuffix(later)
    return word


def stages(record: RunRecord) -> tuple[Stage, ...]:
    """The stages of a run in their order, each with its own calls' cost.

    While the run lives, what lies before it is pending. What it passed without, or had not reached
    when it ended, was skipped. Steps that are no part of a walk follow, by their time.
    """
    steps = _newest(record.steps)
    calls: dict[str, list[Call]] = {}
    for call in record.calls:
        calls.setdefault(stage_of(call.name) or "review", []).append(call)
    furthest = max((nth for nth, name in enumerate(WALK) if name in steps), default=-1)
    shown = []
    for nth, name in enumerate((*WALK, *(each for each in steps if each not in WALK))):
        stage = _unbegun(name, pending=nth > furthest and not record.status.ended)
        if name in steps:
            stage = _ended(_stage(name, steps[name], _began(record.steps, name)), record)
        mine = calls.get(name, ())
        cost = total(each.cost for each in mine)
        shown.append(replace(stage, calls=len(mine), cost_usd=cost))
    return tuple(shown)


def _newest(events: Sequence[StepEvent]) -> dict[str, dict[str, StepEvent]]:
    """The last event of each step, by stage, in the order in which the stages began."""
    found: dict[str, dict[str, StepEvent]] = {}
    for event in sorted(events, key=_order):
        found.setdefault(stage_of(event.step), {})[event.step] = event
    return found


def _order(event: StepEvent) -> tuple[float, bool]:
    return event.at, event.status is not RunStatus.RUNNING


def _began(events: Sequence[StepEvent], stage: str) -> float:
    return min(each.at for each in events if stage_of(each.step) == stage)


def _unbegun(name: str, *, pending: bool) -> Stage:
    return Stage(name, RunStatus.PENDING if pending else RunStatus.SKIPPED)


def _stage(name: str, steps: Mapping[str, StepEvent], began: float) -> Stage:
    asking = name in ASKING
    # Of several tries the last counts. Not by time: a wait is watched again after a crash.
    counted = list(steps.values()) if asking else [max(steps.values(), key=_try)]
    failed = [each for each in counted if each.status is RunStatus.FAILED]
    if any(map(_goes_on, counted)):
        failed = [each for each in steps.values() if each.status is RunStatus.FAILED]
        why = _said(failed if asking else failed[-1:])
        return Stage(name, RunStatus.RUNNING, began, None, why)
    status = RunStatus.FAILED if failed else RunStatus.COMPLETED
    return Stage(name, status, began, max(each.at for each in counted), _said(failed))


def _goes_on(last: StepEvent) -> bool:
    """Whether a step is on its way, or waits for its next try."""
    return last.status is RunStatus.RUNNING or last.step.endswith(WAIT)


def _try(event: StepEvent) -> tuple[int, bool]:
    """Which try of its stage it is, from 1: "fetch", "fetch:wait", "fetch:2", "fetch:2:wait"."""
    number = event.step.removesuffix(WAIT).partition(":")[2]
    return int(number) if number.isdecimal() else 1, event.step.endswith(WAIT)


def _said(failed: Sequence[StepEvent]) -> str:
    """What failed, each with whom it was asked of where there were several."""
    return " ".join(
        ": ".join(filter(None, (_whom(each.step), each.why))) for each in failed if each.why
    )


def _whom(step: str) -> str:
    return step.partition(":")[2] if stage_of(step) in ASKING else ""


def _ended(stage: Stage, record: RunRecord) -> Stage:
    """What is still running in a run that has ended was broken off."""
    if stage.status is not RunStatus.RUNNING or not record.status.ended:
        return stage
    if record.status is RunStatus.CANCELLED:
        return replace(stage, status=RunStatus.CANCELLED, ended=record.finished)
    if stage.name == "remember":  # the ended record is what it writes
        return replace(stage, status=RunStatus.COMPLETED, ended=record.finished)
    why = f"{stage.why} It broke off.".strip()
    return replace(stage, status=RunStatus.FAILED, ended=record.finished, why=why)
