"""What is known of a finding besides its own words, a clause each. Not sanitised."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.finding import Finding, Landed, Stance, Trial

_TRIALS = {
    Trial.STOOD: "a refuter could not disprove it",
    Trial.UNCHECKED: "no refuter saw it",
}


def standing(finding: Finding) -> Iterator[str]:
    """Why it does not fail the check, then who else looked at it, and when it was found."""
    if finding.doubt:
        yield doubt_words(finding)
    elif votes := vote_words(finding):
        yield votes
    if finding.trial in _TRIALS:
        yield _TRIALS[finding.trial]
    if finding.since:
        still = "" if finding.open else ", its code has not changed"
        yield f"first found at {finding.since[:7]}{still}"


def doubt_words(finding: Finding) -> str:
    """Why it does not fail the check, or that nobody knows whether it still holds; else ""."""
    if finding.open or not finding.doubt:
        return finding.doubt
    return f"does not fail the check: {finding.doubt}"


def confidence(finding: Finding) -> str:
    """As in "confidence 90%"; "" where its source gave none."""
    return "" if finding.confidence is None else f"confidence {finding.confidence:.0%}"


def vote_words(finding: Finding) -> str:
    """As in "2 of 3 confirm", of the votes there are; "" where nobody voted.

    A doubt counts them itself, those that failed included, and is said instead.
    """
    if not finding.votes:
        return ""
    count = sum(each.stance is Stance.CONFIRM for each in finding.votes)
    return f"{count} of {len(finding.votes)} {'confirms' if count == 1 else 'confirm'}"


def commented_before(landed: Landed) -> bool:
    """Whether a comment from an earlier head stands for it: it is listed, and a note says so."""
    return landed.listed and bool(landed.note)
