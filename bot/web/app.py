"""The Flask application, made of its parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, Flask, Response
from werkzeug.exceptions import HTTPException

from bot.errors import ConfigError, RejectedDelivery
from bot.web.health import health
from bot.web.webhooks import Enqueue, webhooks

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def create_app(
    *,
    secrets: Sequence[str],
    enqueue: Enqueue,
    ready: Callable[[], tuple[str, ...]],
    own_app_id: int | None,
    own_slug: Callable[[], str] = str,
    pages: Sequence[Blueprint] = (),
) -> Flask:
    """The web process around `enqueue`, which stores what a delivery asks before it returns.

    `enqueue` raises UpstreamError or OSError when it cannot store; that is answered 503, and
    GitHub shows the delivery as failed. `ready` says in one sentence each what keeps this machine
    from working; empty: nothing does. `own_slug` tells the App's name in mentions; "" where it is
    not known, and commands then begin with /ai-review alone. `pages` are further ones, such as
    `metrics`. Raises ConfigError when there is no secret.
    """
    known = tuple(secret for secret in secrets if secret)
    if not known:
        raise ConfigError(
            "there is no webhook secret, and unsigned deliveries are never accepted.",
            remedy="Set WEBHOOK_SECRET to the secret in the App's settings.",
        )
    app = Flask("bot.web", static_folder=None)
    app.register_blueprint(webhooks(known, enqueue, own_app_id, own_slug))
    app.register_blueprint(health(ready))
    for each in pages:
        app.register_blueprint(each)
    app.register_error_handler(RejectedDelivery, _rejected)
    app.register_error_handler(HTTPException, _failed)
    app.after_request(_with_headers)
    return app


def _rejected(error: RejectedDelivery) -> tuple[dict[str, str], int]:
    return {"error": error.what, "remedy": error.remedy}, error.status


def _failed(error: HTTPException) -> tuple[dict[str, str], int]:
    code = error.code or 500
    return {"error": f"{error.name.lower()}.", "remedy": _REMEDIES.get(code, "")}, code


_REMEDIES = {
    404: "Send webhooks to /webhooks/github.",
    405: "Send webhooks with POST.",
    500: "The operator finds the cause in the log.",
}


def _with_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
