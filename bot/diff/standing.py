"""Where changed code stands: what a reading of it depends on besides the code itself.

The same row means something else behind a check than before it, and a finding may be mended far
from the row it names. So a reading holds as long as the function around stays as it was, which is
what a reviewer is shown of it; and as long as the headers above it do ("class Cart:", "jobs:").
Of a longer function the rows beside the code stand for the whole; outside of functions headers
alone count, so that an import above ours changes nothing. Line numbers and formatting are no part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from bot.diff.enclosing import Lines, Outline, outline
from bot.diff.lexing import BLANKS, GOES_ON, REMARK, Lexed, Row, flatten, lex_file
from bot.diff.lexis import Ends, Language, lexis_of

LONGEST = 80
"""Lines of a function that are shown whole; see bot/diff/excerpt.py."""

BESIDE = 2
"""Rows on either side that stand for a longer function. Ours: they tell a row that was moved."""

TAB = 8


@dataclass(frozen=True, slots=True)
class Head:
    """The head version of a file. `headers` is a digest of what stands above each row."""

    language: Language | None
    lexed: Lexed
    outline: Outline
    headers: tuple[str, ...]

    @property
    def ends(self) -> Ends:
        """What the end of a row means."""
        return self.language.ends if self.language else Ends.ALWAYS

    def standing(self, lines: Lines) -> str:
        """A digest of where lines first..last stand, 1-based and inclusive."""
        first, last = lines
        around = [self.outline.around(each, LONGEST) for each in (first, last)]
        whole = {each for each in around if each is not None}
        rows = [row for start, end in sorted(whole) for row in self.lexed.rows[start - 1 : end]]
        if not whole and self.outline.around(first, len(self.lexed.rows) + 1):
            rows = self._beside(first, last)
        top = min((start for start, _ in whole), default=first)
        return digest((self.headers[top - 1], *flatten(rows, self.ends)))

    def _beside(self, first: int, last: int) -> list[Row]:
        rows = self.lexed.rows
        before = islice(filter(None, (rows[n] for n in range(first - 2, -1, -1))), BESIDE)
        after = islice(filter(None, (rows[n] for n in range(last, len(rows)))), BESIDE)
        return [*reversed(list(before)), *after]


def head_of(path: str, text: str) -> Head:
    """Read the head version of a file."""
    texts = [each.removesuffix("\r") for each in text.split("\n")]
    language = lexis_of(path)
    lexed = lex_file(texts, language)
    return Head(language, lexed, outline(path, text), tuple(_headers(texts, lexed.rows, language)))


def digest(parts: Sequence[object]) -> str:
    """64 hex digits. `repr` keeps parts apart, whatever stands in them."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _headers(texts: Sequence[str], rows: Sequence[Row], language: Language | None) -> Iterator[str]:
    """For each row a digest of those above it that are indented less, the outermost first."""
    opened: list[tuple[int, str]] = []
    loose = (REMARK, GOES_ON) if language else ("#",)  # they are indented as they like
    for text, row in zip(texts, rows, strict=True):
        bare = text.lstrip(BLANKS)
        indent = len(text[: len(text) - len(bare)].expandtabs(TAB))
        closes = bare[:1] in (")", "]", "}")
        said = "".join(row[:2]).lstrip(BLANKS)
        counts = bool(row) and said[:1] not in loose
        while counts and opened and opened[-1][0] >= indent + closes:
            opened.pop()
        above = opened[-1][1] if opened else ""
        yield above
        # `):` ends a signature: what follows belongs to the row that began it.
        if counts and not closes:
            opened.append((indent, digest((above, row))))
