"""What can go wrong, sorted by who must act.

BotError
├── ConfigError          the operator's to fix; stops start-up
├── RejectedDelivery     the sender's to fix; answered 4xx, never retried
├── UserError            the caller's or commenter's to fix; shown as one sentence
└── UpstreamError        GitHub or the model API; carries `retry_after` (seconds, None for never)
    ├── RateLimited
    ├── BadReply         the model answered, but not in the agreed form
    ├── ModelFailure     one model call brought no answer; of what kind, and whether it is billed
    └── OverBudget       a model call was not made: its worst case does not fit a limit
"""

from __future__ import annotations

from enum import StrEnum


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


class FailureKind(StrEnum):
    """Why a model call brought no answer."""

    RATE_LIMIT = "rate limit"
    OVERLOADED = "overloaded"
    SERVER = "server"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    UNREADABLE = "unreadable"  # an answer came that is no message: a proxy's page, half a body
    REQUEST = "request"  # refused as it stands: key, model, size. Asking again is useless
    CIRCUIT = "circuit"  # not asked: the model failed so often that it is left alone for a while


class ModelFailure(UpstreamError):
    """One call of the model API brought no answer.

    `billed`: the vendor may charge for it, because it may have been at work. `again`: the same
    call may succeed later. `retry_after` is what the other side asked for, None if nothing.
    """

    def __init__(
        self,
        what: str,
        *,
        kind: FailureKind,
        remedy: str = "",
        retry_after: float | None = None,
        billed: bool = False,
        again: bool = False,
    ) -> None:
        super().__init__(what, remedy=remedy, retry_after=retry_after)
        self.kind = kind
        self.billed = billed
        self.again = again

    def saying(self, more: str) -> ModelFailure:
        """The same failure, whose remedy ends with one more sentence."""
        return ModelFailure(
            self.what,
            kind=self.kind,
            remedy=f"{self.remedy} {more}".strip(),
            retry_after=self.retry_after,
            billed=self.billed,
            again=self.again,
        )


class OverBudget(UpstreamError):
    """A model call was not made: its worst case does not fit a limit of the budget."""
