"""All that is told of a review in Markdown, most important first."""

from __future__ import annotations

from bot.domain.review import Review
from bot.reporting.facts import RunFacts
from bot.reporting.fit import Block
from bot.reporting.found import findings, set_aside, unposted, votes
from bot.reporting.reading import analysers, decided, files
from bot.reporting.table import reviewers
from bot.reporting.untrusted import cell, code
from bot.reporting.words import (
    duration,
    footer,
    judgement,
    plural,
    price_words,
    reading_words,
    title,
)

MOST_OVERVIEW = 600
"""Characters of the two sentences on a change that was read in parts."""


def sections(review: Review, facts: RunFacts, *, bodies: bool) -> tuple[Block, ...]:
    """All that is told of a review. `bodies`: each finding with its whole text."""
    unread = review.plan.coverage.unread
    by_rule = [each for each in unread if each.by_rule]
    missed = [each for each in unread if not each.by_rule]
    return tuple(
        [
            Block(_verdict(review)),
            *findings(review.landed, bodies),
            *unposted(review, facts),
            *reviewers(review),
            *files("Not read", missed),
            *analysers(review),
            *set_aside(review),
            *votes(review),
            *decided(review),
            *files("Left out by rule", by_rule),
            Block(_footer(review, facts)),
        ]
    )


def _verdict(review: Review) -> str:
    parts = (f"**{title(review)}.**", judgement(review), reading_words(review))
    said = [" ".join(filter(None, parts))]
    if review.overview:
        said.append(cell(review.overview, MOST_OVERVIEW))
    if ignored := sum(each.ignored for each in review.set_aside):
        said.append(f"{plural(ignored, 'finding')} ignored by people here: see what is set aside.")
    if review.redacted:
        counted = plural(review.redacted, "secret")
        said.append(f"{counted} replaced in this change before anybody read it.")
    if review.policy_problem:
        said.append(
            "The defaults stand in for the repository's policy: " + cell(review.policy_problem)
        )
    if review.asides:
        said.append("\n".join(f"- {cell(each, 600)}" for each in review.asides))
    return "\n\n".join(said)


def _footer(review: Review, facts: RunFacts) -> str:
    parts = [duration(facts.seconds), price_words(review), f"run {code(facts.run)}"]
    said = f"AI Review {cell(facts.version, 40)} · head {code(facts.head_sha[:7])}"
    return f"---\n\n<sub>{' · '.join(parts)} · {said}. {footer(review)}</sub>"
