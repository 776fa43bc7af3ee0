"""The [recovery] of defaults.toml: how often we look for what never reached us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Seconds = Annotated[float, Field(ge=0, le=7 * 86_400)]


class RecoveryTable(BaseModel):
    """The table as it is written."""

    model_config = ConfigDict(extra="forbid")

    deliveries_s: Seconds
    reconcile_s: Seconds
    reconcile_days: Annotated[float, Field(gt=0, le=30)]


@dataclass(frozen=True, slots=True)
class RecoverySettings:
    """The table's values: seconds between two sweeps, 0 for never; how many days one looks back."""

    deliveries_s: float
    reconcile_s: float
    reconcile_days: float
