"""Reading a pull request whole: fetch, redact in memory, parse, examine. Only then is it kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from pydantic import TypeAdapter

from bot.diff.attributes import parse_attributes
from bot.diff.parse import patch_of
from bot.domain.changed import LINK, Blob, ChangedFile
from bot.domain.finding import Evidence
from bot.domain.patch import FileDiff, FileKind, FileStatus, Patch
from bot.domain.plan import Change, HeadText, ToolReport
from bot.domain.pull import PullRequest, RepoPolicy
from bot.guard import addressed
from bot.guard.redact import redact, redact_change
from bot.intake.own_files import Admits, is_own, proposed
from bot.planning.readable import matches
from bot.planning.signals import signals
from bot.ports.analyzers import Analyzers
from bot.ports.code_host import CodeHost
from bot.service.definitions import Surroundings, with_definitions

CHANGE: TypeAdapter[Change] = TypeAdapter(Change)
READABLE = (FileKind.SOURCE, FileKind.TEST, FileKind.CONFIG, FileKind.INFRASTRUCTURE)
MOST_OWN = 10
"""Of our own files in one change, told of one by one."""
MOST_TEXTS = 300
"""Head versions read at most; the files beyond are reviewed by their hunks alone."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one pull request is read: files, and bytes of their diffs.

    Only kinds that somebody reads count. What lies beyond is shown as not read.
    """

    files: int
    diff_bytes: int


@dataclass(frozen=True, slots=True)
class Examiner:
    """What understands a change once its files are here, and how much of it.

    `definitions`: look for what the change calls. Without a model nobody would read it.
    """

    analyzers: Analyzers
    limits: Limits
    definitions: bool = True

    async def understand(
        self,
        files: Sequence[ChangedFile],
        blobs: Sequence[Blob],
        around: Surroundings | None = None,
        attributes: str = "",
    ) -> Change:
        """Redact, parse and examine files that were fetched, from GitHub or from this machine.

        `around` is where definitions are looked for that the files themselves do not hold.
        `attributes` is the `.gitattributes` to go by.
        """
        marks = parse_attributes(attributes)
        # In a thread: a large diff takes seconds, and all reviews share one loop.
        safe = await asyncio.to_thread(redact_change, files, blobs)
        patch = await asyncio.to_thread(lambda: within(patch_of(safe.files, marks), self.limits))
        texts = tuple(
            HeadText(each.path, each.text) for each in safe.texts if each.text is not None
        )
        kinds = {file.path: file.kind for file in patch.files}
        reports = await self.analyzers.examine(texts, kinds)
        tools = tuple(_on_changed_lines(each, patch) for each in reports)
        tools += (_secrets(safe.evidence, patch), *_not_whole(safe.texts))
        evidence = tuple(each for tool in tools for each in tool.evidence)
        facts = await asyncio.to_thread(signals, patch, evidence)
        # After the signals: what speaks to the reviewers calls none of them, and costs no call.
        tools += _speaking(await asyncio.to_thread(addressed.speaking, patch), patch)
        change = Change(patch, texts, facts, tools, safe.count)
        return await with_definitions(change, around) if self.definitions else change


@dataclass(frozen=True, slots=True)
class Reader:
    """Where a pull request is read from, and what understands it.

    `admits`: what a repository may add, by which changes to its own files are judged.
    """

    host: CodeHost
    examiner: Examiner
    admits: Admits = field(default_factory=Admits)

    async def read(self, pull: PullRequest, policy: RepoPolicy) -> Change:
        """The whole change of `pull`, secrets replaced. Raises UpstreamError."""
        files = await self.host.files(pull)
        patch = patch_of(files, parse_attributes(policy.attributes))
        worth, own = worth_a_text(patch, policy), _own(files)
        paths = (*worth, *(path for path in own if path not in worth))
        blobs = await self.host.texts(pull, paths)
        around = Surroundings(lambda paths: self.host.texts(pull, paths), policy.ignore)
        change = await self.examiner.understand(
            files, blobs[: len(worth)], around, policy.attributes
        )
        by_path = dict(zip(paths, blobs, strict=True))
        told = (proposed(by_path[path], self.admits, policy.own_reviewers) for path in own)
        change = replace(change, asides=tuple(chain.from_iterable(told)))
        if len(files) >= pull.changed_files:
            return change
        said = f"GitHub lists {len(files):,} of {pull.changed_files:,} changed files."
        short = ToolReport("file list", "", len(files), incomplete=(said,))
        return replace(change, tools=(*change.tools, short))


def _own(files: Sequence[ChangedFile]) -> tuple[str, ...]:
    """The files among them that tell us what to do, also under the name they had."""
    named = [name for file in files for name in (file.path, file.previous_path) if name]
    return tuple(dict.fromkeys(name for name in named if is_own(name)))[:MOST_OWN]


def _not_whole(blobs: Sequence[Blob]) -> tuple[ToolReport, ...]:
    """The head versions that could not be had, so that no analyser has seen them whole."""
    # All there is of a link stands in the diff.
    whole = [each for each in blobs if each.why != LINK]
    missing = tuple(f"{each.path}: {each.why}" for each in whole if each.text is None)
    if not missing:
        return ()
    return (ToolReport("whole files", "", len(blobs) - len(missing), incomplete=missing),)


def within(patch: Patch, limits: Limits) -> Patch:
    """The patch with every file beyond the limits marked as not read. Small files come first."""
    sizes = {
        file.path: sum(len(row) + 1 for hunk in file.hunks for row in hunk.body)
        for file in patch.files
        if file.kind in READABLE and file.unread is None
    }
    kept: set[str] = set()
    room = limits.diff_bytes
    for path, size in sorted(sizes.items(), key=lambda each: each[1]):
        room -= size
        if len(kept) < limits.files and room >= 0:
            kept.add(path)
    beyond = sizes.keys() - kept
    return Patch(tuple(_unread(file) if file.path in beyond else file for file in patch.files))


def _unread(file: FileDiff) -> FileDiff:
    why = "beyond what is read of one pull request"
    return replace(file, hunks=(), unread=why, counted_lines=file.changed_lines)


def worth_a_text(patch: Patch, policy: RepoPolicy) -> tuple[str, ...]:
    """Paths whose head version is worth reading, in the patch's order."""
    return tuple(
        file.path
        for file in patch.files
        if file.kind in READABLE
        and file.status is not FileStatus.REMOVED
        and file.hunks
        and not matches(file.path, policy.ignore)
    )[:MOST_TEXTS]


def _on_changed_lines(report: ToolReport, patch: Patch) -> ToolReport:
    """What an analyser says of lines this change adds; its words without secrets."""
    added = {file.path: file.added() for file in patch.files}
    kept = tuple(
        replace(each, message=redact(each.message).text)
        for each in report.evidence
        if not added.get(each.path, frozenset()).isdisjoint(range(each.line, each.end_line + 1))
    )
    return replace(report, evidence=kept)


def _secrets(evidence: tuple[Evidence, ...], patch: Patch) -> ToolReport:
    read = sum(file.unread is None for file in patch.files)
    return ToolReport("secrets", "", read, evidence)


def _speaking(evidence: tuple[Evidence, ...], patch: Patch) -> tuple[ToolReport, ...]:
    """A report only where something was found: a row for each review would tell nobody anything."""
    read = sum(file.unread is None for file in patch.files)
    return (ToolReport(addressed.TOOL, "", read, evidence),) if evidence else ()
