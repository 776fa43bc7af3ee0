"""The parts of a report in Markdown, most important first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.finding import Landed
from bot.domain.money import NO_TOKENS, total
from bot.domain.plan import Assignment, Skip, Unread
from bot.domain.review import Call, Failed, Outcome, Review
from bot.guard.sanitise import fenced, prose
from bot.reporting.facts import RunFacts
from bot.reporting.fit import Block
from bot.reporting.untrusted import cell, code, place
from bot.reporting.words import (
    dollars,
    duration,
    footer,
    judgement,
    plural,
    price_words,
    reading_words,
    title,
    token_words,
)

UNTIL_FOLDED = 5
"""Files a list shows openly; a longer one is folded."""


def sections(review: Review, facts: RunFacts, *, bodies: bool) -> tuple[Block, ...]:
    """All that is told of a review. `bodies`: each finding with its whole text."""
    unread = review.plan.coverage.unread
    by_rule = [each for each in unread if each.by_rule]
    missed = [each for each in unread if not each.by_rule]
    return tuple(
        [
            Block(_verdict(review)),
            *_findings(review.landed, bodies),
            *_unposted(review, facts),
            *_reviewers(review),
            *_files("Not read", missed),
            *_analysers(review),
            *_set_aside(review),
            *_files("Left out by rule", by_rule),
            Block(_footer(review, facts)),
        ]
    )


def _verdict(review: Review) -> str:
    parts = (f"**{title(review)}.**", judgement(review), reading_words(review))
    said = [" ".join(filter(None, parts))]
    if review.redacted:
        counted = plural(review.redacted, "secret")
        said.append(f"{counted} replaced in this change before anybody read it.")
    if review.policy_problem:
        said.append(
            "The repository's policy was not used, defaults stand in: "
            + cell(review.policy_problem)
        )
    return "\n\n".join(said)


def _findings(landed: Sequence[Landed], bodies: bool) -> Iterator[Block]:
    if not landed:
        return
    if bodies:
        rows = tuple(_whole(each) for each in landed)
        yield Block("### Findings\n", rows)
        return
    rows = tuple(
        f"| {each.finding.severity.value.capitalize()} | {place(each.finding)} "
        f"| {cell(each.finding.title)} | {_sources(each)} |"
        for each in landed
    )
    yield Block("### Findings\n\n| | Where | What | By |\n| --- | --- | --- | --- |", rows)


def _whole(landed: Landed) -> str:
    finding = landed.finding
    head = f"**{finding.severity.value.capitalize()}** {place(finding)} {cell(finding.title)}"
    fix = f"Instead:\n\n{fenced(finding.suggestion.text)}" if finding.suggestion else ""
    parts = (head, prose(finding.body, 2_000), fix, f"By {_sources(landed)}\n")
    return "\n\n".join(filter(None, parts))


def _sources(landed: Landed) -> str:
    return ", ".join(cell(each, 80) for each in landed.finding.sources[:5])


def _unposted(review: Review, facts: RunFacts) -> Iterator[Block]:
    """Comments GitHub would not take."""
    if facts.receipt is None or not facts.receipt.unposted:
        return
    places = {each.fingerprint: place(each) for each in review.findings}
    rows = tuple(
        f"- {places.get(each.fingerprint) or code(each.fingerprint)}: {cell(each.why)}"
        for each in facts.receipt.unposted
    )
    yield Block("### Not posted\n\nGitHub did not take these comments:\n", rows)


def _reviewers(review: Review) -> Iterator[Block]:
    outcomes = {each.reviewer: each for each in review.outcomes}
    rows = [
        _assigned(each, outcomes.get(each.reviewer.name), review)
        for each in review.plan.assignments
    ]
    planned = {each.reviewer.name for each in review.plan.assignments}
    rows += [_extra(each) for each in review.outcomes if each.reviewer not in planned]
    rows += [_skipped(each) for each in review.plan.skipped]
    if rows:
        head = (
            "### Reviewers\n\n| Reviewer | | Findings | Tokens | Time | Cost |\n"
            "| --- | --- | ---: | --- | ---: | ---: |"
        )
        yield Block(head, tuple(rows))


def _assigned(assignment: Assignment, outcome: Outcome | None, review: Review) -> str:
    name, reason = assignment.reviewer.name, cell(assignment.reason)
    files = plural(len(assignment.paths), "file")
    if outcome is None:
        return f"| {cell(name)} | **has no outcome**: nothing is known of its {files} | | | | |"
    if isinstance(outcome, Failed):
        return f"| {cell(name)} | **failed**: {cell(outcome.why)} | | {_spent(outcome.calls)} |"
    count = sum(name in each.sources for each in review.findings)
    return f"| {cell(name)} | read {files}: {reason} | {count} | {_spent(outcome.calls)} |"


def _extra(outcome: Outcome) -> str:
    """A caller beside the plan, the refuter for one."""
    said = f"**failed**: {cell(outcome.why)}" if isinstance(outcome, Failed) else "ran"
    return f"| {cell(outcome.reviewer)} | {said} | | {_spent(outcome.calls)} |"


def _skipped(skip: Skip) -> str:
    return f"| {cell(skip.reviewer)} | not run: {cell(skip.why)} | | | | |"


def _spent(calls: Sequence[Call]) -> str:
    """Three cells: tokens, time, cost. Calls of one reviewer follow each other."""
    if not calls:
        return "none | | $0.00"
    usage = sum((each.usage for each in calls), NO_TOKENS)
    seconds = duration(sum(each.seconds for each in calls))
    return f"{token_words(usage)} | {seconds} | {dollars(total(each.cost for each in calls))}"


def _files(name: str, unread: Sequence[Unread]) -> Iterator[Block]:
    if not unread:
        return
    rows = tuple(f"- {code(each.path)} ({_lines(each.lines)}): {cell(each.why)}" for each in unread)
    yield _foldable(f"{name}: {plural(len(rows), 'file')}", rows, open_=len(rows) <= UNTIL_FOLDED)


def _lines(count: int | None) -> str:
    return "lines unknown" if count is None else plural(count, "line")


def _foldable(name: str, rows: tuple[str, ...], *, open_: bool) -> Block:
    if open_:
        return Block(f"### {name}\n", rows)
    return Block(f"<details><summary>{name}</summary>\n", rows, "\n</details>")


def _analysers(review: Review) -> Iterator[Block]:
    if not review.tools:
        return
    rows = tuple(
        f"| {cell(each.tool, 80)} {cell(each.version, 40)} | {each.files:,} "
        f"| {len(each.evidence):,} | {_gaps(each.incomplete)} |"
        for each in review.tools
    )
    head = (
        "### Static analysers\n\n| Analyser | Files | Reports | Could not read |\n"
        "| --- | ---: | ---: | --- |"
    )
    yield Block(head, rows)


def _gaps(incomplete: Sequence[str]) -> str:
    said = "; ".join(cell(each, 200) for each in incomplete[:3])
    rest = len(incomplete) - 3
    return f"{said}; and {rest:,} more" if rest > 0 else said


def _set_aside(review: Review) -> Iterator[Block]:
    if review.set_aside:
        rows = tuple(
            f"- {place(each.finding)} {cell(each.finding.title)}: {cell(each.why)}"
            for each in review.set_aside
        )
        yield _foldable(f"Set aside: {plural(len(rows), 'claim')}", rows, open_=False)


def _footer(review: Review, facts: RunFacts) -> str:
    parts = [duration(facts.seconds), price_words(review), f"run {code(facts.run)}"]
    said = f"AI Review {cell(facts.version, 40)} · head {code(facts.head_sha[:7])}"
    return f"---\n\n<sub>{' · '.join(parts)} · {said}. {footer(review)}</sub>"
