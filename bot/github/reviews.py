"""One review a run: looked for before it is posted, and not lost to one bad comment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from bot.domain.post import CommentPost, Receipt, ReviewPost, Unposted
from bot.domain.pull import PullRef
from bot.errors import UpstreamError
from bot.github.client import Client
from bot.github.failures import NotFound, Refused
from bot.github.gate import Gate
from bot.github.identity import Identity
from bot.github.isolate import Search
from bot.github.places import pull_path, scope_of
from bot.github.replies import CommentRow, ReviewRow, read_as

log = structlog.get_logger(__name__)

PAGES = 30
"""Of reviews or comments looked through: 3,000 are more than any pull request carries."""

MOST_CALLS = 12
"""Calls spent on finding bad comments. Each is a write of five points; 900 points go a minute."""

PENDING = "PENDING"

_FINDING = re.compile(r"<!-- ai-review:finding=(\w+) -->")
_GONE = re.compile(r"commit.{0,40}not (?:part|found)|no commit found", re.IGNORECASE)


def marker(run: str) -> str:
    """What a review of ours carries, unseen."""
    return f"<!-- ai-review:run={run} -->"


@dataclass(frozen=True, slots=True)
class Reviews:
    """Writes reviews."""

    client: Client
    gate: Gate
    identity: Identity

    async def post(self, ref: PullRef, run: str, post: ReviewPost) -> Receipt:
        """Post it, unless it is there."""
        return await self.client.settled(lambda: self._look_then_post(ref, run, post))

    async def _look_then_post(self, ref: PullRef, run: str, post: ReviewPost) -> Receipt:
        ours = await self._ours(ref)
        for review in ours:
            if review.state != PENDING and marker(run) in (review.body or ""):
                return await self._already(ref, review, post)
        for review in ours:
            if review.state == PENDING:  # left by a process that died; GitHub allows one
                await self._discard(ref, review.id)
        body = post.body if marker(run) in post.body else f"{post.body}\n\n{marker(run)}"
        try:
            return _receipt(await self._submit(ref, body, post.comments), post.comments, ())
        except Refused as refused:
            if not post.comments:
                raise
            return await self._without_the_bad(ref, body, post.comments, refused)

    async def _ours(self, ref: PullRef) -> list[ReviewRow]:
        """Reviews by us, ours by their author: anybody can write our marker."""
        login = await self.identity.login(ref)
        path = f"{pull_path(ref)}/reviews"
        rows = [
            read_as(ReviewRow, row, f"GET {path}")
            async for row in self.client.pages(scope_of(ref), path, PAGES)
        ]
        return [row for row in rows if row.user is not None and row.user.login == login]

    async def _already(self, ref: PullRef, review: ReviewRow, post: ReviewPost) -> Receipt:
        """What is there of it, told by the markers its comments carry."""
        there: set[str] = set()
        if post.comments:
            path = f"{pull_path(ref)}/reviews/{review.id}/comments"
            async for row in self.client.pages(scope_of(ref), path, PAGES):
                there.update(_FINDING.findall(read_as(CommentRow, row, f"GET {path}").body))
        taken = [each for each in post.comments if each.fingerprint in there]
        missing = [
            (each, "not among the comments of the review posted earlier")
            for each in post.comments
            if each.fingerprint not in there
        ]
        return _receipt(review, taken, missing, again=True)

    async def _without_the_bad(
        self, ref: PullRef, body: str, comments: Sequence[CommentPost], refused: Refused
    ) -> Receipt:
        """Find the comments GitHub minds with reviews nobody sees, then post the others."""
        if _GONE.search(refused.said):
            raise UpstreamError(f"{ref.head_sha[:12]} is no longer part of the pull request.")

        async def attempt(group: Sequence[CommentPost]) -> str | None:
            try:
                draft = await self._submit(ref, body, group, draft=True)
            except Refused as error:
                return error.said
            await self._discard(ref, draft.id)
            return None

        search = Search(attempt, MOST_CALLS)
        await search.isolate(comments, refused.said)
        taken, bad = search.taken, search.refused
        log.warning("comments_refused", refused=len(bad), taken=len(taken))
        try:
            review = await self._submit(ref, body, taken)
        except Refused as error:  # each was taken with its group; still, lose no review over it
            taken, bad = [], [*bad, *((each, error.said) for each in taken)]
            review = await self._submit(ref, body, ())
        return _receipt(review, taken, bad)

    async def _submit(
        self, ref: PullRef, body: str, comments: Sequence[CommentPost], *, draft: bool = False
    ) -> ReviewRow:
        """Always for the commit that was read. Without an event it stays a draft of ours."""
        path = f"{pull_path(ref)}/reviews"
        asked: dict[str, Any] = {
            "commit_id": ref.head_sha,
            "body": self.gate.body(body),
            "comments": [self._comment(each) for each in comments],
        }
        if not draft:
            asked["event"] = "COMMENT"
        made = await self.client.write(scope_of(ref), "POST", path, asked)
        return read_as(ReviewRow, made, f"POST {path}")

    async def _discard(self, ref: PullRef, review_id: int) -> None:
        path = f"{pull_path(ref)}/reviews/{review_id}"
        try:
            await self.client.write(scope_of(ref), "DELETE", path, repeatable=True)
        except NotFound:
            return

    def _comment(self, comment: CommentPost) -> dict[str, Any]:
        anchor = comment.anchor
        asked: dict[str, Any] = {
            "path": anchor.path,
            "body": self.gate.body(comment.body),
            "line": anchor.end,
            "side": anchor.side.value,
        }
        if anchor.start < anchor.end:
            asked |= {"start_line": anchor.start, "start_side": anchor.side.value}
        return asked


def _receipt(
    review: ReviewRow,
    taken: Sequence[CommentPost],
    refused: Sequence[tuple[CommentPost, str]],
    *,
    again: bool = False,
) -> Receipt:
    return Receipt(
        review_id=review.id,
        url=review.html_url,
        posted=tuple(each.fingerprint for each in taken),
        unposted=tuple(Unposted(each.fingerprint, why) for each, why in refused),
        again=again,
    )
