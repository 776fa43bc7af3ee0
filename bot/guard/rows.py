"""A patch as rows, so that what is replaced keeps its place on both sides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.patch import Side
from bot.guard.secrets import find_secrets

HEADER = re.compile(r"@@ -(\d{1,9})(?:,\d{1,9})? \+(\d{1,9})(?:,\d{1,9})? @@")

KEY_ROW = re.compile(
    r"[\s\"'+]{0,40}(?=[^A-Z]{0,76}[A-Z])(?=[^a-z]{0,76}[a-z])(?=[^0-9]{0,76}[0-9])"
    r"(?:[A-Za-z0-9+/]{64}|[A-Za-z0-9+/]{70}|[A-Za-z0-9+/]{76})"
    r"(?:\\[nr]){0,2}[\"',+\\;)\s]{0,8}"
)
"""A full line of an armoured key: 64 characters in PEM, 70 in OpenSSH, 76 in PGP and MIME."""

KEY_END = re.compile(r"[\s\"'+]{0,40}[A-Za-z0-9+/]{2,76}={0,2}(?:\\[nr]){0,2}[\"',+\\;)\s]{0,8}")

KEY_MATERIAL = ("key-material", "possible key material")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a patch: `mark` is its first character ("" in an empty row), `text` the rest.

    `old` and `new` are its 1-based line numbers, None where it is not in that version.
    """

    mark: str
    old: int | None
    new: int | None
    text: str

    def number(self, side: Side) -> int | None:
        """The line number on `side`."""
        return self.new if side is Side.RIGHT else self.old


@dataclass(frozen=True, slots=True)
class Hit:
    """A secret in numbered lines: `places` are (line, first column, last column exclusive)."""

    name: str
    title: str
    places: tuple[tuple[int, int, int], ...]


def rows_of(patch: str) -> tuple[Row, ...]:
    """Every row of a headerless patch. Joined by line feeds they are the patch again."""
    rows: list[Row] = []
    old = new = 0
    for raw in patch.split("\n"):
        mark, text = raw[:1], raw[1:]
        header = HEADER.match(raw)
        if header:
            old, new = int(header[1]), int(header[2])
        if header or mark == "\\":
            rows.append(Row(mark, None, None, text))
        else:
            rows.append(Row(mark, None if mark == "+" else old, None if mark == "-" else new, text))
            old, new = old + (mark != "+"), new + (mark != "-")
    return tuple(rows)


def hits_in_rows(rows: tuple[Row, ...], side: Side, *, guess: bool) -> Iterator[Hit]:
    """Secrets of one version, as far as its hunks show it.

    `guess`: also lines that look like the middle of a key whose header is out of sight.
    """
    for block in _blocks(rows, side):
        numbers = [number for number, _ in block]
        texts = [text for _, text in block]
        sure: set[int] = set()
        for hit in hits_in_text("\n".join(texts)):
            sure.update(line - 1 for line, _, _ in hit.places)
            yield Hit(
                hit.name,
                hit.title,
                tuple((numbers[line - 1], start, end) for line, start, end in hit.places),
            )
        if guess:
            left = ["" if nth in sure else text for nth, text in enumerate(texts)]
            yield from _key_middles(numbers, left)


def _blocks(rows: tuple[Row, ...], side: Side) -> Iterator[list[tuple[int, str]]]:
    """The lines of each hunk on `side`, numbered."""
    block: list[tuple[int, str]] = []
    for row in rows:
        number = row.number(side)
        if number is not None:
            block.append((number, row.text))
        elif row.mark == "@":
            yield block
            block = []
    yield block


def hits_in_text(text: str) -> Iterator[Hit]:
    """Secrets of a whole text; lines count from 1."""
    for secret in find_secrets(text):
        begin = text.rfind("\n", 0, secret.start) + 1
        places: list[tuple[int, int, int]] = []
        for nth, part in enumerate(text[begin : secret.end].split("\n")):
            places.append((secret.line + nth, secret.start - begin if nth == 0 else 0, len(part)))
        yield Hit(secret.name, secret.title, tuple(places))


def _key_middles(numbers: list[int], texts: list[str]) -> Iterator[Hit]:
    """Runs of lines that look like the body of an armoured key."""
    run: list[tuple[int, int, int]] = []
    for number, text in zip(numbers, texts, strict=True):
        place = (number, 0, len(text))
        if KEY_ROW.fullmatch(text):
            run.append(place)
        elif run:
            if KEY_END.fullmatch(text):
                run.append(place)
            yield Hit(*KEY_MATERIAL, tuple(run))
            run = []
    if run:
        yield Hit(*KEY_MATERIAL, tuple(run))
