"""Reviews: all of a review is taken, or none of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from bot.sandbox import payloads
from bot.sandbox.access import may_write
from bot.sandbox.anchors import Anchor, Misplaced, anchor, is_reviewable
from bot.sandbox.answers import (
    LONGEST_COMMENT,
    Refused,
    body_of,
    list_in,
    not_found,
    of_type,
    one_of,
    permitted,
    text_in,
    unprocessable,
)
from bot.sandbox.asking import Answer, Ask, on_pull, paged
from bot.sandbox.state import Pull, Review, ReviewComment
from bot.sandbox.view_pull import review, review_comment

api = Blueprint("reviews", __name__)
READ, WRITE = ("pull_requests", "read"), ("pull_requests", "write")
STATES = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}
COMMENT_KEYS = ("path", "position", "body", "line", "side", "start_line", "start_side")
_PATH = "/repos/<owner>/<name>/pulls/<int:number>/reviews"
_ONE = f"{_PATH}/<int:review_id>"


@api.get(_PATH)
def reviews(owner: str, name: str, number: int) -> Answer:
    """The reviews of a pull request, oldest first."""
    ask, pull = on_pull(owner, name, number, READ)
    return paged(_seen(ask, pull), lambda one: review(ask.view, pull, one))


@api.post(_PATH)
def create(owner: str, name: str, number: int) -> Answer:
    """Review: with an event it is submitted, without one it stays pending."""
    ask, pull = on_pull(owner, name, number, WRITE)
    sent = body_of("commit_id", "body", "event", "comments")
    sha = text_in(sent, "commit_id", pull.head_sha)
    if not is_reviewable(pull, sha):
        raise unprocessable("Commit is not part of the pull request")
    body, event = text_in(sent, "body", ""), sent.get("event")
    comments = list_in(sent, "comments")
    _judge(ask, pull, event, body)
    placed = _place(pull, sha, comments)
    if any(r.state == "PENDING" and r.author == ask.caller.login for r in pull.reviews):
        raise unprocessable("User can only have one pending review per pull request")
    made = add_review(ask, pull, sha, body, STATES.get(event or "", "PENDING"))
    for where, text in placed:
        add_comment(ask, pull, made, where, text)
    _tell(ask, pull, made)
    return review(ask.view, pull, made)


def _tell(ask: Ask, pull: Pull, made: Review) -> None:
    """Nobody hears of a pending review."""
    for comment in pull.comments:
        if comment.review_id == made.id and made.state != "PENDING":
            tell_comment(ask, pull, comment)


def tell_comment(ask: Ask, pull: Pull, comment: ReviewComment) -> None:
    """Tell the Apps of an inline comment."""
    told = payloads.review_comment(ask.view, pull, comment)
    ask.hooks.tell("pull_request_review_comment", pull.repo, told)


def _judge(ask: Ask, pull: Pull, event: str | None, body: str) -> None:
    if len(body) > LONGEST_COMMENT:
        raise unprocessable(f"Body is too long (maximum is {LONGEST_COMMENT} characters)")
    if event is None:
        return
    one_of(str(of_type(event, str, "event")), STATES, "event")
    if event == "REQUEST_CHANGES" and not body.strip():
        raise unprocessable("You need to leave a comment indicating the requested changes.")
    if event == "COMMENT" and not body.strip():
        raise unprocessable("Body can't be blank")
    if event != "COMMENT" and pull.author == ask.caller.login:
        words = "approve" if event == "APPROVE" else "request changes on"
        raise unprocessable(f"Can not {words} your own pull request")


def _place(pull: Pull, sha: str, comments: list[Any]) -> list[tuple[Anchor, str]]:
    found, errors = [], []
    for item in comments:
        asked = permitted(of_type(item, dict, "comments"), *COMMENT_KEYS)
        match anchor(pull, sha, asked):
            case Misplaced(why):
                errors.append(_sentence(why))
            case where:
                found.append((where, asked["body"]))
    if errors:
        raise unprocessable(*dict.fromkeys(errors))
    return found


def _sentence(errors: tuple[str, ...]) -> str:
    return ", ".join(errors[:-1]) + f", and {errors[-1]}" if len(errors) > 1 else errors[0]


def add_review(ask: Ask, pull: Pull, sha: str, body: str, state: str) -> Review:
    """Remember a review by the caller."""
    now = ask.world.clock()
    when = None if state == "PENDING" else now
    made = Review(ask.world.next_id(), ask.caller.login, body, state, sha, when)
    pull.reviews.append(made)
    pull.updated_at = now
    return made


def add_comment(ask: Ask, pull: Pull, made: Review, where: Anchor, body: str) -> ReviewComment:
    """Remember an inline comment of a review."""
    now = ask.world.clock()
    comment = ReviewComment(
        id=ask.world.next_id(),
        review_id=made.id,
        author=made.author,
        path=where.path,
        body=body,
        commit_id=made.commit_id,
        created_at=now,
        updated_at=now,
        side=where.side,
        line=where.line,
        start_line=where.start_line,
        start_side=where.start_side,
        diff_hunk=where.hunk,
        position=where.position,
    )
    pull.comments.append(comment)
    return comment


def _seen(ask: Ask, pull: Pull) -> list[Review]:
    """A pending review is seen by its author alone."""
    return [r for r in pull.reviews if r.state != "PENDING" or r.author == ask.caller.login]


def _find(
    owner: str, name: str, number: int, review_id: int, need: tuple[str, str]
) -> tuple[Ask, Pull, Review]:
    ask, pull = on_pull(owner, name, number, need)
    for one in _seen(ask, pull):
        if one.id == review_id:
            return ask, pull, one
    raise not_found()


@api.get(_ONE)
def get(owner: str, name: str, number: int, review_id: int) -> Answer:
    """One review."""
    ask, pull, one = _find(owner, name, number, review_id, READ)
    return review(ask.view, pull, one)


@api.put(_ONE)
def update(owner: str, name: str, number: int, review_id: int) -> Answer:
    """Change what a review says."""
    ask, pull, one = _find(owner, name, number, review_id, WRITE)
    body = text_in(body_of("body"), "body")
    if one.author != ask.caller.login:
        raise Refused(403, "Must be the author of the review to update it.")
    _judge(ask, pull, None, body)
    one.body = body
    return review(ask.view, pull, one)


@api.delete(_ONE)
def delete(owner: str, name: str, number: int, review_id: int) -> Answer:
    """Take back a pending review."""
    ask, pull, one = _find(owner, name, number, review_id, WRITE)
    if one.state != "PENDING":
        raise Refused(422, "Can not delete a non-pending pull request review")
    shown = review(ask.view, pull, one)
    pull.reviews.remove(one)
    pull.comments[:] = [c for c in pull.comments if c.review_id != one.id]
    return shown


@api.get(f"{_ONE}/comments")
def comments_of(owner: str, name: str, number: int, review_id: int) -> Answer:
    """The inline comments of a review."""
    ask, pull, one = _find(owner, name, number, review_id, READ)
    found = [c for c in pull.comments if c.review_id == one.id]
    keys = ("subject_type",)
    return paged(
        found,
        lambda c: {k: v for k, v in review_comment(ask.view, pull, c).items() if k not in keys},
    )


@api.post(f"{_ONE}/events")
def submit(owner: str, name: str, number: int, review_id: int) -> Answer:
    """Submit a pending review."""
    ask, pull, one = _find(owner, name, number, review_id, WRITE)
    sent = body_of("body", "event")
    event, body = text_in(sent, "event"), text_in(sent, "body", one.body)
    if one.state != "PENDING":
        raise unprocessable("Could not submit a review that is not pending")
    _judge(ask, pull, event, body)
    one.body, one.state, one.submitted_at = body, STATES[event], ask.world.clock()
    _tell(ask, pull, one)
    return review(ask.view, pull, one)


@api.put(f"{_ONE}/dismissals")
def dismiss(owner: str, name: str, number: int, review_id: int) -> Answer:
    """Dismiss an approval or a refusal."""
    ask, pull, one = _find(owner, name, number, review_id, WRITE)
    text_in(body_of("message", "event"), "message")
    if one.state not in ("APPROVED", "CHANGES_REQUESTED"):
        raise Refused(422, "Can not dismiss a commented pull request review")
    mine = one.author == ask.caller.login
    if not mine and not may_write(ask.world, pull.repo, ask.caller.login):
        raise Refused(403, "Resource not accessible by integration")
    one.state = "DISMISSED"
    return review(ask.view, pull, one)
