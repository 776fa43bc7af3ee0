"""The use cases of a review, made from settings."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.settings import Settings, config_text, load_defaults
from bot.wiring.parts import analyzers, database, github, language_model, own_version

if TYPE_CHECKING:
    import sqlalchemy as sa

    from bot.github.host import GitHubHost
    from bot.intake.own_files import Admits
    from bot.planning.desk import Desk
    from bot.ports.code_host import CodeHost
    from bot.ports.conversation import Conversation
    from bot.ports.ledger import Ledger
    from bot.ports.memory import Memory
    from bot.ports.opinions import Opinions
    from bot.ports.store import Runs, Texts
    from bot.ports.wishes import Wishes
    from bot.service.house import House
    from bot.service.judging import Judge
    from bot.service.reading import Examiner, Reader
    from bot.service.review_pull import ReviewPull
    from bot.service.run_command import RunCommands
    from bot.store.memories import StoredMemory
    from bot.store.opinions import StoredOpinions
    from bot.store.wishes import StoredWishes


PROMPTS = ("refute", "vote", "synthesize")
"""Files of config/prompts that tell those who judge claims what to do."""


def desk(settings: Settings) -> Desk:
    """Models, prices, contexts and limits to plan with. ConfigError for a tier that is missing."""
    from bot.planning.desk import Desk
    from bot.settings import load_contexts, load_prices, load_tiers

    own = settings.config_dir
    defaults = load_defaults(own)
    made = Desk(
        tiers=load_tiers(own),
        prices=load_prices(own),
        contexts=load_contexts(own),
        budget_usd=defaults.run_usd,
        static_only=not settings.anthropic_api_key,
        part_tokens=defaults.panel.part_tokens,
        definition_tokens=defaults.panel.definition_tokens,
    )
    for name in (*defaults.panel.tiers, defaults.replies.tier):
        made.tier(name)
    return made


def house(settings: Settings) -> House:
    """What the operator decided, from config/ and the environment."""
    from bot.reviewing.briefs import read_briefs
    from bot.reviewing.caching import Worth
    from bot.reviewing.calling import Patience
    from bot.service.house import House, PanelLimits
    from bot.settings import load_cache_minima, load_reviewers

    own = settings.config_dir
    defaults = load_defaults(own)
    panel = defaults.panel
    seed = settings.private_key or settings.github_token or secrets.token_hex()
    return House(
        reviewers=load_reviewers(own),
        desk=desk(settings),
        budget=defaults.budget,
        rules=config_text("reviewers/_shared.md", own),
        triage=config_text("prompts/triage.md", own),
        briefs=read_briefs(*(config_text(f"prompts/{each}.md", own) for each in PROMPTS)),
        key=hashlib.sha256(f"boundary {seed}".encode()).digest(),
        defaults=defaults.policy,
        version=own_version(),
        panel=PanelLimits(panel.at_once, panel.votes, *panel.tiers),
        patience=Patience(panel.attempts, panel.longest_wait_s),
        worth=Worth(panel.worth_waiting_usd, load_cache_minima(own)),
        admits=admits(settings),
        mutes=defaults.mutes,
    )


def admits(settings: Settings) -> Admits:
    """What a repository may add to its reviews."""
    from bot.intake.own_files import Admits
    from bot.settings import load_reviewers, load_tiers

    own = settings.config_dir
    defaults = load_defaults(own)
    names = tuple(each.name for each in load_reviewers(own))
    reviewers = defaults.repository_reviewers
    return Admits(defaults.guidance_bytes, reviewers, names, tuple(load_tiers(own)))


def examiner(settings: Settings) -> Examiner:
    """What understands a change whose files are here."""
    from bot.service.reading import Examiner, Limits

    run = load_defaults(settings.config_dir).run
    limits = Limits(run.max_files, run.max_diff_bytes)
    # What a change calls is for a model to read: without one nobody is asked for it.
    return Examiner(analyzers(settings), limits, definitions=bool(settings.anthropic_api_key))


def reader(settings: Settings, host: CodeHost) -> Reader:
    """What reads a pull request."""
    from bot.service.reading import Reader

    return Reader(host, examiner(settings), admits(settings))


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything that outlives a review, each behind its port."""

    texts: Texts
    runs: Runs
    ledger: Ledger
    memory: Memory
    wishes: Wishes
    opinions: Opinions


