"""A review as one Markdown document, findings with their whole text: a job summary, a file."""

from __future__ import annotations

from bot.domain.review import Review
from bot.reporting.facts import RunFacts
from bot.reporting.fit import fit
from bot.reporting.sections import sections

LIMIT = 1_000_000
"""Bytes; a job's summary in GitHub Actions takes 1 MiB."""


def markdown(review: Review, facts: RunFacts) -> str:
    """The whole report. Nothing was posted anywhere else, so nothing is left for the comments."""
    return "## AI Review\n\n" + fit(sections(review, facts, bodies=True), LIMIT) + "\n"
