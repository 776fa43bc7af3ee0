"""A gate lets pass what is sound and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.finding import Finding, Severity
from bot.domain.patch import Side
from bot.domain.pull import RepoPolicy
from bot.domain.review import Review
from bot.reviewing import gates
from bot.reviewing.conclude import Judged, conclude
from bot.reviewing.gates import UnsoundStage
from tests.reviewing.making import a_change, a_plan, evidence, finding

CHANGE = a_change((evidence(line=5),))
CLAIM = finding(body="The longest of all the bodies.")


def concluded(*said: Finding) -> Review:
    return conclude(Judged(a_plan(), findings=said), CHANGE, RepoPolicy())


@pytest.mark.parametrize(
    "also",
    [
        pytest.param(finding(sources=("quality",)), id="the same of another source"),
        pytest.param(finding(title="input is not checked", sources=("x",)), id="in other words"),
        pytest.param(
            finding(severity=Severity.CRITICAL, sources=("x",), doubt="reviewers disagree"),
            id="worse and in doubt",
        ),
        pytest.param(finding(path="src/util.py", line=1, end_line=1), id="elsewhere"),
    ],
)
def test_what_is_told_by_itself_or_united_passes(also: Finding) -> None:
    review = concluded(CLAIM, also)
    gates.concluded(review, (CLAIM, also), CHANGE)
    assert review.findings


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(finding(title="a wholly different matter"), id="another claim"),
        pytest.param(finding(quote="other code", sources=("x",)), id="another source"),
        pytest.param(
            finding(quote="other code", severity=Severity.CRITICAL), id="the same, but worse"
        ),
        pytest.param(finding(side=Side.LEFT, quote="other code"), id="on the other side"),
    ],
)
def test_one_finding_at_the_place_of_another_is_not_that(other: Finding) -> None:
    with pytest.raises(UnsoundStage, match="1 findings are in no list"):
        gates.concluded(concluded(CLAIM), (CLAIM, other), CHANGE)


def test_what_no_stage_handed_on_is_not_told() -> None:
    with pytest.raises(UnsoundStage, match="1 findings came from nowhere"):
        gates.concluded(concluded(CLAIM), (), CHANGE)


@pytest.mark.parametrize(
    "swapped",
    [
        replace(CLAIM, quote="other code"),
        replace(CLAIM, path="src/util.py"),
        replace(CLAIM, line=6),
        replace(CLAIM, side=Side.LEFT),
    ],
)
def test_a_claim_that_became_another_on_the_way_is_noticed(swapped: Finding) -> None:
    gates.none_lost("vote", (CLAIM,), (replace(CLAIM, doubt="reviewers disagree"),))
    with pytest.raises(UnsoundStage, match="lost or invented"):
        gates.none_lost("vote", (CLAIM,), (swapped,))
