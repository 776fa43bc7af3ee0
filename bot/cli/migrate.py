"""`ai-review migrate`."""

from __future__ import annotations

import click

from bot.cli.console import tell


@click.command()
def command() -> None:
    """Create or upgrade the database at DATABASE_URL. Safe to repeat."""
    from bot.settings import load
    from bot.wiring import migrate

    migrate(load())
    tell("The database is up to date.")
