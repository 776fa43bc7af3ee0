"""One authenticated connection to GitHub, through PyGithub's requester. No policy here."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.errors import ConfigError
from bot.github.failures import Reply, Unanswered

if TYPE_CHECKING:
    from github.Auth import Auth
    from github.Requester import Requester

API_VERSION = "2022-11-28"
"""The version every supported GitHub Enterprise Server knows, too."""

TIMEOUT_S = 20
"""GitHub itself gives up on a request after 10 s."""

USER_AGENT = "ai-review"

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. `path` is relative to the API's root, or "graphql"."""

    verb: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None

    def __str__(self) -> str:
        return f"{self.verb} {self.path}"


def checked_api_url(url: str) -> str:
    """The operator's GITHUB_API_URL without a final slash. Raises ConfigError."""
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not safe or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ConfigError(
            f"GITHUB_API_URL {_without_user(url)!r} is not an address we can use.",
            remedy="Use https://api.github.com, or https://HOST/api/v3 for GitHub Enterprise.",
        )
    return url.rstrip("/")


class Wire:
    """Sends one request at a time: PyGithub's connection mixes up requests made side by side."""

    def __init__(self, api_url: str, auth: Auth) -> None:
        self._api_url = api_url
        self._requester = _requester(api_url, auth)
        self._turn = threading.Lock()

    def send(self, ask: Ask) -> Reply:
        """Send and read the answer, whatever its status. Blocks. Raises Unanswered."""
        reply = self._send(ask)
        moved = reply.headers.get("location", "")
        if reply.status in (307, 308) and moved.startswith(f"{self._api_url}/"):
            # a renamed repository; PyGithub follows such answers for reads alone
            return self._send(replace(ask, path=moved.removeprefix(self._api_url), query={}))
        return reply

    def close(self) -> None:
        """Close the connection."""
        self._requester.close()

    def _send(self, ask: Ask) -> Reply:
        from requests.exceptions import RequestException

        path = self._requester.graphql_url if ask.path == "graphql" else ask.path
        query = dict(ask.query)
        try:
            with self._turn:
                status, headers, text = self._requester.requestJson(
                    ask.verb, path, query, {"Accept": "application/vnd.github+json"}, ask.body
                )
        except RequestException as error:
            raise self._unanswered(ask, error) from None
        except RuntimeError as error:  # PyGithub's word for a redirect to somewhere else
            raise ConfigError(
                f"{self._host} redirects the API elsewhere.",
                remedy="The operator must check GITHUB_API_URL.",
            ) from error
        return Reply(status, headers, self._parsed(ask, status, text))

    @property
    def _host(self) -> str:
        return urlsplit(self._api_url).netloc

    def _unanswered(self, ask: Ask, error: Exception) -> Unanswered:
        if _never_connected(error):
            return Unanswered(
                f"Cannot reach {self._host}.",
                remedy="Check the network and GITHUB_API_URL.",
                sent=False,
            )
        return Unanswered(f"{self._host} did not answer {ask}.", sent=True)

    def _parsed(self, ask: Ask, status: int, text: str) -> Any:
        if not text:
            return None
        try:
            return json.loads(text)
        except ValueError:
            if status >= 300:
                return None  # an error page: the status says enough
            raise Unanswered(f"{self._host} cut its answer to {ask} short.", sent=True) from None


def _requester(api_url: str, auth: Auth) -> Requester:
    from github import Github

    # At DEBUG it logs whole answers, fresh tokens included.
    logging.getLogger("github.Requester").setLevel(logging.WARNING)
    return Github(
        auth=auth,
        base_url=api_url,
        timeout=TIMEOUT_S,
        user_agent=USER_AGENT,
        retry=None,  # its own policy repeats POSTs after a 502: reviews would be posted twice
        seconds_between_requests=None,
        seconds_between_writes=None,
        api_version=API_VERSION,
    ).requester


def _never_connected(error: Exception) -> bool:
    from requests.exceptions import ConnectTimeout
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

    if isinstance(error, ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError | ConnectTimeoutError)


def _without_user(url: str) -> str:
    return url.rpartition("@")[2]
