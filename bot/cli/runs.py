"""`ai-review runs`."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from bot.cli.console import say
from bot.errors import UserError

if TYPE_CHECKING:
    from bot.domain.run import RunRecord
    from bot.store.runs import StoredRuns

FORMATS = click.Choice(["text", "json"])


@click.group()
def command() -> None:
    """List the runs, or show one."""


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
    """Show one run: its end, its steps, its model calls and what they cost."""
    record = asyncio.run(_runs().get(run))
    if record is None:
        raise UserError(f"There is no run {run}.", remedy="`ai-review runs list` names them.")
    say(json.dumps(_plain(record), indent=2) if form == "json" else _text(record))


def _runs() -> StoredRuns:
    from bot.settings import load
    from bot.store.runs import StoredRuns
    from bot.wiring import database, migrate

    settings = load()
    migrate(settings)
    return StoredRuns(database(settings))


def _plain(record: RunRecord) -> dict[str, object]:
    plain: dict[str, object] = json.loads(json.dumps(asdict(record), default=str))
    return plain


def _text(record: RunRecord) -> str:
    took = (record.finished or time.time()) - record.started
    lines = [
        f"{record.repo}#{record.number} at {record.head_sha[:12]}, asked by {record.trigger}",
        f"{record.status.value}{f' ({record.verdict})' if record.verdict else ''}: {record.note}",
        f"began {_at(record.started)}, {took:.1f} s, cost {_dollars(record)}",
        "",
        "Steps",
    ]
    lines.extend(
        f"  {_at(each.at)}  {each.status.value:<9}  {each.step}  {each.why}".rstrip()
        for each in record.steps
    )
    if record.calls:
        lines += ["", "Model calls"]
    for call in record.calls:
        paid = "price unknown" if call.cost is None else f"${call.cost:.4f}"
        sent = f"{call.usage.sent} in, {call.usage.output_tokens} out"
        lines.append(f"  {call.reviewer}  {call.model}  {sent}  {call.seconds:.1f} s  {paid}")
    return "\n".join(lines)


def _at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _dollars(record: RunRecord) -> str:
    if not record.calls:
        return "nothing (no model was called)"
    return "unknown" if record.cost_usd is None else f"${float(record.cost_usd):.4f}"
