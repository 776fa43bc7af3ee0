"""Everybody meets here: settings become adapters, adapters become use cases.

The only module that knows both ports and adapters. What a command does not need it does not import.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import sqlite3
import sys
import time
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

from bot.domain.run import RunStatus, StepEvent
from bot.settings import Settings, config_file, config_text, load_defaults

if TYPE_CHECKING:
    import flask
    import sqlalchemy as sa

    from bot.engine.durable import Worker
    from bot.github.host import GitHubHost
    from bot.planning.desk import Desk
    from bot.ports.analyzers import Analyzers
    from bot.ports.code_host import CodeHost
    from bot.ports.ledger import Ledger
    from bot.ports.memory import Memory
    from bot.ports.model import LanguageModel
    from bot.ports.store import Runs, Texts
    from bot.service.house import House
    from bot.service.judging import Judge
    from bot.service.reading import Examiner, Reader
    from bot.service.recover import Recover
    from bot.service.review_pull import ReviewPull
    from bot.store.memories import StoredMemory


PROMPTS = ("refute", "vote", "synthesize")
"""Files of config/prompts that tell those who judge claims what to do."""


def migrate(settings: Settings) -> None:
    """Create or upgrade every table, the engine's too. ConfigError when the database cannot be."""
    from dbos import DBOS

    from bot.store.database import check_sqlite
    from bot.store.database import migrate as migrate_ours

    if settings.database_url.startswith("sqlite"):
        check_sqlite(sys.version_info[:2], sqlite3.sqlite_version_info)
    migrate_ours(settings.database_url)  # the one that says in a sentence what is wrong
    DBOS.migrate(settings.database_url)


def database(settings: Settings) -> sa.Engine:
    """The database of the settings."""
    from bot.store.database import open_database

    return open_database(settings.database_url)


def language_model(settings: Settings) -> LanguageModel | None:
    """The model's API, or None without a key.

    Each call makes a breaker of its own, so a process that reviews calls this once.
    """
    if not settings.anthropic_api_key:
        return None
    from bot.llm.anthropic import AnthropicModel
    from bot.llm.breaker import Breaker

    api = AnthropicModel(
        settings.anthropic_api_key,
        settings.anthropic_base_url,
        timeout_s=load_defaults(settings.config_dir).run.call_timeout_s,
    )
    return Breaker(api)


def warm_up(settings: Settings) -> None:
    """Import what the first review would wait 1.5 s for."""
    import_module("github")
    if settings.anthropic_api_key:
        import_module("anthropic.resources.messages")


def analyzers(settings: Settings) -> Analyzers:
    """The static analysers of this machine."""
    from bot.analyzers.local import LocalAnalyzers

    return LocalAnalyzers(config_file("rules", settings.config_dir))


def own_version() -> str:
    """The version that is installed."""
    return version("ai-review")


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
    for name in defaults.panel.tiers:
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
    )


def github(settings: Settings) -> GitHubHost:
    """GitHub as the App, or with GITHUB_TOKEN where no App is set."""
    from bot.github.host import GitHubHost

    url, guarded, dry = settings.github_api_url, settings.own_secrets, settings.dry_run
    if settings.github_token and settings.app_id is None:
        token = settings.github_token
        return GitHubHost(url, own_secrets=guarded, dry_run=dry, token=token)
    app_id, key = settings.require_app()
    return GitHubHost(url, own_secrets=guarded, dry_run=dry, app_id=app_id, private_key=key)


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

    return Reader(host, examiner(settings))


def judge(settings: Settings, texts: Texts, runs: Runs, ledger: Ledger, memory: Memory) -> Judge:
    """The stages between what was read and what it amounts to."""
    from bot.service.judging import Judge

    return Judge(
        house=house(settings),
        model=language_model(settings),
        ledger=ledger,
        memory=memory,
        texts=texts,
        runs=runs,
        now=time.time,
        sleep=asyncio.sleep,
    )


def judge_here(settings: Settings, runs: Runs | None = None) -> Judge:
    """The judge of a change on this machine: what it learns lives as long as the process."""
    from bot.store.ledger_memory import LedgerInMemory
    from bot.store.memories_in_memory import MemoryInMemory
    from bot.store.memory import RunsInMemory, TextsInMemory

    ours = runs or RunsInMemory()
    return judge(settings, TextsInMemory(), ours, LedgerInMemory(), MemoryInMemory())


def review_pull(settings: Settings, judge: Judge, host: CodeHost | None = None) -> ReviewPull:
    """The use case of one review. `host` None: GitHub as the settings say."""
    from bot.service.review_pull import ReviewPull

    host = host or github(settings)
    return ReviewPull(
        host=host,
        reader=reader(settings, host),
        judge=judge,
        texts=judge.texts,
        runs=judge.runs,
        now=time.time,
    )


def memory(settings: Settings) -> StoredMemory:
    """What was read and commented, by pull request."""
    from bot.store.memories import StoredMemory

    return StoredMemory(database(settings))


def recover(settings: Settings) -> Recover:
    """The sweep that ends what hangs."""
    from bot.engine.queues import Queues
    from bot.service.recover import Recover
    from bot.store.ledger import StoredLedger
    from bot.store.runs import StoredRuns

    engine, queue = database(settings), Queues(settings.database_url)
    return Recover(github(settings), StoredRuns(engine), StoredLedger(engine), queue, time.time)


def worker(settings: Settings) -> Worker:
    """The process that reviews. Raises ConfigError where it could not work."""
    from bot.engine.durable import Pace, Work, Worker
    from bot.engine.queues import Queues
    from bot.service.dispatch import Deliver
    from bot.store.ledger import StoredLedger
    from bot.store.runs import StoredRuns
    from bot.store.texts import StoredTexts

    engine = database(settings)
    runs = StoredRuns(engine)
    ledger, queue = StoredLedger(engine), Queues(settings.database_url)
    own = judge(settings, StoredTexts(engine), runs, ledger, memory(settings))
    review = review_pull(settings, own)
    deliver = Deliver(review.host, runs, ledger, queue, time.time)

    async def watch(run: str, step: str, status: RunStatus, why: str, at: float) -> None:
        await runs.note(StepEvent(run, step, status, at, why))

    limits = load_defaults(settings.config_dir).run
    work = Work(deliver, review, review.broken, watch)
    return Worker(settings.database_url, engine, work, Pace(limits.quiet_s, limits.poll_s))


def web(settings: Settings) -> flask.Flask:
    """The receiver. Raises ConfigError without a webhook secret."""
    from bot.engine.queues import Queues
    from bot.store.health import problems
    from bot.store.tallies import tallies
    from bot.web.app import create_app

    secrets_ = settings.require_webhook_secrets()
    if settings.app_id is None:
        settings.require_app()
    # The key is not looked at: only the worker needs it, and reading it takes 8 MB here.
    engine = database(settings)
    return create_app(
        secrets=secrets_,
        enqueue=Queues(settings.database_url).deliver,
        ready=lambda: problems(engine),
        own_app_id=settings.app_id,
        add_up=lambda: tallies(engine),
    )
