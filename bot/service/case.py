"""What is judged, and for whom."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.plan import Change
from bot.domain.pull import RepoPolicy


@dataclass(frozen=True, slots=True)
class Case:
    """What is judged, and for whom.

    `run` names it; `repo_id` and `number` its pull request, 0 where there is none. `asked_for`
    names the reviewers a person asked for; empty: the plan decides. `full`: what was read at an
    earlier head is read again.
    """

    run: str
    change: Change
    policy: RepoPolicy
    head_sha: str = ""
    repo_id: int = 0
    number: int = 0
    installation_id: int | None = None
    asked_for: tuple[str, ...] = ()
    full: bool = False
