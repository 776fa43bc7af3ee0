"""Whether an inline comment may stand where it is asked to: git's diff decides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.sandbox.answers import LONGEST_COMMENT, number_in, one_of, text_in
from bot.sandbox.diff import Changed, Place
from bot.sandbox.git import NoSuchObject
from bot.sandbox.state import Pull, Review, ReviewComment
from bot.sandbox.view import Json
from bot.sandbox.view_pull import commits_of, files_of

NO_LINE = "Pull request review thread line must be part of the diff"
NO_START = "Pull request review thread start line must be part of the same hunk as the line."
NO_ORDER = "Pull request review thread start line must precede the end line."
NO_HUNK = "Pull request review thread diff hunk can't be blank"
NO_BODY = "Pull request review comment body can't be blank"
NO_PATH = "Path could not be resolved"
LONG_BODY = f"Body is too long (maximum is {LONGEST_COMMENT} characters)"
SIDES = ("LEFT", "RIGHT")


@dataclass(frozen=True)
class Anchor:
    """Where a comment goes. `line` None: on the whole file."""

    path: str
    side: str
    line: int | None
    start_line: int | None
    start_side: str | None
    hunk: str
    position: int | None


@dataclass(frozen=True)
class Misplaced:
    """Why a comment may not stand there, in GitHub's words."""

    errors: tuple[str, ...]


def is_reviewable(pull: Pull, sha: str) -> bool:
    """Whether `sha` is a commit of the pull request, now or before a push replaced it."""
    return sha in pull.heads or any(one.sha == sha for one in commits_of(pull))


def anchor(pull: Pull, sha: str, asked: Json) -> Anchor | Misplaced:
    """Where the comment `asked` for stands in the diff of `sha`, or why it may not."""
    path, body = text_in(asked, "path"), text_in(asked, "body", "")
    file = _file(pull, sha, path)
    errors = _body_errors(body)
    if asked.get("subject_type") == "file":
        if file and not errors:
            return Anchor(path, "RIGHT", None, None, None, "", None)
        return Misplaced((*errors, *(() if file else (NO_PATH,))))
    line, side = number_in(asked, "line"), one_of(asked.get("side") or "RIGHT", SIDES, "side")
    if line is None:
        line, side = _from_position(file, number_in(asked, "position"))
    place = file.places.get((side, line)) if file and line else None
    if file is None or line is None or place is None:
        return Misplaced((*errors, NO_LINE, NO_HUNK))
    start = number_in(asked, "start_line")
    start_side = one_of(asked.get("start_side") or side, (*SIDES, "side"), "start_side")
    errors += _start_errors(file, place, start, start_side)
    if errors:
        return Misplaced(errors)
    hunk = file.hunk_up_to(place)
    return Anchor(path, side, line, start, start_side if start else None, hunk, place.position)


def _file(pull: Pull, sha: str, path: str) -> Changed | None:
    try:
        return next((file for file in files_of(pull, sha) if file.path == path), None)
    except NoSuchObject:
        return None


def _body_errors(body: str) -> tuple[str, ...]:
    if not body.strip():
        return (NO_BODY,)
    return (LONG_BODY,) if len(body) > LONGEST_COMMENT else ()


def _from_position(file: Changed | None, position: int | None) -> tuple[int | None, str]:
    found = file.places.items() if file and position else ()
    for (side, line), place in sorted(found, reverse=True):  # a context line counts as RIGHT
        if place.position == position:
            return line, side
    return None, "RIGHT"


def _start_errors(
    file: Changed, place: Place, start: int | None, start_side: str
) -> tuple[str, ...]:
    if start is None:
        return ()
    first = file.places.get((start_side, start))
    if first is None or first.hunk != place.hunk:
        return (NO_START,)
    return (NO_ORDER,) if first.position >= place.position else ()


def answer_to(
    first: ReviewComment, number: int, review: Review, body: str, at: datetime
) -> ReviewComment:
    """A reply in the thread that `first` began, standing where that stands."""
    return replace(
        first,
        id=number,
        review_id=review.id,
        author=review.author,
        body=body,
        created_at=at,
        updated_at=at,
        reply_to=first.id,
        reactions=[],
        minimized=None,
        resolved_by=None,
    )
