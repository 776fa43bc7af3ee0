"""The talk on a pull request: what people wrote to us, what we answer, what becomes of our own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from pydantic import BaseModel

from bot.domain.asked import CommentRef, Person, Where
from bot.domain.pull import PullRef
from bot.domain.thread import Hidden, Reaction, Thread
from bot.github.client import Client
from bot.github.failures import Forbidden, NotFound
from bot.github.gate import Gate
from bot.github.identity import Identity
from bot.github.places import permission_path, pull_path, repo_path, scope_of
from bot.github.replies import User, read_as
from bot.github.threads import answered, reviews, threads
from bot.ports.conversation import Conversation

log = structlog.get_logger(__name__)

WRITERS = frozenset({"admin", "maintain", "write"})
"""Roles that may command. Source: GitHub REST, "Get repository permissions for a user": the field
`permission` folds maintain into write and triage into read; `role_name` keeps them apart."""

_RESOLVE = "resolveReviewThread"
_UNRESOLVE = "unresolveReviewThread"


class Permission(BaseModel):
    """What somebody may do in a repository, as GitHub answers it."""

    permission: str
    role_name: str = ""
    user: User | None = None

    @property
    def write(self) -> bool:
        """Whether that is enough to change the repository."""
        return not WRITERS.isdisjoint({self.permission, self.role_name})


class _Row(BaseModel):
    id: int
    body: str = ""
    html_url: str = ""
    user: User | None = None


def marker(key: str) -> str:
    """What an answer of ours carries, unseen."""
    return f"<!-- ai-review:answer={key} -->"


@dataclass(frozen=True, slots=True)
class Talk:
    """The port `Conversation` over GitHub's API. `dry_run`: nothing is written.

    `closer` resolves threads, which takes another permission; None: they are never resolved.
    """

    client: Client
    gate: Gate
    identity: Identity
    dry_run: bool = False
    closer: Client | None = None

    async def may_command(self, ref: PullRef, person: Person) -> bool:
        """Whether this person may write; see the port."""
        path = permission_path(ref, person.login)
        try:
            body = await self.client.read(scope_of(ref), path)
        except NotFound:
            return False
        found = read_as(Permission, body, f"GET {path}")
        return found.write and found.user is not None and found.user.id == person.id

    async def react(self, ref: PullRef, comment: CommentRef, reaction: Reaction) -> None:
        """Set a reaction; see the port."""
        if comment.where is Where.REVIEW or self._dry("reaction_not_set", ref):
            return
        path = f"{self._comments(ref, comment.where)}/{comment.id}/reactions"
        try:
            await self._write(ref, "POST", path, {"content": reaction.value})
        except (NotFound, Forbidden) as error:  # deleted, or the conversation is locked
            log.info("reaction_not_set", why=str(error))

    async def answer(self, ref: PullRef, comment: CommentRef, key: str, body: str) -> str:
        """Answer a comment; see the port."""
        if self._dry("answer_not_posted", ref):
            return ""
        return await self.client.settled(lambda: self._look_then_answer(ref, comment, key, body))

    async def threads(self, ref: PullRef) -> tuple[Thread, ...]:
        """Our threads; see the port."""
        return await threads(self.client, ref, await self.identity.login(ref))

    async def reviews(self, ref: PullRef) -> tuple[tuple[str, str], ...]:
        """Our reviews that are not minimised; see the port."""
        return await reviews(self.client, ref, await self.identity.login(ref))

    async def rewrite(self, ref: PullRef, thread: Thread, body: str) -> None:
        """Edit a comment of ours; see the port."""
        if self._dry("comment_not_edited", ref):
            return
        path = f"{self._comments(ref, Where.THREAD)}/{thread.comment}"
        try:
            await self._write(ref, "PATCH", path, {"body": self.gate.body(body)})
        except NotFound:
            log.info("comment_not_edited", why="somebody deleted it")

    async def resolve(self, ref: PullRef, thread: Thread, resolved: bool) -> bool:
        """Resolve a thread or open it again; see the port."""
        name = _RESOLVE if resolved else _UNRESOLVE
        if self.closer is None:
            return False
        asked = {"threadId": thread.node}
        return await self._mutate(ref, name, asked, "thread { id }", self.closer)

    async def hide(self, ref: PullRef, node: str, why: Hidden) -> bool:
        """Minimise a comment or review of ours; see the port."""
        asked = {"subjectId": node, "classifier": why.value}
        return await self._mutate(ref, "minimizeComment", asked, "minimizedComment { isMinimized }")

    async def _mutate(
        self,
        ref: PullRef,
        name: str,
        asked: dict[str, str],
        back: str,
        client: Client | None = None,
    ) -> bool:
        if self._dry(f"{name}_not_done", ref):
            return False
        kind = f"{name[0].upper()}{name[1:]}Input!"
        graphql = f"mutation Do($asked: {kind}) {{ {name}(input: $asked) {{ {back} }} }}"
        try:
            await (client or self.client).query(scope_of(ref), graphql, {"asked": asked})
        except (Forbidden, NotFound) as error:
            log.info(f"{name}_not_done", why=str(error))
            return False
        return True

    async def _look_then_answer(
        self, ref: PullRef, comment: CommentRef, key: str, body: str
    ) -> str:
        there = await self._there(ref, comment, marker(key))
        if there:
            return there
        marked = {"body": f"{self.gate.body(body)}\n\n{marker(key)}"}
        path = f"{repo_path(ref.repo)}/issues/{ref.number}/comments"
        if comment.thread:
            path = f"{pull_path(ref)}/comments/{comment.thread}/replies"
        try:
            made = await self.client.write(scope_of(ref), "POST", path, marked)
        except Forbidden as error:
            if "lock" not in str(error).lower():
                raise
            log.info("answer_not_posted", why="the conversation is locked")
            return ""
        return read_as(_Row, made, f"POST {path}").html_url

    async def _there(self, ref: PullRef, comment: CommentRef, mark: str) -> str:
        """Address of the answer that is there already, ours by its author; "" for none."""
        login = await self.identity.login(ref)
        if not comment.thread:
            return await answered(self.client, ref, login, mark)
        path = f"{pull_path(ref)}/comments"
        newest = {"sort": "created", "direction": "desc"}
        async for row in self.client.pages(scope_of(ref), path, 1, **newest):
            seen = read_as(_Row, row, f"GET {path}")
            if seen.user is not None and seen.user.login == login and mark in seen.body:
                return seen.html_url
        return ""

    async def _write(self, ref: PullRef, verb: str, path: str, body: Any) -> None:
        await self.client.write(scope_of(ref), verb, path, body, repeatable=True)

    def _comments(self, ref: PullRef, where: Where) -> str:
        kind = "pulls" if where is Where.THREAD else "issues"
        return f"{repo_path(ref.repo)}/{kind}/comments"

    def _dry(self, event: str, ref: PullRef) -> bool:
        if self.dry_run:
            log.info(event, repo=ref.repo, pull=ref.number, because="dry run")
        return self.dry_run


_: type[Conversation] = Talk
