"""The pages of `ai-review setup`: one form to GitHub, and the way back. Served to nobody else.

Who opens them first needs the token from the terminal, once; from then on a cookie stands for it.
GitHub sends the browser back with a `state` that is bound to that cookie and good once. Once the
App is made every page is gone.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from hmac import compare_digest
from html import escape
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from bot.domain.app import Manifest, Registered
from bot.errors import BotError

COOKIE = "ai-review-setup"
MEANS = {
    "metadata": "always needed; also answers who may write",
    "contents": "files, and the repository's own settings",
    "pull_requests": "the review, its comments, answers to commands",
    "issues": "being told of comments",
    "checks": "the check run and its Re-run button",
    "merge_queues": "our check in a merge queue",
}
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem;
  color: #1f2328; background: #fff }
h1 { font-size: 1.6rem } table { border-collapse: collapse; width: 100%; margin: 1rem 0 }
td, th { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #d1d9e0 }
button { font: inherit; padding: .5rem 1.1rem; border: 0; border-radius: 6px; color: #fff;
  background: #1f883d; cursor: pointer } code { background: #f0f2f4; padding: .1rem .3rem }
a { color: #0550ae }
"""


@dataclass(frozen=True, slots=True)
class Form:
    """What is put to GitHub. `address` is GitHub's page for new Apps, `manifest` its JSON."""

    address: str
    manifest: str
    asks: Manifest
    webhook_url: str


@dataclass(slots=True)
class Door:
    """What has been used up. `token` "": it was."""

    token: str
    cookie: str = ""
    state: str = ""
    shut: bool = False
    failed: list[str] = field(default_factory=list)


def create_setup(
    token: str,
    form: Form,
    convert: Callable[[str], Registered],
    keep: Callable[[Registered], None],
) -> Flask:
    """The application. `convert` exchanges GitHub's code, `keep` writes what came of it."""
    app = Flask("bot.web.setup", static_folder=None)
    door = Door(token)

    @app.get("/setup")
    def begin() -> AnyResponse:
        given = request.args.get("token", "")
        if given and door.token and compare_digest(given.encode(), door.token.encode()):
            door.token, door.cookie = "", secrets.token_urlsafe(32)
            there = redirect("/setup")
            there.set_cookie(COOKIE, door.cookie, httponly=True, samesite="Lax", path="/setup")
            return there
        _let_in(door)
        door.state = secrets.token_urlsafe(32)
        return _page("Create the App", _form(form, door.state))

    @app.get("/setup/done")
    def done() -> AnyResponse:
        _let_in(door)
        state, door.state = door.state, ""  # good once, right or wrong
        given = request.args.get("state", "")
        if not state or not compare_digest(given.encode(), state.encode()):
            return _page("That did not come from here", _AGAIN, 403)
        try:
            made = convert(request.args.get("code", ""))
            keep(made)
        except BotError as error:
            structlog.get_logger().warning("app_not_made", why=str(error))
            return _page("The App could not be made", f"<p>{escape(str(error))}</p>", 502)
        door.shut = True
        return _page("The App is there", _made(made))

    app.after_request(_guarded(form.address))
    return app


def _let_in(door: Door) -> None:
    """404 for everybody but the browser that had the token, and for it once the App is made."""
    given = request.cookies.get(COOKIE, "")
    known = door.cookie and compare_digest(given.encode(), door.cookie.encode())
    if door.shut or not known:
        abort(404)


def _guarded(address: str) -> Callable[[Response], Response]:
    parts = urlsplit(address)
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; "
        f"form-action 'self' {parts.scheme}://{parts.netloc}"
    )

    def guard(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Security-Policy"] = policy
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return guard


def _page(title: str, body: str, status: int = 200) -> Response:
    html = (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{STYLE}</style>\n<h1>{escape(title)}</h1>\n{body}\n</html>\n"
    )
    return Response(html, status, mimetype="text/html")


def _form(form: Form, state: str) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(name)}: {escape(level)}</code><td>{escape(MEANS.get(name, ''))}"
        for name, level in form.asks.permissions.items()
    )
    return (
        "<p>GitHub shows the App once more before it makes it, and lets you choose its name. "
        "It asks for no more than this:</p>"
        f"<table><tr><th>permission<th>for{rows}</table>"
        f"<p>It is told of: {escape(', '.join(form.asks.events))}.<br>"
        f"Deliveries go to <code>{escape(form.webhook_url)}</code>.</p>"
        f'<form method="post" action="{escape(form.address)}?state={escape(state)}">'
        f'<input type="hidden" name="manifest" value="{escape(form.manifest)}">'
        "<button>Create the App on GitHub</button></form>"
    )


def _made(made: Registered) -> str:
    address = f"{made.url}/installations/new"
    link = (
        f'<a href="{escape(address)}">Install it</a>'
        if address.startswith(("https://", "http://"))
        else "Install it"
    )
    return (
        f"<p><code>{escape(made.slug)}</code> is App {made.id}; its key and secret are written on "
        f"your machine.</p><p>{link} on the repositories it should review, then run "
        "<code>ai-review serve</code>. This page is gone now.</p>"
    )


_AGAIN = "<p>Nothing was changed. Start again with <code>ai-review setup</code>.</p>"
