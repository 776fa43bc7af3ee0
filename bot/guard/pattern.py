"""What a secret looks like: one shape, its cheap pre-check, and two examples that prove it."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

FILLER = re.compile(
    r"x{6}|X{6}|0{12}|\*{3}|\.\.\.|…|EXAMPLE|example|redacted|REDACTED|placeholder|PLACEHOLDER"
    r"|your[_-]|YOUR[_-]|change.?me|CHANGE.?ME|dummy|DUMMY"
)
"""What people write where a secret would stand."""


def is_real(value: str) -> bool:
    """Whether `value` is more than a placeholder."""
    return FILLER.search(value) is None


def entropy(value: str) -> float:
    """Shannon entropy of the characters of `value`, in bits a character."""
    counts = Counter(value).values()
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts)


class Where(StrEnum):
    """How the scanner looks for a pattern. Only speed depends on it."""

    STRETCH = "stretch"
    """The match begins with a `near` literal, inside 20 or more characters without a blank."""
    ANCHOR = "anchor"
    """The match begins with a `near` literal."""
    ANYWHERE = "anywhere"
    """The match may begin anywhere in a text that holds a `near` literal."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One documented format.

    `regex` runs in linear time; its group `secret`, where it has one, is the part to hide; its
    group `head` is a part before the literal, seen by looking behind, to hide as well.
    `near` are lower-case literals: a text (in lower case) without any of them holds no match.
    `live`: a match is a credential by its shape alone; False where only the context says so.
    `accept` judges the matched secret. `bad` must match, `good` must not.
    """

    name: str
    title: str
    regex: str
    near: tuple[str, ...]
    bad: str
    good: str
    live: bool = True
    accept: Callable[[str], bool] = field(default=is_real)
    where: Where = Where.ANYWHERE


@cache
def compiled(regex: str) -> re.Pattern[str]:
    """Compiled when first needed: most texts need none."""
    return re.compile(regex)


def shaped(name: str, title: str, prefix: str, rest: str, body: str, *, good: str = "") -> Pattern:
    """A token that begins with a prefix nobody writes by chance.

    `rest` is the regex behind the prefix, `body` an example of it. Without `good`, the good
    example is the token with its body crossed out.
    """
    return Pattern(
        name=name,
        title=title,
        regex=re.escape(prefix) + rest,
        near=(prefix.lower(),),
        bad=f"token: {prefix}{body}",
        good=good or f"token: {prefix}{'x' * len(body)}",
        where=Where.STRETCH,
    )


def worded(name: str, title: str, prefix: str, rest: str, body: str, *, good: str = "") -> Pattern:
    """Like `shaped`, for a prefix so short that it must begin a word.

    A word also begins behind an escaped line feed, as in a quoted string.
    """
    lead = re.escape(prefix)
    begins = rf"(?:(?<![A-Za-z0-9]{lead})|(?<=\\[nrt]{lead}))"
    return shaped(name, title, prefix, begins + rest, body, good=good)


def beside(name: str, title: str, word: str, shape: str, body: str) -> Pattern:
    """A secret without a shape of its own, assigned to a name that holds `word` (lower case)."""
    return Pattern(
        name=name,
        title=title,
        regex=rf"(?i:{word})[A-Za-z0-9_.\- ]{{0,30}}[\"']?[ \t]{{0,4}}(?:=>|:=|[=:,])[ \t]{{0,4}}"
        rf"[\"'`]?(?P<secret>{shape})(?![A-Za-z0-9_+/=-])",
        near=(word,),
        bad=f'{word}_key = "{body}"',
        good=f'other_key = "{body}"',
        live=False,
        where=Where.ANCHOR,
    )
