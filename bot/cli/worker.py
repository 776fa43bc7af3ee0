"""`ai-review worker`."""

from __future__ import annotations

import click


@click.command()
def command() -> None:
    """Run the reviewing process alone. Stops on SIGTERM, giving running work 20 seconds."""
    from bot import worker
    from bot.logs import configure
    from bot.settings import load

    settings = load()
    configure(settings.log_level, settings.log_format, settings.own_secrets)
    worker.run(settings)
