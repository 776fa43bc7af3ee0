"""One request to the API: who asks, about what, and how lists are answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Response, g, jsonify, request

from bot.sandbox.access import Caller, Needs, require
from bot.sandbox.answers import Refused, not_found
from bot.sandbox.state import App, Pull, Repo, Token, World
from bot.sandbox.view import Json, View
from bot.sandbox.webhooks import Hooks

T = TypeVar("T")
Answer = Response | tuple[Response, int] | Json | tuple[Json, int] | list[Json]
LARGEST_PAGE = 100


@dataclass(frozen=True)
class Ask:
    """The request at hand."""

    world: World
    view: View
    caller: Caller
    hooks: Hooks


def asked() -> Ask:
    """The request at hand."""
    ask: Ask = g.ask
    return ask


def on_repo(owner: str, name: str, *needs: tuple[str, str]) -> tuple[Ask, Repo]:
    """The repository named in the path, if the caller has one of `needs` there."""
    ask = asked()
    wanted: Needs = needs or (("metadata", "read"),)
    return ask, require(ask.world, ask.caller, ask.world.repo(f"{owner}/{name}"), wanted)


def on_pull(owner: str, name: str, number: int, *needs: tuple[str, str]) -> tuple[Ask, Pull]:
    """The pull request named in the path, if the caller has one of `needs` there."""
    ask, repo = on_repo(owner, name, *needs)
    pull = repo.pulls.get(number)
    if pull is None:
        raise not_found()
    return ask, pull


def signed_by_app() -> tuple[Ask, App]:
    """The request and the App that signed it; a token is not enough."""
    ask = asked()
    if ask.caller.app is None:
        raise Refused(401, "A JSON web token could not be decoded")
    return ask, ask.caller.app


def with_token() -> tuple[Ask, Token]:
    """The request and its bearer's token."""
    ask = asked()
    if ask.caller.token is None:
        raise Refused(401, "Requires authentication")
    return ask, ask.caller.token


def whole(name: str, default: int) -> int:
    """A positive number from the query, `default` when it is missing or none."""
    text = request.args.get(name, "")
    return int(text) if text.isdigit() and int(text) > 0 else default


def paged(items: Sequence[T], shape: Callable[[T], Json], wrap: str = "") -> Response:
    """One page of `items` with its `Link` header; under the key `wrap` with a count if given."""
    size = min(whole("per_page", 30), LARGEST_PAGE)
    number = whole("page", 1)
    last = max(1, -(-len(items) // size))
    shown = [shape(item) for item in items[(number - 1) * size : number * size]]
    answer = jsonify({"total_count": len(items), wrap: shown} if wrap else shown)
    wanted: dict[str, int] = {}
    if number > 1:
        wanted |= {"prev": number - 1, "first": 1}
    if number < last:
        wanted |= {"next": number + 1, "last": last}
    if wanted:
        links = {rel: linked({"page": at}) for rel, at in wanted.items()}
        answer.headers["Link"] = ", ".join(f'<{to}>; rel="{rel}"' for rel, to in links.items())
    return answer


def linked(changes: dict[str, Any]) -> str:
    """The address of this request with its query changed."""
    query = {**request.args.to_dict(), **changes}
    return f"{request.base_url}?{urlencode(query)}"
