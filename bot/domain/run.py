"""The readable record of one review: its stages, calls and end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.review import Call


class RunStatus(StrEnum):
    """Where a run stands. `blocked`: it needs a person."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"


CANCEL_CHECK = "cancel_check"
"""Step noted of a run once who cancelled it has ended its check."""
CHECK_ENDED = "check_ended"
"""Step noted of a cancelled run once its check was seen to be at its end."""


@dataclass(frozen=True, slots=True)
class StepEvent:
    """One step of a run began, ended or failed. `at` is seconds since 1970; `why` if it failed."""

    run: str
    step: str
    status: RunStatus
    at: float
    why: str = ""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One review as people read it.

    `started` and `finished` are seconds since 1970, `finished` None while it runs. `cost_usd` is a
    decimal number as text, None when a price is unknown or nothing was paid yet (see `calls`).
    `note` is one sentence: the check's title, or why it was skipped, cancelled or failed.
    """

    id: str
    repo: str
    repo_id: int
    number: int
    head_sha: str
    installation_id: int | None
    trigger: str
    status: RunStatus
    started: float
    finished: float | None = None
    verdict: str = ""
    note: str = ""
    findings: int = 0
    cost_usd: str | None = None
    calls: tuple[Call, ...] = ()
    steps: tuple[StepEvent, ...] = ()


def run_id(repo_id: int, number: int, head_sha: str, attempt: int) -> str:
    """Id of a run, its workflow and its check's `external_id`."""
    return f"{repo_id}-{number}-{head_sha}-{attempt}"
