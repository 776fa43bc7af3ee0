"""The adapters, made from settings. What a command does not need it does not import."""

from __future__ import annotations

import sqlite3
import sys
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

from bot.settings import Settings, config_file, load_defaults

if TYPE_CHECKING:
    import sqlalchemy as sa

    from bot.github.host import GitHubHost
    from bot.ports.analyzers import Analyzers
    from bot.ports.model import LanguageModel


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


def github(settings: Settings) -> GitHubHost:
    """GitHub as the App, or with GITHUB_TOKEN where no App is set."""
    from bot.github.host import GitHubHost

    url, guarded, dry = settings.github_api_url, settings.own_secrets, settings.dry_run
    may = load_defaults(settings.config_dir).comments.resolve_threads
    if settings.github_token and settings.app_id is None:
        token = settings.github_token
        return GitHubHost(url, own_secrets=guarded, dry_run=dry, resolve_threads=may, token=token)
    app_id, key = settings.require_app()
    return GitHubHost(
        url,
        own_secrets=guarded,
        dry_run=dry,
        resolve_threads=may,
        app_id=app_id,
        private_key=key,
    )
