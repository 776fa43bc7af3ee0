"""Inline comments, the conversation, and reactions to both."""

from __future__ import annotations

from flask import Blueprint, jsonify, request

from bot.sandbox import payloads
from bot.sandbox.anchors import Misplaced, anchor, answer_to, is_reviewable
from bot.sandbox.answers import (
    LONGEST_COMMENT,
    Refused,
    body_of,
    invalid,
    not_found,
    one_of,
    text_in,
)
from bot.sandbox.asking import Answer, Ask, on_pull, on_repo, paged
from bot.sandbox.reviews_api import add_comment, add_review, tell_comment
from bot.sandbox.state import IssueComment, Pull, Reaction, Repo, ReviewComment
from bot.sandbox.view import REACTIONS
from bot.sandbox.view_pull import issue_comment, review_comment

api = Blueprint("comments", __name__)
READ, WRITE = ("pull_requests", "read"), ("pull_requests", "write")
TALK_READ = (("issues", "read"), READ)
_REPO = "/repos/<owner>/<name>"
INLINE = f"{_REPO}/pulls/<int:number>/comments"
INLINE_KEYS = (
    "body",
    "commit_id",
    "path",
    "position",
    "side",
    "line",
    "start_line",
    "start_side",
    "in_reply_to",
    "subject_type",
)


@api.get(INLINE)
def inline(owner: str, name: str, number: int) -> Answer:
    """The inline comments of a pull request."""
    ask, pull = on_pull(owner, name, number, READ)
    return paged(seen_comments(ask, pull), lambda c: review_comment(ask.view, pull, c))


def seen_comments(ask: Ask, pull: Pull) -> list[ReviewComment]:
    """The inline comments the caller may see: those of others' pending reviews it may not."""
    hidden = {r.id for r in pull.reviews if r.state == "PENDING" and r.author != ask.caller.login}
    return [c for c in pull.comments if c.review_id not in hidden]


@api.post(INLINE)
def create_inline(owner: str, name: str, number: int) -> Answer:
    """Comment on a line or a file, or reply."""
    ask, pull = on_pull(owner, name, number, WRITE)
    sent = body_of(*INLINE_KEYS)
    if "in_reply_to" in sent:
        return _reply(ask, pull, sent["in_reply_to"], text_in(sent, "body"))
    sha = text_in(sent, "commit_id")
    if not is_reviewable(pull, sha):
        raise invalid("PullRequestReviewComment", "commit_id", "commit_id is not part of the pull")
    where = anchor(pull, sha, sent)
    if isinstance(where, Misplaced):
        field = "pull_request_review_thread.path"
        if "line" in " ".join(where.errors):
            field = "pull_request_review_thread.line"
        raise invalid("PullRequestReviewComment", field, "; ".join(where.errors))
    made = add_review(ask, pull, sha, "", "COMMENTED")
    comment = add_comment(ask, pull, made, where, text_in(sent, "body"))
    tell_comment(ask, pull, comment)
    return review_comment(ask.view, pull, comment), 201


@api.post(f"{INLINE}/<int:comment_id>/replies")
def reply(owner: str, name: str, number: int, comment_id: int) -> Answer:
    """Reply in a thread, to its first comment only."""
    ask, pull = on_pull(owner, name, number, WRITE)
    return _reply(ask, pull, comment_id, text_in(body_of("body"), "body"))


def _reply(ask: Ask, pull: Pull, comment_id: int, body: str) -> Answer:
    first = next((c for c in seen_comments(ask, pull) if c.id == comment_id), None)
    if first is None:
        raise not_found()
    if first.reply_to is not None:
        raise invalid("PullRequestReviewComment", "in_reply_to", "is not a top-level comment")
    _fits(body)
    made = add_review(ask, pull, first.commit_id, "", "COMMENTED")
    answer = answer_to(first, ask.world.next_id(), made, body, ask.world.clock())
    pull.comments.append(answer)
    tell_comment(ask, pull, answer)
    return review_comment(ask.view, pull, answer), 201


@api.get(f"{_REPO}/pulls/comments/<int:comment_id>")
def one_inline(owner: str, name: str, comment_id: int) -> Answer:
    """One inline comment."""
    ask, repo = on_repo(owner, name, READ)
    pull, comment = find_inline(ask, repo, comment_id)
    return review_comment(ask.view, pull, comment)


@api.patch(f"{_REPO}/pulls/comments/<int:comment_id>")
def edit_inline(owner: str, name: str, comment_id: int) -> Answer:
    """Change one's own inline comment."""
    ask, repo = on_repo(owner, name, WRITE)
    pull, comment = find_inline(ask, repo, comment_id)
    _edit(ask, comment, text_in(body_of("body"), "body"))
    return review_comment(ask.view, pull, comment)


@api.delete(f"{_REPO}/pulls/comments/<int:comment_id>")
def delete_inline(owner: str, name: str, comment_id: int) -> tuple[str, int]:
    """Delete one's own inline comment."""
    ask, repo = on_repo(owner, name, WRITE)
    pull, comment = find_inline(ask, repo, comment_id)
    _own(ask, comment)
    pull.comments.remove(comment)
    return "", 204


def find_inline(ask: Ask, repo: Repo, comment_id: int) -> tuple[Pull, ReviewComment]:
    """An inline comment of any pull request of the repository."""
    for pull in repo.pulls.values():
        for comment in seen_comments(ask, pull):
            if comment.id == comment_id:
                return pull, comment
    raise not_found()


