"""Who we are to GitHub: an App that mints one token a repository, or the bearer of one token."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypedDict

from pydantic import AwareDatetime, BaseModel

from bot.errors import ConfigError, UpstreamError
from bot.github.failures import (
    NotFound,
    NotGranted,
    Refused,
    Reply,
    Unanswered,
    failure,
    slow_down,
    wait_asked,
)
from bot.github.replies import read_as
from bot.github.wire import Ask, Wire

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from github.Auth import AppAuth

READ_ONLY = {"metadata": "read", "contents": "read", "pull_requests": "read", "checks": "read"}
"""What a dry run may do."""

LEAST = READ_ONLY | {"pull_requests": "write", "checks": "write"}
"""All a review needs, and no more."""

NAMES_ONLY = {"metadata": "read"}
"""What lists an installation's repositories. It reads no file and writes nothing."""

RESOLVING = LEAST | {"contents": "write"}
"""What resolving a thread takes. Asked for by a token of its own: one that no other request uses,
and without which all else goes on."""

EARLY_S = 120.0
"""A token this near its end is not used again: a request begun with it must not outlive it."""


@dataclass(frozen=True, slots=True)
class AppKey:
    """The App's identity. `private_key` is PEM text; `slug` its name in addresses, if known."""

    app_id: str
    private_key: str = field(repr=False)
    slug: str = ""
    names: str = "APP_ID and PRIVATE_KEY"


@dataclass(frozen=True, slots=True)
class PlainToken:
    """A token that stands in for the App, as in CI."""

    token: str = field(repr=False)
    names: str = "GITHUB_TOKEN"


class Credentials(TypedDict, total=False):
    """Either `app_id` with `private_key`, PEM text, and perhaps the App's `slug`; or `token`."""

    app_id: int | str
    private_key: str
    slug: str
    token: str


def access_of(credentials: Credentials) -> AppKey | PlainToken:
    """Who we are. Raises ConfigError where that is not clear."""
    token = credentials.get("token", "")
    app_id, private_key = credentials.get("app_id", ""), credentials.get("private_key", "")
    if token and not app_id:
        return PlainToken(token)
    if app_id and private_key and not token:
        return AppKey(str(app_id), private_key, credentials.get("slug", ""))
    raise ConfigError(
        "There is no one way to sign in to GitHub.",
        remedy="Set APP_ID with PRIVATE_KEY, or GITHUB_TOKEN alone.",
    )


@dataclass(frozen=True, slots=True)
class Scope:
    """What a credential is for: one repository.

    `installation_id` None: the plain token's. `repo` names the repository only while its id is
    not known yet (0). Neither: the names of the installation's repositories, and nothing else.
    """

    installation_id: int | None
    repo_id: int
    repo: str = ""


@dataclass(frozen=True, slots=True)
class _Held:
    wire: Wire
    token: str = field(repr=False)
    until: float


class _Minted(BaseModel):
    token: str
    expires_at: AwareDatetime


