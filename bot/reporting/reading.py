"""What was read in Markdown, by whom, and what was not; how that was decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.plan import Part, Unread
from bot.domain.review import Review
from bot.reporting.fit import Block, foldable
from bot.reporting.shares import Reader, readers
from bot.reporting.untrusted import cell, code
from bot.reporting.words import joined, notes, plural

UNTIL_FOLDED = 5
"""Files a list shows openly; a longer one is folded."""


def files(name: str, unread: Sequence[Unread]) -> Iterator[Block]:
    """Files nobody read."""
    if not unread:
        return
    rows = tuple(f"- {code(each.path)} ({_lines(each.lines)}): {cell(each.why)}" for each in unread)
    yield foldable(f"{name}: {plural(len(rows), 'file')}", rows, open_=len(rows) <= UNTIL_FOLDED)


def _lines(count: int | None) -> str:
    return "lines unknown" if count is None else plural(count, "line")


def analysers(review: Review) -> Iterator[Block]:
    """The static analysers, and what they could not read."""
    if not review.tools:
        return
    rows = tuple(
        f"| {f'{cell(each.tool, 80)} {cell(each.version, 40)}'.rstrip()} | {each.files:,} "
        f"| {len(each.evidence):,} | {_gaps(each.incomplete)} |"
        for each in review.tools
    )
    head = (
        "### Static analysers\n\n| Analyser | Files | Reports | Could not read |\n"
        "| --- | ---: | ---: | --- |"
    )
    yield Block(head, rows)


def _gaps(incomplete: Sequence[str]) -> str:
    said = "; ".join(cell(each, 200) for each in incomplete[:3])
    rest = len(incomplete) - 3
    return f"{said}; and {rest:,} more" if rest > 0 else said


def decided(review: Review) -> Iterator[Block]:
    """What was given up, and how a large change was shared out. Nothing where nothing was."""
    plan = review.plan
    said = notes(review)
    if not said and not plan.parts:
        return
    asked = readers(review)
    rows = [f"- {cell(each, 600)}" for each in said]
    rows += [f"- Part {each.number}, {_part(each, asked)}" for each in plan.parts]
    yield foldable("How it was decided", tuple(rows))


def _part(part: Part, asked: Sequence[Reader]) -> str:
    """Name and size of a part, who read it and who did not get to its end."""
    mine = [(each.name, share) for each in asked for share in each.shares if share.part == part]
    read = joined([cell(name, 80) for name, share in mine if share.done])
    lost = joined([cell(name, 80) for name, share in mine if not share.done])
    said = f"{code(part.name)}, {plural(len(part.paths), 'file')}: read by {read or 'nobody'}"
    return f"{said}; **{lost} failed**" if lost else said
