"""All patterns, the surest first: the earlier of two equal matches gives the secret its name."""

from __future__ import annotations

from bot.guard import patterns_apps, patterns_cloud, patterns_code, patterns_keys
from bot.guard.pattern import Pattern

PATTERNS: tuple[Pattern, ...] = (
    *patterns_keys.KEYS,
    *patterns_code.PATTERNS,
    *patterns_cloud.PATTERNS,
    *patterns_apps.PATTERNS,
    *patterns_keys.ADDRESSES,
    *patterns_keys.ASSIGNMENTS,
)
BY_NAME: dict[str, Pattern] = {pattern.name: pattern for pattern in PATTERNS}
