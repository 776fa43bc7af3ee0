"""A review for a terminal: plain text, no colour, nothing that steers the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.finding import Landed
from bot.domain.plan import Assignment, Plan, Unread
from bot.domain.review import Review
from bot.guard.sanitise import plain
from bot.reporting.claims import confidence, standing
from bot.reporting.facts import RunFacts
from bot.reporting.panel import beside, did, not_run
from bot.reporting.shares import readers
from bot.reporting.untrusted import TERMINAL, where
from bot.reporting.words import (
    WIDTHS,
    coverage_words,
    dollars,
    duration,
    footer,
    judgement,
    notes,
    plural,
    price_words,
    reading_words,
    title,
)

MOST_FILES = 20
"""Unread files a terminal lists; the JSON document has all."""
MOST_OVERVIEW = 600
MOST_NOTES = 10
MOST_PARTS = 30


def text(review: Review, facts: RunFacts) -> str:
    """The report, worst finding first, as lines ending with a line feed."""
    lines = [f"{title(review)}. {judgement(review)}".strip(), ""]
    if review.overview:
        lines += [plain(" ".join(review.overview.split()), MOST_OVERVIEW), ""]
    for landed in review.landed:
        lines += [*_finding(landed), ""]
    lines += [*_panel(review), *_tools(review)]
    lines.append(reading_words(review))
    lines += _unread(review.plan.coverage.unread)
    lines += [*_parts(review.plan), *_few(notes(review))]
    if review.set_aside:
        lines.append(f"{plural(len(review.set_aside), 'claim')} set aside.")
    if review.policy_problem:
        lines.append(f"Policy not used: {plain(review.policy_problem, 300)}")
    lines += [plain(each, 600) for each in review.asides]
    lines.append(f"{duration(facts.seconds)}, {price_words(review)}. {footer(review)}")
    return "\n".join(lines) + "\n"


def _finding(landed: Landed) -> Iterator[str]:
    finding = landed.finding
    title_ = plain(finding.title, 200)
    yield f"{finding.severity.value.upper():8} {plain(where(finding), 300)}  {title_}"
    for row in plain(finding.body, 2_000).splitlines():
        yield f"         {row}".rstrip()
    if finding.suggestion is not None:
        yield "         Instead:"
        yield from (f"         | {plain(row, 300)}" for row in finding.suggestion.text.split("\n"))
    note = landed.note if landed.anchor is None else ""
    known = (plain(each, 300) for each in (confidence(finding), note, *standing(finding)) if each)
    by = ", ".join(plain(each, 80) for each in finding.sources)
    yield f"         {'; '.join((f'by {by}', *known))}"


def _panel(review: Review) -> Iterator[str]:
    for reader in readers(review):
        yield f"{plain(reader.name, 40)}: {did(reader, review, TERMINAL)}"
    for role, said, _ in beside(review, TERMINAL):
        yield f"{plain(role, 40)}: {said}"
    for name, why in not_run(review.plan.skipped).items():
        yield f"{plain(name, 60)}: not run, {plain(why, 300)}"


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


def _few(said: Sequence[str]) -> Iterator[str]:
    yield from map(TERMINAL.words, said[:MOST_NOTES])
    if len(said) > MOST_NOTES:
        yield f"and {len(said) - MOST_NOTES:,} more notes"


def _parts(plan: Plan) -> Iterator[str]:
    if plan.parts:
        yield f"Read in {plural(len(plan.parts), 'part')}:"
    for each in plan.parts[:MOST_PARTS]:
        yield f"  {each.number}  {plain(each.name, 200)}, {plural(len(each.paths), 'file')}"
    if len(plan.parts) > MOST_PARTS:
        yield f"  and {len(plan.parts) - MOST_PARTS:,} more"


def plan_text(plan: Plan) -> str:
    """A plan before anything is paid: who reads what, on which model, for how much at most."""
    lines = [_assigned(each) for each in plan.assignments]
    lines += [
        f"{plain(name, 60)}: not run, {plain(why, 300)}"
        for name, why in not_run(plan.skipped).items()
    ]
    lines += _parts(plan)
    lines.append(coverage_words(plan.coverage, "to be read"))
    lines += _unread(plan.coverage.unread)
    if plan.assignments:
        lines.append(f"Reviewers are shown {WIDTHS[plan.width]}.")
    lines += _few(plan.notes)
    budget = "" if plan.budget_usd is None else f", budget ${plan.budget_usd}"
    lines.append(f"Worst case {dollars(plan.estimate)}{budget}.")
    return "\n".join(lines) + "\n"


def _assigned(each: Assignment) -> str:
    """An assignment with all that decides its price; what is left open is in its reason."""
    tier = each.tier
    name = f"{each.reviewer.name}{f' part {each.part}' if each.part else ''}"
    effort = f", effort {plain(tier.effort, 20)}" if tier.effort else ""
    model = f"{plain(tier.model, 80)} ({plain(tier.name, 40)} tier{effort}, {each.risk.value} risk)"
    share = f"{plural(len(each.paths), 'file')} on {model}, at most {dollars(each.estimate)}"
    return f"{plain(name, 60)}: {share}. {plain(each.reason, 300)}"
