"""Between two stages: what one hands on is held against what the next relies on.

A gate that does not open is a defect of ours, never of a model's answer: answers are checked where
they are read. The run ends, its check says that it met a defect, and nothing unsound is posted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from bot.domain.finding import Finding
from bot.domain.patch import Side
from bot.domain.plan import Change, Choice, Plan
from bot.domain.review import Outcome, Review
from bot.reviewing.merge import tells
from bot.reviewing.static import static_findings


class UnsoundStage(RuntimeError):
    """A stage handed on what it must not; the message names stage and rule."""


def planned(plan: Plan, choices: Sequence[Choice], change: Change) -> None:
    """Everybody is accounted for, nobody reads what is not there, and the budget holds."""
    known = {each.reviewer.partition(" part ")[0] for each in plan.skipped}
    known |= {each.reviewer.name for each in plan.assignments}
    lost = [each.reviewer.name for each in choices if each.reviewer.name not in known]
    _hold("plan", not lost, f"nothing is said of {', '.join(lost)}")
    there = {file.path for file in change.patch.files}
    strange = {path for each in plan.assignments for path in each.paths} - there
    _hold("plan", not strange, f"{len(strange)} files are not in the change")
    names = [each.name for each in plan.assignments]
    _hold("plan", len(names) == len(set(names)), "two assignments have one name")
    coverage = plan.coverage
    _hold("plan", coverage.read_lines <= coverage.changed_lines, "more lines read than changed")
    if plan.budget_usd is not None and plan.estimate is not None:
        _hold("plan", plan.estimate <= plan.budget_usd, "the worst case passes the budget")


def heard(plan: Plan, outcomes: Sequence[Outcome]) -> None:
    """One outcome for each assignment, and findings only where it was asked to look."""
    names = [each.name for each in plan.assignments]
    _hold("panel", [each.reviewer for each in outcomes] == names, "outcomes are not the plan's")
    for assignment, outcome in zip(plan.assignments, outcomes, strict=True):
        inside = all(
            finding.path in assignment.paths
            and finding.quote.strip()
            and finding.severity.at_least(assignment.reviewer.floor)
            for finding in outcome.findings
        )
        _hold("panel", inside, f"{assignment.name} speaks of what it was not given")
        few = len(outcome.findings) <= assignment.reviewer.max_findings
        _hold("panel", few, f"{assignment.name} says more than it may")


def none_lost(stage: str, before: Iterable[Finding], after: Iterable[Finding]) -> None:
    """The same claims before and after, whatever was learned about them."""
    _hold(stage, _claims(before) == _claims(after), "claims were lost or invented")


def concluded(review: Review, standing: Iterable[Finding], change: Change) -> None:
    """Each standing finding is in the review, by itself or united with one that says so.

    Or it is set aside because somebody ignores it, or its category is muted. And each of the
    review's is one of those, or an analyser's of this change.
    """
    standing = tuple(standing)
    ignored = tuple(each.finding for each in review.set_aside if each.ignored)
    listed = (*review.findings, *ignored, *review.muted)
    told = {each.fingerprint for each in listed}
    united = [each for each in standing if each.fingerprint not in told]
    lost = [each for each in united if not any(tells(one, each) for one in listed)]
    _hold("conclude", not lost, f"{len(lost)} findings are in no list")
    known = {each.fingerprint for each in (*standing, *static_findings(change))}
    _hold("conclude", told <= known, f"{len(told - known)} findings came from nowhere")


def _claims(findings: Iterable[Finding]) -> Counter[tuple[str, Side, int]]:
    return Counter((each.fingerprint, each.side, each.line) for each in findings)


def _hold(stage: str, rule: bool, broken: str) -> None:
    if not rule:
        raise UnsoundStage(f"{stage}: {broken}")
