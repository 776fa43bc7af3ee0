from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.patch import FileDiff, FileKind, FileStatus
from bot.domain.pull import RepoPolicy
from bot.planning.coverage import coverage
from tests.examples import examples
from tests.planning.changes import change, file

PLAIN = RepoPolicy()
IGNORE = RepoPolicy(ignore=("*.py",))


@pytest.mark.parametrize(
    ("one", "policy", "read", "why", "by_rule"),
    [
        pytest.param(file("a.py"), PLAIN, True, None, None, id="read"),
        pytest.param(file("a.py"), IGNORE, False, "ignored by the", True, id="ignored"),
        pytest.param(
            file("a.md", FileKind.DOCS), PLAIN, False, "docs are left out", True, id="docs"
        ),
        pytest.param(
            file("t.py", FileKind.TEST), PLAIN, False, "reviewer reads tests", True, id="nobody"
        ),
        pytest.param(
            file("a.py", unread="too large"), PLAIN, False, "too large", False, id="unread"
        ),
        pytest.param(
            file("go.sum", FileKind.LOCK, unread="too large"),
            PLAIN,
            False,
            "lock files are left out",
            True,
            id="unread, but nobody would read it",
        ),
        pytest.param(
            FileDiff("b.py", FileStatus.RENAMED, FileKind.SOURCE),
            PLAIN,
            False,
            None,
            None,
            id="moved",
        ),
    ],
)
def test_every_unread_file_says_why(
    one: FileDiff, policy: RepoPolicy, read: bool, why: str | None, by_rule: bool | None
) -> None:
    told = coverage(change(one), [one.path] if read else [], policy)
    if why is None:
        assert told.unread == ()
    else:
        [unread] = told.unread
        assert why in unread.why
        assert unread.by_rule is by_rule
    assert told.complete is (by_rule is not False)


def test_a_file_that_should_have_been_read_by_somebody_else_too_is_named() -> None:
    told = coverage(change(file("a.py")), ["a.py"], PLAIN, {"a.py": "security does not read it"})
    assert told.read_lines == told.changed_lines == 1
    assert not told.complete


def test_the_end_of_a_line_that_nobody_sees_is_not_read() -> None:
    long = "+x = '" + "a" * 500 + "'; eval(asked)"
    told = coverage(change(file("a.py", FileKind.SOURCE, "+b", long)), ["a.py"], PLAIN, None, 500)
    [unread] = told.unread
    assert unread.why == "a changed line is longer than 500 characters, and the end is not shown"
    assert (told.changed_lines, told.read_lines, unread.lines) == (2, 1, 1)
    assert not told.complete


KINDS = st.sampled_from([FileKind.SOURCE, FileKind.TEST, FileKind.DOCS])


@examples(60)
@given(st.lists(st.tuples(KINDS, st.integers(1, 5), st.booleans()), max_size=8))
def test_every_changed_line_is_read_or_named(made: list[tuple[FileKind, int, bool]]) -> None:
    files = [file(f"{at}.py", kind, *["+x"] * lines) for at, (kind, lines, _) in enumerate(made)]
    readable = [
        each.path
        for each, (kind, _, read) in zip(files, made, strict=True)
        if read and kind is not FileKind.DOCS
    ]
    told = coverage(change(*files), readable, PLAIN)
    assert told.read_lines + sum(each.lines or 0 for each in told.unread) == told.changed_lines