def _fits(body: str) -> None:
    if not body.strip():
        raise invalid("IssueComment", "body", code="missing_field")
    if len(body) > LONGEST_COMMENT:
        message = f"body is too long (maximum is {LONGEST_COMMENT} characters)"
        raise invalid("IssueComment", "body", message)


def _own(ask: Ask, comment: ReviewComment | IssueComment) -> None:
    if comment.author != ask.caller.login:
        raise Refused(403, "Resource not accessible by integration")


def _edit(ask: Ask, comment: ReviewComment | IssueComment, body: str) -> None:
    _own(ask, comment)
    _fits(body)
    comment.body, comment.updated_at = body, ask.world.clock()


@api.get(f"{_REPO}/issues/<int:number>/comments")
def conversation(owner: str, name: str, number: int) -> Answer:
    """The conversation of a pull request."""
    ask, pull = on_pull(owner, name, number, *TALK_READ)
    return paged(pull.conversation, lambda c: issue_comment(ask.view, pull, c))


@api.post(f"{_REPO}/issues/<int:number>/comments")
def create_issue_comment(owner: str, name: str, number: int) -> Answer:
    """Say something in the conversation."""
    ask, pull = on_pull(owner, name, number, WRITE)
    body = text_in(body_of("body"), "body")
    _fits(body)
    now, token = ask.world.clock(), ask.caller.token
    app_id = token.app_id if token else None
    made = IssueComment(ask.world.next_id(), ask.caller.login, body, now, now, app_id)
    pull.conversation.append(made)
    told = payloads.issue_comment(ask.view, pull, made, made.author)
    ask.hooks.tell("issue_comment", pull.repo, told)
    return issue_comment(ask.view, pull, made), 201


@api.get(f"{_REPO}/issues/comments/<int:comment_id>")
def one_issue_comment(owner: str, name: str, comment_id: int) -> Answer:
    """One comment of a conversation."""
    ask, repo = on_repo(owner, name, *TALK_READ)
    pull, comment = find_issue_comment(repo, comment_id)
    return issue_comment(ask.view, pull, comment)


@api.patch(f"{_REPO}/issues/comments/<int:comment_id>")
def edit_issue_comment(owner: str, name: str, comment_id: int) -> Answer:
    """Change one's own comment."""
    ask, repo = on_repo(owner, name, WRITE)
    pull, comment = find_issue_comment(repo, comment_id)
    _edit(ask, comment, text_in(body_of("body"), "body"))
    return issue_comment(ask.view, pull, comment)


@api.delete(f"{_REPO}/issues/comments/<int:comment_id>")
def delete_issue_comment(owner: str, name: str, comment_id: int) -> tuple[str, int]:
    """Delete one's own comment."""
    ask, repo = on_repo(owner, name, WRITE)
    pull, comment = find_issue_comment(repo, comment_id)
    _own(ask, comment)
    pull.conversation.remove(comment)
    return "", 204


def find_issue_comment(repo: Repo, comment_id: int) -> tuple[Pull, IssueComment]:
    """A comment of any conversation of the repository."""
    for pull in repo.pulls.values():
        for comment in pull.conversation:
            if comment.id == comment_id:
                return pull, comment
    raise not_found()


@api.route(f"{_REPO}/<any(issues, pulls):kind>/comments/<int:comment_id>/reactions")
def reactions(owner: str, name: str, kind: str, comment_id: int) -> Answer:
    """The reactions to a comment."""
    ask, comment = _reacted(owner, name, kind, comment_id, "read")
    wanted = request.args.get("content")
    found = [r for r in comment.reactions if wanted in (None, r.content)]
    return paged(found, ask.view.reaction)


@api.post(f"{_REPO}/<any(issues, pulls):kind>/comments/<int:comment_id>/reactions")
def react(owner: str, name: str, kind: str, comment_id: int) -> Answer:
    """React to a comment: 201, or 200 if one did so before."""
    ask, comment = _reacted(owner, name, kind, comment_id, "write")
    content = one_of(text_in(body_of("content"), "content"), REACTIONS, "content")
    for known in comment.reactions:
        if (known.login, known.content) == (ask.caller.login, content):
            return ask.view.reaction(known), 200
    made = Reaction(ask.world.next_id(), ask.caller.login, content, ask.world.clock())
    comment.reactions.append(made)
    answer = jsonify(ask.view.reaction(made))
    return answer, 201


@api.delete(
    f"{_REPO}/<any(issues, pulls):kind>/comments/<int:comment_id>/reactions/<int:reaction_id>"
)
def unreact(owner: str, name: str, kind: str, comment_id: int, reaction_id: int) -> tuple[str, int]:
    """Take one's reaction back."""
    ask, comment = _reacted(owner, name, kind, comment_id, "write")
    for known in comment.reactions:
        if known.id == reaction_id and known.login == ask.caller.login:
            comment.reactions.remove(known)
            return "", 204
    raise not_found()


def _reacted(
    owner: str, name: str, kind: str, comment_id: int, level: str
) -> tuple[Ask, ReviewComment | IssueComment]:
    needs = [("pull_requests", level)] + ([("issues", level)] if kind == "issues" else [])
    ask, repo = on_repo(owner, name, *needs)
    if kind == "pulls":
        return ask, find_inline(ask, repo, comment_id)[1]
    return ask, find_issue_comment(repo, comment_id)[1]
