"""What people think of our findings, and which categories they have turned down often enough."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.finding import Category

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one person thinks of one finding of one pull request.

    `person` is GitHub's number of the account. `accepted`: whether they took it up; False is a
    thumb down, or a thread resolved while the code stayed as it was. `counts`: whether they may
    write to the repository. `by_thumb` False: told by the resolved thread. `at` is when it was
    first seen, in seconds since 1970.
    """

    fingerprint: str
    person: int
    category: Category
    accepted: bool
    counts: bool
    at: float
    by_thumb: bool = True

    def same(self, other: Opinion) -> bool:
        """Whether the same person still says the same."""
        return (self.fingerprint, self.person, self.accepted, self.by_thumb) == (
            other.fingerprint,
            other.person,
            other.accepted,
            other.by_thumb,
        )


@dataclass(frozen=True, slots=True)
class MuteRules:
    """When a category is muted in a repository. Source: config/defaults.toml, [feedback].

    `after`: so many counted opinions at least; `share`: so much of them turned down, 0 to 1.
    `days` is how long an opinion counts.
    """

    after: int = 8
    share: float = 0.8
    days: int = 90

    def since(self, now: float) -> float:
        """The earliest time of an opinion that counts at `now`; both in seconds since 1970."""
        return now - self.days * DAY_S


@dataclass(frozen=True, slots=True)
class Mute:
    """A category that a repository does not want to hear of: `turned_down` of `of` opinions."""

    category: Category
    turned_down: int
    of: int
