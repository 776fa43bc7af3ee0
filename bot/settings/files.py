"""The files of config/ become frozen values. `own` is the operator's folder everywhere."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.domain.fate import CommentRules
from bot.domain.ledger import Budget
from bot.domain.money import Price, PriceStep, Usd
from bot.domain.opinions import MuteRules
from bot.domain.plan import Reviewer, Risk, Tier
from bot.domain.pull import RepoPolicy
from bot.errors import ConfigError
from bot.intake.policy import PolicyFile
from bot.intake.problems import sentences
from bot.intake.reviewer_file import parse_reviewer
from bot.settings.comments import CommentsTable, FeedbackTable
from bot.settings.dollars import Dollars, Limit, Rate
from bot.settings.folders import config_file, config_text, read_text, shipped_folder
from bot.settings.panel import PanelSettings, PanelTable
from bot.settings.recovery import RecoverySettings, RecoveryTable
from bot.settings.replies import RepliesTable, ReplySettings

M = TypeVar("M", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Run(_Strict):
    quiet_s: Annotated[float, Field(ge=0, le=3600)]
    poll_s: Annotated[float, Field(ge=0.01, le=60)]
    max_files: Annotated[int, Field(ge=1, le=3000)]
    max_diff_bytes: Annotated[int, Field(ge=1000)]
    call_timeout_s: Annotated[float, Field(gt=0, le=3600)]


class _Budget(_Strict):
    run_usd: Dollars
    day_usd: Limit = None
    month_usd: Limit = None
    installation_day_usd: Limit = None
    installation_month_usd: Limit = None


class _Policy(PolicyFile):
    """The settings of a repository's file, and what only the operator decides."""

    author_may_skip: bool
    repository_reviewers: bool


class _Guidance(_Strict):
    max_bytes: Annotated[int, Field(ge=0, le=100_000)]


class _Defaults(_Strict):
    run: _Run
    budget: _Budget
    panel: PanelTable
    replies: RepliesTable
    recovery: RecoveryTable
    comments: CommentsTable
    feedback: FeedbackTable
    policy: _Policy
    guidance: _Guidance


class _Tier(_Strict):
    model: Annotated[str, Field(min_length=1)]
    effort: str | None = None
    max_output_tokens: Annotated[int, Field(ge=1)]
    fallback: str = ""


class _Model(BaseModel):
    context_tokens: Annotated[int, Field(ge=1000)] | None = None
    cache_minimum_tokens: Annotated[int, Field(ge=1)] | None = None


class _Models(BaseModel):
    tiers: Annotated[dict[str, _Tier], Field(min_length=1)]
    models: dict[str, _Model] = {}


class _PriceStep(_Strict):
    up_to: Annotated[int, Field(ge=1)] | None = None
    input: Rate
    output: Rate
    cache_write: Rate
    cache_read: Rate


class _Prices(BaseModel):
    models: dict[str, Annotated[list[_PriceStep], Field(min_length=1)]]


@dataclass(frozen=True, slots=True)
class RunLimits:
    """How far one review goes.

    `quiet_s`, `poll_s` and `call_timeout_s` are seconds; `max_files` counts changed files,
    `max_diff_bytes` bytes of diff. Source: config/defaults.toml, as for every default.
    """

    quiet_s: float
    poll_s: float
    max_files: int
    max_diff_bytes: int
    call_timeout_s: float


@dataclass(frozen=True, slots=True)
class Defaults:
    """config/defaults.toml. `policy.budget_usd`, `run_usd` and `budget.run_usd` are the same.

    `guidance_bytes`: of a repository's notes, shown to reviewers. `repository_reviewers`: whether
    it may add its own.
    """

    run: RunLimits
    run_usd: Usd
    policy: RepoPolicy
    budget: Budget
    panel: PanelSettings
    replies: ReplySettings
    guidance_bytes: int
    repository_reviewers: bool
    recovery: RecoverySettings
    comments: CommentRules
    mutes: MuteRules


