from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.finding import Category, Finding, Severity, Stance, Suggestion, Trial, Vote
from bot.reviewing.merge import merge, united
from bot.reviewing.rank import rank
from tests.examples import examples
from tests.reviewing.making import finding

RUFF = finding(
    sources=("ruff:S608",),
    title="SQL built from strings",
    body="Injection.",
    severity=Severity.MEDIUM,
)


def test_one_line_two_sources_one_finding() -> None:
    [one] = merge([finding(body="The longer explanation."), RUFF])
    assert one.sources == ("security", "ruff:S608")
    assert one.severity is Severity.HIGH
    assert one.body == (
        "The longer explanation.\n\nAlso reported here: SQL built from strings (ruff:S608)."
    )


def test_the_worst_severity_wins_whoever_explains_better() -> None:
    worse = finding(sources=("ruff:S1",), severity=Severity.CRITICAL, body="")
    assert merge([finding(), worse])[0].severity is Severity.CRITICAL


def test_a_claim_in_the_same_words_is_not_told_twice() -> None:
    [one] = merge([finding(body="longest"), finding(sources=("quality",), body="short")])
    assert one.body == "longest"


def test_the_same_claim_two_lines_off_is_one() -> None:
    assert len(merge([finding(), finding(line=7, end_line=7, sources=("quality",))])) == 1
    assert len(merge([finding(), finding(line=8, end_line=8, sources=("quality",))])) == 2


def test_different_claims_on_neighbouring_lines_stay_two() -> None:
    other = finding(line=6, end_line=6, title="sum in floating point", sources=("quality",))
    assert len(merge([finding(), other])) == 2


def test_different_categories_on_one_line_stay_two() -> None:
    slow = finding(category=Category.PERFORMANCE, title="selects every column", sources=("perf",))
    assert len(merge([finding(), slow])) == 2


def test_different_categories_with_one_claim_are_one() -> None:
    same = finding(category=Category.QUALITY, sources=("quality",))
    assert merge([finding(), same])[0].sources == ("security", "quality")


def test_one_reviewer_that_says_two_things_means_two() -> None:
    assert len(merge([finding(), finding(title="password in the log")])) == 2


def test_one_reviewer_that_repeats_itself_means_one() -> None:
    assert len(merge([finding(), finding()])) == 1


def test_one_reviewer_that_says_the_same_of_two_lines_means_two() -> None:
    assert len(merge([finding(), finding(line=6, end_line=6)])) == 2
    assert len(merge([finding(), finding(category=Category.QUALITY)])) == 2


def test_a_fix_survives_only_for_the_same_lines() -> None:
    fix = Suggestion("fixed")
    main = finding(body="the longest of the bodies")
    assert merge([main, finding(sources=("x",), suggestion=fix)])[0].suggestion == fix
    wider = finding(sources=("x",), suggestion=fix, end_line=6)
    assert merge([main, wider])[0].suggestion is None


def test_other_files_stay_apart() -> None:
    assert len(merge([finding(), finding(path="src/util.py", sources=("quality",))])) == 2


DOUBT = "reviewers disagree, 1 of 3 confirms"


@pytest.mark.parametrize(
    ("group", "severity", "doubt"),
    [
        pytest.param([("high", DOUBT), ("high", "")], "high", "", id="somebody is sure"),
        pytest.param([("high", DOUBT), ("low", DOUBT)], "high", DOUBT, id="nobody is"),
        pytest.param([("high", DOUBT), ("medium", "")], "medium", "", id="sure of less"),
        pytest.param([("medium", DOUBT), ("high", "")], "high", "", id="sure of more"),
    ],
)
def test_a_doubt_excuses_nobody_elses_claim(
    group: list[tuple[str, str]], severity: str, doubt: str
) -> None:
    whole = united([finding(severity=Severity(each), doubt=why) for each, why in group])
    assert (whole.severity, whole.doubt) == (severity, doubt)
    assert (f"Reported as high, too: {DOUBT}." in whole.body) is (severity == "medium")


def test_what_was_tried_and_voted_on_is_kept() -> None:
    cast = Vote("the author", Stance.CONFIRM, "so")
    tried = finding(trial=Trial.STOOD, votes=(cast,), since="abc")
    fresh = finding(body="the longer of the two", sources=("quality",), trial=Trial.UNCHECKED)
    [one] = merge([tried, fresh])
    assert (one.trial, one.votes, one.since) == (Trial.STOOD, (cast,), "")
    assert united([tried, tried]).since == "abc"


def test_what_is_elsewhere_is_told_with_its_place() -> None:
    main = finding(body="the longest of the bodies")
    others = [finding(path="a.py"), finding(line=90, end_line=90, title="else")]
    assert united([*others, main]).body == (
        "the longest of the bodies\n\nAlso at `a.py:5`.\n\n"
        "Also at `src/cart.py:90`: else (security)."
    )


def test_a_fix_for_another_file_is_no_fix_here() -> None:
    main = finding(body="the longest of the bodies")
    other = finding(path="a.py", suggestion=Suggestion("x"))
    assert united([other, main]).suggestion is None


def test_rank_is_by_severity_then_confidence_then_place() -> None:
    mixed = [
        finding(title="d", severity=Severity.LOW),
        finding(title="b", confidence=0.4),
        finding(title="c", confidence=0.4, line=9, end_line=9),
        finding(title="a", severity=Severity.CRITICAL, confidence=0.1),
        finding(title="unsaid"),
    ]
    assert [each.title for each in rank(mixed)] == ["a", "unsaid", "b", "c", "d"]


findings = st.builds(
    finding,
    line=st.integers(1, 12),
    end_line=st.just(12),
    severity=st.sampled_from(list(Severity)),
    category=st.sampled_from(list(Category)),
    title=st.sampled_from(["a b", "a b c", "`x` y", "z"]),
    sources=st.sampled_from([("security",), ("ruff:S1",), ("quality",), ("perf",)]),
    confidence=st.none() | st.floats(0, 1),
    doubt=st.sampled_from(["", "", DOUBT]),
)


@given(st.lists(findings, max_size=12))
@examples(100)
def test_merging_loses_no_claim_source_or_severity(drafts: list[Finding]) -> None:
    merged = merge(drafts)
    told = "\n".join(f"{each.title} {each.body} {each.sources}" for each in merged)
    for draft in drafts:
        assert all(source in told for source in draft.sources)
    for fail_at in Severity:
        worst = any(each.fails(fail_at) for each in drafts)
        assert any(each.fails(fail_at) for each in merged) is worst
    assert len(merged) <= len(drafts)


@given(st.lists(findings, max_size=8), st.randoms(use_true_random=False))
@examples(100)
def test_rank_does_not_depend_on_the_order_of_arrival(
    drafts: list[Finding], chance: Random
) -> None:
    shuffled = list(drafts)
    chance.shuffle(shuffled)
    key = [(each.severity, each.confidence, each.line, each.title) for each in rank(drafts)]
    again = [(each.severity, each.confidence, each.line, each.title) for each in rank(shuffled)]
    assert key == again


def test_what_is_told_again_in_other_words_at_a_later_head_is_told_once() -> None:
    before = finding(title="`order` reaches the query unbound", since="0123456")
    again = finding(title="SQL injection through the id of an order", body="Longer. " * 9)
    for findings in ((before, again), (again, before)):
        [one] = merge(findings)
        assert (one.fingerprint, one.since) == (before.fingerprint, "")
        assert again.title in one.body
    beside = replace(again, line=6, end_line=6, quote="sum")
    assert len(merge((before, beside))) == 2
    assert len(merge((replace(before, since=""), again))) == 2
