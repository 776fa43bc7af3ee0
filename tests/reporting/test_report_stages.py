"""What the check says of every stage, sentence by sentence."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.finding import UNANSWERED, Finding, Landed, Stance, Trial, Vote
from bot.domain.money import Usage, Usd
from bot.domain.plan import Coverage, Risk, Skip, Unread
from bot.domain.review import Call, Completed, Failed, Review, Verdict
from bot.reporting.check import report
from bot.reporting.claims import standing
from bot.reporting.comments import review_post
from bot.reporting.panel import beside, did, not_run
from bot.reporting.shares import readers, seconds_of
from bot.reporting.untrusted import MARKDOWN, TERMINAL
from bot.reporting.words import (
    coverage_words,
    joined,
    judgement,
    price_words,
    reading_words,
    spent_words,
    title,
    token_words,
)
from tests.reporting.reviews import (
    CALLS,
    CLEAN,
    DONE,
    FACTS,
    FAILED,
    LOOP,
    MIXED,
    PLAN,
    STATIC,
    review,
)
from tests.reporting.stages import (
    ALL_FAILED,
    CUT_OFF,
    DEEP,
    DISAGREEMENT,
    DOUBTED,
    FALLBACK,
    IN_PARTS,
    NO_MONEY,
    OUTCOMES,
    PARTS,
    REFUTED,
    REUSED,
    SHED,
    STOOD,
    VOTED,
    VOTERS,
    asked,
    lost,
)

UNCHECKED = replace(STOOD, trial=Trial.UNCHECKED)
NO_VOTE = replace(STOOD, doubt="could not be confirmed, 3 of 3 votes failed")
ONE_VOTE = replace(
    STOOD,
    votes=(Vote("the reader", Stance.CONFIRM, "it does"),),
    doubt="could not be confirmed, 2 of 3 votes failed",
)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        pytest.param(LOOP, (), id="nobody tried"),
        pytest.param(STOOD, ("a refuter could not disprove it",), id="stood"),
        pytest.param(UNCHECKED, ("no refuter saw it",), id="unchecked"),
        pytest.param(VOTED, ("2 of 3 confirm", "a refuter could not disprove it"), id="voted"),
        pytest.param(
            DOUBTED,
            (
                "does not fail the check: reviewers disagree, 1 of 3 confirms",
                "a refuter could not disprove it",
            ),
            id="votes are counted once",
        ),
        pytest.param(
            ONE_VOTE,
            (
                "does not fail the check: could not be confirmed, 2 of 3 votes failed",
                "a refuter could not disprove it",
            ),
            id="a doubt counts the votes that failed",
        ),
        pytest.param(
            replace(LOOP, since="0123abcd4567"),
            ("first found at 0123abc, its code has not changed",),
            id="carried",
        ),
    ],
)
def test_what_is_known_of_a_finding_is_said(found: Finding, said: tuple[str, ...]) -> None:
    assert tuple(standing(found)) == said


def on_security(**over: object) -> Review:
    """A review whose plan gives security another tier, risk or reason."""
    security = replace(PLAN.assignments[0], **over)  # type: ignore[arg-type]
    return review(plan=replace(PLAN, assignments=(security, PLAN.assignments[1])))


def all_parts(*failed: str) -> Review:
    """The review in parts; the named shares failed for one reason."""
    outcomes = tuple(
        Failed(each.reviewer, CUT_OFF) if each.reviewer in failed else Completed(each.reviewer)
        for each in OUTCOMES
    )
    return review(plan=IN_PARTS, outcomes=outcomes, calls=())


def lowered(part: int) -> Review:
    """The review in parts, one of security's on another tier."""
    tier = PLAN.assignments[0].tier
    reason = "src/auth/0.py touches authentication; on the cheap tier instead of deep"
    assignments = tuple(
        replace(each, tier=tier, reason=reason) if each.name == f"security@{part}" else each
        for each in IN_PARTS.assignments
    )
    plan = replace(IN_PARTS, assignments=assignments)
    return review(plan=plan, outcomes=all_parts().outcomes, calls=())


