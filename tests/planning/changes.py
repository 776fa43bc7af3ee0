"""Changes and reviewers to plan with."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.finding import Category, Evidence, Severity
from bot.domain.patch import FileDiff, FileKind, FileStatus, Hunk, Patch
from bot.domain.plan import Change, HeadText, Reviewer, ToolReport
from bot.planning.rules import NAMES
from bot.planning.signals import signals
from tests.diff.edits import edit

NOBODY = (
    FileKind.DOCS,
    FileKind.LOCK,
    FileKind.GENERATED,
    FileKind.VENDORED,
    FileKind.BINARY,
)
CALLS = {
    "security": NAMES[:15],
    "performance": ("loop-io", *NAMES[15:23]),
    "quality": NAMES[23:25],
}


def reviewer(name: str, tier: str = "standard") -> Reviewer:
    skips = NOBODY if name == "quality" else (*NOBODY, FileKind.TEST)
    return Reviewer(name, Category(name), tier, CALLS[name], skips, Severity.LOW, 8, "Look.")


SECURITY, PERFORMANCE, QUALITY = map(reviewer, ("security", "performance", "quality"))


def file(
    path: str, kind: FileKind = FileKind.SOURCE, *rows: str, unread: str | None = None
) -> FileDiff:
    body = rows or ("+total = price * count",)
    if unread is not None:
        return FileDiff(path, FileStatus.MODIFIED, kind, unread=unread, counted_lines=7)
    old = sum(row[:1] != "+" for row in body)
    new = sum(row[:1] != "-" for row in body)
    return FileDiff(path, FileStatus.MODIFIED, kind, (Hunk(1, old, 1, new, "", body),))


def change(*files: FileDiff, evidence: tuple[Evidence, ...] = ()) -> Change:
    patch = Patch(files)
    tools = (ToolReport("ruff", "1", len(files), evidence),)
    return Change(patch, signals=signals(patch, evidence), tools=tools)


def edited(*edits: tuple[str, str, str], evidence: tuple[Evidence, ...] = ()) -> Change:
    """A change of files that are known whole: path, text before, text after."""
    seen = change(*(edit(*each) for each in edits), evidence=evidence)
    return replace(seen, texts=tuple(HeadText(path, head) for path, _, head in edits))


def evidence(
    path: str,
    category: Category = Category.SECURITY,
    severity: Severity = Severity.HIGH,
    tool: str = "ruff",
) -> Evidence:
    return Evidence(tool, "S608", path, 1, 1, severity, category, "SQL from text", "Bind it.")
