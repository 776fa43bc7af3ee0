"""`ai-review forward`."""

from __future__ import annotations

import time

import click

from bot.cli.console import printable, tell
from bot.errors import ConfigError, UpstreamError

AGAIN_S = 3.0


@click.command()
def command() -> None:
    """Bring the webhooks of WEBHOOK_PROXY_URL, a smee channel, to the receiver on this machine.

    For development: whoever knows the channel's address reads what passes through it. `serve`
    does this by itself when WEBHOOK_PROXY_URL is set.
    """
    from bot.settings import load
    from bot.web.smee import forward

    settings = load()
    if not settings.webhook_proxy_url:
        raise ConfigError(
            "WEBHOOK_PROXY_URL is not set.",
            remedy="Set it to a channel of smee.io; `ai-review setup --smee` makes one.",
        )
    target = f"http://127.0.0.1:{settings.port}/webhooks/github"
    tell(f"Forwarding {settings.webhook_proxy_url} to {target}. For development only.")
    while True:
        try:
            forward(settings.webhook_proxy_url, target, lambda said: tell(printable(said)))
        except UpstreamError as error:
            tell(f"{error} Trying again.")
            time.sleep(error.retry_after or AGAIN_S)
