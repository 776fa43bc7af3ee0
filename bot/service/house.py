"""What the operator decided, read once at start-up."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.domain.ledger import Budget
from bot.domain.opinions import MuteRules
from bot.domain.plan import Reviewer
from bot.domain.pull import RepoPolicy
from bot.intake.own_files import Admits
from bot.planning.desk import Desk
from bot.reviewing.briefs import Briefs
from bot.reviewing.caching import Worth
from bot.reviewing.calling import Patience


@dataclass(frozen=True, slots=True)
class PanelLimits:
    """How a panel works. Source: config/defaults.toml, [panel].

    `at_once`: model calls of one review at a time. `votes`: independent opinions on a finding
    that would fail the check, 0 for none. The others name tiers.
    """

    at_once: int = 8
    votes: int = 3
    refuter_tier: str = "standard"
    voter_tier: str = "standard"
    synthesis_tier: str = "cheap"


@dataclass(frozen=True, slots=True)
class House:
    """What the operator decided, read once at start-up.

    `rules` is the text all reviewers share, `triage` and `briefs` what the others are told; `key`
    makes boundaries nobody outside can guess; `budget` is what may be spent; `admits` what a
    repository may add; `mutes` says when a category is turned down for good.
    """

    reviewers: tuple[Reviewer, ...]
    desk: Desk
    budget: Budget
    rules: str
    triage: str
    briefs: Briefs
    key: bytes
    defaults: RepoPolicy
    version: str
    panel: PanelLimits = field(default_factory=PanelLimits)
    patience: Patience = field(default_factory=Patience)
    worth: Worth = field(default_factory=Worth)
    admits: Admits = field(default_factory=Admits)
    mutes: MuteRules = field(default_factory=MuteRules)
