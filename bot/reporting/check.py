"""A review as the check run shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.finding import Finding, Severity
from bot.domain.patch import Side
from bot.domain.post import Annotation, CheckReport, Conclusion, Level
from bot.domain.review import Review, Verdict
from bot.guard.sanitise import plain, prose
from bot.reporting.claims import commented_before, doubt_words
from bot.reporting.facts import RunFacts
from bot.reporting.fit import fit
from bot.reporting.sections import sections
from bot.reporting.words import title

__all__ = ["RunFacts", "cancelled", "report", "skipped", "unfinished"]

LIMIT = 65_000
"""Bytes of a summary. GitHub takes 65,535 characters; others count bytes, so do we."""

_CONCLUSIONS = {
    Verdict.SUCCESS: Conclusion.SUCCESS,
    Verdict.NEUTRAL: Conclusion.NEUTRAL,
    Verdict.FAILURE: Conclusion.FAILURE,
}
_LEVELS = {
    Severity.LOW: Level.NOTICE,
    Severity.MEDIUM: Level.WARNING,
    Severity.HIGH: Level.FAILURE,
    Severity.CRITICAL: Level.FAILURE,
}


def report(review: Review, run: RunFacts) -> CheckReport:
    """The check of a review that ran to its end."""
    return CheckReport(
        conclusion=_CONCLUSIONS[review.verdict],
        title=plain(title(review), 200),
        summary=fit(sections(review, run, bodies=False), LIMIT),
        annotations=tuple(_annotations(review, run)),
    )


def _annotations(review: Review, run: RunFacts) -> Iterator[Annotation]:
    """One for each finding that no comment stands for: the same words twice on a line are noise."""
    posted = frozenset(run.receipt.posted) if run.receipt else frozenset[str]()
    for landed in review.landed:
        finding = landed.finding
        # Where an open one would stand now nobody knows; the summary has it.
        said = finding.fingerprint in posted or commented_before(landed) or finding.open
        if finding.side is Side.RIGHT and not said:
            yield _annotation(finding)


def _annotation(finding: Finding) -> Annotation:
    severity, level = finding.severity, _LEVELS[finding.severity]
    said = plain(doubt_words(finding), 320)
    doubt = f"\n\n{said[:1].upper()}{said[1:]}" if said else ""
    return Annotation(
        path=finding.path,
        start_line=finding.line,
        end_line=max(finding.line, finding.end_line),
        level=Level.WARNING if doubt and level is Level.FAILURE else level,
        title=plain(f"{severity.value.capitalize()}: {finding.title}", 200),
        message=(plain(finding.body, 2_000) or plain(finding.title, 200)) + doubt,
    )


def skipped(reason: str, notes: Sequence[str] = ()) -> CheckReport:
    """The check of a pull request that is not reviewed, why, and what else is to be said of it."""
    said = [
        f"Not reviewed: {prose(reason, 1_000)}.",
        *(f"- {prose(each, 1_000)}" for each in notes),
    ]
    title = plain(f"Skipped: {reason}", 200)
    return CheckReport(Conclusion.SKIPPED, title, "\n\n".join(said))


def grouped(conclusion: Conclusion, why: str) -> CheckReport:
    """The check of a commit that a merge queue made, and why it says so."""
    first = "Reviewed before" if conclusion is Conclusion.SUCCESS else "Not known to be reviewed"
    said = f"{first}: {prose(why, 1_000)}."
    return CheckReport(conclusion, plain(f"{first}: {why}", 200), said)


def cancelled(why: str) -> CheckReport:
    """The check of a run that was stopped, and why."""
    return CheckReport(
        Conclusion.CANCELLED, plain(f"Cancelled: {why}", 200), f"Cancelled. {prose(why, 1_000)}"
    )


def unfinished(why: str) -> CheckReport:
    """The check of a run that could not be ended. It blocks nobody, and says that it is no pass."""
    return CheckReport(
        Conclusion.NEUTRAL,
        "Review did not complete",
        f"{prose(why, 2_000)}\n\nThis change was not reviewed and needs a person. "
        "Re-run this check to try again.",
    )
