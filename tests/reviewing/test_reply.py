from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.finding import Category, Severity, Suggestion
from bot.domain.plan import HeadText
from bot.errors import BadReply
from bot.reviewing.form import CUT
from bot.reviewing.reply import LAST_LINE, LONGEST_TITLE, read, schema
from tests.examples import examples
from tests.fakes import messages_api
from tests.reviewing.making import CART, a_change, answer, assignment, claim

CHANGE = a_change()
HERS = assignment()
SQL_LINE = CART.split("\n")[4]


def test_a_true_claim_is_kept_as_a_finding() -> None:
    reading = read(answer(claim()), HERS, CHANGE)
    [kept] = reading.kept
    assert reading.set_aside == ()
    assert (kept.path, kept.line, kept.end_line) == ("src/cart.py", 5, 5)
    assert (kept.severity, kept.category) == (Severity.HIGH, Category.SECURITY)
    assert (kept.quote, kept.sources, kept.confidence) == (SQL_LINE, ("security",), 0.9)


@pytest.mark.parametrize(
    ("claimed", "line", "end_line"),
    [
        pytest.param((10**30, 10**31), LAST_LINE, LAST_LINE, id="beyond every file"),
        pytest.param((-(10**30), 0), 1, 1, id="before its beginning"),
    ],
)
def test_a_line_that_no_file_has_is_no_number_that_no_store_takes(
    claimed: tuple[int, int], line: int, end_line: int
) -> None:
    wild = claim(line=claimed[0], end_line=claimed[1], quote="nowhere to be found")
    [aside] = read(answer(wild), HERS, CHANGE).set_aside
    assert (aside.finding.line, aside.finding.end_line) == (line, end_line)


def test_nothing_found_is_an_answer() -> None:
    assert read(answer(), HERS, CHANGE).kept == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("", "The answer is not JSON.", id="empty"),
        pytest.param("Looks good to me!", "The answer is not JSON.", id="prose"),
        pytest.param('{"findings": [{"path": "', "The answer is not JSON.", id="cut"),
        pytest.param("[]", "at the answer", id="a list"),
        pytest.param("{}", "at findings: Field required", id="no list"),
        pytest.param(answer({}), "at findings.0.path: Field required", id="empty claim"),
        pytest.param(
            answer(claim(severity="urgent")), "at findings.0.severity", id="unknown severity"
        ),
        pytest.param(
            answer(claim(verdict="fine")), "fields that were not asked for", id="extra field"
        ),
    ],
)
def test_an_answer_in_another_form_is_a_bad_reply(text: str, why: str) -> None:
    with pytest.raises(BadReply, match=why.replace(".", r"\.")) as caught:
        read(text, HERS, CHANGE)
    assert "urgent" not in str(caught.value)


def test_a_fence_around_the_answer_is_forgiven() -> None:
    assert len(read(f"```json\n{answer(claim())}\n```\n", HERS, CHANGE).kept) == 1


@pytest.mark.parametrize(
    ("said", "why"),
    [
        pytest.param(claim(path="src/other.py"), "was not given", id="another file"),
        pytest.param(claim(path="../etc/passwd"), "was not given", id="outside"),
        pytest.param(claim(quote="rows = db.safe(order)"), "not in the file", id="invented"),
        pytest.param(claim(quote="  \n "), "quotes no code", id="blank quote"),
        pytest.param(claim(line=900), "not in the file", id="far off"),
        pytest.param(claim(title=" "), "makes no claim", id="no title"),
    ],
)
def test_a_claim_that_does_not_stand_up_is_set_aside(said: dict[str, object], why: str) -> None:
    reading = read(answer(said), HERS, CHANGE)
    assert reading.kept == ()
    [aside] = reading.set_aside
    assert why in aside.why


def test_below_the_floor_is_set_aside() -> None:
    strict = assignment(floor=Severity.MEDIUM)
    reading = read(answer(claim(severity="low"), claim(severity="medium")), strict, CHANGE)
    assert [each.severity for each in reading.kept] == [Severity.MEDIUM]
    assert reading.set_aside[0].why == "below medium, the reviewer's floor"


