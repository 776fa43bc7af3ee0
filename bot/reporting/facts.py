"""What a report tells of the run besides its review."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.post import Receipt


@dataclass(frozen=True, slots=True)
class RunFacts:
    """Which run this was. `seconds` is wall time; `receipt` None: nothing was posted."""

    run: str
    repo: str
    head_sha: str
    seconds: float
    receipt: Receipt | None
    version: str
