"""The [replies] of defaults.toml: how people are answered."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.settings.dollars import Dollars


class RepliesTable(BaseModel):
    """The table as it is written."""

    model_config = ConfigDict(extra="forbid")

    per_pull: Annotated[int, Field(ge=0, le=1_000)]
    usd: Dollars
    tier: Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class ReplySettings:
    """The table's values; config/defaults.toml says what each means, and its unit."""

    per_pull: int
    usd: Decimal
    tier: str
