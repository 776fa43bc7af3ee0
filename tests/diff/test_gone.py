"""Whose code is gone: a row is what became of the code under a comment."""

from __future__ import annotations

import pytest

from bot.diff.gone import gone
from bot.domain.finding import Category, Severity
from bot.domain.patch import FileDiff, FileKind, FileStatus, Hunk, Patch, Side
from bot.domain.plan import Change, HeadText
from bot.domain.run import Found, FoundStatus

QUOTE = 'rows = db.query("select " + order)'
FAR = "pass\n" * 400


def finding(quote: str = QUOTE, side: Side = Side.RIGHT, path: str = "a.py") -> Found:
    return Found(
        "f" * 16,
        ("security",),
        Severity.HIGH,
        Category.SECURITY,
        path,
        2,
        "t",
        quote,
        FoundStatus.POSTED,
        side=side,
    )


def diff(path: str, *body: str, status: FileStatus = FileStatus.MODIFIED) -> FileDiff:
    hunks = (Hunk(1, len(body), 1, len(body), "", body),) if body else ()
    return FileDiff(path, status, FileKind.SOURCE, hunks)


def change(*files: FileDiff, **texts: str) -> Change:
    heads = tuple(HeadText(f"{name}.py", text) for name, text in texts.items())
    return Change(Patch(files), heads)


A = diff("a.py", "+x = 1")


@pytest.mark.parametrize(
    ("found", "now", "is_gone"),
    [
        pytest.param(finding(), change(A, a=f"x\n    {QUOTE}\n"), False, id="still there"),
        pytest.param(finding(), change(A, a=f"{FAR}{QUOTE}"), False, id="moved far away"),
        pytest.param(
            finding(), change(A, a=f"x\n{QUOTE.replace(' ', '  ')}"), False, id="formatted anew"
        ),
        pytest.param(
            finding(), change(A, a="x\nrows = db.query(QUERY, order)"), True, id="changed"
        ),
        pytest.param(finding(), change(A, a=""), True, id="taken away"),
        pytest.param(
            finding(), change(A, diff("b.py", "+y"), a="", b=QUOTE), False, id="moved to a file"
        ),
        pytest.param(
            finding(), change(diff("a.py", status=FileStatus.REMOVED)), True, id="file removed"
        ),
        pytest.param(finding(), change(A), False, id="file not read"),
        pytest.param(finding(), change(diff("b.py", "+y"), b="y"), False, id="file not there"),
        pytest.param(finding(" \n"), change(A, a="x"), False, id="nothing quoted"),
        pytest.param(
            finding("\x0cold = 1"), change(A, a="x\n\x0cold = 1\r\n"), False, id="odd line breaks"
        ),
        pytest.param(
            finding(side=Side.LEFT), change(diff("a.py", f"-{QUOTE}")), False, id="still removed"
        ),
        pytest.param(
            finding(side=Side.LEFT), change(diff("a.py", "-x", f" {QUOTE}")), True, id="put back"
        ),
        pytest.param(
            finding(side=Side.LEFT),
            change(FileDiff("a.py", FileStatus.MODIFIED, FileKind.SOURCE, unread="too large")),
            False,
            id="diff not shown",
        ),
    ],
)
def test_only_what_was_seen_to_change_is_gone(found: Found, now: Change, is_gone: bool) -> None:
    assert gone([found], now) == (("f" * 16,) if is_gone else ())


def test_a_long_file_is_searched_to_its_last_line() -> None:
    for lines in (40, 41, 42, 82, 83):
        now = change(A, a="pass\n" * (lines - 1) + QUOTE)
        assert gone([finding()], now) == ()
