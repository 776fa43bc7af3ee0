"""When a category is muted, and what never is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.finding import Category, Severity
from bot.domain.opinions import Mute, MuteRules, Opinion
from bot.reviewing.mutes import apart, mutes
from tests.reviewing.making import finding

QUALITY, PERFORMANCE, SECURITY = Category.QUALITY, Category.PERFORMANCE, Category.SECURITY
RULES = MuteRules()


def said(category: Category, down: int, up: int) -> list[Opinion]:
    turned = [False] * down + [True] * up
    return [
        Opinion(f"{nth:016}", nth, category, accepted, counts=True, at=1.0)
        for nth, accepted in enumerate(turned)
    ]


@pytest.mark.parametrize(
    ("down", "up", "muted"),
    [
        pytest.param(7, 0, (), id="seven are too few"),
        pytest.param(8, 0, (Mute(PERFORMANCE, 8, 8),), id="eight are enough"),
        pytest.param(8, 2, (Mute(PERFORMANCE, 8, 10),), id="four in five"),
        pytest.param(8, 3, (), id="less than four in five"),
        pytest.param(0, 30, (), id="all taken up"),
    ],
)
def test_so_many_turned_down(down: int, up: int, muted: tuple[Mute, ...]) -> None:
    assert mutes(said(PERFORMANCE, down, up), RULES) == muted


def test_each_category_is_counted_by_itself_and_security_never() -> None:
    opinions = [*said(QUALITY, 9, 1), *said(SECURITY, 50, 0), *said(PERFORMANCE, 4, 0)]
    assert mutes(opinions, RULES) == (Mute(QUALITY, 9, 10),)


def test_the_reason_counts_and_names_the_way_out() -> None:
    heard, [muted] = apart(
        [finding(category=PERFORMANCE, severity=Severity.MEDIUM)],
        [Mute(PERFORMANCE, 9, 10)],
        Severity.HIGH,
    )
    assert heard == ()
    assert muted.muted
    assert muted.why == (
        "muted here: 9 of 10 such findings were turned down; "
        "`/ai-review unignore performance` lifts it"
    )


@given(
    st.lists(st.tuples(st.sampled_from(Severity), st.sampled_from(Category)), max_size=8),
    st.sets(st.sampled_from([QUALITY, PERFORMANCE])),
    st.sampled_from(Severity) | st.none(),
)
def test_none_is_lost_and_what_would_fail_the_check_is_heard(
    kinds: list[tuple[Severity, Category]], which: set[Category], fail_at: Severity | None
) -> None:
    findings = [
        finding(severity=severity, category=category, line=nth + 1, end_line=nth + 1)
        for nth, (severity, category) in enumerate(kinds)
    ]
    heard, muted = apart(findings, [Mute(each, 8, 8) for each in sorted(which)], fail_at)
    aside = [each.finding for each in muted]
    assert sorted([*heard, *aside], key=lambda each: each.line) == findings
    assert all(each.category in which for each in aside)
    assert not any(each.severity.at_least(fail_at or Severity.HIGH) for each in aside)
    assert not any(each.fails(fail_at) for each in aside)
