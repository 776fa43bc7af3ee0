"""Whose reading no longer holds, who is asked again, and what is told where nobody answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.finding import UNANSWERED, Finding, Severity
from bot.domain.patch import FileDiff, FileKind, FileStatus, Hunk, Patch
from bot.domain.plan import Change, HeadText
from bot.reviewing.edited import (
    LEFT_OUT,
    NO_CODE,
    NO_FILE,
    Ground,
    as_told,
    sift,
    unanswered,
    woken,
)
from bot.reviewing.keys import Share
from tests.reviewing.making import CART, assignment, finding, reviewer

HUNK = Hunk(1, 1, 1, 1, "", ("-a", "+b"))
CLAIM = finding(since="0123456", quote="    rows = gone()")
CART_PY = FileDiff("src/cart.py", FileStatus.MODIFIED, FileKind.SOURCE, (HUNK,))
MOVED = replace(CART_PY, path="src/basket.py", previous_path="src/cart.py")
ELSEWHERE = replace(CART_PY, path="src/new.py", hunks=(Hunk(0, 0, 1, 1, "", ("+rows  = gone()",)),))
NEW = {("security", "src/cart.py"): True}


def ground(*shares: Share, files: tuple[FileDiff, ...] = (CART_PY,), news: object = None) -> Ground:
    return Ground(Patch(files), shares, NEW if news is None else news)  # type: ignore[arg-type]


def share(name: str = "security", *paths: str, **more: object) -> Share:
    return Share(reviewer(name), paths, **more)  # type: ignore[arg-type]


READS = share("security", "src/cart.py")
IDLE = share("security", beside=("src/cart.py",))
KNOWN = {("security", "src/cart.py"): False}

TABLE = [
    pytest.param(ground(READS), True, None, id="edited, and it reads"),
    pytest.param(ground(IDLE), True, None, id="edited, and it does not read"),
    pytest.param(ground(IDLE, news=KNOWN), False, None, id="read as it is now at an earlier head"),
    pytest.param(ground(share("quality", "src/cart.py")), False, None, id="wanted no more"),
    pytest.param(ground(READS, files=()), False, NO_FILE, id="the file is as in the base"),
    pytest.param(ground(READS, news={}), False, NO_CODE, id="the code is as in the base"),
    pytest.param(ground(share(), news={}), False, LEFT_OUT, id="the file is ignored now"),
    pytest.param(
        ground(share(), files=(replace(CART_PY, hunks=(), unread="too large"),)),
        *(True, None),
        id="nobody can see the file",
    ),
    pytest.param(
        ground(
            share("security", beside=("src/basket.py",)),
            files=(MOVED,),
            news={("security", "src/basket.py"): True},
        ),
        *(True, None),
        id="moved to another name",
    ),
    pytest.param(
        ground(
            share("security", "src/new.py"),
            files=(ELSEWHERE,),
            news={("security", "src/new.py"): True},
        ),
        *(True, None),
        id="its code moved to another file",
    ),
    pytest.param(
        ground(READS, files=(replace(ELSEWHERE, hunks=(HUNK,)),)),
        *(False, NO_FILE),
        id="another file has other code",
    ),
]


@pytest.mark.parametrize(("here", "is_open", "why"), TABLE)
def test_what_becomes_of_a_finding_that_is_not_carried(
    here: Ground, is_open: bool, why: str | None
) -> None:
    open_, gone = sift([CLAIM], {}, here)
    assert open_ == ((CLAIM,) if is_open else ())
    assert [each.why for each in gone] == ([] if why is None else [why])


def test_what_is_carried_or_gone_already_is_neither() -> None:
    known = {CLAIM.fingerprint: 1}
    assert sift([CLAIM], known, ground(IDLE)) == ((), ())
    twice = replace(CLAIM, line=90, end_line=90)
    assert sift([CLAIM, twice], known, ground(IDLE)) == ((twice,), ())


def test_one_of_several_sources_is_enough_to_answer() -> None:
    both = replace(CLAIM, sources=("quality", "security"))
    here = ground(IDLE, share("quality", beside=("src/cart.py",)), news=NEW | KNOWN)
    assert sift([both], {}, here) == ((), ())


def test_who_found_it_is_woken_for_that_file_alone() -> None:
    idle = share("security", beside=("src/cart.py", "src/util.py"))
    assert woken([CLAIM], ground(idle)) == {"security": ("src/cart.py",)}
    assert woken([CLAIM, replace(CLAIM, title="more")], ground(idle)) == {
        "security": ("src/cart.py",)
    }


@pytest.mark.parametrize(
    "here",
    [
        pytest.param(ground(READS), id="reads it anyway"),
        pytest.param(ground(replace(IDLE, bound=True)), id="a person asked for others"),
        pytest.param(
            ground(IDLE, share("quality", "src/cart.py")), id="another that found it reads"
        ),
    ],
)
def test_nobody_is_woken_who_need_not_or_must_not(here: Ground) -> None:
    assert woken([replace(CLAIM, sources=("security", "quality"))], here) == {}


@pytest.mark.parametrize(
    ("name", "path", "left"),
    [
        ("security", "src/cart.py", 0),
        ("security", "src/util.py", 1),
        ("quality", "src/cart.py", 1),
    ],
)
def test_only_a_source_that_has_read_the_file_answers(name: str, path: str, left: int) -> None:
    done = [assignment(name, paths=(path,))]
    assert len(unanswered([CLAIM], done, Patch((CART_PY,)))) == left


def test_it_answers_under_the_files_new_name() -> None:
    done = [assignment(paths=("src/basket.py",))]
    assert unanswered([CLAIM], done, Patch((MOVED,))) == ()


@pytest.mark.parametrize(
    ("claim", "line"),
    [
        pytest.param(CLAIM, 5, id="its code is gone: where it was"),
        pytest.param(
            replace(CLAIM, quote='    return "hello " + name', line=5, end_line=6), 10, id="moved"
        ),
    ],
)
def test_an_open_finding_is_told_in_doubt_where_its_code_is(claim: Finding, line: int) -> None:
    change = Change(Patch((CART_PY,)), (HeadText("src/cart.py", CART),))
    told = as_told(replace(claim, doubt="reviewers disagree"), change)
    assert (told.line, told.doubt, told.since) == (line, UNANSWERED, "0123456")
    assert told.open
    assert not told.fails(Severity.LOW)
