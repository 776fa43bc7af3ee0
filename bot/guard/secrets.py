"""Finds secrets in a text. One list of patterns serves redaction and findings alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.guard.pattern import Pattern, Where, compiled
from bot.guard.patterns import PATTERNS

TOKEN_LENGTH = 20
"""Characters without a blank in the shortest token that is known by its prefix."""

LITERALS = tuple(
    (rank, pattern, literal) for rank, pattern in enumerate(PATTERNS) for literal in pattern.near
)
TOKENS = tuple({near for _, pattern, near in LITERALS if pattern.where is Where.STRETCH})
OTHERS = tuple({near for _, pattern, near in LITERALS if pattern.where is not Where.STRETCH})


Span = tuple[int, int, int]
"""Start, end, and the matching pattern's place in the list."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret stands: `start`..`end` are character offsets, `end` exclusive.

    `name` is the pattern's, `title` its words for people; `line` is 1-based and counts line feeds.
    """

    name: str
    title: str
    start: int
    end: int
    line: int


def find_secrets(text: str) -> tuple[Secret, ...]:
    """Every secret of `text`, in order, none overlapping.

    Matches that overlap are one secret. It covers them all and is named after the surest of
    them, then the longest.
    """
    found: list[Secret] = []
    line, counted = 1, 0
    for start, end, rank in _merged(sorted(_spans(text))):
        line, counted = line + text.count("\n", counted, start), start
        found.append(Secret(PATTERNS[rank].name, PATTERNS[rank].title, start, end, line))
    return tuple(found)


def _merged(spans: list[Span]) -> Iterator[Span]:
    """Overlapping spans as one each."""
    group: list[Span] = []
    last = 0
    for span in spans:
        if group and span[0] >= last:
            yield _one(group, last)
            group = []
        group.append(span)
        last = max(last, span[1]) if len(group) > 1 else span[1]
    if group:
        yield _one(group, last)


def _one(group: list[Span], last: int) -> Span:
    best = min(group, key=lambda span: (not PATTERNS[span[2]].live, span[0] - span[1], span[2]))
    return group[0][0], last, best[2]


def _spans(text: str) -> Iterator[Span]:
    folded = text.lower()
    if len(folded) != len(text):  # one capital grows when folded; offsets must not move
        folded = text.replace("\u0130", "i").lower()
    tokens = " ".join(word for word in folded.split() if len(word) >= TOKEN_LENGTH)
    present = {literal for literal in TOKENS if literal in tokens}
    present |= {literal for literal in OTHERS if literal in folded}
    for rank, pattern, literal in LITERALS:
        if literal in present:
            for start, end in matches(pattern, literal, text, folded):
                yield start, end, rank


def matches(pattern: Pattern, literal: str, text: str, folded: str) -> Iterator[tuple[int, int]]:
    """Every accepted match that begins with `literal`, or anywhere if the pattern says so."""
    regex = compiled(pattern.regex)
    group = "secret" if "secret" in regex.groupindex else 0
    head = "head" if "head" in regex.groupindex else group
    anywhere = pattern.where is Where.ANYWHERE
    at = 0 if anywhere else folded.find(literal)
    while at >= 0:
        match = regex.search(text, at) if anywhere else regex.match(text, at)
        if match and pattern.accept(match[group]):
            yield match.start(head), match.end(group)
        if anywhere:
            at = match.end() if match else -1
        else:
            at = folded.find(literal, match.end() if match else at + 1)
