"""`ai-review runs`."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from bot.cli.console import say, tell
from bot.domain.asked import OPERATED, Asked, CancelRequest, Delivery, ReviewRequest
from bot.domain.pull import PullRef
from bot.errors import UserError

if TYPE_CHECKING:
    import sqlalchemy as sa

    from bot.domain.run import RunRecord
    from bot.store.runs import StoredRuns

DAY_S = 86_400
FORMATS = click.Choice(["text", "json"])


@click.group()
def command() -> None:
    """List the runs, show one, stop one, do one again, or add up over all."""


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
    record = _record(run)
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


@command.command("cancel")
@click.argument("run")
def cancel(run: str) -> None:
    """Stop a run that is waiting or under way; its check is ended as cancelled."""
    record = _record(run)
    if record.status.ended:
        raise UserError(
            f"{run} has ended already ({record.status.value}).", remedy="There is nothing to stop."
        )
    _deliver(record, CancelRequest(_pull(record), "cancelled by the operator"))
    tell(f"Asked to stop {record.repo}#{record.number}. A worker does it at once.")


@command.command("retry")
@click.argument("run")
def retry(run: str) -> None:
    """Review the head of a run once more, as if Re-run had been pressed on its check.

    What was read to the end is not read again. A head that is no longer the newest is not reviewed.
    """
    record = _record(run)
    if not record.status.ended:
        raise UserError(
            f"{run} has not ended yet.", remedy=f"`ai-review runs cancel {run}` stops it."
        )
    _deliver(record, ReviewRequest(_pull(record), f"{OPERATED}retry", again=True))
    tell(f"Asked for {record.repo}#{record.number} again. A worker begins at once.")


def _record(run: str) -> RunRecord:
    record = asyncio.run(_runs().get(run))
    if record is None:
        raise UserError(f"There is no run {run}.", remedy="`ai-review runs list` names them.")
    return record


def _pull(record: RunRecord) -> PullRef:
    return PullRef(
        record.repo, record.repo_id, record.number, record.head_sha, record.installation_id
    )


def _deliver(record: RunRecord, asked: Asked) -> None:
    """Put it where deliveries go, under a name of its own."""
    from bot.engine.queues import Queues
    from bot.settings import load

    name = f"operator-{asked.kind}-{record.id}-{time.time():.3f}"
    Queues(load().database_url).deliver(Delivery(name, "operator", asked.kind), asked)


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
