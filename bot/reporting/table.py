"""The table of everybody who was asked: what they did, and what it cost in tokens, time, money."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.review import Call, Review
from bot.reporting.fit import Block
from bot.reporting.panel import beside, did, not_run
from bot.reporting.shares import (
    Reader,
    asked_beside,
    readers,
    seconds_of,
    side_by_side,
    unanswered,
)
from bot.reporting.untrusted import MARKDOWN, cell
from bot.reporting.words import calls_words, duration, spent_words

HEAD = (
    "### Reviewers\n\n| Reviewer | | Findings | Tokens | Time | Cost |\n"
    "| --- | --- | ---: | --- | ---: | ---: |"
)
UNBROKEN = "\u00a0"
"""A blank at which a narrow cell is not broken."""
LONGEST = "Where calls ran side by side, the time is that of the longest."
WORST = "A call without an answer may have been billed, and counts at its worst case."
UNTIMED = "How long it took is not known."


def reviewers(review: Review) -> Iterator[Block]:
    """One row a reviewer, then who was asked beside them, then who does not read and why."""
    rows = [_reader(each, review) for each in readers(review)]
    for role, said, calls in beside(review, MARKDOWN):
        rows.append(f"| {cell(role)} | {said} | | {_spent(calls)} |")
    for name, why in not_run(review.plan.skipped).items():
        rows.append(f"| {cell(name)} | not run: {cell(why)} |{_carried(name, review)} | | | |")
    if rows:
        small = " ".join(_small_print(review))
        yield Block(HEAD, tuple(rows), small and f"\n<sub>{small}</sub>")


def _reader(reader: Reader, review: Review) -> str:
    count = _found(reader.name, review)
    shown = f" {count}" if count or reader.done else ""  # of what failed, nothing is not zero
    said = did(reader, review, MARKDOWN)
    return f"| {cell(reader.name)} | {said} |{shown} | {_spent(reader.calls)} |"


def _found(name: str, review: Review) -> int:
    return sum(name in each.sources for each in review.findings)


def _carried(name: str, review: Review) -> str:
    """Findings of a reviewer that does not read now, from when it did."""
    count = sum(name in each.sources and bool(each.since) for each in review.findings)
    return f" {count}" if count else ""


def _spent(calls: Sequence[Call]) -> str:
    """Three cells: tokens, time, cost."""
    if not calls:
        return "none | | $0.00"
    seconds = seconds_of(calls)
    took = duration(seconds).replace(" ", UNBROKEN) if seconds else "unknown"
    return f"{calls_words(calls)} | {took} | {spent_words(calls)}"


def _small_print(review: Review) -> Iterator[str]:
    whose = [*(each.calls for each in readers(review)), *asked_beside(review).values()]
    if any(side_by_side(calls) for calls in whose):
        yield LONGEST
    if lost := unanswered(review.calls):
        yield WORST
        if not all(each.seconds for each in lost):
            yield UNTIMED
