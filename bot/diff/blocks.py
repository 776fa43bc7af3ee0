"""The units of what was read: runs of changed rows, whatever stands around and above them.

Two changes are the same block when their removed and their added rows have the same normal form.
Line numbers, context, the borders of hunks, blank rows, trailing blanks and line ends are no part
of it. Nor is formatting, in the head version of a file whose language is known to us:

- JavaScript, TypeScript, Go, Java, C, C++, C#, Rust, PHP, JSON, style sheets: tokens are compared,
  blanks and row ends between them are not. A row end stays where it may end a statement (behind
  `return`; between two operands), a blank where it may tell two style rules apart. Strings,
  regular expressions and lines of the preprocessor are compared as they stand, comments without
  the blanks around their rows. So a comma or bracket that a formatter adds is a change, and a
  blank in the text of a JSX element is not seen.
- Python: rows are compared one by one by their indentation and their tokens. Code that moves by a
  constant indentation belongs to something else, and is changed; so is what was wrapped anew.
- All others, and files whose head version is not at hand: rows are compared as they stand.

Where it is not sure what a row is made of (a quote nobody closes, a template within a template)
it is compared as it stands.

Rows that changed in their formatting alone belong to no block, wherever they stand: nobody has to
read them. What surrounds a block is not in its normal form but in its `standing`: code whose
meaning changes because something else in its function changed is read again with that function.
What changed in another function is a block of its own, and is read there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.diff.enclosing import Lines
from bot.diff.lexing import Row, flatten, lex
from bot.diff.lexis import Ends
from bot.diff.pairing import differing
from bot.diff.standing import Head, digest, head_of
from bot.domain.patch import FileDiff, Hunk, Line, Mark


@dataclass(frozen=True, slots=True)
class Block:
    """One unit.

    `hunk` is the index of its hunk in the file, `rows` counts its changed rows, blank ones between
    them included. `new` and `old` are the lines it takes on either side, 1-based and inclusive;
    where it takes none, the last is the one before it. `form` is a digest of its normal form,
    `standing` one of where it stands, "" when the head version is not at hand.
    """

    hunk: int
    rows: int
    new: Lines
    old: Lines
    form: str
    standing: str


def blocks(file: FileDiff, text: str | None = None) -> tuple[Block, ...]:
    """The blocks of a file, in its order. `text` is its head version where that is at hand."""
    if not file.hunks:
        return ()
    head = head_of(file.path, text) if text is not None and _is_head(file, text) else None
    runs = ((n, run) for n, hunk in enumerate(file.hunks) for run in _runs(hunk))
    return tuple(block for n, run in runs for block in _blocks(n, run, head))


def _is_head(file: FileDiff, text: str) -> bool:
    """Whether every line the diff shows of the new version stands in `text` where it should."""
    rows = text.split("\n")
    return all(
        line.new is None
        or (line.new <= len(rows) and _bare(rows[line.new - 1]) == _bare(line.text))
        for line in file.lines()
    )


def _bare(row: str) -> str:
    return row.removesuffix("\r")


@dataclass(frozen=True, slots=True)
class _Run:
    """Changed lines between unchanged ones. `old` and `new` number the lines in front of it."""

    old: int
    new: int
    gone: tuple[Line, ...]
    come: tuple[Line, ...]


def _lines(numbers: Sequence[int], part: range, before: int) -> Lines:
    if part:
        return numbers[part.start], numbers[part.stop - 1]
    last = numbers[part.start - 1] if part.start else before
    return last + 1, last


def _runs(hunk: Hunk) -> Iterator[_Run]:
    # git names an empty range by the line before it
    old = hunk.old_start - bool(hunk.old_count)
    new = hunk.new_start - bool(hunk.new_count)
    gone: list[Line] = []
    come: list[Line] = []
    for line in hunk.lines():
        if line.mark is Mark.REMOVED:
            gone.append(line)
        elif line.mark is Mark.ADDED:
            come.append(line)
        else:
            if gone or come:
                yield _Run(old, new, tuple(gone), tuple(come))
            gone, come = [], []
            old, new = line.old or old, line.new or new
    if gone or come:
        yield _Run(old, new, tuple(gone), tuple(come))


def _blocks(hunk: int, run: _Run, head: Head | None) -> Iterator[Block]:
    ends = head.ends if head else Ends.ALWAYS
    gone, come = _rows(run, head)
    olds = [each.old or 0 for each in run.gone]
    news = [each.new or 0 for each in run.come]
    for gone_part, come_part in differing(gone, come, ends):
        form = tuple(
            tuple(flatten(rows[part.start : part.stop], ends))
            for rows, part in ((gone, gone_part), (come, come_part))
        )
        new = _lines(news, come_part, run.new)
        place = new if come_part else (max(1, new[1]),) * 2
        yield Block(
            hunk=hunk,
            rows=len(gone_part) + len(come_part),
            new=new,
            old=_lines(olds, gone_part, run.old),
            form=digest(form),
            standing=head.standing(place) if head else "",
        )


def _rows(run: _Run, head: Head | None) -> tuple[Sequence[Row], Sequence[Row]]:
    """What the run removes and what it adds, as tokens."""
    gone, come = ([_bare(each.text) for each in lines] for lines in (run.gone, run.come))
    if head is None:
        return lex(gone, None).rows, lex(come, None).rows
    inside = head.lexed.inside[run.new] if run.new < len(head.lexed.inside) else ""
    added = [head.lexed.rows[(each.new or 1) - 1] for each in run.come]
    return lex(gone, head.language, inside).rows, added
