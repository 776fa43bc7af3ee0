"""`ai-review replay`."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace as with_
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.console import complain, printable, say, tell
from bot.errors import UpstreamError, UserError

if TYPE_CHECKING:
    from bot.domain.asked import Asked
    from bot.domain.run import RunRecord
    from bot.settings import Settings

INCOMPLETE = 3
MOST_BYTES = 30_000_000
"""Of a stored delivery: GitHub's largest payload, and what stands around it."""


@click.command()
@click.argument("delivery", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--event", default="", help="The event's name, where the file holds a payload alone.")
@click.option("--post", is_flag=True, help="Write to GitHub what comes of it.")
def command(delivery: Path, event: str, post: bool) -> int:
    """Take a stored webhook the whole way. Nothing is written to GitHub without --post.

    DELIVERY is what GitHub shows of a delivery (GET /app/hook/deliveries/ID), or a payload alone
    with --event. Models are asked and paid as ever; what comes of it is shown and kept nowhere.
    """
    from bot.domain.asked import Ignored
    from bot.intake.route import route
    from bot.logs import configure
    from bot.settings import load

    settings = load()
    configure("warning", settings.log_format, settings.own_secrets)
    name, payload = _read(delivery, event)
    asked = route(name, payload, settings.app_id)
    if isinstance(asked, Ignored):
        say(printable(f"{name}: ignored, {asked.reason}."))
        return 0
    dry = settings.dry_run or not post
    try:
        records = asyncio.run(_replayed(asked, with_(settings, dry_run=dry)))
    except UpstreamError as error:
        complain(str(error))
        return INCOMPLETE
    return _show(asked, records, dry)


def _read(path: Path, event: str) -> tuple[str, dict[str, Any]]:
    """The event's name and payload. Raises UserError."""
    remedy = "Take what GET /app/hook/deliveries/ID answers, or a payload with --event NAME."
    try:
        with path.open("rb") as file:
            told = json.loads(file.read(MOST_BYTES))
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.", remedy=remedy) from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is not JSON.", remedy=remedy) from error
    if not isinstance(told, dict):
        raise UserError(f"{path} holds no delivery.", remedy=remedy)
    request = told.get("request")
    if isinstance(request, dict) and isinstance(request.get("payload"), dict):
        return event or str(told.get("event", "")), request["payload"]
    if not event:
        raise UserError(f"{path} does not say which event it is.", remedy=remedy)
    return event, told


async def _replayed(asked: Asked, settings: Settings) -> tuple[RunRecord, ...]:
    from bot import wiring
    from bot.engine.steps import KeptSteps
    from bot.service.replay import replay

    made = wiring.replaying(settings)
    try:
        runs = await replay(asked, made.deliver, made.line, made.review, KeptSteps)
        found = [await made.runs.get(run) for run in runs]
        return tuple(each for each in found if each is not None)
    finally:
        made.close()


def _show(asked: Asked, records: tuple[RunRecord, ...], dry: bool) -> int:
    from bot.cli.run_shown import run_parts
    from bot.cli.tables import show
    from bot.domain.run import RunStatus

    if not records:
        say(f"{asked.kind}: nothing was to be reviewed.")
    for record in records:
        show(run_parts(record, time.time()))
    if dry:
        tell("Nothing was written to GitHub; with --post it is.")
    good = (RunStatus.COMPLETED, RunStatus.SKIPPED, RunStatus.CANCELLED)
    return 0 if all(each.status in good for each in records) else INCOMPLETE
