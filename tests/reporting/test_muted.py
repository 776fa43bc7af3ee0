"""What is muted is counted in sight, and never counts as a claim that fell."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.decided import found
from bot.domain.finding import MUTED, SetAside, Severity, Trial
from bot.domain.plan import Coverage
from bot.domain.review import Verdict
from bot.domain.run import FoundStatus
from bot.reporting.words import found_words, judgement, title
from tests.reporting.reviews import finding, on_its_line, review

MINE = finding(severity=Severity.MEDIUM, trial=Trial.STOOD)
WHOLE = {
    "verdict": Verdict.NEUTRAL,
    "outcomes": (),
    "tools": (),
    "plan": replace(review().plan, assignments=(), skipped=(), coverage=Coverage(4, 4)),
}
WHY = f"{MUTED}9 of 10 such findings were turned down"


def test_the_title_and_the_first_sentence_count_them() -> None:
    one = review(landed=(), set_aside=(SetAside(MINE, WHY),), **WHOLE)
    assert title(one) == "No findings, 1 muted"
    assert "1 finding of a category that is muted here is set aside." in judgement(one)
    both = (SetAside(MINE, WHY), SetAside(MINE, WHY))
    two = review(landed=(on_its_line(MINE),), set_aside=both, **WHOLE)
    assert found_words(two) == "1 finding, worst Medium, 2 muted"
    assert "2 findings of a category that is muted here are set aside." in judgement(two)


def test_the_record_has_it_set_aside_also_where_it_was_carried() -> None:
    carried = SetAside(replace(MINE, since="abc1234"), WHY)
    gone = replace(carried, why="its code is gone")
    one = review(landed=(), set_aside=(carried, gone))
    assert [each.status for each in found(one, None)] == [
        FoundStatus.SET_ASIDE,
        FoundStatus.GONE,
    ]
