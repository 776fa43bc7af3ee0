"""What people have asked of us that holds beyond one comment: ignored findings, pauses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.domain.asked import Person
from bot.domain.finding import Category


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A finding that nobody wants to hear of any more, in the whole repository.

    `at` is seconds since 1970, `number` the pull request where it was said. `reason` is the
    person's own words, secrets replaced, "" when none was given. `reason`, `title` and `path` are
    untrusted.
    """

    fingerprint: str
    by: Person
    at: float
    number: int
    title: str
    path: str
    category: Category
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """Pushes to one pull request are not reviewed until somebody resumes. `at`: since 1970."""

    by: Person
    at: float
    kind: Literal["pause"] = "pause"


@dataclass(frozen=True, slots=True)
class Limit:
    """How often something is said: at most `most` times in `seconds`."""

    most: int
    seconds: float


def by_fingerprint(dismissed: Iterable[Dismissal]) -> dict[str, Dismissal]:
    """The dismissals by what they are about."""
    return {each.fingerprint: each for each in dismissed}
