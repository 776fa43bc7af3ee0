"""What people ignore is set aside, counted, and weighs nothing."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.asked import Person
from bot.domain.decided import found
from bot.domain.finding import Category, Finding, Severity
from bot.domain.pull import RepoPolicy
from bot.domain.review import Completed, Verdict
from bot.domain.run import FoundStatus
from bot.domain.wishes import Dismissal
from bot.reporting.words import title
from bot.reviewing.conclude import Judged, conclude
from bot.reviewing.silence import silence
from tests.reviewing.making import a_change, a_plan, evidence, finding

ADA = Person(1, "ada")


def dismissal(of: Finding, reason: str = "") -> Dismissal:
    return Dismissal(of.fingerprint, ADA, 1.0, 1, of.title, of.path, of.category, reason)


CLAIMS = [finding(title=f"claim {nth}", severity=Severity.HIGH) for nth in range(6)]


@given(st.lists(st.sampled_from(CLAIMS)), st.sets(st.sampled_from(CLAIMS)))
def test_nothing_is_lost_and_only_what_is_ignored_is_set_aside(
    claims: list[Finding], hushed: set[Finding]
) -> None:
    told, aside = silence(claims, {each.fingerprint: dismissal(each) for each in hushed})
    assert list(told) == [each for each in claims if each not in hushed]
    assert [each.finding for each in aside] == [each for each in claims if each in hushed]
    assert all(each.ignored and not each.unjudged for each in aside)


def test_an_ignored_finding_does_not_fail_the_check_and_is_told_with_who_and_why() -> None:
    bad = finding(severity=Severity.HIGH)
    kept = {bad.fingerprint: dismissal(bad, "the store is hashed")}
    judged = Judged(a_plan("security"), (Completed("security", (bad,)),), (bad,), ignored=kept)
    review = conclude(judged, a_change(), RepoPolicy())
    assert review.verdict is Verdict.SUCCESS
    assert review.landed == ()
    assert [each.why for each in review.set_aside] == ["ignored by ada: the store is hashed"]
    assert title(review) == "No findings, 1 ignored"


def test_what_an_analyser_says_is_ignored_as_well() -> None:
    change = a_change((evidence(),))
    judged = Judged(replace(a_plan(), static_only=True))
    [landed] = conclude(judged, change, RepoPolicy()).landed
    kept = {landed.finding.fingerprint: dismissal(landed.finding)}
    review = conclude(replace(judged, ignored=kept), change, RepoPolicy())
    assert review.landed == ()
    assert [each.why for each in review.set_aside] == ["ignored by ada"]


def test_an_ignored_finding_of_an_earlier_head_is_not_told_as_gone() -> None:
    old = finding(since="abcdef0")
    judged = Judged(a_plan(), (), (old,), ignored={old.fingerprint: dismissal(old)})
    review = conclude(judged, a_change(), RepoPolicy())
    [kept] = found(review, None)
    assert (kept.status, kept.ignored) == (FoundStatus.SET_ASIDE, True)


def test_another_category_or_claim_is_another_finding() -> None:
    one = finding(category=Category.SECURITY)
    other = finding(category=Category.QUALITY)
    told, aside = silence([one, other], {one.fingerprint: dismissal(one)})
    assert told == (other,)
    assert [each.finding for each in aside] == [one]
