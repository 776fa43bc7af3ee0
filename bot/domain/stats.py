"""How the reviewers, the models and the money did over a stretch of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.money import NO_TOKENS, ZERO, Usage, Usd
from bot.domain.run import RunStatus


def share(part: float, whole: float) -> float | None:
    """`part` of `whole`, from 0 to 1; None where there is no whole."""
    return part / whole if whole else None


@dataclass(frozen=True, slots=True)
class FinderStats:
    """One reviewer or static analyser.

    `completed`, `failed` and `skipped` count shares: one a run, or one a part where the change was
    read in parts. The others count findings, each for every one of its finders. `judged` are the
    posted ones of which it is known whether they were `accepted`.
    """

    name: str
    completed: int = 0
    failed: int = 0
    skipped: int = 0
    posted: int = 0
    listed: int = 0
    set_aside: int = 0
    carried: int = 0
    gone: int = 0
    judged: int = 0
    accepted: int = 0

    @property
    def asked(self) -> int:
        """Shares that were given to it to read."""
        return self.completed + self.failed

    @property
    def claims(self) -> int:
        """What it claimed anew. What was told at an earlier head is not claimed again."""
        return self.posted + self.listed + self.set_aside


@dataclass(frozen=True, slots=True)
class AskerStats:
    """Model calls of one reviewer, or of the refuter, a voter, triage or synthesis.

    `questions` counts calls whatever the number of `attempts`; `unanswered` those that were given
    up. `cost` is what is known: of `unpriced` answers nobody knows the price, and `lost` attempts
    may be billed.
    """

    name: str
    questions: int = 0
    unanswered: int = 0
    attempts: int = 0
    usage: Usage = NO_TOKENS
    cost: Usd = ZERO
    unpriced: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Bias:
    """How far our estimates of a model's prompts were off, in tokens.

    `worst` is the largest ratio of sent to estimated in one call.
    """

    model: str
    sent: int
    estimated: int
    worst: float


@dataclass(frozen=True, slots=True)
class Stats:
    """All of it. `since` is seconds since 1970, None for everything that is kept.

    `flawed` counts completed runs in which a reviewer failed. `p50_s` and `p95_s` are durations of
    completed runs, None without one. `paid_runs` had an answer of a model. `tried` claims were put
    to the refuter and answered, `refuted` of them proved wrong.
    """

    since: float | None
    runs: Mapping[RunStatus, int]
    flawed: int
    p50_s: float | None
    p95_s: float | None
    finders: tuple[FinderStats, ...]
    askers: tuple[AskerStats, ...]
    paid_runs: int
    planned_tokens: int
    everyone_tokens: int
    tried: int
    refuted: int
    findings: int
    set_aside: int
    bias: tuple[Bias, ...]

    @property
    def whole(self) -> int:
        """Completed runs in which nobody failed."""
        return self.runs.get(RunStatus.COMPLETED, 0) - self.flawed

    @property
    def due(self) -> int:
        """Ended runs that were to bring a review: neither skipped nor cancelled."""
        wanted = (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.BLOCKED)
        return sum(self.runs.get(each, 0) for each in wanted)

    @property
    def usage(self) -> Usage:
        """Tokens of all calls."""
        return sum((each.usage for each in self.askers), NO_TOKENS)

    @property
    def cost(self) -> Usd:
        """Dollars of the calls whose bill is known."""
        return Usd(sum((each.cost for each in self.askers), ZERO))

    @property
    def asked(self) -> int:
        """Shares that reviewers were given to read."""
        return sum(each.asked for each in self.finders)

    @property
    def shares(self) -> int:
        """Shares there were, those left out on purpose included."""
        return sum(each.asked + each.skipped for each in self.finders)
