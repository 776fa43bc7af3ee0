"""From what was said to what is posted. Every finding ends up landed or set aside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from bot.diff.anchors import land
from bot.domain.finding import Category, Evidence, Finding, Landed, SetAside
from bot.domain.patch import Patch
from bot.domain.plan import Change, Plan
from bot.domain.pull import RepoPolicy
from bot.domain.review import Completed, Outcome, Review, verdict
from bot.guard.never_send import REDACTED
from bot.reviewing.merge import merge
from bot.reviewing.rank import rank
from bot.reviewing.static import on_added_lines, static_findings

SECRETS = frozenset({"secrets", "gitleaks"})
"""The tools that look for secrets: their evidence needs no reviewer's opinion."""


def conclude(
    plan: Plan, outcomes: tuple[Outcome, ...], change: Change, policy: RepoPolicy
) -> Review:
    """Put the reviewers' and the analysers' findings together and judge them.

    Where a finding lands, or that it is only listed, does not change the verdict.
    """
    completed = [each for each in outcomes if isinstance(each, Completed)]
    said = [finding for each in completed for finding in each.findings]
    doubts = _doubts(plan, completed, change)
    reported = static_findings(change, lambda each: doubts(each) is None)
    standing = rank(merge((*said, *reported)))
    return Review(
        verdict=verdict(standing, outcomes, change.tools, plan.coverage, policy.fail_at),
        landed=_landed(standing, change.patch, policy),
        set_aside=(
            *(each for one in completed for each in one.set_aside),
            *_unconfirmed(change, doubts, standing),
        ),
        outcomes=outcomes,
        tools=change.tools,
        plan=plan,
        redacted=change.redacted,
        policy_problem=policy.problem,
    )


def _doubts(
    plan: Plan, completed: list[Completed], change: Change
) -> Callable[[Evidence], str | None]:
    """Why evidence does not stand by itself; None for secrets, and where no reviewer judged it."""
    judged = _judged(plan, completed)
    left_out = {each.path for each in plan.coverage.unread if each.by_rule}

    def doubt(evidence: Evidence) -> str | None:
        if evidence.tool in SECRETS:
            return None
        if evidence.path in left_out:
            return "its file is left out by rule"
        if not plan.static_only and (evidence.category, evidence.path) in judged:
            return "a reviewer read the file and did not confirm it"
        return None

    return doubt


def _unconfirmed(
    change: Change, doubts: Callable[[Evidence], str | None], standing: tuple[Finding, ...]
) -> Iterator[SetAside]:
    """Evidence that neither stands nor was taken up by a finding at its place."""
    by_path: defaultdict[str, list[Finding]] = defaultdict(list)
    for each in standing:
        by_path[each.path].append(each)
    for evidence, finding in on_added_lines(change):
        why = doubts(evidence)
        if why is not None and not any(_taken_up(finding, by) for by in by_path[finding.path]):
            yield SetAside(finding, why)


def _taken_up(finding: Finding, by: Finding) -> bool:
    return (
        (by.path, by.category) == (finding.path, finding.category)
        and by.line <= finding.end_line
        and finding.line <= by.end_line
    )


def _judged(plan: Plan, completed: list[Completed]) -> frozenset[tuple[Category, str]]:
    names = {each.reviewer for each in completed}
    return frozenset(
        (each.reviewer.category, path)
        for each in plan.assignments
        if each.reviewer.name in names
        for path in each.paths
    )


def _landed(ranked: tuple[Finding, ...], patch: Patch, policy: RepoPolicy) -> tuple[Landed, ...]:
    """Worst first; the list takes what is below the policy's floor or over its limit."""
    landed: list[Landed] = []
    inline = 0
    for finding in ranked:
        # A file whose name held a secret is not called by its name, so no comment could find it.
        named = REDACTED not in finding.path
        place = land(finding, patch) if named else Landed(finding, None)
        if place.anchor is not None:
            if inline < policy.max_comments and finding.severity.at_least(policy.comment_at):
                inline += 1
            else:
                place = Landed(finding, None, listed=True)
        landed.append(place)
    return tuple(landed)
