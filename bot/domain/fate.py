"""What became of a finding that has a comment of ours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """Where a finding of an earlier head stands at this one."""

    STANDS = "stands"  # it is among this head's findings
    FIXED = "fixed"  # its code is gone
    ANSWERED = "answered"  # its code is there, who reported it has read the file and does not now
    AWAY = "away"  # its code is no longer part of the change
    IGNORED = "ignored"  # a person wants to hear no more of it
    UNKNOWN = "unknown"  # nobody has looked again, or what was said does not tell

    @property
    def over(self) -> bool:
        """Whether there is nothing left to do about it."""
        return self in (Fate.FIXED, Fate.ANSWERED, Fate.AWAY, Fate.IGNORED)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a comment is told of its finding: its fate at the commit `head_sha`.

    `by` is the login of who ignored it, "" for every other fate.
    """

    fate: Fate
    head_sha: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """What one look at our comments did: how many were `changed`, and how many were `left`."""

    changed: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class CommentRules:
    """What is done with our own posts. Source: config/defaults.toml, [comments].

    `resolve_threads`: resolve the thread of what is over, where the App may. `minimise`: fold the
    reviews of earlier heads.
    """

    resolve_threads: bool = False
    minimise: bool = True
