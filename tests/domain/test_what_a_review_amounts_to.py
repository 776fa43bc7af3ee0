"""The verdict's table, and a run's name."""

from __future__ import annotations

import pytest

from bot.domain.finding import OVER_LIMIT, Category, Finding, SetAside, Severity
from bot.domain.plan import Coverage, ToolReport, Unread
from bot.domain.review import Completed, Failed, Outcome, Verdict, verdict
from bot.domain.run import run_id

WHOLE = Coverage(10, 10)
BY_RULE = Coverage(10, 8, (Unread("docs/a.md", 2, "docs are left out", by_rule=True),))
MISSED = Coverage(10, 8, (Unread("src/a.py", 2, "it did not fit", by_rule=False),))
UNCOUNTED = Coverage(10, 10, (Unread("src/a.py", None, "GitHub does not show it", by_rule=False),))
RUFF = ToolReport("ruff", "1", 1)
HALF = ToolReport("ruff", "1", 1, incomplete=("a.py was not read.",))
DONE: Outcome = Completed("security")
BROKEN: Outcome = Failed("quality", "it timed out")


def one(severity: Severity) -> tuple[Finding, ...]:
    return (Finding("a.py", 1, 1, severity, Category.QUALITY, "t", "b", "q", ("quality",)),)


@pytest.mark.parametrize(
    ("found", "outcomes", "tools", "coverage", "expected"),
    [
        pytest.param((), (DONE,), (RUFF,), WHOLE, Verdict.SUCCESS, id="nothing found"),
        pytest.param((), (), (RUFF,), WHOLE, Verdict.SUCCESS, id="analysers alone"),
        pytest.param((), (DONE,), (RUFF,), BY_RULE, Verdict.SUCCESS, id="left out on purpose"),
        pytest.param((), (DONE,), (RUFF,), MISSED, Verdict.NEUTRAL, id="not read"),
        pytest.param((), (DONE,), (RUFF,), UNCOUNTED, Verdict.NEUTRAL, id="not read, size unknown"),
        pytest.param((), (DONE, BROKEN), (RUFF,), WHOLE, Verdict.NEUTRAL, id="a reviewer failed"),
        pytest.param((), (DONE,), (RUFF, HALF), WHOLE, Verdict.NEUTRAL, id="a tool could not read"),
        pytest.param(
            one(Severity.MEDIUM), (DONE,), (RUFF,), WHOLE, Verdict.NEUTRAL, id="below the line"
        ),
        pytest.param(
            one(Severity.HIGH), (DONE,), (RUFF,), WHOLE, Verdict.FAILURE, id="on the line"
        ),
        pytest.param(
            one(Severity.CRITICAL), (BROKEN,), (HALF,), MISSED, Verdict.FAILURE, id="worst of all"
        ),
    ],
)
def test_the_verdict_is_the_worst_that_is_known(
    found: tuple[Finding, ...],
    outcomes: tuple[Outcome, ...],
    tools: tuple[ToolReport, ...],
    coverage: Coverage,
    expected: Verdict,
) -> None:
    assert verdict(found, outcomes, tools, coverage, Severity.HIGH) is expected


def test_claims_that_nobody_has_judged_are_no_success() -> None:
    [claim] = one(Severity.LOW)
    refuted = Completed("security", (), (SetAside(claim, "refuted: it is bound"),))
    too_many = Completed("security", (), (SetAside(claim, f"{OVER_LIMIT} of 5 findings"),))
    for outcome, expected in ((refuted, Verdict.SUCCESS), (too_many, Verdict.NEUTRAL)):
        assert verdict((), (outcome,), (RUFF,), WHOLE, Severity.HIGH) is expected


def test_an_advisory_review_never_fails_and_never_hides() -> None:
    found = one(Severity.CRITICAL)
    assert verdict(found, (DONE,), (RUFF,), WHOLE, None) is Verdict.NEUTRAL


def test_a_run_is_named_by_the_whole_head() -> None:
    head = "0123456789" * 4
    assert run_id(7, 12, head, 2) == f"7-12-{head}-2"
