"""`ai-review web`."""

from __future__ import annotations

import os
import sys

import click

host_option = click.option(
    "--host",
    default="0.0.0.0",  # noqa: S104 (a receiver of webhooks listens to the world)
    show_default=True,
    help="Address to listen on.",
)


def serve_command(host: str, port: int) -> list[str]:
    """The command that serves the receiver with gunicorn, for this Python."""
    from bot.settings import config_file

    config = str(config_file("gunicorn.py"))
    bind = ["--bind", f"{host}:{port}"]
    return [sys.executable, "-m", "gunicorn", "-c", config, *bind, "bot.wsgi:app"]


@click.command()
@host_option
def command(host: str) -> None:
    """Run the receiver of webhooks alone, on PORT (8000)."""
    from bot.settings import load

    settings = load()
    settings.require_webhook_secrets()
    settings.require_app()
    line = serve_command(host, settings.port)
    os.execv(line[0], line)  # noqa: S606 (our own interpreter, fixed arguments)