AUTH = "src/login.py touches authentication"
AUTH_0 = "src/auth/0.py touches authentication"


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        pytest.param(CLEAN, f"read 1 file (model-small): {AUTH}", id="one share"),
        pytest.param(
            on_security(risk=Risk.HIGH, tier=DEEP),
            f"read 1 file (high risk, answered by model-small in place of model-large): {AUTH}",
            id="high risk, another model",
        ),
        pytest.param(on_security(risk=Risk.LOW), f"read 1 file (model-small, low risk): {AUTH}"),
        pytest.param(
            FAILED,
            "failed (model-small): the model's API did not answer within 120 s.",
            id="failed",
        ),
        pytest.param(
            review(outcomes=DONE[1:]),
            "has no outcome: nothing is known of its 1 file",
            id="no outcome",
        ),
        pytest.param(
            FALLBACK,
            f"read 1 file (answered by model-small-20260301 in place of model-large): {AUTH}",
            id="fallback",
        ),
        pytest.param(
            review(calls=(asked("security", "review:security", "model-small-20260301"),)),
            f"read 1 file (model-small): {AUTH}",
            id="a dated version is the model that was asked",
        ),
        pytest.param(
            all_parts(), f"read 34 files in 3 parts (model-large): {AUTH_0}", id="all parts"
        ),
        pytest.param(
            PARTS,
            f"read 28 files in 2 of 3 parts (model-large): {AUTH_0}; "
            "failed in part 2 (bot/github): The answer was cut off at its length limit.",
            id="one part failed",
        ),
        pytest.param(
            all_parts("security@1", "security@3"),
            f"read 6 files in 1 of 3 parts (model-large): {AUTH_0}; "
            f"failed in parts 1 (src/auth) and 3 (web): {CUT_OFF}",
            id="two parts failed for one reason",
        ),
        pytest.param(
            all_parts("security@1", "security@2", "security@3"),
            f"failed in parts 1 (src/auth), 2 (bot/github) and 3 (web) (model-large): {CUT_OFF}",
            id="every part failed",
        ),
        pytest.param(
            lowered(2),
            "read 34 files in 3 parts (model-large, model-small): "
            f"{AUTH_0}; part 2 on the cheap tier instead of deep",
            id="one part on another tier",
        ),
        pytest.param(
            replace(
                all_parts(),
                calls=(
                    asked("security", "review:security@1", "model-large"),
                    asked("security", "review:security@2", "model-small"),
                    asked("security", "review:security@3.1", "model-large"),
                ),
            ),
            "read 34 files in 3 parts (model-large, answered by model-small in place of "
            f"model-large in part 2): {AUTH_0}",
            id="another model in one part",
        ),
    ],
)
def test_a_reviewer_is_told_in_one_row(shown: Review, said: str) -> None:
    first = readers(shown)[0]
    assert did(first, shown, TERMINAL) == said


def test_every_part_that_failed_is_counted_where_not_all_can_be_named() -> None:
    parts = tuple(replace(IN_PARTS.parts[0], number=at, name=f"p{at}") for at in range(1, 6))
    assignments = tuple(replace(IN_PARTS.assignments[0], part=at) for at in range(1, 6))
    shown = review(
        plan=replace(IN_PARTS, parts=parts, assignments=assignments),
        outcomes=tuple(Failed(each.name, CUT_OFF) for each in assignments),
    )
    [reader] = readers(shown)
    assert "failed** in parts 1 (`p1`), 2 (`p2`), 3 (`p3`) and 2 more" in did(
        reader, shown, MARKDOWN
    )


def test_an_outcome_of_nobody_in_the_plan_is_shown_too() -> None:
    shown = review(outcomes=(*DONE, Failed("stranger", "It broke.")))
    assert did(readers(shown)[-1], shown, TERMINAL) == "failed: It broke."
    assert did(readers(review(outcomes=(*DONE, Completed("x"))))[-1], shown, TERMINAL) == "ran"


def test_what_a_reviewer_said_before_it_failed_counts_as_its_own() -> None:
    [security, _] = readers(PARTS)
    assert security.lost[0].outcome == OUTCOMES[1]
    assert sum("security" in each.sources for each in PARTS.findings) == 2


