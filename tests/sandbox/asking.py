"""A client that adds nothing of its own, so that tests see what was answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import requests

from bot.sandbox import Sandbox

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass
class HandClock:
    """A clock that tests turn by hand."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Client:
    """Asks `url` with `token`, once, following nothing and retrying nothing."""

    url: str
    token: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def __call__(self, method: str, path: str, body: Any = None, **given: Any) -> requests.Response:
        headers = {**self.headers, **given.pop("headers", {})}
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        address = path if path.startswith("http") else self.url + path
        return requests.request(method, address, json=body, headers=headers, timeout=10, **given)

    def get(self, path: str, **given: Any) -> requests.Response:
        return self("GET", path, **given)

    def post(self, path: str, body: Any = None, **given: Any) -> requests.Response:
        return self("POST", path, body, **given)

    def patch(self, path: str, body: Any = None) -> requests.Response:
        return self("PATCH", path, body)

    def query(self, text: str, **variables: Any) -> Any:
        answer = self.post("/graphql", {"query": text, "variables": variables})
        assert answer.status_code == 200
        return answer.json()


def app_token(github: Sandbox, **claims: Any) -> str:
    """An App's own token, valid unless `claims` say otherwise."""
    now = int(github.world.clock().timestamp())
    told = {"iss": str(github.app.id), "iat": now - 60, "exp": now + 300, **claims}
    return jwt.encode(told, github.app.private_key, algorithm="RS256")


def as_app(github: Sandbox, **claims: Any) -> Client:
    return Client(github.url, app_token(github, **claims))


def as_installation(github: Sandbox, **narrowed: str) -> Client:
    """The App in its installation; `checks="none"` takes a permission away."""
    return Client(github.url, github.app_token(**narrowed))
