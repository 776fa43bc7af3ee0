"""What a run decided and found, from its plan and its review."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.decided import decisions, found, settled
from bot.domain.finding import (
    REFUTED,
    Category,
    Finding,
    Landed,
    SetAside,
    Severity,
    Stance,
    Trial,
    Vote,
)
from bot.domain.patch import Anchor
from bot.domain.plan import Assignment, Coverage, Plan, Reviewer, Skip, Tier
from bot.domain.post import Receipt, Unposted
from bot.domain.review import Completed, Failed, Review, Verdict
from bot.domain.run import Decision, FoundStatus, RunRecord, RunStatus

DONE, FAIL, SKIP, OPEN = (
    RunStatus.COMPLETED,
    RunStatus.FAILED,
    RunStatus.SKIPPED,
    RunStatus.PENDING,
)
TIER = Tier("standard", "m", None, 100)
CLAIM = Finding("a.py", 4, 4, Severity.HIGH, Category.SECURITY, "t", "b", "x = 1", ("security",))
HERE = Anchor("a.py", 4, 4)


def assignment(name: str, part: int = 0) -> Assignment:
    reviewer = Reviewer(name, Category(name), "standard", (), (), Severity.LOW, 8, "Look.")
    return Assignment(reviewer, TIER, ("a.py",), f"{name} is called", "", 10, None, part=part)


PLAN = Plan(
    (assignment("security"), assignment("quality", part=2)),
    (Skip("performance", "only docs changed"),),
    Coverage(1, 1),
    None,
    notes=("Only $1 may be spent.",),
)
OUTCOMES = (Completed("security"), Failed("quality@2", "It timed out."))


def review(*findings: Finding, aside: tuple[SetAside, ...] = ()) -> Review:
    landed = tuple(Landed(each, HERE) for each in findings)
    return Review(Verdict.NEUTRAL, landed, aside, OUTCOMES, (), PLAN, notes=PLAN.notes)


def said(decided: tuple[Decision, ...]) -> dict[str, tuple[RunStatus, str]]:
    assert len({each.subject for each in decided}) == len(decided)
    return {each.subject: (each.status, each.why) for each in decided}


def test_before_the_review_is_there_its_part_is_open() -> None:
    assert said(decisions(PLAN, None)) == {
        "reviewer security": (OPEN, "security is called"),
        "reviewer quality@2": (OPEN, "quality is called"),
        "reviewer performance": (SKIP, "only docs changed"),
        "refuter": (OPEN, "tries to prove wrong what the reviewers find"),
        "vote": (OPEN, "on what would fail the check"),
        "plan": (DONE, "Only $1 may be spent."),
    }


def test_after_it_each_reviewer_has_its_end_and_its_reason() -> None:
    known = said(decisions(PLAN, replace(review(), notes=(*PLAN.notes, "No cache was used."))))
    assert known["reviewer security"] == (DONE, "security is called")
    assert known["reviewer quality@2"] == (FAIL, "It timed out. (asked because: quality is called)")
    assert known["reviewer performance"] == (SKIP, "only docs changed")
    assert known["review"] == (DONE, "No cache was used.")


def test_a_reviewer_of_whom_nothing_is_known_has_failed() -> None:
    lost = replace(review(), outcomes=OUTCOMES[1:])
    status, why = said(decisions(PLAN, lost))["reviewer security"]
    assert (status, why) == (FAIL, "nothing is known of its share (security is called)")


def test_where_nobody_reads_nothing_is_said_of_the_refuter() -> None:
    alone = replace(PLAN, assignments=(), notes=())
    assert set(said(decisions(alone, None))) == {"reviewer performance"}


STOOD = replace(CLAIM, trial=Trial.STOOD)
UNCHECKED = replace(CLAIM, trial=Trial.UNCHECKED)
OLD = replace(STOOD, since="abc")
REFUTATION = SetAside(CLAIM, f"{REFUTED}it is checked above")
DUPLICATE = SetAside(STOOD, "the same problem as at b.py:2, where it is told")
YES, NO = Vote("author", Stance.CONFIRM, "so"), Vote("attacker", Stance.REFUTE, "not so")


@pytest.mark.parametrize(
    ("reached", "status", "why"),
    [
        pytest.param(review(), SKIP, "no claim was put to it", id="nothing found"),
        pytest.param(review(CLAIM), SKIP, "no claim was put to it", id="low, or by a tool"),
        pytest.param(review(OLD), SKIP, "no claim was put to it", id="it stood in an earlier run"),
        pytest.param(
            review(STOOD, aside=(REFUTATION, DUPLICATE)), DONE, "2 stood, 1 refuted", id="tried"
        ),
        pytest.param(
            review(STOOD, UNCHECKED), FAIL, "1 of 2 claims were not checked", id="not all checked"
        ),
    ],
)
def test_the_refuters_row(reached: Review, status: RunStatus, why: str) -> None:
    assert said(decisions(PLAN, reached))["refuter"] == (status, why)


@pytest.mark.parametrize(
    ("reached", "status", "why"),
    [
        pytest.param(review(CLAIM), SKIP, "no finding was put to it", id="no vote needed"),
        pytest.param(
            review(replace(CLAIM, votes=(YES, YES)), replace(CLAIM, votes=(NO,), doubt="disagree")),
            DONE,
            "1 confirmed, 1 held back",
            id="both ways",
        ),
        pytest.param(
            review(replace(CLAIM, doubt="could not be confirmed, 3 of 3 votes failed")),
            FAIL,
            "0 confirmed, 1 held back",
            id="nobody could be had",
        ),
    ],
)
def test_the_votes_row(reached: Review, status: RunStatus, why: str) -> None:
    assert said(decisions(PLAN, reached))["vote"] == (status, why)


RECEIPT = Receipt(1, "", posted=(CLAIM.fingerprint,))
REFUSED = Receipt(1, "", unposted=(Unposted(CLAIM.fingerprint, "line is not in the diff"),))
POSTED, LISTED, ASIDE, CARRIED, GONE = FoundStatus


@pytest.mark.parametrize(
    ("landed", "receipt", "status", "why"),
    [
        pytest.param(Landed(CLAIM, HERE, "refers to line 4"), RECEIPT, POSTED, "refers to line 4"),
        pytest.param(Landed(CLAIM, HERE), REFUSED, LISTED, "line is not in the diff"),
        pytest.param(Landed(CLAIM, HERE), None, LISTED, "no comment was posted"),
        pytest.param(Landed(CLAIM, None), RECEIPT, LISTED, "no line of the diff takes its comment"),
        pytest.param(
            Landed(CLAIM, None, listed=True),
            RECEIPT,
            LISTED,
            "below the policy's least severity for comments, or over its number of them",
        ),
        pytest.param(
            Landed(CLAIM, None, "commented at an earlier head", listed=True),
            RECEIPT,
            CARRIED,
            "commented at an earlier head",
        ),
        pytest.param(
            Landed(replace(CLAIM, since="abcdef0123"), None),
            None,
            CARRIED,
            "first found at abcdef0",
        ),
        pytest.param(Landed(replace(CLAIM, since="abcdef0123"), HERE), RECEIPT, POSTED, ""),
    ],
)
def test_where_a_finding_went(
    landed: Landed, receipt: Receipt | None, status: FoundStatus, why: str
) -> None:
    [one] = found(replace(review(), landed=(landed,)), receipt)
    assert (one.status, one.why, one.accepted) == (status, why, None)
    assert (one.fingerprint, one.quote) == (CLAIM.fingerprint, "x = 1")


@pytest.mark.parametrize(("since", "status"), [("", ASIDE), ("abcdef0", GONE)])
def test_what_was_told_earlier_is_not_claimed_again(since: str, status: FoundStatus) -> None:
    aside = SetAside(replace(STOOD, since=since), "its code is gone")
    [one] = found(review(aside=(aside,)), None)
    assert (one.status, one.refuted) == (status, None if since else False)


@pytest.mark.parametrize(
    ("reached", "refuted"),
    [
        pytest.param(review(CLAIM), None, id="nobody tried"),
        pytest.param(review(UNCHECKED), None, id="nobody could be had"),
        pytest.param(review(OLD), None, id="it stood in an earlier run"),
        pytest.param(review(STOOD), False, id="it stood"),
        pytest.param(review(aside=(DUPLICATE,)), False, id="it stood, and is told elsewhere"),
        pytest.param(review(aside=(REFUTATION,)), True, id="refuted"),
        pytest.param(review(aside=(SetAside(CLAIM, "quotes no code"),)), None, id="set aside"),
    ],
)
def test_what_the_refuter_made_of_it(reached: Review, refuted: bool | None) -> None:
    [one] = found(reached, None)
    assert one.refuted is refuted


def test_finders_are_reviewers_and_tools_without_their_rules() -> None:
    both = replace(CLAIM, sources=("ruff:S608", "security", "ruff:S105"))
    [one] = found(review(both), None)
    assert one.finders == ("ruff", "security")


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (RunStatus.RUNNING, OPEN),
        (RunStatus.BLOCKED, RunStatus.BLOCKED),
        (RunStatus.CANCELLED, RunStatus.CANCELLED),
        (RunStatus.COMPLETED, FAIL),
    ],
)
def test_what_an_ended_run_left_open_is_not_pending(status: RunStatus, shown: RunStatus) -> None:
    made = decisions(PLAN, None)
    run = RunRecord("r", "a/b", 1, 1, "abc", None, "opened", status, 1.0, decisions=made)
    assert settled(run)[0].status is shown
    assert settled(run)[2] == made[2]
