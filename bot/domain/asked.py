"""What a delivery asks of us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.domain.pull import PullRef


@dataclass(frozen=True, slots=True)
class Delivery:
    """One verified webhook. `id` is X-GitHub-Delivery, the same again when GitHub redelivers."""

    id: str
    event: str
    action: str


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """Review this head.

    `trigger` is what asked, as "event.action". `settle`: wait for a burst of pushes to end first.
    `again`: a person asked for another run of a head that may have been reviewed already.
    `asked_for` names reviewers asked for by name; empty means the plan decides.
    """

    pull: PullRef
    trigger: str
    settle: bool = False
    again: bool = False
    asked_for: tuple[str, ...] = ()
    kind: Literal["review"] = "review"

    @property
    def by_person(self) -> bool:
        """Whether somebody with write access asked: GitHub lets nobody else re-run a check."""
        return bool(self.asked_for) or self.trigger.startswith("check_")


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """Stop every live run of this pull request, and say `why` in their checks."""

    pull: PullRef
    why: str
    kind: Literal["cancel"] = "cancel"


@dataclass(frozen=True, slots=True)
class Uninstalled:
    """The App lost access. `repo_ids` empty means the whole installation."""

    installation_id: int
    repo_ids: tuple[int, ...] = ()
    kind: Literal["uninstalled"] = "uninstalled"


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing to do, and the reason, which is the answer to the sender."""

    reason: str
    kind: Literal["ignored"] = "ignored"


Asked = ReviewRequest | CancelRequest | Uninstalled
"""What is worth queueing."""