def rows(shown: Review) -> dict[str, str]:
    return {role: said for role, said, _ in beside(shown, TERMINAL)}


TIMED_OUT = "no answer (timeout)"


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        pytest.param(CLEAN, {}, id="reviewers alone"),
        pytest.param(
            REFUTED,
            {
                "refuter": "tried 3 findings, set 2 aside (model-small)",
                "votes": "voted on 1 finding: 1 confirmed (model-small)",
            },
            id="refuted",
        ),
        pytest.param(
            DISAGREEMENT,
            {
                "refuter": "tried 1 finding, set none aside (model-small)",
                "votes": "voted on 1 finding: 1 in doubt (model-small)",
            },
            id="disagreement",
        ),
        pytest.param(
            replace(MIXED, calls=(asked("refuter", "refute:1"),)),
            {"refuter": "failed (model-small)"},
            id="what is set aside for another reason is not the refuter's",
        ),
        pytest.param(
            replace(
                MIXED,
                landed=tuple(replace(MIXED.landed[0], finding=each) for each in (VOTED, NO_VOTE)),
                calls=VOTERS,
            ),
            {"votes": "voted on 1 finding: 1 confirmed (model-small); no vote on 1 finding"},
            id="no vote could be had on one",
        ),
        pytest.param(
            PARTS,
            {
                "triage": "asked about what the rules leave open (model-small)",
                "refuter": "tried 1 finding, set none aside (model-small)",
                "synthesis": "put together what was found in 3 parts (model-small)",
            },
            id="the order of the walk",
        ),
        pytest.param(
            replace(PARTS, overview="", calls=(asked("synthesis", "synthesis"),)),
            {"synthesis": "failed (model-small)"},
            id="an answer that cannot be used puts nothing together",
        ),
        pytest.param(
            review(calls=(lost("triage", "triage"), *CALLS)),
            {"triage": "failed: no answer (timeout)"},
            id="triage failed",
        ),
        pytest.param(
            review(calls=(lost("triage", "triage"), asked("triage", "triage"), *CALLS)),
            {"triage": "asked about what the rules leave open (model-small)"},
            id="a second try that was answered is no failure",
        ),
        pytest.param(
            replace(
                MIXED,
                landed=tuple(replace(each, finding=UNCHECKED) for each in MIXED.landed),
                calls=(lost("refuter", "refute:1"),),
            ),
            {"refuter": f"failed: {TIMED_OUT}; no refuter saw 3 findings"},
            id="the refuter failed",
        ),
        pytest.param(
            replace(MIXED, landed=(replace(MIXED.landed[0], finding=UNCHECKED),)),
            {"refuter": "failed: no refuter saw 1 finding"},
            id="no refuter was asked, the money was spent",
        ),
        pytest.param(
            replace(
                MIXED,
                landed=(
                    replace(MIXED.landed[0], finding=UNCHECKED),
                    replace(MIXED.landed[1], finding=STOOD),
                ),
                calls=(asked("refuter", "refute:1"), lost("refuter", "refute:2")),
            ),
            {
                "refuter": "tried 1 finding, set none aside (model-small); no refuter saw "
                f"1 finding; failed at 1 of 2 questions: {TIMED_OUT}"
            },
            id="the refuter failed at one question",
        ),
        pytest.param(
            replace(REUSED, calls=(asked("votes", "vote:1"),)),
            {"votes": "failed (model-small)"},
            id="what was voted on before is no work of now",
        ),
        pytest.param(
            review(calls=(*CALLS, asked("stranger", "ask:1"))),
            {"stranger": "asked (model-small)"},
            id="nobody is left out",
        ),
    ],
)
def test_who_is_no_reviewer_is_told_in_one_row(shown: Review, said: dict[str, str]) -> None:
    assert rows(shown) == said
    assert list(rows(shown)) == list(said)


