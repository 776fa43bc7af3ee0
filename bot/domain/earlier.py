"""What reviews of earlier heads spare a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.plan import Change


class Idle(StrEnum):
    """Why a chosen reviewer has nothing to read, as the author is told."""

    KNOWN = "all of its share was read at an earlier head and has not changed since"
    FORM = "in its share only the formatting changed"
    BOTH = "of its share only the formatting changed since it was read at an earlier head"


@dataclass(frozen=True, slots=True)
class Earlier:
    """What reviews of earlier heads spare this one.

    `whole` is all of the change, of which only what is new is planned. `fresh` are the files each
    chosen reviewer still has to read, by its name; `reused` those that nobody reads again.
    `reused_lines` are their changed lines; `formatted` counts, by path, those that only changed
    their formatting. `idle` says of each reviewer with nothing to read what became of its share.
    """

    whole: Change
    fresh: Mapping[str, tuple[str, ...]]
    reused: frozenset[str]
    reused_lines: int = 0
    formatted: Mapping[str, int] = field(default_factory=dict)
    idle: Mapping[str, Idle] = field(default_factory=dict)
