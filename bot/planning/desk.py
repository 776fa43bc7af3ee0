"""What the operator has to plan with: models, prices, contexts and a budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bot.diff.allowance import ALLOWANCE
from bot.domain.money import Price
from bot.domain.plan import Tier
from bot.domain.pull import RepoPolicy
from bot.errors import ConfigError
from bot.planning.shed import Limit

LEAST_CONTEXT = 100_000
"""Tokens a model takes at once where config/models.toml does not say."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the operator has: models, prices, a budget a review.

    `tiers` by name, `prices` by model (one that is missing is unknown, never free), `contexts` by
    model in tokens, prompt and answer together. `rules_text_tokens` is the text all reviewers
    share, before the change. A change of more than `part_tokens` is read in parts; a prompt has
    room for `definition_tokens` of what the change calls. `bias` is what our estimate of a
    model's tokens is raised by, from what was seen; `counted` is the vendor's own count of a
    prompt's tokens by our estimate, 1 where nobody asked. `left` is what other limits than the
    review's leave, with their name ("what the day leaves"); None: nothing binds.
    """

    tiers: Mapping[str, Tier]
    prices: Mapping[str, Price]
    budget_usd: Decimal
    static_only: bool = False
    rules_text_tokens: int = 2_000
    contexts: Mapping[str, int] = field(default_factory=dict)
    part_tokens: int = 40_000
    definition_tokens: int = ALLOWANCE
    bias: Mapping[str, float] = field(default_factory=dict)
    counted: float = 1.0
    left: Limit | None = None

    def tier(self, name: str) -> Tier:
        """The tier of that name. Raises ConfigError."""
        if name not in self.tiers:
            raise ConfigError(
                f"something asks for the tier {name}, which config/models.toml does not have.",
                remedy=f"Name one of {', '.join(sorted(self.tiers)) or 'none'}, or add it there.",
            )
        return self.tiers[name]

    def limit(self, policy: RepoPolicy) -> Limit:
        """The least of what binds. A repository may lower the operator's limit, never raise it."""
        budget = self.budget_usd
        if policy.budget_usd is not None:
            budget = min(budget, policy.budget_usd)
        return self.left if self.left is not None and self.left.usd < budget else Limit(budget)

    def weigh(self, prompt_tokens: int, model: str) -> int:
        """Our estimate of a prompt as this model is known to count it."""
        return int(prompt_tokens * self.counted * self.bias.get(model, 1.0)) + 1
