"""A file's change as a reviewer reads it: numbered rows, with the functions around them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.diff.enclosing import Lines, Outline, outline
from bot.diff.rows import row, visible
from bot.domain.patch import FileDiff, Hunk, Mark, Patch

_MARKERS = {Mark.ADDED: "+", Mark.REMOVED: "-", Mark.CONTEXT: " "}
GAP = "       ..."
"""Stands where rows are missing."""
BESIDE = 3
"""Lines shown either side of one that is asked for: as many as git shows around a change."""
MOST_WIDENED = 1_000_000
"""Characters of one change that are parsed for their functions. Hostile code of 64 kB holds the
interpreter for half a second; without a sum over all files, 300 of them would hold it for minutes.
"""


def excerpts(patch: Patch, texts: Mapping[str, str], paths: Sequence[str]) -> str:
    """Excerpts of `paths`, in the patch's order, a blank row between them.

    `texts` holds head versions by path; a file without one keeps its plain hunks.
    """
    wanted = frozenset(paths)
    around = widenable(patch, texts)
    chosen = (file for file in patch.files if file.path in wanted)
    return "\n".join(excerpt(file, around.get(file.path)) for file in chosen)


def widenable(patch: Patch, texts: Mapping[str, str]) -> dict[str, str]:
    """The head versions whose functions are looked for: in the patch's order, 1 MB in all."""
    chosen: dict[str, str] = {}
    room = MOST_WIDENED
    for file in patch.files:
        text = texts.get(file.path)
        if text is not None and len(text) <= room:
            chosen[file.path] = text
            room -= len(text)
    return chosen


def excerpt(file: FileDiff, text: str | None, limit: int = 80, also: Iterable[int] = ()) -> str:
    """The hunks of one file, widened to the functions they touch where `text` is the head version.

    Every row holds the line's number in the new version (blank for a removed line), its marker
    and its text; characters that would hide or reorder text are spelled out, lines over 500
    characters are cut and say so. `limit` is the longest function shown whole, in lines.
    Lines `also` of the new version are shown too, with their function and 3 lines either side.
    """
    crlf = bool(file.hunks) and all(line.text.endswith("\r") for line in file.lines())
    return "\n".join([_header(file, crlf), *_body(file, text, limit, crlf, also)]) + "\n"


def _body(
    file: FileDiff, text: str | None, limit: int, crlf: bool, also: Iterable[int]
) -> Iterator[str]:
    if file.unread is not None:
        yield f"(not shown: {visible(file.unread)})"
    elif not file.hunks:
        yield "(no line changed)"
    elif text is None:
        yield from _plain(file.hunks, crlf)
    elif not _is_head(file, head := [each.removesuffix("\r") for each in text.split("\n")]):
        yield "(surrounding code left out: the text at hand is another version)"
        yield from _plain(file.hunks, crlf)
    elif spans := _spans(file, outline(file.path, text), limit, _within(also, len(head))):
        yield from _widened(file, head, spans, crlf)
    else:
        yield from _plain(file.hunks, crlf)


def _header(file: FileDiff, crlf: bool) -> str:
    moved = f", was {visible(file.previous_path)}" if file.previous_path else ""
    ends = ", CRLF line ends" if crlf else ""
    return f"## {visible(file.path)} ({file.status.value}, {file.kind.value}{moved}{ends})"


def _is_head(file: FileDiff, head: Sequence[str]) -> bool:
    """Whether every line the diff shows of the new version stands in `head` where it should."""
    return all(
        line.new is None
        or (line.new <= len(head) and head[line.new - 1] == line.text.removesuffix("\r"))
        for line in file.lines()
    )


def _within(also: Iterable[int], last: int) -> list[Lines]:
    """Those of the lines `also` that a text of `last` lines has, each with that number."""
    return [(line, last) for line in also if 1 <= line <= last]


def _plain(hunks: Sequence[Hunk], crlf: bool) -> Iterator[str]:
    for hunk in hunks:
        if hunk is not hunks[0]:
            yield GAP
        if hunk.section:
            yield f"       in {visible(hunk.section)}"
        yield from _rows(hunk, crlf)


def _rows(hunk: Hunk, crlf: bool) -> Iterator[str]:
    for line in hunk.lines():
        text = line.text.removesuffix("\r") if crlf else line.text
        yield row(line.new, _MARKERS[line.mark], text)


def shown_lines(file: FileDiff, parsed: Outline, limit: int = 80) -> tuple[Lines, ...]:
    """The lines of the new version that an excerpt of `file` shows, in order, none twice."""
    return tuple(_merged([*_spans(file, parsed, limit), *_ranges(file.hunks)]))


def _spans(file: FileDiff, parsed: Outline, limit: int, also: Sequence[Lines] = ()) -> list[Lines]:
    """What is worth showing around the changed lines and `also`, in lines of the new version."""
    lines = [*touched_lines(file), *(line for line, _ in also)]
    found = {span for line in lines for span in parsed.spans(line, limit)}
    found |= {(max(1, line - BESIDE), min(last, line + BESIDE)) for line, last in also}
    return sorted(found)


def _ranges(hunks: Sequence[Hunk]) -> list[Lines]:
    return [(_first(each), _first(each) + each.new_count - 1) for each in hunks]


def touched_lines(file: FileDiff) -> Iterator[int]:
    """Lines of the new version that were added, or stand before a removed one."""
    for hunk in file.hunks:
        before = _first(hunk) - 1
        for line in hunk.lines():
            if line.mark is Mark.REMOVED:
                yield before
            elif line.new is not None:
                before = line.new
                if line.mark is Mark.ADDED:
                    yield line.new


def _first(hunk: Hunk) -> int:
    """The hunk's first new line. An empty range is named by the line before it."""
    return hunk.new_start if hunk.new_count else hunk.new_start + 1


def _widened(
    file: FileDiff, head: Sequence[str], spans: Sequence[Lines], crlf: bool
) -> Iterator[str]:
    """The rows of every hunk and span, in the file's order, with a mark where rows are missing."""
    waiting = deque(file.hunks)
    for start, end in _merged([*spans, *_ranges(file.hunks)]):
        if start > 1:
            yield GAP
        at = start
        while waiting and _first(waiting[0]) <= end + 1:
            hunk = waiting.popleft()
            yield from _context(head, at, _first(hunk) - 1)
            yield from _rows(hunk, crlf)
            at = _first(hunk) + hunk.new_count
        yield from _context(head, at, end)


def _merged(spans: Iterable[Lines]) -> Iterator[Lines]:
    """Join what overlaps or touches. A span that ends before it starts stands between two lines."""
    open_start, open_end = 0, -1
    for start, end in sorted(spans):
        if open_start and start <= open_end + 1:
            open_end = max(open_end, end)
            continue
        if open_start:
            yield open_start, open_end
        open_start, open_end = start, end
    if open_start:
        yield open_start, open_end


def _context(head: Sequence[str], start: int, end: int) -> Iterator[str]:
    for number in range(start, end + 1):
        yield row(number, " ", head[number - 1])
