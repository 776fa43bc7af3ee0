"""Text in a change that speaks to whoever reviews it. Nobody obeys it; that it is there is told.

What is found is an order to a reviewer, not talk about reviewers: files whose business is prompts
say "you are a reviewer" and are left alone. It is a net with holes: who rephrases enough slips
through, and only what stands behind it (boundaries, the schema, the checks of every claim) holds.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import starmap

from bot.domain.finding import Category, Evidence, Severity
from bot.domain.patch import FileDiff, FileStatus, Mark, Patch
from bot.guard.material import HIDDEN
from bot.guard.orders import ENGLISH
from bot.guard.orders_elsewhere import OTHERS

TOOL = "addressed"
IN_LINES, IN_NAME = "order-in-text", "order-in-name"

LONGEST_LINE = 500
"""Characters of a line that are looked at: a prompt shows no more of it, as bot/diff/rows.py."""

LONGEST_QUOTE = 160

LEAD = re.compile(r"^\s*(?:(?:#+|//+!?|/\*+|\*+/?|<!--|--+|;+|%+|\"\"\"|'''|>+|[-+])\s*)*")
"""What a line of a comment, a list or a quotation begins with."""

CODED = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
TAGS = {point: chr(point - 0xE0000) for point in range(0xE0020, 0xE007F)}
"""Tag characters, which nobody sees, as the ASCII they stand for. Source: Unicode, block Tags."""

LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһӏкмтвнгАВЕКМНОРСТУХІЈЅαορντικυγηΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdhlkmtbhrABEKMHOPCTYXIJSaopvtikuynABEZHIKMNOPTYX",
)
"""Cyrillic and Greek letters that look like Latin ones, in words that are Latin otherwise."""

JOINED = re.compile(r"\w{1,60}_\w{1,60}_\w{1,60}_\w{1,60}")
"""Identifiers that are sentences; of fewer words code is full."""

MIXED = re.compile(r"(?=\w*[A-Za-z])(?=\w*[\u0370-\u052f])\w+")


@dataclass(frozen=True, slots=True)
class Spoken:
    """An order to the reviewer: `line` (1-based) where it begins, `words` as they read there."""

    line: int
    words: str


@dataclass(frozen=True, slots=True)
class _Order:
    """One form. A text without any of the words `near`, in lower case, cannot hold it."""

    near: tuple[str, ...]
    regex: re.Pattern[str]


def _order(near: str, regex: str) -> _Order:
    """A blank is any white space, so that an order may be broken over lines."""
    words = near.split("|") if "|" in near else near.split()
    flags = re.IGNORECASE | re.MULTILINE | re.DOTALL
    return _Order(tuple(words), re.compile(regex.replace(" ", r"\s"), flags))


_ORDERS = (*starmap(_order, ENGLISH), *starmap(_order, OTHERS))


def _orders(text: str) -> Iterator[tuple[int, int]]:
    """Where `text` holds orders: start and end, exclusive; by form, so in no order and twice."""
    folded = text.lower()
    for each in _ORDERS:
        if any(word in folded for word in each.near):
            yield from (match.span() for match in each.regex.finditer(text))


def addressed(text: str) -> str:
    """The words of `text` that order a reviewer about, on one line; "" where there are none.

    Hidden characters, look-alike letters, entities and base64 are seen through.
    """
    return next((each.words for each in in_lines([(1, text)])), "")


def in_lines(rows: Iterable[tuple[int, str]]) -> Iterator[Spoken]:
    """Every order in numbered rows, in order. One may begin in a row and end in the next."""
    for stretch in _stretches(rows):
        begins, text = [0], ""
        for _, row in stretch:
            text += f"{_seen_through(row)}\n"
            begins.append(len(text))
        done = 0
        for start, end in sorted(_orders(text), key=lambda span: (span[0], -span[1])):
            if start >= done:
                done = text.index("\n", end - 1)  # what the row goes on with belongs to it
                begin = _first(text, start)
                words = " ".join(text[begin:done].split()).rstrip(" \"'#/*)]}<>-")
                yield Spoken(stretch[bisect_right(begins, begin) - 1][0], _cut(words))


def _stretches(rows: Iterable[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Rows that follow each other, without what makes them comments."""
    stretch: list[tuple[int, str]] = []
    for number, text in rows:
        if stretch and stretch[-1][0] != number - 1:
            yield stretch
            stretch = []
        stretch.append((number, LEAD.sub("", text[:LONGEST_LINE])))
    if stretch:
        yield stretch


def _first(text: str, start: int) -> int:
    """Where the first letter stands from `start` on: a form may begin with what was before."""
    while start < len(text) - 1 and not text[start].isalnum():
        start += 1
    return start


def speaking(patch: Patch) -> tuple[Evidence, ...]:
    """One report for each file of `patch` whose added lines or new name order a reviewer about."""
    return tuple(each for file in patch.files for each in _of(file))


def _of(file: FileDiff) -> Iterator[Evidence]:
    if file.status is FileStatus.REMOVED:
        return
    rows = ((line.new or 0, line.text) for line in file.lines() if line.mark is Mark.ADDED)
    first, *more = tuple(in_lines(rows)) or (None,)
    if first is not None:
        again = f" {len(more) + 1} of the file's new lines do so." if more else ""
        yield _report(file.path, IN_LINES, first, f"This line speaks {_WHAT}{again}")
    named = addressed(re.sub(r"[/_.\-+~]+", " ", file.path))
    if named and file.status is not FileStatus.MODIFIED:
        at = next((line.new for line in file.lines() if line.mark is Mark.ADDED), None) or 1
        yield _report(file.path, IN_NAME, Spoken(at, named), f"The file's name speaks {_WHAT}")


_WHAT = (
    "to whoever reviews the change: “{words}” Reviewers are told to judge such text, not to obey "
    "it, but a model may be swayed: a person should read this change. Take the text out, or say "
    "what it is for."
)


def _report(path: str, rule: str, spoken: Spoken, said: str) -> Evidence:
    return Evidence(
        tool=TOOL,
        rule=rule,
        path=path,
        line=spoken.line,
        end_line=spoken.line,
        severity=Severity.MEDIUM,
        category=Category.SECURITY,
        title="Text addresses the reviewer",
        message=said.replace("{words}", spoken.words.replace("`", "'")),
    )


def _seen_through(text: str) -> str:
    """As it reads to somebody who sees through every disguise we know; on one line."""
    plain = _plain(text)
    return " ".join((plain, *map(_plain, _decoded(plain))))


def _plain(text: str) -> str:
    if "_" in text:
        text = JOINED.sub(lambda word: word[0].replace("_", " "), text)
    if not text.isascii():
        text = HIDDEN.sub("", text.translate(TAGS))
        text = unicodedata.normalize("NFKC", text)
        text = MIXED.sub(lambda word: word[0].translate(LOOKALIKES), text)
    elif "&" not in text:
        return " ".join(text.split())
    return " ".join(HIDDEN.sub("", html.unescape(text).translate(TAGS)).split())


def _decoded(text: str) -> Iterator[str]:
    """What stands in `text` as base64 and is words."""
    for match in CODED.finditer(text):
        raw = match[0].rstrip("=").replace("-", "+").replace("_", "/")
        raw = raw[: len(raw) // 4 * 4]  # a few characters behind it spoil nothing
        try:
            said = base64.b64decode(raw).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
        if said.isprintable():
            yield said


def _cut(words: str) -> str:
    return words if len(words) <= LONGEST_QUOTE else words[: LONGEST_QUOTE - 1].rstrip() + "…"
