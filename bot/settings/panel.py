"""The [panel] of defaults.toml: how the reviewers of one change work together."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.settings.dollars import Dollars

Name = Annotated[str, Field(min_length=1)]


class PanelTable(BaseModel):
    """The table as it is written."""

    model_config = ConfigDict(extra="forbid")

    at_once: Annotated[int, Field(ge=1, le=100)]
    attempts: Annotated[int, Field(ge=1, le=10)]
    longest_wait_s: Annotated[float, Field(ge=0, le=600)]
    votes: Annotated[int, Field(ge=0, le=9)]
    part_tokens: Annotated[int, Field(ge=1_000)]
    definition_tokens: Annotated[int, Field(ge=0)]
    worth_waiting_usd: Dollars
    refuter_tier: Name
    voter_tier: Name
    synthesis_tier: Name


@dataclass(frozen=True, slots=True)
class PanelSettings:
    """The table's values; config/defaults.toml says what each means, and its unit."""

    at_once: int
    attempts: int
    longest_wait_s: float
    votes: int
    part_tokens: int
    definition_tokens: int
    worth_waiting_usd: Decimal
    refuter_tier: str
    voter_tier: str
    synthesis_tier: str

    @property
    def tiers(self) -> tuple[str, str, str]:
        """Of the refuter, of the voters, of the synthesis."""
        return self.refuter_tier, self.voter_tier, self.synthesis_tier
