"""`ai-review setup`."""

from __future__ import annotations

import secrets
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.console import tell
from bot.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.domain.app import Registered
    from bot.settings import Settings
    from bot.web.setup import Form

KEY_FILE = "private-key.pem"
WAIT_S = 3600
"""How long the page waits: GitHub's code is good for an hour."""


@click.command()
@click.option("--org", default="", help="The organisation that is to own the App; else you do.")
@click.option("--name", default="", help="The App's name, unique on GitHub; else that of app.yml.")
@click.option("--public-url", default="", help="Where GitHub reaches this machine: https://HOST.")
@click.option(
    "--smee", is_flag=True, help="Have smee.io forward webhooks to this laptop. For trying out."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8123, show_default=True)
def command(org: str, name: str, public_url: str, smee: bool, port: int) -> None:
    """Create the App on GitHub in the browser, and write .env for it.

    The page is served on this machine alone and opens with the address printed here, once. To set
    up a server from a laptop, forward the port: ssh -L 8123:127.0.0.1:8123 HOST.
    """
    from bot.settings import load
    from bot.settings.environment import ENV_FILE

    settings = load()
    if settings.app_id is not None:
        raise UserError(
            f"this is set up already, as App {settings.app_id}.",
            remedy="To make another one, take APP_ID out of .env (or the environment) first.",
        )
    more, webhook_url = _reached(settings, public_url, smee)
    key_path = settings.home / KEY_FILE

    def keep(made: Registered) -> None:
        from bot.settings.env_write import write_env, write_private

        write_private(key_path, made.private_key)
        identity = {
            "APP_ID": str(made.id),
            "PRIVATE_KEY_PATH": str(key_path),
            "WEBHOOK_SECRET": made.webhook_secret,
        }
        write_env(ENV_FILE, {**identity, **more})

    made = _serve(settings, (org, name), (webhook_url, port), keep)
    tell(f"{made.slug} is App {made.id}. Wrote {Path(ENV_FILE).absolute()} and {key_path}.")
    tell(f"Install it: {made.url}/installations/new")
    tell("Then start it: ai-review serve")


def _reached(settings: Settings, public_url: str, smee: bool) -> tuple[dict[str, str], str]:
    """What .env has to say of it, and the address GitHub sends deliveries to."""
    from bot.settings import values

    if public_url and smee:
        raise UserError("--public-url and --smee exclude each other.", remedy="Choose one.")
    if smee:
        from bot.web.smee import new_channel

        channel = settings.webhook_proxy_url or new_channel()
        return {"WEBHOOK_PROXY_URL": channel}, channel
    address = values.web_address("--public-url", public_url) if public_url else settings.public_url
    if address:
        return {"PUBLIC_URL": address}, f"{address}/webhooks/github"
    if settings.webhook_proxy_url:
        return {}, settings.webhook_proxy_url
    raise UserError(
        "it is not known where GitHub reaches this machine.",
        remedy="Say it with --public-url https://HOST, or take --smee to try it out on a laptop.",
    )


def _serve(
    settings: Settings,
    called: tuple[str, str],
    where: tuple[str, int],
    keep: Callable[[Registered], None],
) -> Registered:
    """Serve the page until the App is made."""
    from flask import Flask
    from werkzeug.serving import make_server

    from bot.github.registering import convert
    from bot.web.setup import create_setup

    webhook_url, port = where
    owner = _owner(called[0])
    ready, made = threading.Event(), []

    def keep_and_end(one: Registered) -> None:
        keep(one)
        made.append(one)
        ready.set()

    # The port has to be known before the page can say where GitHub sends the browser back.
    httpd = make_server("127.0.0.1", port, Flask("bot.web.setup"), threaded=False)
    here = f"http://127.0.0.1:{httpd.server_port}"
    form = _form(settings, (owner, called[1]), webhook_url, here)
    api_url, token = settings.github_api_url, secrets.token_urlsafe(24)
    httpd.app = create_setup(token, form, lambda code: convert(api_url, code), keep_and_end)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    tell(f"Open this page, once, in a browser on this machine:\n\n  {here}/setup?token={token}\n")
    came = ready.wait(WAIT_S)
    httpd.shutdown()  # returns once the last page was sent
    httpd.server_close()
    if not came:
        raise UserError("nobody created the App within an hour.", remedy="Start again.")
    return made[0]


def _form(settings: Settings, called: tuple[str, str], webhook_url: str, here: str) -> Form:
    """What the page puts to GitHub; `called` is the owner's part of the path, and the name."""
    from bot.github.registering import web_url
    from bot.settings.manifest import as_sent, load_manifest
    from bot.web.setup import Form

    owner, name = called
    manifest = load_manifest(settings.config_dir)
    return Form(
        f"{web_url(settings.github_api_url)}{owner}/settings/apps/new",
        as_sent(manifest, name or manifest.name, webhook_url, f"{here}/setup/done"),
        manifest,
        webhook_url,
    )


def _owner(org: str) -> str:
    """The part of GitHub's path that says whose the App is; "" for one's own."""
    if not org:
        return ""
    if not org.replace("-", "").isalnum() or not org.isascii():
        raise UserError(f"{org!r} is not an organisation's name.", remedy="Write it as in its URL.")
    return f"/organizations/{org}"
