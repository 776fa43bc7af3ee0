from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.finding import Landed, Severity, Suggestion
from bot.domain.patch import Anchor, Side
from bot.domain.review import Review, Verdict
from bot.reporting.comments import review_post
from tests.examples import examples
from tests.reporting.reviews import (
    CLEAN,
    FACTS,
    HUGE,
    LOOP,
    MIXED,
    SQL,
    STATIC,
    finding,
    on_its_line,
    review,
)
from tests.reporting.stages import (
    ALL_FAILED,
    CARRIED,
    DISAGREEMENT,
    DOUBTED,
    PARTS,
    REFUTED,
    REUSED,
)


def test_nothing_found_is_nothing_posted() -> None:
    assert review_post(CLEAN, FACTS.run) is None


def test_a_review_ends_with_the_marker_of_its_run() -> None:
    post = review_post(MIXED, "1-2-abc-1")
    assert post is not None
    assert post.body.splitlines()[-1] == "<!-- ai-review:run=1-2-abc-1 -->"


def test_what_has_an_anchor_is_a_comment_and_the_rest_is_listed() -> None:
    post = review_post(MIXED, FACTS.run)
    assert post is not None
    assert [each.fingerprint for each in post.comments] == [SQL.fingerprint, LOOP.fingerprint]
    assert "`src/api.py:7`" in post.body
    assert "`src/login.py:12`" not in post.body


def test_a_comment_ends_with_the_marker_of_its_finding() -> None:
    post = review_post(MIXED, FACTS.run)
    assert post is not None
    last = post.comments[0].body.splitlines()[-1]
    assert last == f"<!-- ai-review:finding={SQL.fingerprint} -->"


FIX = finding(line=12, end_line=13, suggestion=Suggestion("one\ntwo"))


@pytest.mark.parametrize(
    ("landed", "committable"),
    [
        pytest.param(on_its_line(FIX), True, id="on exactly its lines"),
        pytest.param(Landed(FIX, Anchor(FIX.path, 13, 13)), False, id="on one of them"),
        pytest.param(
            Landed(FIX, Anchor(FIX.path, 12, 13), "refers to line 20"), False, id="elsewhere"
        ),
        pytest.param(
            on_its_line(finding(side=Side.LEFT, suggestion=Suggestion("x"))), False, id="old side"
        ),
        *(
            pytest.param(on_its_line(replace(FIX, suggestion=Suggestion(text))), False, id=what)
            for what, text in (
                ("a placeholder", 'key = "«redacted: GitHub token»"\ntwo'),
                ("a secret", 'key = "ghp_' + "a" * 36 + '"\ntwo'),
                ("what nobody sees", "allow = user\u202e\ntwo"),
                ("a marker", "x = '<!-- ai-review:run=1 -->'\ntwo"),
            )
        ),
    ],
)
def test_a_fix_is_committable_only_on_the_lines_it_replaces(
    landed: Landed, committable: bool
) -> None:
    post = review_post(review(landed=(landed,)), FACTS.run)
    assert post is not None
    body = post.comments[0].body
    assert ("```suggestion" in body) is committable
    assert ("Instead of" in body) is not committable


def test_a_note_says_where_a_moved_comment_belongs() -> None:
    post = review_post(MIXED, FACTS.run)
    assert post is not None
    assert "refers to lines 40 to 42" in post.comments[1].body


def test_a_review_without_a_model_key_says_so() -> None:
    post = review_post(STATIC, FACTS.run)
    assert post is not None
    assert "no model key is set" in post.body


def test_a_long_list_is_cut_by_rows_and_says_so() -> None:
    listed = tuple(Landed(each.finding, None) for each in HUGE.landed)
    post = review_post(review(landed=listed), FACTS.run)
    assert post is not None
    rows = post.body.count("- **High**")
    assert 0 < rows < 500
    assert f"and {500 - rows} more" in post.body
    assert len(post.body.encode()) <= 4_000


@examples(40)
@given(
    st.text(max_size=400), st.text(max_size=9_000), st.text(max_size=3_000), st.text(max_size=200)
)
def test_every_comment_stays_short_and_keeps_its_marker(
    title: str, body: str, fix: str, source: str
) -> None:
    found = finding(title=title, body=body, sources=(source,), suggestion=Suggestion(fix))
    post = review_post(review(landed=(on_its_line(found),)), FACTS.run)
    assert post is not None
    said = post.comments[0].body
    assert len(said) <= 5_000
    assert said.endswith(f"<!-- ai-review:finding={found.fingerprint} -->")


def test_what_the_policy_wants_listed_alone_is_not_posted() -> None:
    listed = Landed(finding(severity=Severity.LOW), None, listed=True)
    quiet = review(verdict=Verdict.NEUTRAL, landed=(listed,))
    assert review_post(quiet, "run") is None
    beside = replace(quiet, landed=(listed, Landed(finding(line=99), None)))
    assert review_post(beside, "run") is not None


@pytest.mark.parametrize(
    ("shown", "small"),
    [
        pytest.param(
            REFUTED,
            "security · confidence 90% · 2 of 3 confirm · a refuter could not disprove it",
            id="voted on",
        ),
        pytest.param(
            DISAGREEMENT,
            "security · confidence 90% · does not fail the check: reviewers disagree, "
            "1 of 3 confirms · a refuter could not disprove it",
            id="in doubt",
        ),
        pytest.param(
            review(landed=(on_its_line(CARRIED),)),
            "security · confidence 90% · a refuter could not disprove it · first found at 0123abc, "
            "its code has not changed",
            id="carried",
        ),
    ],
)
def test_the_small_print_says_what_is_known(shown: Review, small: str) -> None:
    post = review_post(shown, FACTS.run)
    assert post is not None
    assert f"\n<sub>{small}</sub>\n" in post.comments[0].body


def test_what_was_commented_at_an_earlier_head_is_counted_and_not_repeated() -> None:
    post = review_post(REUSED, FACTS.run)
    assert post is not None
    assert post.body.startswith(
        "3 findings, worst High. 1 of them was commented at an earlier head.\n"
    )
    assert "src/login.py:12" not in post.body
    twice = replace(REUSED, landed=(REUSED.landed[0], *REUSED.landed))
    post = review_post(twice, FACTS.run)
    assert post is not None
    assert "2 of them were commented at an earlier head." in post.body


def test_nothing_new_to_say_on_a_line_is_nothing_posted() -> None:
    assert review_post(replace(REUSED, landed=REUSED.landed[:1]), FACTS.run) is None


def test_a_finding_in_doubt_without_a_comment_says_so_in_the_list() -> None:
    post = review_post(replace(DISAGREEMENT, landed=(Landed(DOUBTED, None),)), FACTS.run)
    assert post is not None
    assert post.body.startswith("1 finding, worst High, in doubt.")
    assert "(does not fail the check: reviewers disagree, 1 of 3 confirms)" in post.body


def test_a_review_says_what_its_parts_amount_to_and_who_failed() -> None:
    post = review_post(PARTS, FACTS.run)
    assert post is not None
    assert "This review is incomplete: security failed in 1 of 3 parts" in post.body
    assert "Look at the query in `src/auth/0.py` first." in post.body


def test_a_review_nobody_finished_asks_for_a_person() -> None:
    post = review_post(replace(ALL_FAILED, landed=MIXED.landed[:1]), FACTS.run)
    assert post is not None
    assert "This review needs a person: security and quality failed." in post.body
