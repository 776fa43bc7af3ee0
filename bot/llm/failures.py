"""What the model API's failures mean: one sentence each, of what kind, billed, worth asking again.

No sentence repeats what was sent or what the other side wrote: either may hold a key or code.
"""

from __future__ import annotations

import email.utils
import math
import time
from collections.abc import Mapping

from bot.errors import FailureKind, ModelFailure

_WORTH_ANOTHER = frozenset({408, 409, 429, *range(500, 600)})
"""Source: the vendor SDK's own list of statuses it retries."""

_SAID = {"true": True, "false": False}
"""The vendor's header x-should-retry, which is stronger than that list. Source: its SDK."""


def of_status(status: int, headers: Mapping[str, str], words: str, model: str) -> ModelFailure:
    """What an answer of that HTTP `status` means; nothing of it is billed.

    `words` are the API's own: they are read and never shown.
    """
    what, remedy = _explain(status, words.lower(), model)
    reference = visible_id(headers.get("request-id", ""))
    return ModelFailure(
        f"{what[:-1]} (request {reference})." if reference else what,
        kind=_kind(status),
        remedy=remedy,
        retry_after=wait_asked(headers),
        again=_SAID.get(headers.get("x-should-retry", ""), status in _WORTH_ANOTHER),
    )


def _kind(status: int) -> FailureKind:
    known = {
        408: FailureKind.TIMEOUT,
        409: FailureKind.SERVER,  # a lock of theirs was not free in time
        429: FailureKind.RATE_LIMIT,
        529: FailureKind.OVERLOADED,
    }
    return known.get(status, FailureKind.SERVER if status >= 500 else FailureKind.REQUEST)


def _explain(status: int, words: str, model: str) -> tuple[str, str]:
    if status == 402 or (status == 400 and "credit balance" in words):
        return "The model API's account has no credit left.", "Add credit to the account."
    if status == 400 and "too long" in words:
        return (
            f"The prompt is longer than {model} takes.",
            "Choose a model with a larger window in models.toml, or review a smaller change.",
        )
    if status == 400 and "model" in words:
        return f"The model API refused model {model}.", "Check the model's name in models.toml."
    if 300 <= status < 400:  # not followed: what we send is for the address the operator set
        return "The model API's address sends elsewhere.", "Check ANTHROPIC_BASE_URL."
    known = {
        400: ("The model API refused the request as malformed.", "Check the tier in models.toml."),
        401: ("The model API refused the key.", "Check ANTHROPIC_API_KEY."),
        403: (
            f"The key may not use model {model}.",
            "Give the key of ANTHROPIC_API_KEY access, or choose another model in models.toml.",
        ),
        404: (
            f"The model API does not know model {model}.",
            "Check the model's name in models.toml, and ANTHROPIC_BASE_URL.",
        ),
        413: ("The request is larger than the model API takes.", "Review a smaller change."),
        429: (
            "The model API asked us to slow down.",
            "Wait, or ask the vendor for a higher rate limit.",
        ),
        529: ("The model API is overloaded.", ""),
    }
    return known.get(status, (f"The model API failed with HTTP status {status}.", ""))


def unreachable(*, again: bool) -> ModelFailure:
    """No connection came about, so nothing was sent. `again` False: the address is none."""
    return ModelFailure(
        "The model API could not be reached.",
        kind=FailureKind.CONNECTION,
        remedy="Check the network and ANTHROPIC_BASE_URL.",
        again=again,
    )


def late(timeout_s: float) -> ModelFailure:
    """Nobody waits any longer; the vendor may be at work, and be paid, all the same."""
    what = f"The model API did not answer within {timeout_s:g} s."
    return ModelFailure(what, kind=FailureKind.TIMEOUT, billed=True, again=True)


def closed(*, begun: bool) -> ModelFailure:
    """The connection broke after the request was sent: a finished answer may have been lost.

    `begun`: the answer had begun to arrive.
    """
    when = "in the middle of its answer" if begun else "before it answered"
    what = f"The model API closed the connection {when}."
    return ModelFailure(what, kind=FailureKind.CONNECTION, billed=True, again=True)


def unreadable(*, again: bool) -> ModelFailure:
    """A success came that is no message. `again`: half of one, which may be whole next time."""
    return ModelFailure(
        "The model API's answer is not a message.",
        kind=FailureKind.UNREADABLE,
        remedy="Check that ANTHROPIC_BASE_URL names the API itself and no proxy's page.",
        billed=True,
        again=again,
    )


def visible_id(reference: str) -> str:
    """A request id fit for a sentence: letters, digits, - and _ only, at most 64."""
    return "".join(
        each for each in reference if each.isascii() and (each.isalnum() or each in "-_")
    )[:64]


def wait_asked(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Seconds the other side asks us to wait; None when it says nothing readable.

    It may be any length: who waits sets a bound. `now` is seconds since 1970.
    Source: RFC 9110, Retry-After (seconds or a date); `retry-after-ms` is the vendor's.
    """
    try:
        if "retry-after-ms" in headers:
            return _finite(float(headers["retry-after-ms"]) / 1000)
        asked = headers.get("retry-after", "")
        if asked.replace(".", "", 1).isdigit():
            return _finite(float(asked))
        at = email.utils.parsedate_to_datetime(asked).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, at - (time.time() if now is None else now))


def _finite(seconds: float) -> float | None:
    return max(0.0, seconds) if math.isfinite(seconds) else None
