"""A pull request's change as text: Patch > FileDiff > Hunk > Line, and where a comment may sit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Which version of the file a line number counts in. Values are GitHub's."""

    LEFT = "LEFT"
    RIGHT = "RIGHT"


class Mark(StrEnum):
    """What the diff says of a line."""

    ADDED = "added"
    REMOVED = "removed"
    CONTEXT = "context"


class FileKind(StrEnum):
    """What a file is for. Decides who reads it."""

    SOURCE = "source"
    TEST = "test"
    DOCS = "docs"
    GENERATED = "generated"
    VENDORED = "vendored"
    LOCK = "lock"
    CONFIG = "config"
    INFRASTRUCTURE = "infrastructure"
    BINARY = "binary"


class FileStatus(StrEnum):
    """What happened to a file. Values are GitHub's (`GET /pulls/N/files`)."""

    ADDED = "added"
    REMOVED = "removed"
    MODIFIED = "modified"
    RENAMED = "renamed"
    COPIED = "copied"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a hunk.

    `old` and `new` are 1-based line numbers; None where the line is not in that version.
    `text` has neither the diff's marker nor the line feed.
    """

    mark: Mark
    old: int | None
    new: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """A run of neighbouring lines.

    `body` holds one string a line, its first character the diff's marker (blank, + or -).
    `section` is what git wrote behind the second @@, often the function's first line.
    """

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    section: str
    body: tuple[str, ...]

    def lines(self) -> Iterator[Line]:
        """Number the lines of the body on both sides."""
        old, new = self.old_start, self.new_start
        for row in self.body:
            mark, text = row[:1], row[1:]
            if mark == "+":
                yield Line(Mark.ADDED, None, new, text)
                new += 1
            elif mark == "-":
                yield Line(Mark.REMOVED, old, None, text)
                old += 1
            else:
                yield Line(Mark.CONTEXT, old, new, text)
                old, new = old + 1, new + 1

    def holds(self, side: Side, number: int) -> bool:
        """Whether GitHub accepts a comment on line `number` of `side` in this hunk."""
        start, count = (
            (self.new_start, self.new_count)
            if side is Side.RIGHT
            else (self.old_start, self.old_count)
        )
        return start <= number < start + count


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where an inline comment goes.

    `start` and `end` are 1-based line numbers in the file, both inclusive,
    counted on `side`. A one-line comment has start == end.

    Source: GitHub REST, "Create a review for a pull request", `comments[]`.
    """

    path: str
    start: int
    end: int
    side: Side = Side.RIGHT

    def __post_init__(self) -> None:
        if not 1 <= self.start <= self.end:
            raise ValueError(f"not a line range: {self.start}..{self.end}")


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One changed file.

    `previous_path` is set for renames and copies. `unread` says in one phrase why the
    hunks are not here ("binary", "too large for GitHub to show"); None means all were read.
    `changed_lines` of an unread file is what GitHub counted, None when it did not say.
    """

    path: str
    status: FileStatus
    kind: FileKind
    hunks: tuple[Hunk, ...] = ()
    previous_path: str | None = None
    unread: str | None = None
    counted_lines: int | None = None

    @property
    def changed_lines(self) -> int | None:
        """Added plus removed lines; None when nobody knows."""
        if self.unread is not None:
            return self.counted_lines
        return sum(row[:1] in "+-" for hunk in self.hunks for row in hunk.body if row)

    def lines(self) -> Iterator[Line]:
        """Every line of every hunk, in order."""
        for hunk in self.hunks:
            yield from hunk.lines()

    def added(self) -> frozenset[int]:
        """Numbers, on the new side, of the lines this change adds."""
        return frozenset(
            line.new for line in self.lines() if line.mark is Mark.ADDED and line.new is not None
        )

    def hunk_of(self, side: Side, number: int) -> Hunk | None:
        """The hunk that shows line `number` of `side`, or None."""
        return next((hunk for hunk in self.hunks if hunk.holds(side, number)), None)


@dataclass(frozen=True, slots=True)
class Patch:
    """All changed files of a pull request, in GitHub's order."""

    files: tuple[FileDiff, ...] = ()

    def file(self, path: str) -> FileDiff | None:
        """The file of that (new) path, or None."""
        return next((file for file in self.files if file.path == path), None)

    def accepts(self, anchor: Anchor) -> bool:
        """Whether GitHub accepts a comment at `anchor`: both ends shown, in one hunk."""
        file = self.file(anchor.path)
        hunk = file.hunk_of(anchor.side, anchor.end) if file else None
        return hunk is not None and hunk.holds(anchor.side, anchor.start)