class Keyring:
    """Connections by scope, in memory alone. Tokens are neither returned, logged nor stored."""

    def __init__(
        self,
        api_url: str,
        access: AppKey | PlainToken,
        permissions: dict[str, str],
        clock: Callable[[], float],
    ) -> None:
        self._api_url = api_url
        self.access = access
        self._permissions = permissions
        self._clock = clock
        self._held: dict[Scope, _Held] = {}
        self._app: Wire | None = None
        self._door = threading.Lock()
        self._minting: defaultdict[Scope, threading.Lock] = defaultdict(threading.Lock)

    def wire(self, scope: Scope) -> Wire:
        """A connection that may act on that repository and no other. Blocks while it mints."""
        with self._door:
            turn = self._minting[scope]
        with turn:
            held = self._held.get(scope)
            if held is None or held.until <= self._clock():
                held = self._obtain(scope)
            return held.wire

    def drop(self, scope: Scope, wire: Wire) -> None:
        """Forget a connection GitHub no longer accepts, unless it was replaced already."""
        with self._door:
            held = self._held.get(scope)
            if held is not None and held.wire is wire:
                del self._held[scope]
        wire.close()

    def app(self) -> Wire:
        """A connection as the App itself, for what no installation may ask."""
        match self.access:
            case AppKey() as key:
                with self._door:
                    self._app = self._app or Wire(self._api_url, _app_auth(key))
                return self._app
            case PlainToken():
                raise ConfigError(
                    "This needs a GitHub App, and only GITHUB_TOKEN is set.",
                    remedy="Set APP_ID and PRIVATE_KEY.",
                )

    def secrets(self) -> tuple[str, ...]:
        """The live values that must never be posted."""
        match self.access:
            case AppKey(private_key=fixed) | PlainToken(token=fixed):
                with self._door:
                    return (fixed, *(held.token for held in self._held.values()))

    def close(self) -> None:
        """Close every connection."""
        with self._door:
            for held in self._held.values():
                held.wire.close()
            self._held.clear()
            if self._app is not None:
                self._app.close()
                self._app = None

    def _obtain(self, scope: Scope) -> _Held:
        from github.Auth import Token

        match self.access:
            case PlainToken(token):
                until = float("inf")
            case AppKey():
                token, until = self._mint(scope)
        held = _Held(Wire(self._api_url, Token(token)), token, until)
        with self._door:
            for other in [each for each, had in self._held.items() if had.until <= self._clock()]:
                self._held.pop(other).wire.close()
            self._held[scope] = held
        return held

    def _mint(self, scope: Scope) -> tuple[str, float]:
        if scope.installation_id is None:
            raise UpstreamError(
                "No installation of the App is named for this repository.",
                remedy="Install the App on it.",
            )
        ask = Ask(
            "POST",
            f"/app/installations/{scope.installation_id}/access_tokens",
            body=self._wanted(scope),
        )
        minted = read_as(_Minted, self._granted(ask, self.app().send(ask)).body, str(ask))
        return minted.token, minted.expires_at.timestamp() - EARLY_S

    def _wanted(self, scope: Scope) -> dict[str, Any]:
        """The least a token needs."""
        if scope.repo_id:
            return {"repository_ids": [scope.repo_id], "permissions": self._permissions}
        if scope.repo:
            names = [scope.repo.partition("/")[2]]
            return {"repositories": names, "permissions": self._permissions}
        return {"permissions": NAMES_ONLY}

    def _granted(self, ask: Ask, reply: Reply) -> Reply:
        if reply.status < 300:
            return reply
        if (wait_s := wait_asked(reply, self._clock())) is not None:
            raise slow_down(str(ask), wait_s)
        if reply.status >= 500:  # a token made in vain harms nobody: ask again
            raise Unanswered(f"GitHub failed on {ask} ({reply.status}).", sent=False)
        error = failure(str(ask), reply, self.access.names)
        if isinstance(error, NotFound):
            raise UpstreamError(
                "GitHub knows no such installation of this App.",
                remedy="Install the App on the repository, or check APP_ID.",
            )
        if isinstance(error, Refused):
            raise NotGranted(
                f"GitHub grants no token for this repository: {error.said}.",
                remedy="The installation must include it and have accepted the App's permissions.",
            )
        raise error


def _app_auth(key: AppKey) -> AppAuth:
    import jwt
    from github.Auth import AppAuth

    private = _signing_key(key.private_key)
    return AppAuth(
        key.app_id, sign_func=lambda claims: jwt.encode(claims, private, algorithm="RS256")
    )


@lru_cache(maxsize=1)
def _signing_key(pem: str) -> RSAPrivateKey:
    """Parsed and thereby checked, once a process: that takes 70 ms."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        private = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        private = None
    if isinstance(private, RSAPrivateKey):
        return private
    raise ConfigError(
        "PRIVATE_KEY is not an App's private key.",
        remedy="The operator must set it to the PEM file GitHub made for the App.",
    )
