"""What a review asks of a language model."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from bot.domain.money import Usage
from bot.domain.plan import Tier


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request: `rules`, then `shared`, both byte-identical for a run's reviewers, then `brief`.

    `rules` is our own system text, `shared` the change (untrusted, between boundaries), `brief` the
    reviewer's role. `schema` is the JSON schema the answer must have. `cache`: ask the vendor to
    remember rules and shared, which costs more than a plain read unless another call follows soon.
    """

    tier: Tier
    rules: str
    shared: str
    brief: str
    schema: dict[str, Any]
    cache: bool = False


class Stop(StrEnum):
    """Why the model stopped. Only after END is its answer known to be whole."""

    END = "end"
    TRUNCATED = "truncated"
    REFUSED = "refused"
    OTHER = "other"  # a reason that is not known, or none


@dataclass(frozen=True, slots=True)
class Completion:
    """One raw answer, paid for whatever it says. `seconds` is wall time, `model` who answered."""

    text: str
    usage: Usage
    stop: Stop
    model: str
    request_id: str
    seconds: float


class LanguageModel(Protocol):
    """A model's API. One call is one attempt: who asks decides about another one."""

    async def complete(self, prompt: Prompt) -> Completion:
        """Ask once. Raises ModelFailure when no answer came."""
        ...

    async def count(self, prompt: Prompt) -> int | None:
        """The vendor's own count of the prompt's tokens, which costs nothing; None without one."""
        ...
