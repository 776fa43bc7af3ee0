"""`ai-review doctor`."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict

import click

from bot.cli.console import printable, say
from bot.errors import ConfigError

WRONG = 2


@click.command()
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def command(form: str) -> int:
    """Check credentials, permissions, events, database, models and prices.

    Each problem comes with its remedy. Costs nothing and changes nothing. Exit 0: it can work;
    2: something is wrong.
    """
    from bot.logs import configure
    from bot.service.doctor import Seen, State, of_error
    from bot.settings import load

    try:
        settings = load()
    except ConfigError as error:
        seen: tuple[Seen, ...] = (of_error("settings", error),)
    else:
        from bot.wiring.checkups import checkups

        configure("error", settings.log_format, settings.own_secrets)
        seen = asyncio.run(checkups(settings))
    if form == "json":
        say(json.dumps([asdict(each) for each in seen], indent=2))
    else:
        for each in seen:
            say(printable(f"{each.state.value:<6}{each.subject}: {each.said}"))
            if each.remedy:
                say(printable(f"      {each.remedy}"))
    return WRONG if any(each.state is State.WRONG for each in seen) else 0
