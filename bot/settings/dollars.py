"""Money as the files of config/ write it: text, because a float is no amount."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

MOST_USD = 1_000_000
"""No sum above it is asked of anybody: a longer number is a slip of the finger."""


def _written_as_text(value: Any) -> Any:
    if isinstance(value, float):
        raise ValueError('write money between quotes, like "1.00"')
    return value


def _none_in_words(value: Any) -> Any:
    return None if value == "none" else value


Dollars = Annotated[
    Decimal, BeforeValidator(_written_as_text), Field(ge=0, le=MOST_USD, allow_inf_nan=False)
]
Limit = Annotated[Dollars | None, BeforeValidator(_none_in_words)]
Rate = Annotated[Dollars, Field(decimal_places=6)]
"""Dollars per million tokens, so that one token costs whole picodollars (bot/store/amounts.py)."""