@pytest.mark.parametrize(
    ("skipped", "said"),
    [
        ((Skip("quality", "docs"),), {"quality": "docs"}),
        ((Skip("quality part 3", NO_MONEY),), {"quality part 3": NO_MONEY}),
        (
            tuple(Skip(f"quality part {at}", NO_MONEY) for at in (3, 4, 7)),
            {"quality parts 3, 4 and 7": NO_MONEY},
        ),
        ((Skip("quality", "no room"), Skip("quality", "no room")), {"quality": "no room"}),
    ],
)
def test_parts_that_do_not_run_for_one_reason_are_one_row(
    skipped: tuple[Skip, ...], said: dict[str, str]
) -> None:
    assert not_run(skipped) == said


def timed(name: str, seconds: float) -> Call:
    return asked("security", name, seconds=seconds)


@pytest.mark.parametrize(
    ("calls", "seconds"),
    [
        pytest.param((), 0, id="none"),
        pytest.param((timed("review:a@1", 20), timed("review:a@2", 30)), 30, id="side by side"),
        pytest.param((timed("review:a", 20), timed("review-again:a", 5)), 25, id="rounds"),
        pytest.param((timed("review:a", 20), timed("review:a", 5)), 25, id="tries of one call"),
        pytest.param(
            (timed("review:a@1", 9), timed("review:a@1", 9), timed("review:a@2", 10)),
            18,
            id="two tries beside a longer call",
        ),
    ],
)
def test_what_ran_side_by_side_takes_as_long_as_its_longest(
    calls: tuple[Call, ...], seconds: float
) -> None:
    assert seconds_of(calls) == seconds


@pytest.mark.parametrize(
    ("usage", "said"),
    [
        (Usage(3_100, 240, 0, 0), "3,100 in, 240 out"),
        (Usage(4_000, 10, 8_000, 0), "12,000 in (8,000 from cache), 10 out"),
        (Usage(8_000, 10, 0, 4_000), "12,000 in (4,000 written to cache), 10 out"),
        (Usage(0, 10, 8_000, 4_000), "12,000 in (8,000 from cache, 4,000 written to it), 10 out"),
    ],
)
def test_the_cache_is_shown_with_what_it_was_read_for_and_written(usage: Usage, said: str) -> None:
    assert token_words(usage) == said


@pytest.mark.parametrize(
    ("calls", "said"),
    [
        ((), "no model was called, $0.00"),
        (CALLS, "tokens: 6,200 in, 480 out, $0.0025 of at most $1.00"),
        (
            (CALLS[0], lost("quality", "review:quality")),
            "tokens: 3,100 in, 240 out; 1 call without an answer, up to $0.0412 of at most $1.00",
        ),
        (
            (lost("security", "review:security"), lost("quality", "review:quality")),
            "tokens: 2 calls without an answer, up to $0.0800 of at most $1.00",
        ),
        (
            (CALLS[0], replace(lost("quality", "review:quality"), cost=None)),
            "tokens: 3,100 in, 240 out; 1 call without an answer, cost unknown",
        ),
    ],
)
def test_the_total_says_what_is_known_and_what_is_the_worst_case(
    calls: tuple[Call, ...], said: str
) -> None:
    assert price_words(review(calls=calls)) == said


def test_a_call_without_an_answer_that_costs_nothing_is_not_up_to_nothing() -> None:
    free = replace(lost("security", "review:security"), cost=Usd(Decimal(0)))
    assert spent_words((free,)) == "$0.00"


OPEN = Landed(
    replace(LOOP, doubt=UNANSWERED, since="0123456", trial=Trial.STOOD), None, listed=True
)


def test_what_was_not_looked_at_again_is_told_as_that_and_on_no_line() -> None:
    assert list(standing(OPEN.finding)) == [
        "not looked at again since its code or its reviewer changed",
        "a refuter could not disprove it",
        "first found at 0123456",
    ]
    shown = replace(DISAGREEMENT, landed=(OPEN,))
    assert report(shown, FACTS).annotations == ()
    assert review_post(shown, FACTS.run) is None
    assert "not looked at again" in report(shown, FACTS).summary


