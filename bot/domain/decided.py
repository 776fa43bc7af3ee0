"""What a run decided and found, as its record keeps it. Pure: plan and review in, rows out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.domain.finding import REFUTED, Finding, Landed, SetAside, Trial
from bot.domain.plan import Assignment, Plan
from bot.domain.post import Receipt
from bot.domain.review import Failed, Outcome, Review
from bot.domain.run import (
    REVIEWER,
    Decision,
    Found,
    FoundStatus,
    RunRecord,
    RunStatus,
)

DONE, OPEN = RunStatus.COMPLETED, RunStatus.PENDING


def decisions(plan: Plan, review: Review | None) -> tuple[Decision, ...]:
    """Who reads and who does not, what was tried on the claims, and how the plan came about.

    `review` None: it is not there yet, and what depends on it is pending.
    """
    outcomes = {each.reviewer: each for each in review.outcomes} if review else {}
    notes = plan.notes if review is None else review.notes
    return (
        *(_assigned(each, outcomes.get(each.name), review) for each in plan.assignments),
        *(Decision(REVIEWER + each.reviewer, RunStatus.SKIPPED, each.why) for each in plan.skipped),
        *(_on_claims(review) if plan.assignments else ()),
        *(Decision("plan" if each in plan.notes else "review", DONE, each) for each in notes),
    )


def _assigned(assignment: Assignment, outcome: Outcome | None, review: Review | None) -> Decision:
    subject, why = REVIEWER + assignment.name, assignment.reason
    if review is None:
        return Decision(subject, OPEN, why)
    if outcome is None:
        return Decision(subject, RunStatus.FAILED, f"nothing is known of its share ({why})")
    if isinstance(outcome, Failed):
        return Decision(subject, RunStatus.FAILED, f"{outcome.why} (asked because: {why})")
    return Decision(subject, DONE, why)


def _on_claims(review: Review | None) -> Iterator[Decision]:
    if review is None:
        yield Decision("refuter", OPEN, "tries to prove wrong what the reviewers find")
        yield Decision("vote", OPEN, "on what would fail the check")
        return
    yield _refuter([*review.findings, *(each.finding for each in review.set_aside)], review)
    yield _vote([each for each in review.findings if not each.since])


def _refuter(claims: Sequence[Finding], review: Review) -> Decision:
    refuted = sum(_is_refuted(each) for each in review.set_aside)
    stood = sum(each.trial is Trial.STOOD and not each.since for each in claims)
    unchecked = sum(each.trial is Trial.UNCHECKED for each in claims)
    if unchecked:
        of = stood + refuted + unchecked
        return Decision("refuter", RunStatus.FAILED, f"{unchecked} of {of} claims were not checked")
    if not stood + refuted:
        return Decision("refuter", RunStatus.SKIPPED, "no claim was put to it")
    return Decision("refuter", DONE, f"{stood} stood, {refuted} refuted")


def _vote(standing: Sequence[Finding]) -> Decision:
    voted = [each for each in standing if each.votes or each.doubt]
    if not voted:
        return Decision("vote", RunStatus.SKIPPED, "no finding was put to it")
    held = sum(bool(each.doubt) for each in voted)
    said = f"{len(voted) - held} confirmed, {held} held back"
    failed = any(not each.votes for each in voted)
    return Decision("vote", RunStatus.FAILED if failed else DONE, said)


def found(review: Review, receipt: Receipt | None) -> tuple[Found, ...]:
    """Every finding of a review and what became of it, those that stand first.

    `receipt` None: no review was posted.
    """
    posted = frozenset(receipt.posted if receipt else ())
    refused = {each.fingerprint: each.why for each in (receipt.unposted if receipt else ())}
    return (
        *(_landed(each, posted, refused) for each in review.landed),
        *(
            replace(_found(each.finding, _aside(each), each.why), refuted=_verdict(each))
            for each in review.set_aside
        ),
    )


def _landed(landed: Landed, posted: frozenset[str], refused: dict[str, str]) -> Found:
    finding = landed.finding
    if landed.anchor is not None:
        if finding.fingerprint in posted:
            return _found(finding, FoundStatus.POSTED, landed.note)
        why = refused.get(finding.fingerprint, "no comment was posted")
        return _found(finding, FoundStatus.LISTED, why)
    # Only what has its comment already is listed with a note.
    if finding.since or (landed.listed and landed.note):
        why = landed.note or f"first found at {finding.since[:7]}"
        return _found(finding, FoundStatus.CARRIED, why)
    if landed.listed:
        why = "below the policy's least severity for comments, or over its number of them"
    else:
        why = landed.note or "no line of the diff takes its comment"
    return _found(finding, FoundStatus.LISTED, why)


def _found(finding: Finding, status: FoundStatus, why: str) -> Found:
    stood = finding.trial is Trial.STOOD and not finding.since
    return Found(
        fingerprint=finding.fingerprint,
        sources=finding.sources,
        severity=finding.severity,
        category=finding.category,
        path=finding.path,
        line=finding.line,
        title=finding.title,
        quote=finding.quote,
        status=status,
        why=why,
        side=finding.side,
        refuted=False if stood else None,
    )


def _aside(set_aside: SetAside) -> FoundStatus:
    earlier = bool(set_aside.finding.since) and not (set_aside.ignored or set_aside.muted)
    return FoundStatus.GONE if earlier else FoundStatus.SET_ASIDE


def _verdict(set_aside: SetAside) -> bool | None:
    """Whether an attempt to prove it wrong succeeded; None: none was made in this run."""
    if _is_refuted(set_aside):
        return True
    tried = set_aside.finding.trial is Trial.STOOD and not set_aside.finding.since
    return False if tried else None


def _is_refuted(set_aside: SetAside) -> bool:
    return set_aside.why.startswith(REFUTED)


def settled(record: RunRecord) -> tuple[Decision, ...]:
    """The record's decisions; what an ended run has left open shares its end."""
    if not record.status.ended:
        return record.decisions
    end = RunStatus.FAILED if record.status is RunStatus.COMPLETED else record.status
    return tuple(
        replace(each, status=end, why=f"not reached ({each.why})") if each.status is OPEN else each
        for each in record.decisions
    )
