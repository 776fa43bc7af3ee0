"""What became of a finding: a row is what the next head shows of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.fate import Fate
from bot.domain.finding import MUTED, REFUTED, UNANSWERED, Category, Landed, SetAside, Severity
from bot.domain.patch import FileDiff, FileKind, FileStatus, Hunk, Patch, Side
from bot.domain.plan import Change, HeadText, ToolReport
from bot.domain.review import Completed, Failed, Outcome, Review, Verdict
from bot.domain.run import Found, FoundStatus
from bot.reviewing.fates import fates
from bot.reviewing.recall import GONE, OUT_OF_SIGHT
from tests.reviewing.making import CART, a_change, a_plan, finding

QUOTE = '    rows = db.query("select * from items where order_id = " + order)'
MINE = finding(quote=QUOTE)
NAME = MINE.fingerprint
TOLD = Found(
    fingerprint=NAME,
    sources=MINE.sources,
    severity=MINE.severity,
    category=MINE.category,
    path=MINE.path,
    line=MINE.line,
    title=MINE.title,
    quote=QUOTE,
    status=FoundStatus.POSTED,
)
SAME = a_change()
MENDED = replace(SAME, texts=(HeadText("src/cart.py", CART.replace("+ order", ", order")),))
LEFT = replace(SAME, patch=Patch(SAME.patch.files[1:]), texts=())
BESIDE = replace(
    SAME,
    patch=Patch(
        (replace(SAME.patch.files[0], hunks=(Hunk(10, 1, 10, 1, "", ("+    return 1",)),)),)
    ),
)
UNREAD = replace(
    SAME,
    patch=Patch((FileDiff("src/cart.py", FileStatus.MODIFIED, FileKind.SOURCE, unread="large"),)),
    texts=(),
)
MOVED = replace(
    SAME,
    patch=Patch((replace(SAME.patch.files[0], path="src/shop.py", previous_path="src/cart.py"),)),
    texts=(HeadText("src/shop.py", CART),),
)
READ: tuple[Outcome, ...] = (Completed("security"),)


def review(outcomes: tuple[Outcome, ...] = READ, *names: str, **more: Any) -> Review:
    plan = a_plan(*(names or ("security",)))
    return Review(
        Verdict.SUCCESS,
        more.pop("landed", ()),
        more.pop("set_aside", ()),
        outcomes,
        more.pop("tools", ()),
        plan,
    )


def stands(**more: Any) -> tuple[Landed, ...]:
    return (Landed(replace(MINE, **more), None),)


def aside(why: str, **more: Any) -> tuple[SetAside, ...]:
    return (SetAside(replace(MINE, **more), why),)


ANEW = stands(title="Bind the order", line=6)
FAILED: tuple[Outcome, ...] = (Failed("security", "timed out"),)
TOOL = ToolReport("ruff", "1", 1, paths=("src/cart.py",))


@pytest.mark.parametrize(
    ("change", "seen", "fate"),
    [
        pytest.param(SAME, review(landed=stands()), Fate.STANDS, id="found again"),
        pytest.param(SAME, review(landed=stands(since="abc")), Fate.STANDS, id="carried"),
        pytest.param(
            SAME, review(landed=stands(since="abc", doubt=UNANSWERED)), Fate.UNKNOWN, id="in doubt"
        ),
        pytest.param(MENDED, review(), Fate.FIXED, id="its code is gone"),
        pytest.param(MENDED, review(FAILED), Fate.FIXED, id="gone, whoever failed"),
        pytest.param(
            SAME, review(set_aside=aside(GONE, since="abc")), Fate.FIXED, id="recalled as gone"
        ),
        pytest.param(SAME, review(), Fate.ANSWERED, id="read again and not found"),
        pytest.param(SAME, review(FAILED), Fate.UNKNOWN, id="its reviewer failed"),
        pytest.param(
            SAME, review((Completed("quality"),), "quality"), Fate.UNKNOWN, id="another one read it"
        ),
        pytest.param(SAME, review((), "quality"), Fate.UNKNOWN, id="nobody read it"),
        pytest.param(
            SAME, review(set_aside=aside(f"{REFUTED}no")), Fate.UNKNOWN, id="found and refuted"
        ),
        pytest.param(
            MENDED,
            review(set_aside=aside(f"{MUTED}often", since="abc")),
            Fate.UNKNOWN,
            id="carried and muted",
        ),
        pytest.param(
            UNREAD,
            review(FAILED, set_aside=aside(OUT_OF_SIGHT, since="abc")),
            Fate.UNKNOWN,
            id="its code cannot be seen",
        ),
        pytest.param(MENDED, review(landed=ANEW), Fate.UNKNOWN, id="said in other words"),
        pytest.param(LEFT, review(FAILED), Fate.AWAY, id="its file is as the base has it"),
        pytest.param(BESIDE, review(FAILED), Fate.AWAY, id="its lines are"),
        pytest.param(MOVED, review(FAILED), Fate.UNKNOWN, id="its file was renamed"),
        pytest.param(UNREAD, review(FAILED), Fate.UNKNOWN, id="its file was not read"),
        pytest.param(
            replace(LEFT, tools=(ToolReport("file list", "", 1, incomplete=("3 of 4",)),)),
            review(FAILED),
            Fate.UNKNOWN,
            id="GitHub did not list all files",
        ),
    ],
)
def test_a_finding_that_was_told(change: Change, seen: Review, fate: Fate) -> None:
    assert fates((TOLD,), seen, change)[NAME] is fate


def test_what_an_analyser_said_is_answered_by_the_analyser() -> None:
    told = replace(TOLD, sources=("ruff:S608",))
    assert fates((told,), review(tools=(TOOL,)), SAME)[NAME] is Fate.ANSWERED
    assert fates((told,), review(tools=(replace(TOOL, paths=()),)), SAME)[NAME] is Fate.UNKNOWN


def test_a_removed_line_is_over_once_the_diff_does_not_remove_it_any_more() -> None:
    told = replace(TOLD, side=Side.LEFT, quote="    rows = db.query(QUERY, order)")
    assert fates((told,), review(FAILED), SAME)[NAME] is Fate.UNKNOWN
    assert fates((told,), review(FAILED), BESIDE)[NAME] is Fate.FIXED


def test_what_somebody_ignores_is_ignored_whatever_became_of_it() -> None:
    assert fates((TOLD,), review(), MENDED, {NAME})[NAME] is Fate.IGNORED
    assert fates((), review(landed=stands()), SAME, {NAME})[NAME] is Fate.IGNORED


def test_of_what_was_never_told_nothing_is_known() -> None:
    other = finding(severity=Severity.LOW, category=Category.QUALITY)
    assert fates((), review(landed=(Landed(other, None),)), SAME) == {
        other.fingerprint: Fate.STANDS
    }
