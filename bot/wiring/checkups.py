"""What `ai-review doctor` looks at, made from settings."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.errors import BotError, ConfigError
from bot.service.doctor import Seen, State, examine_app, examine_models, of_error
from bot.settings import Settings, config_file, load_prices, load_tiers
from bot.wiring.parts import github, own_version

if TYPE_CHECKING:
    from bot.domain.plan import Tier


async def checkups(settings: Settings) -> tuple[Seen, ...]:
    """Everything, in the order in which one would mend it."""
    seen = [_looked("program", _program), *_settings(settings)]
    if settings.app_id is not None and settings.private_key:
        seen += await _app(settings)
    seen += _database(settings)
    seen.append(_looked("reviewers", lambda: _reviewers(settings)))
    seen += await _models(settings)
    seen.append(_looked("analysers", lambda: _analysers(settings)))
    return tuple(seen)


def _looked(subject: str, look: Callable[[], str]) -> Seen:
    try:
        return Seen(subject, State.OK, look())
    except BotError as error:
        return of_error(subject, error)


def _program() -> str:
    return f"AI Review {own_version()} on Python {sys.version.split()[0]}."


def _settings(settings: Settings) -> list[Seen]:
    def key() -> str:
        return f"The key of App {settings.require_app()[0]} can be read."

    def secret() -> str:
        count = len(settings.require_webhook_secrets())
        return "There is one webhook secret." if count == 1 else f"There are {count} secrets."

    return [_looked("key", key), _looked("webhook secret", secret)]


async def _app(settings: Settings) -> tuple[Seen, ...]:
    from bot.settings.manifest import load_manifest

    try:
        host, manifest = github(settings), load_manifest(settings.config_dir)
    except ConfigError as error:
        return (of_error("app", error),)
    wanted = settings.webhook_proxy_url
    if settings.public_url:
        wanted = f"{settings.public_url}/webhooks/github"
    try:
        return await examine_app(host.account, manifest, wanted)
    finally:
        host.close()


def _database(settings: Settings) -> list[Seen]:
    from bot.store.database import open_database
    from bot.store.health import problems

    try:
        engine = open_database(settings.database_url)
    except ConfigError as error:
        return [of_error("database", error)]
    wrong = problems(engine)
    engine.dispose()
    if not wrong:
        return [Seen("database", State.OK, "It answers, and a worker is running.")]
    said, _, remedy = wrong[0].partition(": ")
    return [Seen("database", State.WRONG, f"{said}.", f"{remedy[:1].upper()}{remedy[1:]}")]


def _reviewers(settings: Settings) -> str:
    from bot.wiring.reviews import house

    made = house(settings)
    names = ", ".join(each.name for each in made.reviewers)
    return f"{names}; at most ${made.budget.run_usd} a review."


async def _models(settings: Settings) -> tuple[Seen, ...]:
    try:
        tiers, prices = load_tiers(settings.config_dir), load_prices(settings.config_dir)
    except ConfigError as error:
        return (of_error("models", error),)
    if not settings.anthropic_api_key:
        return await examine_models(tiers, prices, None)
    from bot.llm.anthropic import AnthropicModel
    from bot.ports.model import Prompt

    try:
        api = AnthropicModel(settings.anthropic_api_key, settings.anthropic_base_url)
    except ConfigError as error:
        return (of_error("models", error),)

    async def ping(tier: Tier) -> None:
        schema = {"type": "object", "properties": {}, "additionalProperties": False}
        await api.counted(Prompt(tier, "You answer.", "Nothing is asked.", "Count.", schema))

    return await examine_models(tiers, prices, ping)


def _analysers(settings: Settings) -> str:
    from bot.analyzers.local import LocalAnalyzers

    ready = LocalAnalyzers(config_file("rules", settings.config_dir)).names
    return f"Ready: {', '.join(ready)}."
