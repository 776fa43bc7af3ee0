from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.diff.anchors import land
from bot.diff.parse import patch_of
from bot.domain.changed import ChangedFile
from bot.domain.finding import Category, Finding, Severity, Suggestion
from bot.domain.patch import Anchor, FileStatus, Side
from tests.examples import examples

# New side 10..14 and 40..42; old side 10..13 and 39..41.
TWO_HUNKS = (
    "@@ -10,4 +10,5 @@\n ten\n-old\n+eleven\n+twelve\n thirteen\n fourteen\n"
    "@@ -39,3 +40,3 @@\n forty\n-old\n+forty-one\n forty-two"
)
PATCH = patch_of([ChangedFile("f.py", FileStatus.MODIFIED, TWO_HUNKS, 3, 2)])


def a_finding(
    line: int, end: int | None = None, side: Side = Side.RIGHT, suggestion: str | None = None
) -> Finding:
    return Finding(
        "f.py",
        line,
        line if end is None else end,
        Severity.HIGH,
        Category.SECURITY,
        "title",
        "body",
        "",
        ("security",),
        side,
        None if suggestion is None else Suggestion(suggestion),
    )


@pytest.mark.parametrize(
    ("finding", "lines", "note"),
    [
        pytest.param(a_finding(11), (11, 11), "", id="added line"),
        pytest.param(a_finding(10), (10, 10), "", id="context line"),
        pytest.param(a_finding(10, 14), (10, 14), "", id="whole hunk"),
        pytest.param(a_finding(9), (10, 10), "refers to line 9", id="one above"),
        pytest.param(a_finding(7), (10, 10), "refers to line 7", id="three above"),
        pytest.param(a_finding(6), None, "", id="four above"),
        pytest.param(a_finding(17), (14, 14), "refers to line 17", id="three below"),
        pytest.param(a_finding(18), None, "", id="four below"),
        pytest.param(a_finding(25), None, "", id="between the hunks"),
        pytest.param(a_finding(38), (40, 40), "refers to line 38", id="near the second"),
        pytest.param(a_finding(13, 20), (13, 14), "refers to lines 13 to 20", id="runs out below"),
        pytest.param(a_finding(8, 11), (10, 11), "refers to lines 8 to 11", id="runs in above"),
        pytest.param(a_finding(12, 41), (12, 14), "refers to lines 12 to 41", id="two hunks"),
        pytest.param(a_finding(1, 99), (10, 14), "refers to lines 1 to 99", id="the whole file"),
        pytest.param(a_finding(3, 7), (10, 10), "refers to lines 3 to 7", id="range above"),
        pytest.param(a_finding(13, 11), (11, 13), "refers to lines 11 to 13", id="backwards"),
        pytest.param(a_finding(0), None, "", id="line zero"),
        pytest.param(a_finding(11, side=Side.LEFT), (11, 11), "", id="removed line"),
        pytest.param(a_finding(13, side=Side.LEFT), (13, 13), "", id="old context"),
        pytest.param(a_finding(14, side=Side.LEFT), (13, 13), "refers to line 14", id="left below"),
        pytest.param(replace(a_finding(11), path="other.py"), None, "", id="file not changed"),
    ],
)
def test_a_comment_lands_on_the_nearest_line_github_takes(
    finding: Finding, lines: tuple[int, int] | None, note: str
) -> None:
    landed = land(finding, PATCH)
    assert landed.finding == finding
    assert landed.anchor == (None if lines is None else Anchor("f.py", *lines, finding.side))
    assert landed.note == note


@pytest.mark.parametrize(
    ("finding", "kept"),
    [
        pytest.param(a_finding(11, suggestion="better"), True, id="changes its line"),
        pytest.param(a_finding(11, suggestion=""), True, id="empties its line"),
        pytest.param(a_finding(11, 12, suggestion="one"), True, id="joins two lines"),
        pytest.param(a_finding(13, suggestion="context"), True, id="context line"),
        pytest.param(a_finding(11, suggestion="eleven"), False, id="changes nothing"),
        pytest.param(a_finding(11, 12, suggestion="eleven\ntwelve"), False, id="nor two lines"),
        pytest.param(a_finding(11, suggestion="eleven\r"), False, id="nor but a line end"),
        pytest.param(a_finding(9, suggestion="better"), False, id="moved to another line"),
        pytest.param(a_finding(13, 20, suggestion="better"), False, id="range was cut"),
        pytest.param(a_finding(11, side=Side.LEFT, suggestion="x"), False, id="old version"),
        pytest.param(a_finding(25, suggestion="better"), False, id="summary"),
    ],
)
def test_a_suggestion_survives_only_where_it_replaces_its_own_lines(
    finding: Finding, kept: bool
) -> None:
    landed = land(finding, PATCH)
    assert landed.finding == (finding if kept else replace(finding, suggestion=None))


def test_an_unread_file_takes_no_comment() -> None:
    patch = patch_of([ChangedFile("f.py", FileStatus.MODIFIED, None, 9, 9)])
    assert land(a_finding(1), patch).anchor is None


def test_the_removed_side_of_a_new_file_takes_no_comment() -> None:
    patch = patch_of([ChangedFile("f.py", FileStatus.ADDED, "@@ -0,0 +1,2 @@\n+a\n+b", 2, 0)])
    assert land(a_finding(1, side=Side.LEFT), patch).anchor is None
    assert land(a_finding(1), patch).anchor == Anchor("f.py", 1, 1)


findings = st.builds(
    a_finding,
    st.integers(-3, 60),
    st.integers(-3, 60),
    st.sampled_from(Side),
    st.sampled_from([None, "x", "eleven"]),
)


@examples(300)
@given(findings)
def test_no_finding_is_lost_or_changed_and_every_anchor_is_accepted(finding: Finding) -> None:
    landed = land(finding, PATCH)
    assert replace(landed.finding, suggestion=finding.suggestion) == finding
    assert landed.finding.suggestion in (finding.suggestion, None)
    if landed.anchor is None:
        assert (landed.note, landed.finding.suggestion) == ("", None)
        return
    assert PATCH.accepts(landed.anchor)
    own = (landed.anchor.start, landed.anchor.end) == (finding.line, finding.end_line)
    assert own == (landed.note == "")
    assert own or landed.finding.suggestion is None
