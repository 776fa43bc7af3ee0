"""From what was said to what is posted. Every finding ends up landed or set aside."""

from __future__ import annotations

from bot.diff.anchors import land
from bot.domain.finding import Category, Evidence, Finding, Landed
from bot.domain.patch import Patch
from bot.domain.plan import Change, Plan
from bot.domain.pull import RepoPolicy
from bot.domain.review import Completed, Outcome, Review, verdict
from bot.reviewing.merge import merge
from bot.reviewing.rank import rank
from bot.reviewing.static import static_findings

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
    standing = rank(merge((*said, *_from_tools(plan, completed, change))))
    return Review(
        verdict=verdict(standing, outcomes, change.tools, plan.coverage, policy.fail_at),
        landed=_landed(standing, change.patch, policy),
        set_aside=tuple(each for one in completed for each in one.set_aside),
        outcomes=outcomes,
        tools=change.tools,
        plan=plan,
        redacted=change.redacted,
        policy_problem=policy.problem,
    )


def _from_tools(plan: Plan, completed: list[Completed], change: Change) -> tuple[Finding, ...]:
    """Secrets, and what no reviewer of that category has judged in that file."""
    judged = _judged(plan, completed)
    left_out = {each.path for each in plan.coverage.unread if each.by_rule}

    def stands(evidence: Evidence) -> bool:
        if evidence.tool in SECRETS:
            return True
        if evidence.path in left_out:
            return False
        return plan.static_only or (evidence.category, evidence.path) not in judged

    return static_findings(change, stands)


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
        place = land(finding, patch)
        if place.anchor is not None:
            if inline < policy.max_comments and finding.severity.at_least(policy.comment_at):
                inline += 1
            else:
                place = Landed(finding, None, listed=True)
        landed.append(place)
    return tuple(landed)
