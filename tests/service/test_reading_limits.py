"""How much of a change is read, and that what is not read is said."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from bot.domain.changed import LINK, Blob, ChangedFile
from bot.domain.finding import Category, Evidence, Severity
from bot.domain.patch import FileDiff, FileKind, FileStatus, Hunk, Patch
from bot.domain.plan import HeadText, ToolReport
from bot.domain.pull import PullRequest, RepoPolicy
from bot.ports.code_host import CodeHost
from bot.service.reading import Examiner, Limits, Reader, within
from tests.service.conftest import Scene

TOKEN = "gh" + "p_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
PATCH = "@@ -1,2 +1,3 @@\n one = 1\n+two = 2\n three = 3"


def source(path: str, *added: str) -> FileDiff:
    hunk = Hunk(0, 0, 1, len(added), "", tuple(f"+{row}" for row in added))
    return FileDiff(path, FileStatus.ADDED, FileKind.SOURCE, (hunk,))


def unread(patch: Patch) -> list[str]:
    return [file.path for file in patch.files if file.unread]


def test_the_smallest_files_come_first_and_the_rest_is_named() -> None:
    patch = Patch((source("big.py", "x" * 50), source("small.py", "y"), source("mid.py", "z" * 9)))
    assert unread(within(patch, Limits(9, 1_000))) == []
    assert unread(within(patch, Limits(2, 1_000))) == ["big.py"]
    assert unread(within(patch, Limits(9, 3 + 11))) == ["big.py"]
    assert unread(within(patch, Limits(9, 3 + 10))) == ["big.py", "mid.py"]
    beyond = within(patch, Limits(1, 1_000)).files[0]
    assert (beyond.hunks, beyond.changed_lines) == ((), 1)


def said(line: int, end_line: int, message: str = "Mind this.") -> Evidence:
    return Evidence(
        "ruff", "X1", "a.py", line, end_line, Severity.LOW, Category.QUALITY, "t", message
    )


class Tool:
    """An analyser that says what it is told to."""

    names = ("ruff",)

    def __init__(self, *evidence: Evidence) -> None:
        self.evidence = evidence

    async def examine(
        self, texts: tuple[HeadText, ...], kinds: dict[str, FileKind]
    ) -> tuple[ToolReport, ...]:
        return (ToolReport("ruff", "1", 1, self.evidence, (), ("a.py",)),)


FILE = ChangedFile("a.py", FileStatus.MODIFIED, PATCH, 1, 0)
TEXT = Blob("a.py", "one = 1\ntwo = 2\nthree = 3\n")


async def test_analysers_are_heard_on_changed_lines_alone_and_without_secrets() -> None:
    tool = Tool(said(1, 1), said(2, 2, f"Leaks {TOKEN}."), said(1, 3), said(3, 9))
    change = await Examiner(tool, Limits(9, 1_000)).understand([FILE], [TEXT])
    assert [(each.line, each.end_line) for each in change.evidence] == [(2, 2), (1, 3)]
    assert TOKEN not in str(change)


async def test_a_text_that_could_not_be_had_is_told() -> None:
    missing = Blob("a.py", None, "it is too large")
    change = await Examiner(Tool(), Limits(9, 1_000)).understand([FILE], [missing])
    [short] = [each for each in change.tools if each.incomplete]
    assert short.incomplete == ("a.py: it is too large",)


async def test_of_a_link_nothing_is_missing() -> None:
    link = Blob("a.py", None, LINK)
    change = await Examiner(Tool(), Limits(9, 1_000)).understand([FILE], [link])
    assert not [each for each in change.tools if each.incomplete]


class Host:
    """A host that lists one file, whatever the pull request says."""

    async def files(self, pull: PullRequest) -> tuple[ChangedFile, ...]:
        return (FILE,)

    async def texts(self, pull: PullRequest, paths: tuple[str, ...]) -> tuple[Blob, ...]:
        return (TEXT,)


async def test_a_list_that_github_cut_short_is_told(scene: Scene) -> None:
    pull = await scene.host.pull(scene.pull)
    assert pull.changed_files == 3
    reader = Reader(cast(CodeHost, Host()), Examiner(Tool(), Limits(9, 1_000)))
    change = await reader.read(pull, RepoPolicy())
    [short] = [each for each in change.tools if each.incomplete]
    assert short.incomplete == ("GitHub lists 1 of 3 changed files.",)
    whole = await reader.read(replace(pull, changed_files=1), RepoPolicy())
    assert not [each for each in whole.tools if each.incomplete]
