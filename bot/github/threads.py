"""Our threads and reviews of a pull request as GraphQL shows them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from bot.domain.asked import Person
from bot.domain.pull import PullRef
from bot.domain.thread import Reply, Thread
from bot.github.client import Client
from bot.github.places import scope_of
from bot.github.replies import GHOST, read_as

PAGES = 5
"""Of a hundred threads each: we post at most fifty comments a run, and repeat none."""

_FINDING = re.compile(r"<!-- ai-review:finding=(\w+) -->")
_RUN = re.compile(r"<!-- ai-review:run=([\w-]+) -->")

_WHO = "author { __typename login ... on User { databaseId } ... on Bot { databaseId } }"
_THUMBS = "reactions(first: 50) { nodes { content user { databaseId login } } }"
_PAGE = "pageInfo { hasNextPage endCursor }"
_THREADS = f"""
query Threads($owner: String!, $name: String!, $number: Int!, $after: String) {{
  repository(owner: $owner, name: $name) {{ pullRequest(number: $number) {{
    reviewThreads(first: 100, after: $after) {{ {_PAGE} nodes {{
      id isResolved isOutdated path resolvedBy {{ login databaseId }}
      opening: comments(first: 1) {{ nodes {{ id databaseId body isMinimized {_WHO} {_THUMBS} }} }}
      talk: comments(first: 50) {{ nodes {{ databaseId body {_WHO} }} }}
    }} }}
  }} }}
}}"""
_REVIEWS = f"""
query Reviews($owner: String!, $name: String!, $number: Int!, $after: String) {{
  repository(owner: $owner, name: $name) {{ pullRequest(number: $number) {{
    reviews(first: 100, after: $after) {{ {_PAGE} nodes {{ id body isMinimized {_WHO} }} }}
  }} }}
}}"""
_TALK = f"""
query Talk($owner: String!, $name: String!, $number: Int!) {{
  repository(owner: $owner, name: $name) {{ pullRequest(number: $number) {{
    comments(last: 100) {{ nodes {{ body url {_WHO} }} }}
  }} }}
}}"""


class _Who(BaseModel):
    kind: str = Field("User", alias="__typename")
    login: str = GHOST
    id: int = Field(0, alias="databaseId")

    def login_of_posts(self) -> str:
        """The login REST shows: there a bot's carries its suffix."""
        return f"{self.login}[bot]" if self.kind == "Bot" else self.login


class _Thumb(BaseModel):
    content: str
    user: _Who | None = None


class _Thumbs(BaseModel):
    nodes: list[_Thumb] = []


class _Comment(BaseModel):
    node: str = Field("", alias="id")
    id: int = Field(0, alias="databaseId")
    body: str = ""
    url: str = ""
    hidden: bool = Field(False, alias="isMinimized")
    author: _Who | None = None
    reactions: _Thumbs = _Thumbs()

    def by(self, login: str) -> bool:
        return self.author is not None and self.author.login_of_posts() == login


class _Comments(BaseModel):
    nodes: list[_Comment] = []


class _Resolver(BaseModel):
    login: str = ""
    id: int = Field(0, alias="databaseId")


class _Thread(BaseModel):
    id: str
    resolved: bool = Field(alias="isResolved")
    outdated: bool = Field(alias="isOutdated")
    path: str = ""
    by: _Resolver | None = Field(None, alias="resolvedBy")
    opening: _Comments
    talk: _Comments


async def threads(client: Client, ref: PullRef, login: str) -> tuple[Thread, ...]:
    """The threads that `login` opened about a finding, oldest first."""
    found = await _pages(client, ref, _THREADS, "reviewThreads", _Thread)
    ours = (_ours(each, login) for each in found)
    return tuple(each for each in ours if each is not None)


async def reviews(client: Client, ref: PullRef, login: str) -> tuple[tuple[str, str], ...]:
    """GraphQL id and run of the reviews of `login` that are not minimised, oldest first."""
    found = await _pages(client, ref, _REVIEWS, "reviews", _Comment)
    shown = ((each, _RUN.search(each.body)) for each in found if each.by(login) and not each.hidden)
    return tuple((each.node, run[1]) for each, run in shown if run)


async def answered(client: Client, ref: PullRef, login: str, marker: str) -> str:
    """Address of the newest comment of `login` that carries `marker`; "" when there is none."""
    pull = await _pull(client, ref, _TALK, None)
    talk = read_as(_Comments, pull["comments"], "GraphQL").nodes
    return next((each.url for each in reversed(talk) if each.by(login) and marker in each.body), "")


async def _pages(
    client: Client, ref: PullRef, graphql: str, name: str, shape: type[Any]
) -> Sequence[Any]:
    rows: list[Any] = []
    after = None
    for _ in range(PAGES):
        page = (await _pull(client, ref, graphql, after))[name]
        rows += [read_as(shape, node, "GraphQL") for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    return rows


async def _pull(client: Client, ref: PullRef, graphql: str, after: str | None) -> Any:
    owner, _, name = ref.repo.partition("/")
    variables: dict[str, Any] = {"owner": owner, "name": name, "number": ref.number}
    if after is not None:
        variables["after"] = after
    found = await client.query(scope_of(ref), graphql, variables)
    return found["repository"]["pullRequest"]


def _ours(thread: _Thread, login: str) -> Thread | None:
    """In our words; None for a thread that is not about a finding of ours."""
    first = thread.opening.nodes[0] if thread.opening.nodes else None
    marker = _FINDING.search(first.body) if first is not None and first.by(login) else None
    if first is None or marker is None:
        return None
    return Thread(
        node=thread.id,
        comment=first.id,
        comment_node=first.node,
        fingerprint=marker[1],
        path=thread.path,
        body=first.body,
        resolved=thread.resolved,
        resolved_by=thread.by.login if thread.by else "",
        outdated=thread.outdated,
        minimised=first.hidden,
        replies=tuple(
            Reply(each.id, _person(each.author), each.by(login), each.body)
            for each in thread.talk.nodes
            if each.id != first.id
        ),
        liked=_thumbs(first, "THUMBS_UP"),
        disliked=_thumbs(first, "THUMBS_DOWN"),
        resolved_by_id=thread.by.id if thread.by else 0,
    )


def _thumbs(comment: _Comment, content: str) -> tuple[Person, ...]:
    return tuple(
        _person(each.user)
        for each in comment.reactions.nodes
        if each.content == content and each.user
    )


def _person(who: _Who | None) -> Person:
    who = who or _Who.model_validate({})
    return Person(who.id, who.login)