def load_defaults(own: Path | None = None) -> Defaults:
    """The defaults; what the operator's file leaves out keeps the value that ships."""
    shipped = shipped_folder() / "defaults.toml"
    path = config_file("defaults.toml", own)
    file = _checked(_laid_over(_toml(path), _toml(shipped)), _Defaults, path)
    return Defaults(
        run=RunLimits(**file.run.model_dump()),
        run_usd=Usd(file.budget.run_usd),
        policy=file.policy.over(
            RepoPolicy(budget_usd=file.budget.run_usd, author_may_skip=file.policy.author_may_skip)
        ),
        budget=Budget(**file.budget.model_dump()),
        panel=PanelSettings(**file.panel.model_dump()),
        replies=ReplySettings(**file.replies.model_dump()),
        guidance_bytes=file.guidance.max_bytes,
        repository_reviewers=file.policy.repository_reviewers,
        recovery=RecoverySettings(**file.recovery.model_dump()),
        comments=CommentRules(**file.comments.model_dump()),
        mutes=MuteRules(after=file.feedback.mute_after, share=file.feedback.mute_share),
    )


def load_tiers(own: Path | None = None) -> dict[str, Tier]:
    """The tiers of models.toml by name, in the file's order. Every fallback is another of them."""
    path = config_file("models.toml", own)
    tiers = _checked(_toml(path), _Models, path).tiers
    for name, tier in tiers.items():
        if tier.fallback and tier.fallback not in tiers.keys() - {name}:
            raise ConfigError(
                f"{path}: tiers.{name}.fallback names {tier.fallback}, which is no other tier.",
                remedy=_one_of(tiers.keys() - {name}),
            )
    return {name: Tier(name=name, **tier.model_dump()) for name, tier in tiers.items()}


def load_contexts(own: Path | None = None) -> dict[str, int]:
    """How many tokens each model of models.toml takes at once, prompt and answer together."""
    path = config_file("models.toml", own)
    models = _checked(_toml(path), _Models, path).models
    return {name: each.context_tokens for name, each in models.items() if each.context_tokens}


def load_cache_minima(own: Path | None = None) -> dict[str, int]:
    """The shortest beginning of a prompt in tokens that each model's cache takes, where known."""
    path = config_file("models.toml", own)
    models = _checked(_toml(path), _Models, path).models
    found = {name: each.cache_minimum_tokens for name, each in models.items()}
    return {name: each for name, each in found.items() if each}


def load_prices(own: Path | None = None) -> dict[str, Price]:
    """What each model of pricing.toml costs. A model that is not there has no known price."""
    path = config_file("pricing.toml", own)
    file = _checked(_toml(path), _Prices, path)
    return {name: _price(name, steps, path) for name, steps in file.models.items()}


def load_reviewers(own: Path | None = None) -> tuple[Reviewer, ...]:
    """The reviewers, by name: one a file in reviewers/, except those that begin with "_".

    A tier that models.toml does not have is refused here, whatever risk it is for: at the first
    change of that risk it would be too late.
    """
    folders = [shipped_folder()] if own is None else [shipped_folder(), own]
    names = {path.stem for folder in folders for path in (folder / "reviewers").glob("[!_]*.md")}
    reviewers = tuple(
        parse_reviewer(config_text(f"reviewers/{name}.md", own), name) for name in sorted(names)
    )
    tiers = load_tiers(own)
    for each in reviewers:
        for risk in Risk:
            if each.tier_for(risk) not in tiers:
                raise ConfigError(
                    f"reviewer file {each.name}.md asks for the tier {each.tier_for(risk)}, which "
                    "models.toml does not have.",
                    remedy=_one_of(tiers),
                )
    return reviewers


def _one_of(names: Collection[str]) -> str:
    return f"Name one of {', '.join(sorted(names)) or 'none'}, or add it there."


def _price(name: str, steps: list[_PriceStep], path: Path) -> Price:
    limits = [step.up_to or float("inf") for step in steps]
    if limits != sorted(set(limits)):
        raise ConfigError(
            f"{path}: the price steps of {name} do not grow.",
            remedy="Order them by up_to, the one without it last.",
        )
    return Price(tuple(PriceStep(**step.model_dump()) for step in steps))


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}.", remedy="Correct that line.") from error


def _laid_over(upper: Mapping[str, Any], lower: Mapping[str, Any]) -> dict[str, Any]:
    both = dict(lower)
    for name, value in upper.items():
        under = both.get(name)
        tables = isinstance(value, dict) and isinstance(under, dict)
        both[name] = _laid_over(value, under) if tables and under is not None else value
    return both


def _checked(values: Mapping[str, Any], model: type[M], path: Path) -> M:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise ConfigError(f"{path}: {sentences(error, model)[0]}") from error
