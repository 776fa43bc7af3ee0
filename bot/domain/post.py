"""What goes to GitHub, as text, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.patch import Anchor


class Conclusion(StrEnum):
    """How a check run ends. Values are GitHub's."""

    SUCCESS = "success"
    NEUTRAL = "neutral"
    FAILURE = "failure"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


class Level(StrEnum):
    """How loud an annotation is. Values are GitHub's."""

    NOTICE = "notice"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Annotation:
    """One line of a check run's list. `title` at most 255 characters, `message` 64 KB."""

    path: str
    start_line: int
    end_line: int
    level: Level
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check run shows. `summary` and `text` are Markdown, at most 65,535 characters each."""

    conclusion: Conclusion
    title: str
    summary: str
    text: str = ""
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True)
class CommentPost:
    """One inline comment, its marker included in `body`."""

    anchor: Anchor
    body: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class ReviewPost:
    """One review. `body` carries the run's marker. No comments is fine; GitHub asks for a body."""

    body: str
    comments: tuple[CommentPost, ...]


@dataclass(frozen=True, slots=True)
class Unposted:
    """A comment GitHub would not take, and its words."""

    fingerprint: str
    why: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was posted. `review_id` None: no review was needed. `again`: it was there already."""

    review_id: int | None
    url: str
    posted: tuple[str, ...] = ()
    unposted: tuple[Unposted, ...] = ()
    again: bool = False
