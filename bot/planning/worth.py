"""Whether asking about the open reviewers costs little against having them read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.diff.tokens import tokens
from bot.domain.money import Price, Usage, Usd, cost, total
from bot.domain.plan import Change, Choice, Tier
from bot.domain.pull import RepoPolicy, ReviewerPolicy
from bot.planning.fit import FRAME_TOKENS, measure
from bot.planning.select import reads
from bot.planning.shed import LADDER
from bot.ports.model import Prompt

READING_TOKENS = 2_500
"""What a reviewer's answer takes, thinking included; most are much shorter than a tier allows. Our
own figure for planning: no bill has been measured yet."""

FACTOR = 4
"""Asking pays when the reading costs so many times as much. It saves nothing whenever the answer
is yes, and the review waits for it."""


@dataclass(frozen=True, slots=True)
class Means:
    """What there is to ask with.

    `tiers` by name; `prices` by model, one that is missing is unknown. `rules` is
    config/prompts/triage.md. `shared_tokens` is the text that all reviewers are told first.
    `key` and `run` make the boundary, as for the reviewers.
    """

    tiers: Mapping[str, Tier]
    prices: Mapping[str, Price]
    rules: str
    shared_tokens: int
    key: bytes
    run: str


def cheapest(tiers: Mapping[str, Tier], prices: Mapping[str, Price]) -> Tier | None:
    """The tier of the ladder whose model costs least for a question; None when no price is known.

    The lowest step of the ladder among equals.
    """
    usage = Usage(input_tokens=5_000, output_tokens=500)
    priced = [
        (price, tier)
        for name in reversed(LADDER)
        if (tier := tiers.get(name)) is not None
        and (price := cost(usage, prices.get(tier.model))) is not None
    ]
    return min(priced, key=lambda pair: pair[0])[1] if priced else None


def worth_asking(asking: Usd | None, reading: Usd | None) -> str:
    """Why asking does not pay, as a clause; "" when it does.

    `asking` is the worst case of the question, `reading` what the open reviewers would cost.
    None: the price is unknown, so nobody can say that it pays.
    """
    if asking is None or reading is None:
        return "what reading costs is not known"
    if reading > 0 and asking * FACTOR <= reading:
        return ""
    return f"asking costs up to ${asking:.4f}, reading about ${reading:.4f}"


def asking_costs(prompt: Prompt, means: Means) -> Usd | None:
    """Dollars of the question at worst, None when the price is unknown."""
    text = "\n".join((prompt.rules, prompt.shared, prompt.brief, json.dumps(prompt.schema)))
    usage = Usage(tokens(text) + FRAME_TOKENS, prompt.tier.max_output_tokens)
    return cost(usage, means.prices.get(prompt.tier.model))


def reading_costs(
    undecided: Sequence[Choice], change: Change, policy: RepoPolicy, means: Means
) -> Usd | None:
    """Dollars of the open reviewers' own calls, their answers as long as usual.

    None when a price or a tier is unknown. Nothing is taken off for the vendor's cache.
    """
    paths = {each.reviewer.name: reads(each.reviewer, change, policy) for each in undecided}
    sizes = measure(change, policy, [path for own in paths.values() for path in own])
    costs: list[Usd | None] = []
    for each in undecided:
        tier = means.tiers.get(each.reviewer.tier_for(each.risk))
        if tier is None:
            return None
        instructions = policy.reviewers.get(each.reviewer.name, ReviewerPolicy()).instructions
        own = tokens(f"{each.reviewer.brief}\n{instructions}")
        sent = means.shared_tokens + FRAME_TOKENS + own + sizes.of(paths[each.reviewer.name])
        usage = Usage(sent, min(READING_TOKENS, tier.max_output_tokens))
        costs.append(cost(usage, means.prices.get(tier.model)))
    return total(costs)
