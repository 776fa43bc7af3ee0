"""Tokens and dollars. A price nobody knows is None, which is never the same as free."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NewType

Usd = NewType("Usd", Decimal)
"""United States dollars, unrounded."""

ZERO = Usd(Decimal(0))
MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one or more model calls.

    `input_tokens` leaves out those read from or written to the cache, as the vendor counts them:
    everything sent is input + cache_read + cache_write.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
        )

    @property
    def sent(self) -> int:
        """All tokens of the prompt, cached or not."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens


NO_TOKENS = Usage()


@dataclass(frozen=True, slots=True)
class PriceStep:
    """US dollars per million tokens for prompts of at most `up_to` tokens (None: any length)."""

    up_to: int | None
    input: Decimal
    output: Decimal
    cache_write: Decimal
    cache_read: Decimal


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs, by length of prompt, shortest first.

    Source: config/pricing.toml, which cites the vendor's page and the day it was read.
    """

    steps: tuple[PriceStep, ...]

    def step_for(self, prompt_tokens: int) -> PriceStep:
        """The step whose length covers the prompt; beyond the longest, the last step."""
        for step in self.steps:
            if step.up_to is None or prompt_tokens <= step.up_to:
                return step
        return self.steps[-1]


def cost(usage: Usage, price: Price | None) -> Usd | None:
    """Dollars for the `usage` of one call at `price`, unrounded.

    None means "we do not know the price": callers show it as unknown and count the
    budget as spent.
    """
    if price is None:
        return None
    step = price.step_for(usage.sent)
    total = (
        usage.input_tokens * step.input
        + usage.output_tokens * step.output
        + usage.cache_write_tokens * step.cache_write
        + usage.cache_read_tokens * step.cache_read
    )
    return Usd(total / MILLION)


def worst_case(sent: int, answer: int, price: Price | None, *, cache: bool = False) -> Usd | None:
    """The most that a call with `sent` tokens of prompt and `answer` of output can cost.

    `cache`: the prompt may be written to the vendor's cache, which costs more than sending it. A
    shorter prompt is covered too, also where a step of the price list makes it dearer. None: the
    price is unknown.
    """
    if price is None:
        return None
    last = price.steps.index(price.step_for(sent))
    dearest = Decimal(0)
    for nth, step in enumerate(price.steps[: last + 1]):
        tokens = sent if nth == last or step.up_to is None else step.up_to
        each = max(step.input, step.cache_write, step.cache_read) if cache else step.input
        dearest = max(dearest, tokens * each + answer * step.output)
    return Usd(dearest / MILLION)


def total(costs: Iterable[Usd | None]) -> Usd | None:
    """Sum of `costs`; unknown as soon as one of them is."""
    sum_ = Decimal(0)
    for each in costs:
        if each is None:
            return None
        sum_ += each
    return Usd(sum_)
