import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.finding import OVER_LIMIT, Category, Finding, SetAside, Severity
from bot.domain.patch import Anchor, Hunk, Patch
from bot.domain.plan import Change, Coverage, Plan, ToolReport, Unread
from bot.domain.pull import RepoPolicy
from bot.domain.review import Completed, Failed, Outcome, Review, Verdict
from bot.reporting.words import title
from bot.reviewing.conclude import Judged, conclude
from bot.service.review_change import unfinished
from tests.examples import examples
from tests.reviewing.making import a_change, a_plan, evidence, finding

POLICY = RepoPolicy()


def concluded(
    plan: Plan, outcomes: tuple[Outcome, ...], change: Change, policy: RepoPolicy, **more: Any
) -> Review:
    """A review of what the reviewers said, with no stage between them and the end."""
    said = tuple(finding for each in outcomes for finding in each.findings)
    dropped = tuple(each for one in outcomes for each in one.set_aside)
    return conclude(Judged(plan, outcomes, said, dropped, **more), change, policy)


def titles(found: tuple[Finding, ...]) -> list[str]:
    return [each.title for each in found]


def test_a_finding_lands_on_its_line_and_fails_the_check() -> None:
    done = Completed("security", (finding(),))
    review = concluded(a_plan("security"), (done,), a_change(), POLICY)
    [landed] = review.landed
    assert landed.anchor == Anchor("src/cart.py", 5, 5)
    assert review.verdict is Verdict.FAILURE
    assert review.outcomes == (done,)


def test_nothing_found_is_a_success_only_when_all_was_read() -> None:
    done = (Completed("security"),)
    plan = a_plan("security")
    assert concluded(plan, done, a_change(), POLICY).verdict is Verdict.SUCCESS
    failed: tuple[Outcome, ...] = (Failed("security", "timed out"),)
    assert concluded(plan, failed, a_change(), POLICY).verdict is Verdict.NEUTRAL


def test_below_the_floor_for_comments_is_listed() -> None:
    low = finding(severity=Severity.LOW)
    policy = RepoPolicy(comment_at=Severity.MEDIUM)
    review = concluded(a_plan("security"), (Completed("security", (low,)),), a_change(), policy)
    assert [each.anchor for each in review.landed] == [None]


def test_the_worst_get_the_comments_and_the_rest_the_list() -> None:
    found = tuple(
        finding(title=f"problem{n}", severity=severity, path="src/util.py", line=1, end_line=1)
        for n, severity in enumerate((Severity.LOW, Severity.CRITICAL, Severity.HIGH))
    )
    done = Completed("security", found)
    review = concluded(a_plan("security"), (done,), a_change(), RepoPolicy(max_comments=2))
    assert titles(review.findings) == ["problem1", "problem2", "problem0"]
    assert [each.anchor is None for each in review.landed] == [False, False, True]


def test_a_listed_finding_still_fails_the_check() -> None:
    done = (Completed("security", (finding(),)),)
    review = concluded(a_plan("security"), done, a_change(), RepoPolicy(max_comments=0))
    assert review.landed[0].anchor is None
    assert review.verdict is Verdict.FAILURE


def test_evidence_a_reviewer_did_not_confirm_is_set_aside_and_says_so() -> None:
    change = a_change((evidence(),))
    silent = concluded(a_plan("security"), (Completed("security"),), change, POLICY)
    [aside] = silent.set_aside
    assert (aside.finding.sources, aside.why) == (
        ("ruff:S608",),
        "a reviewer read the file and did not confirm it",
    )
    agreed = Completed("security", (finding(category=Category.SECURITY),))
    assert concluded(a_plan("security"), (agreed,), change, POLICY).set_aside == ()


UNREAD_BY_RULE = Coverage(4, 2, (Unread("src/cart.py", 2, "ignored", by_rule=True),))


@pytest.mark.parametrize(
    ("outcome", "proof", "more", "posted"),
    [
        pytest.param(Completed("security"), {}, {}, False, id="judged by its reviewer"),
        pytest.param(Failed("security", "x"), {}, {}, True, id="its reviewer failed"),
        pytest.param(
            Completed("security"), {"category": Category.QUALITY}, {}, True, id="nobody's category"
        ),
        pytest.param(Completed("security"), {"tool": "secrets"}, {}, True, id="a secret"),
        pytest.param(Completed("security"), {"tool": "gitleaks"}, {}, True, id="gitleaks"),
        pytest.param(Failed("security", "x"), {"line": 6}, {}, False, id="line not added"),
        pytest.param(
            Failed("security", "x"), {}, {"coverage": UNREAD_BY_RULE}, False, id="ignored by rule"
        ),
        pytest.param(
            Failed("security", "x"),
            {"tool": "secrets"},
            {"coverage": UNREAD_BY_RULE},
            True,
            id="a secret in an ignored file",
        ),
    ],
)
def test_when_evidence_speaks_for_itself(
    outcome: Outcome, proof: dict[str, Any], more: dict[str, Any], posted: bool
) -> None:

    plan = replace(a_plan("security"), **more)
    review = concluded(plan, (outcome,), a_change((evidence(**proof),)), POLICY)
    assert bool(review.landed) is posted


def test_without_a_model_the_analysers_are_the_reviewers() -> None:
    review = concluded(a_plan(static_only=True), (), a_change((evidence(),)), POLICY)
    [landed] = review.landed
    assert landed.finding.sources == ("ruff:S608",)
    assert landed.finding.quote.strip().startswith("rows = db.query")
    assert review.verdict is Verdict.NEUTRAL


