"""A pull request's threads, comments, reactions and reviews as GraphQL shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.sandbox.access import association, granted
from bot.sandbox.asking import Ask
from bot.sandbox.comments_api import seen_comments
from bot.sandbox.state import IssueComment, Pull, Reaction, Repo, Review, ReviewComment
from bot.sandbox.view import iso
from bot.sandbox.view_pull import line_now, page_of

Node = dict[str, Any]
Said = ReviewComment | IssueComment | Review
THUMBS = {"+1": "THUMBS_UP", "-1": "THUMBS_DOWN"}


class Trouble(Exception):
    """An error of one field; `kind` is GitHub's word for it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def connection(nodes: list[Node], given: Mapping[str, Any]) -> Node:
    """A page of nodes; cursors are places in the list."""
    size = given.get("first") or given.get("last")
    if not isinstance(size, int) or not 1 <= size <= 100:
        raise Trouble("MISSING_PAGINATION_BOUNDARIES", "Provide a `first` or `last` of 1 to 100.")
    start = int(given.get("after") or 0)
    if "last" in given and "first" not in given:
        start = max(0, len(nodes) - size)
    end = min(start + size, len(nodes))
    return {
        "__typename": "Connection",
        "totalCount": len(nodes),
        "nodes": nodes[start:end],
        "pageInfo": {
            "__typename": "PageInfo",
            "hasNextPage": end < len(nodes),
            "hasPreviousPage": start > 0,
            "startCursor": str(start),
            "endCursor": str(end),
        },
    }


def thread(ask: Ask, pull: Pull, first: ReviewComment) -> Node:
    """The thread that `first` began."""
    said = [first, *(c for c in seen_comments(ask, pull) if c.reply_to == first.id)]
    line, start, _ = line_now(pull, first)
    by = first.resolved_by
    return {
        "__typename": "PullRequestReviewThread",
        "id": f"PRRT_{first.id}",
        "isResolved": by is not None,
        "isOutdated": first.line is not None and line is None,
        "isCollapsed": by is not None,
        "path": first.path,
        "line": line,
        "startLine": start,
        "originalLine": first.line,
        "diffSide": first.side,
        "subjectType": "LINE" if first.line else "FILE",
        "resolvedBy": {**actor(ask, by), "__typename": "User"} if by else None,
        "viewerCanResolve": may_resolve(ask, pull.repo),
        "comments": lambda given: connection([comment(ask, pull, c) for c in said], given),
    }


def comment(ask: Ask, pull: Pull, one: ReviewComment | IssueComment) -> Node:
    """A comment of the conversation or of a thread."""
    inline = isinstance(one, ReviewComment)
    anchor = "discussion_r" if inline else "issuecomment-"
    return {
        "__typename": "PullRequestReviewComment" if inline else "IssueComment",
        "id": f"{'PRRC' if inline else 'IC'}_{one.id}",
        "databaseId": one.id,
        "fullDatabaseId": str(one.id),
        "body": one.body,
        "url": f"{page_of(ask.view, pull)}#{anchor}{one.id}",
        "createdAt": iso(one.created_at),
        "author": actor(ask, one.author),
        "authorAssociation": association(ask.world, pull, one.author),
        "isMinimized": one.minimized is not None,
        "minimizedReason": one.minimized.lower() if one.minimized else None,
        "reactions": lambda given: connection([_reaction(ask, r) for r in one.reactions], given),
    }


def _reaction(ask: Ask, one: Reaction) -> Node:
    content = THUMBS.get(one.content, one.content.upper())
    return {"__typename": "Reaction", "content": content, "user": actor(ask, one.login)}


def actor(ask: Ask, login: str) -> Node:
    """Who did something."""
    short = login.removesuffix("[bot]")  # GraphQL leaves the suffix out
    kind = "Bot" if short != login else "User"
    number = ask.view.user(login)["id"]
    return {"__typename": kind, "__is": ("Actor",), "login": short, "databaseId": number}


def review(ask: Ask, one: Review) -> Node:
    """A review without its comments."""
    return {
        "__typename": "PullRequestReview",
        "id": f"PRR_{one.id}",
        "databaseId": one.id,
        "body": one.body,
        "state": one.state,
        "author": actor(ask, one.author),
        "isMinimized": one.minimized is not None,
        "minimizedReason": one.minimized.lower() if one.minimized else None,
    }


def may_resolve(ask: Ask, repo: Repo) -> bool:
    """Resolving a thread takes the right to push."""
    return granted(ask.world, ask.caller, repo).get("contents") in ("write", "admin")
