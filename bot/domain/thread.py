"""A thread of ours under a line of the change, as GitHub has it now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.asked import Person


class Reaction(StrEnum):
    """What we set under a command, in GitHub's words."""

    SEEN = "eyes"
    DONE = "rocket"
    UNCLEAR = "confused"
    DENIED = "-1"


class Hidden(StrEnum):
    """Why a comment is minimised, in GitHub's words."""

    OUTDATED = "OUTDATED"
    RESOLVED = "RESOLVED"


@dataclass(frozen=True, slots=True)
class Reply:
    """Another comment of the thread. `ours`: our App wrote it."""

    id: int
    by: Person
    ours: bool
    body: str


@dataclass(frozen=True, slots=True)
class Thread:
    """One finding's thread. Its first comment is ours, by its author and its marker.

    `node` is the thread's GraphQL id, `comment` the first comment's number, `body` its Markdown.
    `resolved_by` is a login, `resolved_by_id` its number; "" and 0 when nobody resolved it.
    `outdated`: its line is no longer in the diff. `liked` and `disliked` are the people whose thumb
    it has.
    """

    node: str
    comment: int
    comment_node: str
    fingerprint: str
    path: str
    body: str
    resolved: bool
    resolved_by: str = ""
    outdated: bool = False
    minimised: bool = False
    replies: tuple[Reply, ...] = ()
    liked: tuple[Person, ...] = ()
    disliked: tuple[Person, ...] = ()
    resolved_by_id: int = 0
