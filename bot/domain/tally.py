"""Sums over all runs, without a name of any repository or person."""

from __future__ import annotations

from dataclasses import dataclass

WITHIN_S = (5, 10, 20, 30, 60, 120, 300, 600, 1800)
"""Durations, in seconds, up to which runs are counted. Kept sums hold them: add, never change."""


@dataclass(frozen=True, slots=True)
class Tally:
    """One sum. `name` says of what, `labels` of which of them; docs/operations.md lists both."""

    name: str
    labels: tuple[str, ...]
    amount: float
