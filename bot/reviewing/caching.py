"""Who goes first, so that the others read the shared part from the vendor's cache.

An entry can be read only once the answer that writes it has begun, and writing costs more than a
plain read: reviewers who start together all pay for writing and none reads. So either one goes
ahead, where that saves enough to be worth the wait, or nothing is cached at all. The vendor's
call without an answer (`max_tokens` 0) is no way out: it takes no structured output, and the
schema is part of what is cached.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bot.domain.money import MILLION, Price
from bot.domain.plan import Assignment
from bot.ports.model import Prompt

MINIMUM_TOKENS = 4096
"""Shorter beginnings are left alone where the model's own minimum is not known. Source: the
largest minimum among the vendor's models."""

MOST_NOTES = 3


@dataclass(frozen=True, slots=True)
class Worth:
    """When going first pays: it saves `usd` or more, the price of one more model call's time.

    `minima` is the shortest beginning in tokens that the vendor caches, by model. Source:
    config/defaults.toml and config/models.toml.
    """

    usd: Decimal = Decimal("0.05")
    minima: Mapping[str, int] = field(default_factory=dict)


Wave = list[tuple[int, Prompt]]
"""Who is asked side by side: indexes into the assignments, and what they are asked."""


@dataclass(frozen=True, slots=True)
class Order:
    """One wave, or two where somebody goes first; and a sentence on each group's reason."""

    waves: tuple[Wave, ...]
    notes: tuple[str, ...]


def waves(
    asked: Sequence[tuple[Assignment, Prompt]], prices: Mapping[str, Price], worth: Worth
) -> Order:
    """One wave, or two where the first of a group writes what the second wave reads.

    A group shares rules, shared part, model and effort: anything else makes another entry.
    """
    groups: dict[tuple[str, str | None, str, str], list[int]] = {}
    for index, (assignment, prompt) in enumerate(asked):
        key = (assignment.tier.model, assignment.tier.effort, prompt.rules, prompt.shared)
        groups.setdefault(key, []).append(index)
    first, second, notes = Wave(), Wave(), []
    for members in groups.values():
        assignment, prompt = asked[members[0]]
        tokens = _shared_tokens(assignment, prompt)
        saved = saving(tokens, len(members), assignment, prices)
        least = worth.minima.get(assignment.tier.model, MINIMUM_TOKENS)
        if saved is None or saved < worth.usd or tokens < least:
            first += [(index, asked[index][1]) for index in members]
            notes.append(_why_not(assignment, len(members), tokens, saved, worth))
        else:
            cached = [(index, replace(asked[index][1], cache=True)) for index in members]
            first.append(cached[0])
            second += cached[1:]
            notes.append(
                f"{assignment.reviewer.name} goes first: {len(members) - 1} more read about "
                f"{tokens:,} tokens from the vendor's cache, which saves about ${saved:.2f}."
            )
    order = tuple(sorted(wave, key=lambda each: each[0]) for wave in (first, second) if wave)
    return Order(order, tuple(dict.fromkeys(filter(None, notes)))[:MOST_NOTES])


def _why_not(
    assignment: Assignment, readers: int, tokens: int, saved: Decimal | None, worth: Worth
) -> str:
    """Why a group caches nothing; "" where there is nobody to share with."""
    if readers < 2:
        return ""
    model = assignment.tier.model
    if saved is None:
        return f"Nothing is cached on {model}: its price is unknown."
    if tokens < worth.minima.get(model, MINIMUM_TOKENS):
        return f"Nothing is cached on {model}: what its {readers} readers share is too short."
    return (
        f"Nothing is cached on {model}: one of {readers} readers going first would save about "
        f"${saved:.4f}, and the wait is worth ${worth.usd}."
    )


def saving(
    tokens: int, readers: int, assignment: Assignment, prices: Mapping[str, Price]
) -> Decimal | None:
    """Dollars saved when one of `readers` writes `tokens` and the rest read them; may be negative.

    None where the price is unknown.
    """
    price = prices.get(assignment.tier.model)
    if price is None:
        return None
    step = price.step_for(assignment.prompt_tokens)
    apart = readers * step.input
    together = step.cache_write + (readers - 1) * step.cache_read
    return tokens * (apart - together) / MILLION


def _shared_tokens(assignment: Assignment, prompt: Prompt) -> int:
    """The plan's estimate for the whole prompt, by the share that is the same for all."""
    same = len(prompt.rules) + len(prompt.shared)
    return assignment.prompt_tokens * same // max(1, same + len(prompt.brief))
