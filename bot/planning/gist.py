"""A change in brief, for who decides about it without reading it: its files, its changed lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.diff.excerpt import excerpt
from bot.diff.rows import row, visible
from bot.diff.tokens import tokens
from bot.domain.patch import FileDiff, Mark, Patch

LISTED_TOKENS = 1_000
"""The list of files, at most."""

SHOWN_TOKENS = 4_000
"""Their lines, at most. Of 60 real changes 48 fit as they are."""

LONGEST_NAME = 200
_DENSE = 8
"""Characters a token, at most, of what is weighed at all: more are not worth the time."""

_LEFT_OUT = "       ({} more changed lines are not shown)"
_FRAME = tokens(_LEFT_OUT.format(999_999_999) + "\n\n\n")


def listing(files: Sequence[FileDiff], most: int = LISTED_TOKENS) -> str:
    """One row a file, with its kind and its counts of new and gone lines; the rest is counted."""
    rows: list[str] = []
    for file in files:
        text = f"{visible(file.path)[:LONGEST_NAME]} ({_facts(file)})"
        most -= tokens(text) + 1
        if most < 0:
            return "\n".join([*rows, f"and {len(files) - len(rows)} more"])
        rows.append(text)
    return "\n".join(rows)


def _facts(file: FileDiff) -> str:
    marks = [line.mark for line in file.lines()]
    new, gone = marks.count(Mark.ADDED), marks.count(Mark.REMOVED)
    return f"{file.status.value}, {file.kind.value}, +{new} -{gone}"


def lines(files: Sequence[FileDiff], most: int = SHOWN_TOKENS) -> str:
    """The hunks of `files` where they fit into `most` tokens, else their changed lines alone.

    Where those are too long, too, each file gets an even share, what short files leave goes to
    the long ones, and every cut says how many changed lines it left out.
    """
    whole = "\n".join(excerpt(file, None) for file in files)
    if len(whole) <= most * _DENSE and tokens(whole) <= most:
        return whole
    shown: dict[str, str] = {}
    shortest_first = sorted(files, key=lambda file: file.changed_lines or 0)
    for nth, file in enumerate(shortest_first):
        text, used = _share(file, most // (len(files) - nth))
        shown[file.path] = text
        most -= used
    return "\n".join(shown[file.path] for file in files if shown[file.path])


def _share(file: FileDiff, most: int) -> tuple[str, int]:
    """The first changed lines of `file`, and the tokens they take; "" without room for any."""
    rows = [f"## {visible(file.path)[:LONGEST_NAME]}"]
    used = tokens(rows[0]) + _FRAME
    left = file.changed_lines or 0
    for text, changed in _changed(file):
        weight = tokens(text) + 1
        if used + weight > most:
            break
        rows.append(text)
        used += weight
        left -= changed
    if len(rows) == 1:
        return "", 0
    if left:
        rows.append(_LEFT_OUT.format(left))
    return "\n".join(rows) + "\n", used


def _changed(file: FileDiff) -> Iterator[tuple[str, bool]]:
    """Rows to show, and whether each is a changed line: the others say where the next ones are."""
    for hunk in file.hunks:
        if hunk.section:
            yield f"       in {visible(hunk.section)[:LONGEST_NAME]}", False
        for line in hunk.lines():
            if line.mark is not Mark.CONTEXT:
                yield row(line.new, "+" if line.mark is Mark.ADDED else "-", line.text), True


def files_of(patch: Patch, paths: Sequence[str]) -> tuple[FileDiff, ...]:
    """The files of `paths`, in the patch's order."""
    wanted = frozenset(paths)
    return tuple(file for file in patch.files if file.path in wanted)