def test_over_the_limit_the_least_are_set_aside() -> None:
    said = [claim(title=f"t{n}", severity=s) for n, s in enumerate(("low", "critical", "high"))]
    reading = read(answer(*said), assignment(max_findings=2), CHANGE)
    assert [each.title for each in reading.kept] == ["t1", "t2"]
    assert [each.finding.title for each in reading.set_aside] == ["t0"]


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        pytest.param(claim(line=3, end_line=3), (5, 5), id="moved to its quote"),
        pytest.param(claim(line=4, end_line=5), (5, 6), id="moved as a whole"),
        pytest.param(claim(end_line=2), (5, 5), id="ends before it begins"),
        pytest.param(claim(end_line=5000), (5, 5), id="ends after the file"),
    ],
)
def test_a_claim_goes_where_its_quote_stands(
    said: dict[str, object], lines: tuple[int, int]
) -> None:
    [kept] = read(answer(said), HERS, CHANGE).kept
    assert (kept.line, kept.end_line) == lines
    assert kept.quote == SQL_LINE


def test_a_file_without_its_text_is_checked_against_the_diff() -> None:
    said = claim(path="src/util.py", line=1, end_line=2, quote="def twice(x):")
    [kept] = read(answer(said), HERS, CHANGE).kept
    assert (kept.line, kept.end_line, kept.quote) == (1, 2, "def twice(x):")


def test_line_ends_of_windows_are_no_part_of_a_quote() -> None:
    change = replace(CHANGE, texts=(HeadText("src/cart.py", CART.replace("\n", "\r\n")),))
    [kept] = read(answer(claim(suggestion=SQL_LINE)), HERS, change).kept
    assert kept.quote == SQL_LINE
    assert kept.suggestion is None


@pytest.mark.parametrize(
    ("suggestion", "kept"),
    [
        pytest.param("    rows = db.query(Q, order)\n", "    rows = db.query(Q, order)", id="fix"),
        pytest.param(SQL_LINE, None, id="changes nothing"),
        pytest.param("x" * 4001, None, id="too long"),
        pytest.param(None, None, id="none"),
    ],
)
def test_suggestions(suggestion: str | None, kept: str | None) -> None:
    [finding] = read(answer(claim(suggestion=suggestion)), HERS, CHANGE).kept
    assert finding.suggestion == (None if kept is None else Suggestion(kept))


def test_a_suggestion_for_lines_that_are_not_there_is_dropped() -> None:
    [finding] = read(answer(claim(end_line=99, suggestion="pass")), HERS, CHANGE).kept
    assert finding.suggestion is None


def test_long_words_are_cut_and_say_so() -> None:
    [finding] = read(answer(claim(title="t" * 999)), HERS, CHANGE).kept
    assert len(finding.title) == LONGEST_TITLE
    assert finding.title.endswith(CUT)


def test_an_impossible_confidence_is_unknown() -> None:
    [finding] = read(answer(claim(confidence=95)), HERS, CHANGE).kept
    assert finding.confidence is None


@pytest.mark.slow
def test_the_schema_needs_no_translation_for_structured_outputs() -> None:
    from anthropic import transform_schema

    plain = schema()
    del plain["$defs"]["Claim"]["properties"]["severity"]["type"]  # the enum says it already
    assert transform_schema(schema()) == plain
    headers = {"x-api-key": "k", "anthropic-version": messages_api.VERSION}
    shape = {"format": {"type": "json_schema", "schema": schema()}}
    body = {"model": "claude-sonnet-5-5", "max_tokens": 9, "output_config": shape}
    body["messages"] = [{"role": "user", "content": "hi"}]
    assert messages_api.refusal_of(headers, body) is None


claims = st.fixed_dictionaries(
    {
        "path": st.sampled_from(["src/cart.py", "src/util.py", "other.py"]),
        "line": st.integers(-3, 40),
        "end_line": st.integers(-3, 40),
        "severity": st.sampled_from(list(Severity)),
        "title": st.sampled_from(["", "one", "two"]),
        "body": st.text(max_size=10),
        "quote": st.sampled_from(["", "nothing like it", *CART.split("\n")]),
        "suggestion": st.none() | st.text(max_size=10),
        "confidence": st.floats(-2, 2),
    }
)


@given(st.lists(claims, max_size=12))
@examples(150)
def test_every_claim_is_kept_or_set_aside(said: list[dict[str, object]]) -> None:
    reading = read(answer(*said), HERS, CHANGE)
    assert len(reading.kept) + len(reading.set_aside) == len(said)
    lines = CART.split("\n")
    for each in reading.kept:
        shown = lines if each.path == "src/cart.py" else ["def twice(x):", "    return x + x"]
        assert shown[each.line - 1] == each.quote
        assert each.line <= each.end_line <= len(shown)
