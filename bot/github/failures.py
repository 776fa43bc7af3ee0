"""What GitHub's refusals mean: status and headers in, one clear error out. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import ConfigError, RateLimited, UpstreamError

RETRY_LATER_S = 30.0
"""How long a failed GitHub is left alone before the caller tries again."""

UNTOLD_WAIT_S = 60.0
"""Wait where GitHub asks for one without a number. Source: GitHub, "Rate limits for the REST API".
"""

PERMISSIONS_HEADER = "x-accepted-github-permissions"

_SECONDARY = ("secondary rate limit", "submitted too quickly", "endpoint has been spammed", "abuse")


@dataclass(frozen=True, slots=True)
class Reply:
    """GitHub's answer. Header names are in lower case; `body` is the parsed JSON, None if empty."""

    status: int
    headers: Mapping[str, str]
    body: Any


class Unanswered(UpstreamError):
    """No usable answer came. `sent`: the request may have reached GitHub all the same."""

    def __init__(self, what: str, *, remedy: str = "", sent: bool) -> None:
        super().__init__(what, remedy=remedy, retry_after=RETRY_LATER_S)
        self.sent = sent


class Uncertain(UpstreamError):
    """A write that may have happened. Look before writing again."""


class NotFound(UpstreamError):
    """There is no such thing, or we may not see it."""


class Forbidden(UpstreamError):
    """We may not do this (403)."""


class NotGranted(Forbidden):
    """The installation does not include the repository, or a permission we ask for."""


class Refused(UpstreamError):
    """GitHub understood and said no (422). `said` is GitHub's own words."""

    def __init__(self, what: str, said: str) -> None:
        super().__init__(what)
        self.said = said


def wait_asked(reply: Reply, now: float) -> float | None:
    """Seconds GitHub asks us to wait; None when it does not.

    `now` is in seconds since 1970. Source: GitHub, "Best practices for using the REST API".
    """
    said = words(reply).lower()
    slow_down = any(each in said for each in _SECONDARY)
    if reply.status not in (403, 429) and not (reply.status == 422 and slow_down):
        return None
    if (after := _number(reply.headers.get("retry-after"))) is not None:
        return max(after, 0.0)
    if reply.headers.get("x-ratelimit-remaining") == "0":
        reset = _number(reply.headers.get("x-ratelimit-reset"))
        return UNTOLD_WAIT_S if reset is None else max(reset - now, 0.0)
    limited = reply.status == 429 or slow_down or "rate limit exceeded" in said
    return UNTOLD_WAIT_S if limited else None


def failure(asked: str, reply: Reply, who: str) -> UpstreamError | ConfigError:
    """The error for an answer of 300 or more that is no rate limit.

    `asked` is the verb and path. `who` names the credential: "APP_ID and PRIVATE_KEY" or
    "GITHUB_TOKEN".
    """
    said = words(reply)
    match reply.status:
        case 401:
            return ConfigError(
                f"GitHub does not accept our credentials ({asked}: 401).",
                remedy=f"The operator must check {who}.",
            )
        case 403:
            return _forbidden(asked, reply, said)
        case 404 | 410:
            return NotFound(
                f"GitHub has nothing at {asked} ({reply.status}).",
                remedy="It does not exist, or the App is not installed there.",
            )
        case 422:
            return Refused(f"GitHub refused {asked} (422): {said}.", said)
        case status if status >= 500:
            return UpstreamError(f"GitHub failed on {asked} ({status}).", retry_after=RETRY_LATER_S)
        case status:
            return UpstreamError(f"GitHub answered {asked} with {status}: {said}.")


def slow_down(asked: str, wait_s: float) -> RateLimited:
    """The error for a wait too long to sit out."""
    return RateLimited(
        f"GitHub asks us to wait {wait_s:.0f} s ({asked}).", retry_after=max(wait_s, 1.0)
    )


def words(reply: Reply) -> str:
    """GitHub's message and its list of errors, on one line, at most 300 characters."""
    if not isinstance(reply.body, dict):
        return "no reason given"
    errors = reply.body.get("errors") or []
    listed = errors if isinstance(errors, list) else [errors]
    parts = [reply.body.get("message"), *map(_word, listed)]
    text = " ".join(" ".join(str(part).split()).rstrip(".") + "." for part in parts if part)
    return text[:300].rstrip(".") or "no reason given"


def _word(error: Any) -> Any:
    return error.get("message") or error.get("code") if isinstance(error, dict) else error


def _forbidden(asked: str, reply: Reply, said: str) -> UpstreamError:
    needed = reply.headers.get(PERMISSIONS_HEADER, "")
    remedy = "The operator must check the App's permissions and its installation."
    if needed:
        remedy = (
            f"It needs {needed}: the operator must grant that to the App, "
            "and the installation's owner must accept it."
        )
    return Forbidden(f"GitHub forbids {asked} (403): {said}.", remedy=remedy)


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None
