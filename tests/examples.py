"""How many examples a property is tried with: few every time, many in the long tests."""

from __future__ import annotations

import pytest
from hypothesis import settings

SHARE = 10
"""In the quick tests there is one example of so many."""
LEAST = 10


def few(most: int) -> int:
    """How many of `most` examples the quick tests make."""
    return min(most, max(LEAST, most // SHARE))


def examples(most: int, **more: object) -> settings:
    """`most` examples under `-m full`, few of them else; `more` as in hypothesis."""
    long = settings.get_current_profile_name() == "long"
    return settings(deadline=None, max_examples=most if long else few(most), **more)  # type: ignore[arg-type]


def choose(config: pytest.Config) -> None:
    """Before any test is read: the profile for this run, by what is asked for."""
    settings.register_profile("quick", deadline=None, max_examples=few(100))
    settings.register_profile("long", deadline=None, max_examples=100)
    settings.load_profile("long" if config.option.markexpr == "full" else "quick")


def join(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put every property among the long tests, where these are asked for."""
    if config.option.markexpr == "full":
        for item in items:
            if getattr(getattr(item, "function", None), "is_hypothesis_test", False):
                item.add_marker(pytest.mark.full)
