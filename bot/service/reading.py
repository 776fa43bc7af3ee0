"""Reading a pull request whole: fetch, redact in memory, parse, examine. Only then is it kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from bot.diff.parse import patch_of
from bot.domain.changed import Blob, ChangedFile
from bot.domain.finding import Evidence
from bot.domain.patch import FileKind, FileStatus, Patch
from bot.domain.plan import Change, HeadText, ToolReport
from bot.domain.pull import PullRequest, RepoPolicy
from bot.guard.redact import redact, redact_change
from bot.planning.readable import matches
from bot.planning.signals import signals
from bot.ports.analyzers import Analyzers
from bot.ports.code_host import CodeHost

CHANGE: TypeAdapter[Change] = TypeAdapter(Change)
READABLE = (FileKind.SOURCE, FileKind.TEST, FileKind.CONFIG, FileKind.INFRASTRUCTURE)
MOST_TEXTS = 300
"""Head versions read at most; the files beyond are reviewed by their hunks alone."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Where a change is read from, and what examines it."""

    host: CodeHost
    analyzers: Analyzers

    async def read(self, pull: PullRequest, policy: RepoPolicy) -> Change:
        """The whole change of `pull`, secrets replaced. Raises UpstreamError."""
        files = await self.host.files(pull)
        blobs = await self.host.texts(pull, worth_a_text(patch_of(files), policy))
        return await self.understand(files, blobs)

    async def understand(self, files: Sequence[ChangedFile], blobs: Sequence[Blob]) -> Change:
        """Redact, parse and examine files that were fetched, from GitHub or from this machine."""
        safe = redact_change(files, blobs)
        patch = patch_of(safe.files)
        texts = tuple(
            HeadText(each.path, each.text) for each in safe.texts if each.text is not None
        )
        kinds = {file.path: file.kind for file in patch.files}
        reports = await self.analyzers.examine(texts, kinds)
        tools = tuple(_on_changed_lines(each, patch) for each in reports)
        tools += (_secrets(safe.evidence, patch),)
        evidence = tuple(each for tool in tools for each in tool.evidence)
        return Change(patch, texts, signals(patch, evidence), tools, safe.count)


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
