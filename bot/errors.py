"""What can go wrong, sorted by who must act.

BotError
├── ConfigError          the operator's to fix; stops start-up
├── RejectedDelivery     the sender's to fix; answered 4xx, never retried
├── UserError            the caller's or commenter's to fix; shown as one sentence
└── UpstreamError        GitHub or the model API; carries `retry_after` (seconds, None for never)
    ├── RateLimited
    └── BadReply         the model answered, but not in the agreed form
"""

from __future__ import annotations


class BotError(Exception):
    """Something a person can act on: what is wrong, and `remedy`, what to do about it."""

    def __init__(self, what: str, *, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}".strip()


class ConfigError(BotError):
    """A setting, key or file of the operator's is missing or wrong."""


class RejectedDelivery(BotError):
    """A request we refuse. `status` is the HTTP status of the answer."""

    def __init__(self, what: str, *, remedy: str = "", status: int = 400) -> None:
        super().__init__(what, remedy=remedy)
        self.status = status


class UserError(BotError):
    """What the person at the keyboard, or in the comment, asked for cannot be done."""


class UpstreamError(BotError):
    """GitHub or the model API failed. `retry_after` is in seconds; None: retrying is useless."""

    def __init__(self, what: str, *, remedy: str = "", retry_after: float | None = None) -> None:
        super().__init__(what, remedy=remedy)
        self.retry_after = retry_after


class RateLimited(UpstreamError):
    """The other side asked us to wait."""


class BadReply(UpstreamError):
    """The model answered, but not in the agreed form."""
