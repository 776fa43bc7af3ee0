"""What somebody who judges claims about a file is shown of it, and what of that can be proof."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.diff.allowance import fitting_definitions
from bot.diff.definitions import shown as in_rows
from bot.diff.excerpt import GAP, excerpt, widenable
from bot.diff.quote import is_among
from bot.diff.rows import LONGEST
from bot.domain.finding import Finding
from bot.domain.plan import Change
from bot.guard.material import visible, wrap
from bot.reviewing.form import cut

ROOM = 3_000
"""Characters of a file shown around one claim, about 1,000 tokens. Where others raised it from
3,000 to 5,000 their verifiers became worse.
"""

CALLED = 700
"""Tokens of the definitions shown with one file, a third of what a reviewer is shown. Ours."""

LONGEST_CLAIM = 2_000
"""Characters of a claim's body that are shown; a reviewer may write twice as many."""

_ROW = re.compile(r"[ 0-9]{6,} [+ ] (.*)")
"""A line of the new version as an excerpt shows it; removed lines prove nothing of it."""

_NUMBERED = re.compile(r"\s*[0-9]+ [+ ] (.*\w.*)")
"""A quote that was copied with its number and marker."""

_COMMENT = re.compile(r"\s*(?:#(?!\[)|//|/\*|\*|--|<!--|;|\"\"\"|''')")
"""Beginnings of lines that only say something. `#[` begins an attribute of Rust or PHP."""

_LETTERS = 3
"""Letters and digits a proof has at least: a brace stands everywhere."""


@dataclass(frozen=True, slots=True)
class Shown:
    """`text` goes into the prompt, in its boundaries; `rows` are the lines of code in it."""

    text: str
    rows: tuple[str, ...]

    def proves(self, quote: str) -> bool:
        """Whether `quote` is copied from a line of code that was shown, as the new version has it.

        Comments prove nothing, whoever wrote them: they are what a change says of itself.
        """
        first = next((each for each in quote.split("\n") if each.strip()), "")
        if sum(map(str.isalnum, first)) < _LETTERS:
            return False
        code = [each for each in self.rows if not _COMMENT.match(each)]
        numbered = _NUMBERED.fullmatch(first)
        return is_among(code, first) or bool(numbered and is_among(code, numbered[1]))


def show(findings: Iterable[Finding], change: Change, mark: str) -> dict[str, Shown]:
    """By path, what is shown of each file `findings` are about: the same for all of them."""
    lines: defaultdict[str, set[int]] = defaultdict(set)
    for each in findings:
        lines[each.path] |= {each.line, each.end_line}
    texts = widenable(change.patch, {each.path: each.text for each in change.texts})
    return {path: _shown(path, sorted(about), change, texts, mark) for path, about in lines.items()}


def as_claim(finding: Finding, number: int | None = None) -> str:
    """A claim as one row of JSON: whatever it says, it cannot look like another one.

    `number` is its id among several.
    """
    said = {
        **({} if number is None else {"id": number}),
        "lines": [finding.line, finding.end_line],
        "title": finding.title,
        "body": cut(finding.body, LONGEST_CLAIM),
        "quote": finding.quote[:LONGEST],
    }
    return visible(json.dumps(said, ensure_ascii=False))


def _shown(
    path: str, about: Sequence[int], change: Change, texts: Mapping[str, str], mark: str
) -> Shown:
    file = change.patch.file(path)
    if file is None:
        return Shown("The file of these claims is not part of the change.", ())
    rows = excerpt(file, texts.get(path), also=about).rstrip("\n").split("\n")
    code = "\n".join(_nearest(rows, about))
    called = _called(path, code, change)
    parts = [wrap("code", code, mark), *([wrap("called code", called, mark)] if called else [])]
    found = (_ROW.fullmatch(each) for each in f"{code}\n{called}".split("\n"))
    return Shown("\n\n".join(parts), tuple(each[1] for each in found if each and each[1].strip()))


def _nearest(rows: Sequence[str], about: Sequence[int]) -> Iterator[str]:
    """Of a file's excerpt the rows nearest to each line in `about`, as many as there is room for.

    The excerpt is cut and not the hunks: each row keeps the marker that says whether it is new.
    """
    places = list(_places(rows))
    kept = {nth for line in about for nth in _around(line, rows, places)}
    for nth, each in enumerate(rows):
        if nth in kept:
            yield each
        elif nth - 1 in kept:
            yield GAP
    if len(kept) < len(rows):
        yield f"(further away and left out: {len(rows) - len(kept)} of {len(rows)} rows)"


def _around(line: int, rows: Sequence[str], places: Sequence[int]) -> Iterator[int]:
    """The first row, and the rows nearest to `line` until the room is used up."""
    yield 0
    below = bisect_right(places, line)
    above, room = below - 1, ROOM
    while above >= 0 or below < len(rows):
        up = above >= 0 and (below == len(rows) or line - places[above] <= places[below] - line)
        nth = above if up else below
        room -= len(rows[nth]) + 1
        if room < 0:
            return
        yield nth
        above, below = (above - 1, below) if up else (above, below + 1)


def _places(rows: Sequence[str]) -> Iterator[int]:
    """Each row's number; one without counts as the row before, 0 before the first number."""
    at = 0
    for each in rows:
        number = each[:6].strip()
        at = int(number) if number.isdecimal() else at
        yield at


def _called(path: str, code: str, change: Change) -> str:
    """What the rows shown call, as far as there is room; "" for nothing."""
    words = set(re.findall(r"\w+", code))
    named = tuple(each for each in change.definitions if words & set(each.name.split(".")))
    chosen, _ = fitting_definitions(replace(change, definitions=named), [path], CALLED)
    return "\n".join(map(in_rows, chosen)).rstrip("\n")
