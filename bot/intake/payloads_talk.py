"""What we read of deliveries about comments, threads and merge queues."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from bot.intake.payloads import Head, Id, Identified, Part, RepositoryEvent, Sha

Body = Annotated[str, Field(max_length=262_144)]
"""GitHub takes 65,536 characters; its bytes may be four times as many."""
State = Literal["open", "closed"]


def _is_moment(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("a moment needs its zone")
    return text


Moment = Annotated[str, Field(max_length=40), AfterValidator(_is_moment)]
"""A date and time with its zone, as in 2026-01-31T12:00:00Z."""


class Account(Part):
    """Who did something. `type` "Bot" is an App, a workflow too."""

    id: Id
    login: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+(\[bot\])?$", max_length=100)]
    type: Annotated[str, Field(max_length=40)] = "User"


class Comment(Part):
    """A comment or a review. `user` None: the account is gone. A review's `body` may be None.

    A review has `submitted_at` in the place of `created_at`.
    """

    id: Id
    body: Body | None = None
    user: Account | None = None
    in_reply_to_id: Id | None = None
    performed_via_github_app: Identified | None = None
    created_at: Moment | None = None
    submitted_at: Moment | None = None
    updated_at: Moment | None = None

    def said_at(self, *, edited: bool) -> float | None:
        """When its text was written, in seconds since 1970; None where that is not told.

        Where an edit has no date, the text counts as old as its first version.
        """
        written = self.created_at or self.submitted_at
        moment = (self.updated_at or written) if edited else written
        return None if moment is None else datetime.fromisoformat(moment).timestamp()


class Before(Part):
    """A text as it was before an edit."""

    was: Body | None = Field(default=None, alias="from")


class Edit(Part):
    """What an edit changed; `body` None: not the text."""

    body: Before | None = None


class TalkEvent(RepositoryEvent):
    """A delivery of what `sender` did."""

    sender: Account
    changes: Edit | None = None


class Issue(Part):
    """An issue; `pull_request` is there when it is one."""

    number: Id
    state: State
    pull_request: object = None


class IssueCommentEvent(TalkEvent):
    """An `issue_comment` delivery. It does not tell the head."""

    issue: Issue
    comment: Comment


class TalkPull(Part):
    """A pull request somebody talks about."""

    number: Id
    head: Head
    state: State


class InlineEvent(TalkEvent):
    """A `pull_request_review_comment` delivery."""

    pull_request: TalkPull
    comment: Comment


class ReviewEvent(TalkEvent):
    """A `pull_request_review` delivery."""

    pull_request: TalkPull
    review: Comment


class ThreadComment(Part):
    """A comment as a thread names it."""

    id: Id
    in_reply_to_id: Id | None = None


class Talked(Part):
    """A thread, its first comment first."""

    comments: tuple[ThreadComment, ...] = Field(strict=False, min_length=1, max_length=10_000)


class ThreadEvent(TalkEvent):
    """A `pull_request_review_thread` delivery."""

    pull_request: TalkPull
    thread: Talked


class MergeGroup(Part):
    """A commit a merge queue made of several pull requests, and its branch."""

    head_sha: Sha
    head_ref: Annotated[str, Field(max_length=1_000)] = ""


class MergeGroupEvent(RepositoryEvent):
    """A `merge_group` delivery."""

    merge_group: MergeGroup