def judge(settings: Settings, shelf: Shelf) -> Judge:
    """The stages between what was read and what it amounts to."""
    from bot.service.judging import Judge

    return Judge(
        house=house(settings),
        model=language_model(settings),
        ledger=shelf.ledger,
        memory=shelf.memory,
        texts=shelf.texts,
        runs=shelf.runs,
        now=time.time,
        sleep=asyncio.sleep,
        wishes=shelf.wishes,
        opinions=shelf.opinions,
    )


def shelf(engine: sa.Engine) -> Shelf:
    """What is kept in the database."""
    from bot.store.ledger import StoredLedger
    from bot.store.memories import StoredMemory
    from bot.store.opinions import StoredOpinions
    from bot.store.runs import StoredRuns
    from bot.store.texts import StoredTexts
    from bot.store.wishes import StoredWishes

    return Shelf(
        texts=StoredTexts(engine),
        runs=StoredRuns(engine),
        ledger=StoredLedger(engine),
        memory=StoredMemory(engine),
        wishes=StoredWishes(engine),
        opinions=StoredOpinions(engine),
    )


def judge_here(settings: Settings, runs: Runs | None = None) -> Judge:
    """The judge of a change on this machine: what it learns lives as long as the process."""
    from bot.store.ledger_memory import LedgerInMemory
    from bot.store.memories_in_memory import MemoryInMemory
    from bot.store.memory import RunsInMemory, TextsInMemory
    from bot.store.opinions_in_memory import OpinionsInMemory
    from bot.store.wishes_in_memory import WishesInMemory

    here = Shelf(
        texts=TextsInMemory(),
        runs=runs or RunsInMemory(),
        ledger=LedgerInMemory(),
        memory=MemoryInMemory(),
        wishes=WishesInMemory(),
        opinions=OpinionsInMemory(),
    )
    return judge(settings, here)


def review_pull(settings: Settings, judge: Judge, host: GitHubHost | None = None) -> ReviewPull:
    """The use case of one review. `host` None: GitHub as the settings say."""
    from bot.service.comments_life import CommentsLife
    from bot.service.feedback import Feedback
    from bot.service.review_pull import ReviewPull

    host = host or github(settings)
    feedback = Feedback(host.talk, judge.memory, judge.runs, judge.opinions, judge.now)
    rules = load_defaults(settings.config_dir).comments
    return ReviewPull(
        host=host,
        reader=reader(settings, host),
        judge=judge,
        talk=host.talk,
        life=CommentsLife(host.talk, judge.runs, feedback, rules, judge.wishes),
        texts=judge.texts,
        runs=judge.runs,
        now=time.time,
    )


def run_commands(
    settings: Settings, review: ReviewPull, talk: Conversation, wishes: Wishes
) -> RunCommands:
    """What does what people say to us. `review` is the use case it shares its parts with."""
    from bot.intake.grammar import help_text
    from bot.service.deeds import Office
    from bot.service.replies import Replies
    from bot.service.run_command import RunCommands

    own = settings.config_dir
    limits = load_defaults(own).replies
    rules = config_text("prompts/explain.md", own)
    replies = Replies(limits.per_pull, limits.usd, limits.tier, rules)
    return RunCommands(Office(review, talk, wishes, help_text), replies)


def opinions(settings: Settings) -> StoredOpinions:
    """What people think of our findings."""
    from bot.store.opinions import StoredOpinions

    return StoredOpinions(database(settings))


def wishes(settings: Settings) -> StoredWishes:
    """What people asked for."""
    from bot.store.wishes import StoredWishes

    return StoredWishes(database(settings))


def memory(settings: Settings) -> StoredMemory:
    """What was read and commented, by pull request."""
    from bot.store.memories import StoredMemory

    return StoredMemory(database(settings))
