"""What the reviewers said, and what it amounts to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from bot.domain.finding import Finding, Landed, SetAside, Severity
from bot.domain.money import NO_TOKENS, Usage, Usd, total
from bot.domain.plan import Coverage, Plan, ToolReport


@dataclass(frozen=True, slots=True)
class Call:
    """One model call, paid or counted as paid. `cost` None: price unknown. `seconds` is wall time.

    `name` is the call's within the run ("review:security"). `note` says in a clause why there is
    no answer, "" when there is one: such a call may have been billed, so its worst case counts.
    """

    reviewer: str
    model: str
    usage: Usage
    cost: Usd | None
    seconds: float
    request_id: str
    name: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Completed:
    """The reviewer read its share. No findings means it found none.

    `reviewer` is the assignment's name. `set_aside` are claims of its answer that do not stand up
    to the change itself.
    """

    reviewer: str
    findings: tuple[Finding, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    kind: Literal["completed"] = "completed"


@dataclass(frozen=True, slots=True)
class Failed:
    """The reviewer did not finish. Of its share we know what it said before, and no more."""

    reviewer: str
    why: str
    findings: tuple[Finding, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    kind: Literal["failed"] = "failed"


Outcome = Completed | Failed


class Verdict(StrEnum):
    """The check run's conclusion. Values are GitHub's."""

    SUCCESS = "success"
    NEUTRAL = "neutral"
    FAILURE = "failure"


def verdict(
    findings: tuple[Finding, ...],
    outcomes: tuple[Outcome, ...],
    tools: tuple[ToolReport, ...],
    coverage: Coverage,
    fail_at: Severity | None,
) -> Verdict:
    """Judge a review. What failed, was not read or was not judged can never make it a success.

    `fail_at` None: the check never fails.
    """
    if any(each.fails(fail_at) for each in findings):
        return Verdict.FAILURE
    unfinished = any(isinstance(each, Failed) for each in outcomes) or any(
        tool.incomplete for tool in tools
    )
    unjudged = any(claim.unjudged for each in outcomes for claim in each.set_aside)
    if findings or unfinished or unjudged or not coverage.complete:
        return Verdict.NEUTRAL
    return Verdict.SUCCESS


@dataclass(frozen=True, slots=True)
class Review:
    """All a run found out, ready to be rendered.

    `landed` is ranked, worst first, and holds every finding that stands and where it goes.
    `set_aside` are those not posted. `commented` are fingerprints of those that had a comment of
    ours before this run. `calls` are all that were paid, or may have been: the
    ledger's. `notes` are sentences on how the review came about. `overview` is what a change read
    in parts amounts to, "" where there was one. `policy_problem` is "" when the repository's
    policy was used. `asides` are sentences on the files that tell us what to do: what could not be
    used of them, and what the change does to them.
    """

    verdict: Verdict
    landed: tuple[Landed, ...]
    set_aside: tuple[SetAside, ...]
    outcomes: tuple[Outcome, ...]
    tools: tuple[ToolReport, ...]
    plan: Plan
    redacted: int = 0
    policy_problem: str = ""
    calls: tuple[Call, ...] = ()
    notes: tuple[str, ...] = ()
    overview: str = ""
    asides: tuple[str, ...] = ()
    commented: frozenset[str] = frozenset()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings that stand, worst first."""
        return tuple(each.finding for each in self.landed)

    @property
    def unjudged(self) -> int:
        """How many claims nobody has judged where no finding stands, which looks like none."""
        return 0 if self.landed else sum(each.unjudged for each in self.set_aside)

    @property
    def muted(self) -> tuple[Finding, ...]:
        """The findings that stand and that the repository does not want to hear of."""
        return tuple(each.finding for each in self.set_aside if each.muted)

    @property
    def usage(self) -> Usage:
        """Tokens of all calls."""
        return sum((call.usage for call in self.calls), NO_TOKENS)

    @property
    def cost(self) -> Usd | None:
        """Dollars of all calls; None as soon as one price is unknown."""
        return total(call.cost for call in self.calls)
