"""Diffs, threads and notes, put where a reader of the pages finds them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.sandbox.diff import Changed
from bot.sandbox.pages_checks import newest_checks
from bot.sandbox.state import Annotation, Pull, ReviewComment
from bot.sandbox.view_pull import files_of, line_now

_HUNK = re.compile(r"^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_KINDS = {"+": "added", "-": "removed", "\\": "remark"}
FEWEST_LINES = 4  # shown of a hunk above a thread of the conversation
Spot = tuple[str, int]
T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """A line of a diff and its number before and after, None where it has none.

    `kind`: hunk, same, added, removed or remark.
    """

    kind: str
    text: str
    old: int | None = None
    new: int | None = None

    def spots(self) -> Iterator[Spot]:
        """Side and line number of what may hang on it."""
        if self.old is not None:
            yield "LEFT", self.old
        if self.new is not None:
            yield "RIGHT", self.new


@dataclass(frozen=True)
class Thread:
    """An inline comment and the replies to it; `line` and `start` are those of the newest diff.

    `line` None: on the whole file, or `outdated`, which is to say that its line is gone.
    """

    comments: tuple[ReviewComment, ...]
    line: int | None
    start: int | None
    outdated: bool

    @property
    def first(self) -> ReviewComment:
        """The comment the others reply to."""
        return self.comments[0]

    @property
    def place(self) -> str:
        """Where it stands, in words; an outdated one says where it stood."""
        last = self.line or self.first.line
        if last is None:
            return "the whole file"
        first = self.start or self.first.start_line
        before = " before the change" if self.first.side == "LEFT" else ""
        return f"lines {first} to {last}{before}" if first else f"line {last}{before}"

    def rows(self) -> tuple[Row, ...]:
        """The last lines of the hunk it hangs on: all it speaks of, and a few at least."""
        first = self.first
        spoken_of = (first.line or 0) - (first.start_line or first.line or 0) + 1
        found = rows_of(first.diff_hunk)
        return found[-max(FEWEST_LINES, spoken_of) :]


@dataclass(frozen=True)
class Note:
    """An annotation and the name of the check it belongs to."""

    check: str
    annotation: Annotation


@dataclass(frozen=True)
class Line:
    """A line of a diff with what hangs on it."""

    row: Row
    threads: tuple[Thread, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class FileOnPage:
    """A changed file. `threads` and `notes` are those on no line of its diff."""

    file: Changed
    lines: tuple[Line, ...]
    threads: tuple[Thread, ...]
    notes: tuple[Note, ...]
    outdated: int

    @property
    def count(self) -> int:
        """How many comments are shown with it."""
        threads = [*self.threads, *(thread for line in self.lines for thread in line.threads)]
        return sum(len(thread.comments) for thread in threads)


def rows_of(patch: str | None) -> tuple[Row, ...]:
    """The lines of a patch with their numbers before and after."""
    found, old, new = [], 0, 0
    for text in patch.split("\n") if patch else ():
        if match := _HUNK.match(text):
            old, new = int(match[1]), int(match[2])
            found.append(Row("hunk", text))
            continue
        kind = _KINDS.get(text[:1], "same")
        left, right = kind in ("same", "removed"), kind in ("same", "added")
        found.append(Row(kind, text[1:], old if left else None, new if right else None))
        old, new = old + left, new + right
    return tuple(found)


def replaced_by(comment: ReviewComment) -> list[str] | None:
    """The lines a suggestion in `comment` replaces; None where it cannot suggest anything."""
    if comment.side == "LEFT" or comment.line is None:
        return None
    spoken_of = range(comment.start_line or comment.line, comment.line + 1)
    return [row.text for row in rows_of(comment.diff_hunk) if row.new in spoken_of]


def seen_comments(pull: Pull) -> list[ReviewComment]:
    """The inline comments everybody sees: those of a pending review are its author's alone."""
    pending = {review.id for review in pull.reviews if review.state == "PENDING"}
    return [comment for comment in pull.comments if comment.review_id not in pending]


def threads_of(pull: Pull) -> tuple[Thread, ...]:
    """Every thread, the oldest first."""
    grouped: dict[int, list[ReviewComment]] = {}
    for comment in seen_comments(pull):
        key = comment.reply_to if comment.reply_to in grouped else comment.id
        grouped.setdefault(key or comment.id, []).append(comment)
    return tuple(_thread(pull, comments) for comments in grouped.values())


def _thread(pull: Pull, comments: list[ReviewComment]) -> Thread:
    line, start, position = line_now(pull, comments[0])
    return Thread(tuple(comments), line, start, position is None)


def notes_of(pull: Pull) -> tuple[Note, ...]:
    """The annotations of the newest checks on the newest head."""
    return tuple(Note(c.name, note) for c in newest_checks(pull) for note in c.annotations)


def files_on_page(pull: Pull) -> tuple[FileOnPage, ...]:
    """Every changed file with its threads and notes."""
    threads, notes = threads_of(pull), notes_of(pull)
    return tuple(
        _file_on_page(
            file,
            [t for t in threads if t.first.path == file.path],
            [n for n in notes if n.annotation.path == file.path],
        )
        for file in files_of(pull)
    )


def notes_elsewhere(pull: Pull) -> tuple[Note, ...]:
    """The notes on files the pull request does not change."""
    changed = {file.path for file in files_of(pull)}
    return tuple(note for note in notes_of(pull) if note.annotation.path not in changed)


def _file_on_page(file: Changed, threads: Sequence[Thread], notes: Sequence[Note]) -> FileOnPage:
    rows = rows_of(file.patch)
    shown = {spot for row in rows for spot in row.spots()}
    spoken: dict[Spot, list[Thread]] = defaultdict(list)
    noted: dict[Spot, list[Note]] = defaultdict(list)
    current = [thread for thread in threads if not thread.outdated]
    for thread in current:
        spoken[thread.first.side, thread.line or 0].append(thread)
    for note in notes:
        noted["RIGHT", note.annotation.end_line].append(note)
    lines = [Line(row, _on(spoken, row.spots()), _on(noted, row.spots())) for row in rows]
    return FileOnPage(
        file,
        tuple(lines),
        _on(spoken, [spot for spot in spoken if spot not in shown]),
        _on(noted, [spot for spot in noted if spot not in shown]),
        len(threads) - len(current),
    )


def _on(hung: dict[Spot, list[T]], spots: Iterable[Spot]) -> tuple[T, ...]:
    return tuple(each for spot in spots for each in hung.get(spot, ()))
