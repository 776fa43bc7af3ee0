"""Real changes, read as the product reads them: commits of a repository, or diffs of a corpus."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.diff.parse import patch_of
from bot.diff.split import split
from bot.domain.changed import ABSENT, Blob
from bot.domain.patch import FileKind, FileStatus
from bot.domain.plan import Change, HeadText, ToolReport
from bot.domain.pull import RepoPolicy
from bot.service.definitions import Surroundings
from bot.service.reading import Examiner, worth_a_text
from bot.workspace.files import MOST_BYTES
from bot.workspace.git import Git
from bot.workspace.tree import DIFF


@dataclass(frozen=True, slots=True)
class Subject:
    """One change: as git prints it, and as the product reads it.

    `heads` are the new versions of its text files by path, whole; None where only the diff is here.
    """

    name: str
    diff: str
    paths: tuple[str, ...]
    change: Change
    heads: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class NoAnalyzers:
    """The port `Analyzers` without any: starting them takes most of a second for each change."""

    async def examine(
        self, texts: Sequence[HeadText], kinds: dict[str, FileKind]
    ) -> tuple[ToolReport, ...]:
        """Nobody looked."""
        return ()


@dataclass(frozen=True, slots=True)
class History:
    """Commits of one repository, read by git alone: nothing is checked out, nothing is run."""

    repo: Path
    examiner: Examiner
    policy: RepoPolicy
    git: Git = field(init=False)

    def __post_init__(self) -> None:
        # git needs to find its own parts and the owner's home; it gets nothing else of ours.
        known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        object.__setattr__(self, "git", Git(self.repo, known))

    def newest(self, most: int, at: str = "HEAD") -> tuple[str, ...]:
        """The newest commits of `at` that change a file which was there, as "commit title".

        Merges are left out. Raises Refused where there is no such commit.
        """
        wanted = ("--no-merges", "--diff-filter=M", "--format=%h %s", "--end-of-options", at, "--")
        return tuple(self.git.text("log", f"-{most}", *wanted).splitlines())

    async def read(self, row: str) -> Subject:
        """The commit of a row of `newest` against its parent."""
        commit = row.partition(" ")[0]
        diff = self.git.run(*DIFF, f"{commit}^", commit, "--").decode("utf-8", "replace")
        files = split(diff)
        paths = worth_a_text(patch_of(files), self.policy)

        async def fetch(wanted: Sequence[str]) -> tuple[Blob, ...]:
            return self._texts(commit, wanted)

        around = Surroundings(fetch, self.policy.ignore)
        change = await self.examiner.understand(files, self._texts(commit, paths), around)
        there = [each.path for each in files if each.status is not FileStatus.REMOVED]
        heads = {
            path: raw.decode("utf-8", "replace")
            for path, raw in self._raw(commit, there)
            if raw is not None and b"\0" not in raw
        }
        return Subject(row, diff, tuple(each.path for each in files), change, heads)

    def _texts(self, commit: str, paths: Sequence[str]) -> tuple[Blob, ...]:
        return tuple(_blob(path, raw) for path, raw in self._raw(commit, paths))

    def _raw(self, commit: str, paths: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        """The files at the commit, in the order asked; None for one that is not there."""
        names = "".join(f"{commit}:{path}\n" for path in paths)
        printed = self.git.run("cat-file", "--batch", given=names.encode()) if names else b""
        at = 0
        for path in paths:
            end = printed.index(b"\n", at)
            head, at = printed[at:end].split(), end + 1
            if len(head) == 3 and head[1] == b"blob":
                size = int(head[2])
                yield path, printed[at : at + size]
                at += size + 1
            else:
                yield path, None


def _blob(path: str, raw: bytes | None) -> Blob:
    """As the product's own readers give it."""
    if raw is None:
        return Blob(path, None, ABSENT)
    if len(raw) > MOST_BYTES:
        return Blob(path, None, f"over {MOST_BYTES // 1000} kB")
    if b"\0" in raw:
        return Blob(path, None, "binary")
    return Blob(path, raw.decode("utf-8", "replace"))


async def of_diff(path: Path, examiner: Examiner) -> Subject:
    """A case of a corpus, called after its folder.

    Only its diff is there: no function is found around a change and no definition that it calls,
    and a change of comments alone is not told from code.
    """
    diff = (await asyncio.to_thread(path.read_bytes)).decode("utf-8", "replace")
    files = split(diff)
    change = await examiner.understand(files, ())
    return Subject(path.parent.name, diff, tuple(each.path for each in files), change)
