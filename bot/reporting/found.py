"""What was found in Markdown: findings, what was set aside, how voters saw it, what is unposted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.finding import Finding, Landed, Stance
from bot.domain.review import Review
from bot.guard.sanitise import fenced, prose
from bot.reporting.claims import confidence, standing, vote_words
from bot.reporting.facts import RunFacts
from bot.reporting.fit import Block, foldable
from bot.reporting.untrusted import cell, code, place
from bot.reporting.words import plural

MOST_REASON = 450
"""Characters of one reason of a refuter or a voter."""
STANCES = {Stance.CONFIRM: "confirms", Stance.REFUTE: "refutes", Stance.UNSURE: "is unsure"}


def findings(landed: Sequence[Landed], bodies: bool) -> Iterator[Block]:
    """The findings that stand, as a table or, with their `bodies`, one after the other."""
    if not landed:
        return
    if bodies:
        yield Block("### Findings\n", tuple(_whole(each) for each in landed))
        return
    rows = tuple(_row(each) for each in landed)
    yield Block("### Findings\n\n| | Where | What | By |\n| --- | --- | --- | --- |", rows)


def _row(landed: Landed) -> str:
    finding = landed.finding
    known = _known(landed)
    small = f"<br><sub>{known}</sub>" if known else ""
    return (
        f"| {finding.severity.value.capitalize()} | {place(finding)} "
        f"| {cell(finding.title)}{small} | {_sources(finding)} |"
    )


def _whole(landed: Landed) -> str:
    finding = landed.finding
    head = f"**{finding.severity.value.capitalize()}** {place(finding)} {cell(finding.title)}"
    fix = f"Instead:\n\n{fenced(finding.suggestion.text)}" if finding.suggestion else ""
    by = " · ".join(filter(None, (f"By {_sources(finding)}", _known(landed))))
    return "\n\n".join(filter(None, (head, prose(finding.body, 2_000), fix, f"{by}\n")))


def _known(landed: Landed) -> str:
    """The small print. A note on a comment's place is the comment's; the list says the others."""
    note = landed.note if landed.anchor is None else ""
    return " · ".join(cell(each, MOST_REASON) for each in (note, *standing(landed.finding)) if each)


def _sources(finding: Finding) -> str:
    """Who says so, and how sure they are."""
    by = ", ".join(cell(each, 80) for each in finding.sources[:5])
    return " · ".join(filter(None, (by, confidence(finding))))


def unposted(review: Review, facts: RunFacts) -> Iterator[Block]:
    """Comments GitHub would not take."""
    if facts.receipt is None or not facts.receipt.unposted:
        return
    places = {each.fingerprint: place(each) for each in review.findings}
    rows = tuple(
        f"- {places.get(each.fingerprint) or code(each.fingerprint)}: {cell(each.why)}"
        for each in facts.receipt.unposted
    )
    yield Block("### Not posted\n\nGitHub did not take these comments:\n", rows)


def set_aside(review: Review) -> Iterator[Block]:
    """Claims that do not stand, with the reasons."""
    if review.set_aside:
        rows = tuple(
            f"- {place(each.finding)} {cell(each.finding.title)}: {cell(each.why, MOST_REASON)}"
            for each in review.set_aside
        )
        yield foldable(f"Set aside: {plural(len(rows), 'claim')}", rows)


def votes(review: Review) -> Iterator[Block]:
    """Every opinion that was asked for because a finding would fail the check."""
    aside = (each.finding for each in review.set_aside)
    voted = [each for each in (*review.findings, *aside) if each.votes]
    if voted:
        name = f"How voters saw it: {plural(len(voted), 'finding')}"
        yield foldable(name, tuple(_votes(each) for each in voted))


def _votes(finding: Finding) -> str:
    came = cell(finding.doubt) if finding.doubt else vote_words(finding)
    lines = [f"- {place(finding)} {cell(finding.title)}: {came}"]
    for each in finding.votes:
        reason = cell(each.reason, MOST_REASON)
        lines.append(f"  - {cell(each.voter, 80)} {STANCES[each.stance]}: {reason}")
    return "\n".join(lines)
