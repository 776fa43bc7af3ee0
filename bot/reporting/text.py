"""A review for a terminal: plain text, no colour, nothing that steers the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.finding import Finding
from bot.domain.plan import Plan, Unread
from bot.domain.review import Failed, Outcome, Review
from bot.guard.sanitise import plain
from bot.reporting.facts import RunFacts
from bot.reporting.untrusted import where
from bot.reporting.words import (
    coverage_words,
    dollars,
    duration,
    footer,
    judgement,
    plural,
    price_words,
    reading_words,
    title,
)

MOST_FILES = 20
"""Unread files a terminal lists; the JSON document has all."""


def text(review: Review, facts: RunFacts) -> str:
    """The report, worst finding first, as lines ending with a line feed."""
    lines = [f"{title(review)}. {judgement(review)}".strip(), ""]
    for finding in review.findings:
        lines += [*_finding(finding), ""]
    lines += [*_panel(review), *_tools(review)]
    lines.append(reading_words(review))
    lines += _unread(review.plan.coverage.unread)
    if review.set_aside:
        lines.append(f"{plural(len(review.set_aside), 'claim')} set aside.")
    if review.policy_problem:
        lines.append(f"Policy not used: {plain(review.policy_problem, 300)}")
    lines.append(f"{duration(facts.seconds)}, {price_words(review)}. {footer(review)}")
    return "\n".join(lines) + "\n"


def _finding(finding: Finding) -> Iterator[str]:
    title_ = plain(finding.title, 200)
    yield f"{finding.severity.value.upper():8} {plain(where(finding), 300)}  {title_}"
    for row in plain(finding.body, 2_000).splitlines():
        yield f"         {row}".rstrip()
    if finding.suggestion is not None:
        yield "         Instead:"
        yield from (f"         | {plain(row, 300)}" for row in finding.suggestion.text.split("\n"))
    yield f"         by {', '.join(plain(each, 80) for each in finding.sources)}"


def _panel(review: Review) -> Iterator[str]:
    outcomes = {each.reviewer: each for each in review.outcomes}
    for each in review.plan.assignments:
        name = each.reviewer.name
        said = _said(outcomes.pop(name, None), plural(len(each.paths), "file"))
        yield f"{plain(name, 40)}: {said}"
    for name, outcome in outcomes.items():
        yield f"{plain(name, 40)}: {_said(outcome, 'its share')}"
    for skip in review.plan.skipped:
        yield f"{plain(skip.reviewer, 40)}: not run, {plain(skip.why, 300)}"


def _said(outcome: Outcome | None, share: str) -> str:
    if outcome is None:
        return f"no outcome, nothing is known of {share}"
    if isinstance(outcome, Failed):
        return f"failed, {plain(outcome.why, 300)}"
    return f"read {share}"


def _tools(review: Review) -> Iterator[str]:
    for tool in review.tools:
        name = plain(f"{tool.tool} {tool.version}", 80)
        yield f"{name}: {plural(tool.files, 'file')}, {plural(len(tool.evidence), 'report')}"
        for each in tool.incomplete[:3]:
            yield f"  could not read: {plain(each, 200)}"
        if len(tool.incomplete) > 3:
            yield f"  and {len(tool.incomplete) - 3:,} more"


def _unread(unread: Sequence[Unread]) -> Iterator[str]:
    worst_first = sorted(unread, key=lambda each: each.by_rule)
    for each in worst_first[:MOST_FILES]:
        kind = "left out" if each.by_rule else "not read"
        yield f"  {kind}: {plain(each.path, 300)}, {plain(each.why, 200)}"
    if len(unread) > MOST_FILES:
        yield f"  and {len(unread) - MOST_FILES:,} more"


def plan_text(plan: Plan) -> str:
    """A plan before anything is paid: who reads what, on which model, for how much at most."""
    lines = []
    for each in plan.assignments:
        share = f"{plural(len(each.paths), 'file')} on {plain(each.tier.model, 80)}"
        price = f"at most {dollars(each.estimate)}"
        lines.append(
            f"{plain(each.reviewer.name, 40)}: {share}, {price}. {plain(each.reason, 300)}"
        )
    lines += [
        f"{plain(each.reviewer, 40)}: not run, {plain(each.why, 300)}" for each in plan.skipped
    ]
    lines.append(coverage_words(plan.coverage, "to be read"))
    lines += _unread(plan.coverage.unread)
    budget = "" if plan.budget_usd is None else f", budget ${plan.budget_usd}"
    lines.append(f"Worst case {dollars(plan.estimate)}{budget}.")
    return "\n".join(lines) + "\n"
