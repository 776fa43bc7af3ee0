"""`ai-review web`."""

from __future__ import annotations

import os
import socket
import sys
from typing import TYPE_CHECKING

import click

from bot.errors import ConfigError

if TYPE_CHECKING:
    from bot.settings import Settings

host_option = click.option(
    "--host",
    default="0.0.0.0",  # noqa: S104 (a receiver of webhooks listens to the world)
    show_default=True,
    help="Address to listen on.",
)


def serve_command(host: str, settings: Settings) -> list[str]:
    """The command that serves the receiver with gunicorn, for this Python."""
    from bot.settings import config_file

    config = str(config_file("gunicorn.py", settings.config_dir))
    port = settings.port
    bind = ["--bind", f"[{host}]:{port}" if ":" in host else f"{host}:{port}"]
    return [sys.executable, "-m", "gunicorn", "-c", config, *bind, "bot.wsgi:app"]


def check_port(host: str, port: int) -> None:
    """Raise ConfigError where the receiver could not listen. Port 0 is any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]
        raise ConfigError(
            f"cannot listen on port {port} of {host}: {reason}.",
            remedy="Stop what listens there, or set PORT or --host to another.",
        ) from error


@click.command()
@host_option
def command(host: str) -> None:
    """Run the receiver of webhooks alone, on PORT (8000)."""
    from bot.settings import load

    settings = load()
    settings.require_webhook_secrets()
    settings.require_app()
    check_port(host, settings.port)
    line = serve_command(host, settings)
    os.execv(line[0], line)  # noqa: S606 (our own interpreter, fixed arguments)
