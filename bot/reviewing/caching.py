"""Who goes first, so that the others read the shared part from the vendor's cache.

An entry can be read only once the answer that writes it has begun, and writing costs more than a
plain read: reviewers who start together all pay for writing and none reads. So either one goes
ahead, where that saves enough to be worth the wait, or nothing is cached at all. The vendor's
call without an answer (`max_tokens` 0) is no way out: it takes no structured output, and the
schema is part of what is cached.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from bot.domain.money import MILLION, Price
from bot.domain.plan import Assignment
from bot.ports.model import Prompt

MINIMUM_TOKENS = 4096
"""Shorter beginnings are left alone. Source: the largest minimum among the vendor's models."""

WORTH_WAITING_USD = Decimal("0.05")
"""The least saving that is worth one more model call's time. Ours."""

Wave = list[tuple[int, Prompt]]
"""Who is asked side by side: indexes into the assignments, and what they are asked."""


def waves(
    asked: Sequence[tuple[Assignment, Prompt]],
    prices: Mapping[str, Price],
    worth_usd: Decimal = WORTH_WAITING_USD,
) -> list[Wave]:
    """One wave, or two where the first of a group writes what the second wave reads.

    A group shares rules, shared part, model and effort: anything else makes another entry.
    """
    groups: dict[tuple[str, str | None, str, str], list[int]] = {}
    for index, (assignment, prompt) in enumerate(asked):
        key = (assignment.tier.model, assignment.tier.effort, prompt.rules, prompt.shared)
        groups.setdefault(key, []).append(index)
    first, second = [], []
    for members in groups.values():
        assignment, prompt = asked[members[0]]
        saved = saving(_shared_tokens(assignment, prompt), len(members), assignment, prices)
        if saved is None or saved < worth_usd:
            first += [(index, asked[index][1]) for index in members]
        else:
            cached = [(index, replace(asked[index][1], cache=True)) for index in members]
            first.append(cached[0])
            second += cached[1:]
    return [sorted(wave, key=lambda each: each[0]) for wave in (first, second) if wave]


def saving(
    tokens: int, readers: int, assignment: Assignment, prices: Mapping[str, Price]
) -> Decimal | None:
    """Dollars saved when one of `readers` writes `tokens` and the rest read them.

    None where nothing is known or nothing can be cached.
    """
    price = prices.get(assignment.tier.model)
    if price is None or readers < 2 or tokens < MINIMUM_TOKENS:
        return None
    step = price.step_for(assignment.prompt_tokens)
    apart = readers * step.input
    together = step.cache_write + (readers - 1) * step.cache_read
    return tokens * (apart - together) / MILLION


def _shared_tokens(assignment: Assignment, prompt: Prompt) -> int:
    """The plan's estimate for the whole prompt, by the share that is the same for all."""
    same = len(prompt.rules) + len(prompt.shared)
    return assignment.prompt_tokens * same // max(1, same + len(prompt.brief))