@pytest.mark.parametrize(
    ("coverage", "what", "said"),
    [
        (Coverage(140, 120), "read", "120 of 140 changed lines read."),
        (
            Coverage(140, 120, reused_lines=80),
            "read",
            "120 of 140 changed lines read (80 of them at an earlier head).",
        ),
        (
            Coverage(140, 120, (Unread("a.md", 8, "docs are left out", True),), 0, 12),
            "read",
            "120 of 140 changed lines read, 8 left out by rule, 12 changed in formatting alone.",
        ),
        (
            Coverage(140, 120, reused_lines=80),
            "to be read",
            "120 of 140 changed lines to be read (80 of them were read at an earlier head).",
        ),
    ],
)
def test_lines_read_at_an_earlier_head_are_told(coverage: Coverage, what: str, said: str) -> None:
    assert coverage_words(coverage, what) == said


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (ALL_FAILED, "Not reviewed, needs a person: security and quality failed"),
        (
            replace(ALL_FAILED, landed=MIXED.landed[:1], verdict=Verdict.FAILURE),
            "Not reviewed, needs a person: security and quality failed; 1 finding, worst High",
        ),
        (
            replace(all_parts(*(each.reviewer for each in OUTCOMES)), tools=()),
            "Not reviewed, needs a person: security and quality failed, 16 files not fully read",
        ),
        (
            PARTS,
            "Incomplete: security failed in 1 of 3 parts, 16 files not fully read; 2 findings, "
            "worst High",
        ),
        (review(outcomes=DONE[1:]), "Incomplete: security failed"),
        (DISAGREEMENT, "1 finding, worst High, in doubt"),
        (
            replace(DISAGREEMENT, landed=(*DISAGREEMENT.landed, *MIXED.landed[1:])),
            "3 findings, worst High, 1 in doubt",
        ),
        (
            replace(MIXED, landed=(*DISAGREEMENT.landed, *MIXED.landed)),
            "4 findings, worst High",
        ),
    ],
)
def test_the_title_of_every_stage(shown: Review, said: str) -> None:
    assert title(shown) == said


NOT_ALL = "What failed or was not read is unknown, not good: it needs a person."
NOTHING_READ = replace(PLAN, assignments=(), coverage=Coverage(12, 12, reused_lines=12))


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (
            ALL_FAILED,
            "No reviewer finished: what they should have read is unknown, not good, and needs a "
            "person. Re-run this check to try again.",
        ),
        (
            PARTS,
            f"{NOT_ALL} Re-run this check to ask again who failed. The check fails because of the "
            "worst of these findings.",
        ),
        (SHED, NOT_ALL),
        (
            replace(MIXED, landed=(*DISAGREEMENT.landed, *MIXED.landed)),
            "The check fails because of the worst of the findings that are not in doubt.",
        ),
        (DISAGREEMENT, "None of the findings fails the check; what would is in doubt."),
        (
            replace(DISAGREEMENT, landed=(*DISAGREEMENT.landed, OPEN)),
            "None of the findings fails the check; what would is in doubt, what was not looked at "
            "again might.",
        ),
        (
            replace(DISAGREEMENT, landed=(OPEN,)),
            "None of the findings fails the check; what was not looked at again might.",
        ),
        (CLEAN, ""),
        (
            review(plan=NOTHING_READ, outcomes=(), calls=()),
            "There was nothing new for a reviewer to read.",
        ),
        (
            review(plan=replace(NOTHING_READ, coverage=Coverage(0, 0)), outcomes=(), calls=()),
            "There was nothing for a reviewer to read.",
        ),
    ],
)
def test_the_judgement_of_every_stage(shown: Review, said: str) -> None:
    assert judgement(shown) == said


def test_without_a_key_nobody_failed() -> None:
    assert "Re-run" not in judgement(STATIC)


def test_how_much_was_read_is_not_said_of_what_nobody_finished() -> None:
    assert "given to reviewers, none of whom finished" in reading_words(ALL_FAILED)
    assert "given to reviewers, not all of whom finished" in reading_words(PARTS)


@pytest.mark.parametrize(
    ("words", "said"),
    [((), ""), (("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b and c")],
)
def test_words_in_a_row(words: tuple[str, ...], said: str) -> None:
    assert joined(words) == said
