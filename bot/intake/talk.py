"""What people write about a pull request becomes what it asks of us, mostly nothing.

What a person says is data: only commands, and replies in threads, go on from here, and no secret
in them does. Who may command is asked of GitHub later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.asked import CommentRef, Grouped, Ignored, Person, Settled, Spoken, Where
from bot.domain.command import Command
from bot.domain.pull import PullRef
from bot.guard.words import MARKER
from bot.intake.commands import Said, added, read, safe
from bot.intake.grammar import WHEN_CLOSED
from bot.intake.payloads import payload_as, ref_of
from bot.intake.payloads_talk import (
    Account,
    Comment,
    InlineEvent,
    IssueCommentEvent,
    MergeGroupEvent,
    ReviewEvent,
    TalkEvent,
    ThreadEvent,
)

LONGEST_REPLY = 2_000
"""Characters of a reply that are kept."""
CLOSED = "the pull request is closed, and only help and status work then"


@dataclass(frozen=True, slots=True)
class Ourselves:
    """Who we are to GitHub. `app_id` None and `slug` "": not known."""

    app_id: int | None
    slug: str


@dataclass(frozen=True, slots=True)
class _Heard:
    """A comment somebody wrote, or has edited."""

    edited: bool
    event: TalkEvent
    pull: PullRef
    place: CommentRef
    comment: Comment
    closed: bool


def _conversation(payload: Mapping[str, Any], us: Ourselves) -> Spoken | Ignored:
    action = payload.get("action")
    if action not in ("created", "edited"):
        return Ignored(f"issue_comment.{action} asks for nothing")
    seen = payload_as(IssueCommentEvent, payload)
    if seen.issue.pull_request is None:
        return Ignored("that issue is no pull request")
    pull = ref_of(seen, seen.issue.number, "")
    place = CommentRef(Where.CONVERSATION, seen.comment.id)
    return _spoken(
        _Heard(action == "edited", seen, pull, place, seen.comment, seen.issue.state == "closed"),
        us,
    )


def _inline(payload: Mapping[str, Any], us: Ourselves) -> Spoken | Ignored:
    action = payload.get("action")
    if action not in ("created", "edited"):
        return Ignored(f"pull_request_review_comment.{action} asks for nothing")
    seen = payload_as(InlineEvent, payload)
    on, comment = seen.pull_request, seen.comment
    place = CommentRef(Where.THREAD, comment.id, comment.in_reply_to_id or comment.id)
    pull = ref_of(seen, on.number, on.head.sha)
    return _spoken(_Heard(action == "edited", seen, pull, place, comment, on.state == "closed"), us)


def _review(payload: Mapping[str, Any], us: Ourselves) -> Spoken | Ignored:
    action = payload.get("action")
    if action not in ("submitted", "edited"):
        return Ignored(f"pull_request_review.{action} asks for nothing")
    seen = payload_as(ReviewEvent, payload)
    on, place = seen.pull_request, CommentRef(Where.REVIEW, seen.review.id)
    pull = ref_of(seen, on.number, on.head.sha)
    return _spoken(
        _Heard(action == "edited", seen, pull, place, seen.review, on.state == "closed"), us
    )


def _thread(payload: Mapping[str, Any], us: Ourselves) -> Settled | Ignored:
    action = payload.get("action")
    if action not in ("resolved", "unresolved"):
        return Ignored(f"pull_request_review_thread.{action} asks for nothing")
    seen = payload_as(ThreadEvent, payload)
    if why := _no_person(us, seen.sender):
        return Ignored(why)
    first, on = seen.thread.comments[0], seen.pull_request
    pull = ref_of(seen, on.number, on.head.sha)
    return Settled(
        pull, first.in_reply_to_id or first.id, action == "resolved", _person(seen.sender)
    )


def _grouped(payload: Mapping[str, Any], _: Ourselves) -> Grouped | Ignored:
    action = payload.get("action")
    if action != "checks_requested":
        return Ignored(f"merge_group.{action} asks for nothing")
    seen = payload_as(MergeGroupEvent, payload)
    repository, group = seen.repository, seen.merge_group
    installation = seen.installation_id
    return Grouped(
        repository.full_name, repository.id, group.head_sha, installation, group.head_ref
    )


Heard = Spoken | Settled | Grouped | Ignored

TALK: dict[str, Callable[[Mapping[str, Any], Ourselves], Heard]] = {
    "issue_comment": _conversation,
    "pull_request_review_comment": _inline,
    "pull_request_review": _review,
    "pull_request_review_thread": _thread,
    "merge_group": _grouped,
}
"""Events of what people say and settle, and of merge queues; and what each means."""


def _spoken(heard: _Heard, us: Ourselves) -> Spoken | Ignored:
    body = heard.comment.body or ""
    # The author too: a person may edit what a bot wrote, and it stays the bot's.
    authors = (heard.event.sender, heard.comment.user)
    if why := _no_person(us, *authors, via=heard.comment.performed_via_github_app):
        return Ignored(why)
    if MARKER.search(body):
        return Ignored("the comment carries a marker that only our own posts may have")
    said = _commands(heard, body, us.slug)
    by = _person(heard.event.sender)
    if said:
        allowed = tuple(each for each in said if not heard.closed or _works_when_closed(each))
        if not allowed:
            return Ignored(CLOSED)
        at = heard.comment.said_at(edited=heard.edited)
        return Spoken(heard.pull, heard.place, by, allowed, at=at, slug=us.slug)
    return _reply(heard, body, by, us.slug)


def _commands(heard: _Heard, body: str, slug: str) -> tuple[Said, ...]:
    if not heard.edited:
        return read(body, slug)
    changes = heard.event.changes
    if changes is None or changes.body is None:  # something else than its text was edited
        return ()
    return added(changes.body.was or "", body, slug)


def _reply(heard: _Heard, body: str, by: Person, slug: str) -> Spoken | Ignored:
    """What is said to a thread without a command. Whose thread it is, is looked up later."""
    if heard.edited:
        return Ignored("the edit added no command")
    if heard.comment.in_reply_to_id is None or not body.strip():
        return Ignored("there is no command in it")
    if heard.closed:
        return Ignored(CLOSED)
    return Spoken(heard.pull, heard.place, by, reply=safe(body, LONGEST_REPLY), slug=slug)


def _works_when_closed(said: Said) -> bool:
    return isinstance(said, Command) and said.verb in WHEN_CLOSED


def _no_person(us: Ourselves, *accounts: Account | None, via: object = None) -> str:
    """Why it is not a person who spoke; "" when it is one. No bot is ever answered."""
    app_id = getattr(via, "id", None)
    if app_id is not None and app_id == us.app_id:
        return "our own App wrote that"
    if any(each is not None and each.type == "Bot" for each in accounts):
        return "a bot did that, and bots are not answered"
    return ""


def _person(account: Account) -> Person:
    return Person(account.id, account.login)
