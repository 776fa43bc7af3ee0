"""`ai-review runs`."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from bot.cli.console import say
from bot.errors import UserError

if TYPE_CHECKING:
    import sqlalchemy as sa

    from bot.domain.run import RunRecord
    from bot.store.runs import StoredRuns

DAY_S = 86_400
FORMATS = click.Choice(["text", "json"])


@click.group()
def command() -> None:
    """List the runs, show one, or add up over all."""


@command.command("list")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="How many, newest first.",
)
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
def list_runs(limit: int, form: str) -> None:
    """List the newest runs."""
    records = asyncio.run(_runs().newest(limit))
    if form == "json":
        say(json.dumps([_plain(each) for each in records], indent=2))
        return
    for each in records:
        say(f"{each.id}  {each.status.value:<9}  {each.repo}#{each.number}  {each.note}")
    if not records:
        say("No run yet.")


@command.command("show")
@click.argument("run")
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
def show(run: str, form: str) -> None:
    """Show one run, also while it runs: stages, decisions, model calls and findings."""
    record = asyncio.run(_runs().get(run))
    if record is None:
        raise UserError(f"There is no run {run}.", remedy="`ai-review runs list` names them.")
    from bot.cli.run_shown import document, run_parts
    from bot.cli.tables import show as show_parts

    if form == "json":
        say(json.dumps(document(record), indent=2))
    else:
        show_parts(run_parts(record, time.time()))


@command.command("stats")
@click.option(
    "--days",
    type=click.IntRange(min=1),
    default=None,
    help="Of the last so many days only. Default: of all that is kept.",
)
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
def stats(days: int | None, form: str) -> None:
    """Add up how runs, reviewers, models and money did."""
    from bot.cli.stats_shown import document, stats_parts
    from bot.cli.tables import show as show_parts
    from bot.store.stats import read_stats

    since = None if days is None else time.time() - days * DAY_S
    found = read_stats(_database(), since)
    if form == "json":
        say(json.dumps(document(found), indent=2))
    else:
        show_parts(stats_parts(found))


def _runs() -> StoredRuns:
    from bot.store.runs import StoredRuns

    return StoredRuns(_database())


def _database() -> sa.Engine:
    from bot.settings import load
    from bot.wiring import database, migrate

    settings = load()
    migrate(settings)
    return database(settings)


def _plain(record: RunRecord) -> dict[str, object]:
    plain: dict[str, object] = json.loads(json.dumps(asdict(record), default=str))
    return plain
