"""What a question may cost at worst, and what it is called: before the call, without asking."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from functools import lru_cache

from bot.diff.tokens import tokens
from bot.domain.ledger import Budget, Scope
from bot.domain.money import Price, Usd, worst_case
from bot.ports.model import Prompt

FRAME_BYTES = 2_000
"""The vendor's own frame around a request, and the instructions it adds for a schema. Ours."""
COUNT_MARGIN_PERCENT = 2
"""How much more than the vendor counts a prompt may turn out to be. Ours."""


def digest_of(prompt: Prompt) -> str:
    """A name for exactly this prompt on exactly this model."""
    parts = [prompt.tier.model, prompt.tier.effort, prompt.tier.max_output_tokens]
    text = json.dumps([*parts, prompt.rules, prompt.shared, prompt.brief, prompt.schema])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def bytes_of(prompt: Prompt) -> int:
    """Bytes of the prompt, which its tokens cannot pass: a byte-level tokenizer makes at most one
    of each byte.
    """
    whole = text_of(prompt) + json.dumps(prompt.schema)
    return len(whole.encode("utf-8", "surrogatepass")) + FRAME_BYTES


@lru_cache(maxsize=8)
def tokens_of(prompt_text: str) -> int:
    """Our estimate of its tokens, made once: every attempt weighs the same prompt."""
    return tokens(prompt_text)


def at_most(counted: int) -> int:
    """Tokens that a prompt may be billed for: the vendor calls its own count an estimate."""
    return -(-counted * (100 + COUNT_MARGIN_PERCENT) // 100)


def text_of(prompt: Prompt) -> str:
    """All words of a prompt, its schema apart."""
    return "\n".join((prompt.rules, prompt.shared, prompt.brief))


def worst_of(prompt: Prompt, sent: int, price: Price | None) -> Usd | None:
    """The most a call can cost that is billed for `sent` tokens of prompt; None: price unknown."""
    return worst_case(sent, prompt.tier.max_output_tokens, price, cache=prompt.cache)


def over(scope: Scope, budget: Budget) -> str:
    """Why a call was not made, in a sentence that is true of a first one and of another one."""
    limit: Decimal | None = {
        Scope.RUN: budget.run_usd,
        Scope.DAY: budget.day_usd,
        Scope.MONTH: budget.month_usd,
        Scope.INSTALLATION_DAY: budget.installation_day_usd,
        Scope.INSTALLATION_MONTH: budget.installation_month_usd,
    }[scope]
    why = f"the {scope.value} could have cost more than its limit of ${limit}"
    return f"Nothing more was asked: {why}."