def test_evidence_that_begins_before_the_change_is_told_at_the_added_line() -> None:
    proof = evidence(4, end_line=5)
    [landed] = concluded(a_plan(static_only=True), (), a_change((proof,)), POLICY).landed
    assert (landed.finding.line, landed.finding.end_line) == (5, 5)


def test_what_was_set_aside_stays_visible() -> None:
    aside = SetAside(finding(title="made up"), "quotes code that is not in the file")
    review = concluded(
        a_plan("security"), (Completed("security", set_aside=(aside,)),), a_change(), POLICY
    )
    assert review.set_aside == (aside,)
    assert review.verdict is Verdict.SUCCESS


def test_a_tool_that_could_not_read_all_keeps_the_check_from_success() -> None:
    change = a_change()
    broken = ToolReport("ruff", "1", 1, (), ("src/util.py is not Python.",))

    review = concluded(
        a_plan("security"), (Completed("security"),), replace(change, tools=(broken,)), POLICY
    )
    assert review.verdict is Verdict.NEUTRAL


drafts = st.builds(
    finding,
    path=st.sampled_from(["src/cart.py", "src/util.py", "gone.py"]),
    line=st.integers(1, 12),
    end_line=st.just(12),
    severity=st.sampled_from(list(Severity)),
    title=st.sampled_from(["one thing", "another matter", "third"]),
    sources=st.sampled_from([("security",), ("quality",), ("performance",)]),
)


@given(st.lists(drafts, max_size=10).map(tuple), st.integers(0, 3), st.sampled_from(Severity))
@examples(150)
def test_no_finding_is_lost_or_invented(
    said: tuple[Finding, ...], most: int, floor: Severity
) -> None:
    change = a_change()
    policy = RepoPolicy(max_comments=most, comment_at=floor)
    review = concluded(a_plan("security"), (Completed("security", said),), change, policy)
    told = "\n".join(f"{each.title}\n{each.body}" for each in review.findings)
    assert all(each.title in told for each in said)
    assert {s for each in review.findings for s in each.sources} == {
        s for each in said for s in each.sources
    }
    inline = [each for each in review.landed if each.anchor is not None]
    assert len(inline) <= most
    assert all(change.patch.accepts(each.anchor) for each in inline if each.anchor)
    assert all(each.finding.severity.at_least(floor) for each in inline)


def test_a_file_whose_name_held_a_secret_is_only_listed() -> None:
    named = "src/«redacted: GitHub token».py"
    change = a_change()
    files = tuple(replace(each, path=named) for each in change.patch.files)
    done = Completed("security", (finding(path=named),))
    change = replace(change, patch=replace(change.patch, files=files))
    [landed] = concluded(a_plan("security"), (done,), change, POLICY).landed
    assert landed.anchor is None


@pytest.mark.parametrize("judged", [False, True], ids=["analysers alone", "a reviewer read it"])
def test_a_file_made_to_have_thousands_of_findings_does_not_hold_up_the_others(
    judged: bool,
) -> None:
    count = 2_000
    rows = tuple(f"+eval(x{n})" for n in range(count))
    flood = replace(a_change().patch.files[1], hunks=(Hunk(0, 0, 1, count, "", rows),))
    reports = tuple(evidence(n, path=flood.path) for n in range(1, count + 1))
    change = replace(a_change(reports), patch=Patch((flood,)))
    plan = a_plan("security") if judged else replace(a_plan(), static_only=True)
    begun = time.process_time()
    review = concluded(plan, (Completed("security"),) if judged else (), change, POLICY)
    assert time.process_time() - begun < 3
    assert len(review.set_aside if judged else review.findings) == count


def test_what_is_in_doubt_does_not_fail_the_check() -> None:
    doubted = finding(doubt="reviewers disagree, 1 of 3 confirms")
    review = concluded(a_plan("security"), (Completed("security", (doubted,)),), a_change(), POLICY)
    assert review.verdict is Verdict.NEUTRAL


def test_claims_over_a_reviewers_limit_are_told_where_no_other_stands() -> None:
    too_many = SetAside(finding(), f"{OVER_LIMIT} of 5 findings a reviewer may report")
    outcomes = (Completed("security", (), (too_many,)),)
    judged = Judged(a_plan("security"), outcomes, (), (too_many,))
    review = conclude(judged, a_change(), RepoPolicy())
    assert review.verdict is Verdict.NEUTRAL
    assert title(review) == "Incomplete: 1 claim over a reviewer's limit not judged"
    assert unfinished(review)


def test_a_failure_keeps_what_was_said_before_it() -> None:
    said = Failed("security", "The answer was cut off.", (finding(),))
    review = concluded(a_plan("security"), (said,), a_change(), POLICY)
    assert titles(review.findings) == [finding().title]
    assert review.verdict is Verdict.FAILURE


def test_what_has_a_comment_already_is_listed_and_not_said_on_its_line_again() -> None:
    known = frozenset({finding().fingerprint})
    done = (Completed("security", (finding(),)),)
    review = concluded(a_plan("security"), done, a_change(), POLICY, commented=known)
    [landed] = review.landed
    assert landed.anchor is None
    assert landed.listed
    assert landed.note == "commented at an earlier head"
    assert review.verdict is Verdict.FAILURE


def test_evidence_in_a_file_that_was_read_before_is_judged() -> None:
    change = a_change((evidence(),))
    plan = a_plan()
    alone = concluded(plan, (), change, POLICY)
    assert len(alone.findings) == 1
    read = frozenset({(Category.SECURITY, "src/cart.py")})
    judged = concluded(plan, (), change, POLICY, read_before=read)
    assert judged.findings == ()
    assert "did not confirm" in judged.set_aside[0].why
