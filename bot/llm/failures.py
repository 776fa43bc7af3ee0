"""What the model API's failures mean, in one sentence each, and which are worth another attempt.

No sentence repeats what was sent or what the other side wrote: either may hold a key or code.
"""

from __future__ import annotations

import email.utils
import time
from collections.abc import Mapping
from dataclasses import dataclass

from bot.errors import RateLimited, UpstreamError

LATER_S = 60.0
"""When to try again where the other side does not say. Ours: an outage is rarely over sooner."""

_WORTH_ANOTHER = frozenset({408, 409, 429, *range(500, 600)})
"""Source: the vendor SDK's own list of statuses it retries."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that brought no answer. `again`: another attempt may.

    `wait_s` is what the other side asked us to wait, None when it did not say.
    """

    error: UpstreamError
    again: bool = False
    wait_s: float | None = None


def of_status(status: int, headers: Mapping[str, str], words: str, model: str) -> Failure:
    """What an answer of that HTTP `status` means. `words` are the API's own, read, never shown."""
    wait_s = wait_asked(headers)
    again = status in _WORTH_ANOTHER and headers.get("x-should-retry", "true") != "false"
    if status == 429:
        error: UpstreamError = RateLimited(
            "The model API asked us to slow down.",
            remedy="Wait, or ask the vendor for a higher rate limit.",
            retry_after=wait_s or LATER_S,
        )
        return Failure(error, again, wait_s)
    what, remedy = _explain(status, words.lower(), model)
    reference = headers.get("request-id", "")
    if reference:
        what = f"{what[:-1]} (request {visible_id(reference)})."
    retry_after = (wait_s or LATER_S) if again else None
    return Failure(UpstreamError(what, remedy=remedy, retry_after=retry_after), again, wait_s)


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
        529: ("The model API is overloaded.", ""),
    }
    return known.get(status, (f"The model API failed with HTTP status {status}.", ""))


def visible_id(reference: str) -> str:
    """A request id fit for a sentence: letters, digits, - and _ only, at most 64."""
    return "".join(
        each for each in reference if each.isascii() and (each.isalnum() or each in "-_")
    )[:64]


def wait_asked(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Seconds the other side asks us to wait; None when it says nothing readable.

    Source: RFC 9110, Retry-After (seconds or a date); `retry-after-ms` is the vendor's.
    """
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        asked = headers.get("retry-after", "")
        if asked.replace(".", "", 1).isdigit():
            return float(asked)
        at = email.utils.parsedate_to_datetime(asked).timestamp()
    except (ValueError, TypeError):
        return None
    return max(0.0, at - (time.time() if now is None else now))
