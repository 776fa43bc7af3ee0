"""`POST /webhooks/github`: size, signature over the raw bytes, meaning, queue; in this order."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qs

import structlog
from flask import Blueprint, request
from werkzeug.exceptions import RequestEntityTooLarge

from bot.domain.about import about
from bot.domain.asked import Asked, Delivery, Grouped, Ignored, Uninstalled
from bot.errors import RejectedDelivery, UpstreamError
from bot.intake.route import route
from bot.intake.signature import verify
from bot.intake.talk import TALK

Enqueue = Callable[[Delivery, Asked], None]
Answer = tuple[dict[str, str], int]

LARGEST_BODY = 25 * 1024 * 1024
"""Bytes. GitHub does not deliver anything larger."""

log = structlog.get_logger("bot.web")


def webhooks(
    secrets: Sequence[str], enqueue: Enqueue, app_id: int | None, slug: Callable[[], str]
) -> Blueprint:
    """The route for deliveries. `app_id` and `slug` are our App's; "": its name is not known.

    `slug` is asked when somebody may have said something.
    """
    hooks = Blueprint("webhooks", __name__)

    def read(event: str, delivery_id: str) -> tuple[dict[str, Any], Asked | Ignored]:
        """The payload and what it asks of us. Raises RejectedDelivery, which is logged."""
        try:
            body = _body()
            verify(body, request.headers.get("X-Hub-Signature-256", ""), secrets)
            if not event or not delivery_id:
                raise RejectedDelivery(
                    "X-GitHub-Event or X-GitHub-Delivery is missing.",
                    remedy="Send both, as GitHub does.",
                )
            payload = _payload(body)
            name = slug() if event in TALK else ""
            return payload, _of_an_installation(route(event, payload, app_id, name))
        except RejectedDelivery as error:
            log.warning("delivery_rejected", why=error.what, status=error.status)
            raise

    @hooks.post("/webhooks/github")
    def webhook() -> Answer:
        event, delivery_id = _header("X-GitHub-Event"), _header("X-GitHub-Delivery")
        with structlog.contextvars.bound_contextvars(delivery=delivery_id, event_name=event):
            payload, asked = read(event, delivery_id)
            if isinstance(asked, Ignored):
                log.info("delivery_ignored", why=asked.reason)
                return {"ignored": asked.reason}, 200
            with structlog.contextvars.bound_contextvars(**about(asked)):
                delivery = Delivery(delivery_id, event, str(payload.get("action", "")))
                return _queued(enqueue, delivery, asked)

    return hooks


def _queued(enqueue: Enqueue, delivery: Delivery, asked: Asked) -> Answer:
    try:
        enqueue(delivery, asked)
    except (UpstreamError, OSError) as error:
        log.error("delivery_not_stored", kind=type(error).__name__)  # its words may hold paths
        return {
            "error": "the delivery could not be stored.",
            "remedy": "Redeliver it once /readyz answers 200.",
        }, 503
    log.info("delivery_queued", kind=asked.kind)
    return {"queued": _in_words(asked)}, 202


def _of_an_installation(asked: Asked | Ignored) -> Asked | Ignored:
    """What is asked, unless nobody could do it: only an installation gives the App a token."""
    if isinstance(asked, Ignored):
        return asked
    of = asked if isinstance(asked, Uninstalled | Grouped) else asked.pull
    if of.installation_id is not None:
        return asked
    return Ignored("it names no installation of the App")


def _body() -> bytes:
    # One byte more is let in: a body of unknown length that fills it is too long, not just cut.
    request.max_content_length = LARGEST_BODY + 1
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        body = None
    if body is None or len(body) > LARGEST_BODY:
        raise RejectedDelivery(
            "the body is too large.", remedy=f"Send at most {LARGEST_BODY} bytes.", status=413
        )
    return body


def _header(name: str) -> str:
    """A header's value if it is one plain word, else ""."""
    value = request.headers.get(name, "")
    return value if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", value) else ""


def _payload(body: bytes) -> dict[str, Any]:
    """The JSON object in a body that is JSON, or a form with the JSON in its field `payload`."""
    text = body
    if request.mimetype == "application/x-www-form-urlencoded":
        try:
            fields = parse_qs(body, strict_parsing=True, max_num_fields=10)
        except ValueError:
            fields = {}
        text = fields.get(b"payload", [b""])[0]
    try:
        payload = json.loads(text)
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict):
        raise RejectedDelivery(
            "the body is not a JSON object.",
            remedy="Choose application/json as the content type in the App's settings.",
        )
    return payload


def _in_words(asked: Asked) -> str:
    if isinstance(asked, Uninstalled):
        return f"{asked.kind} {asked.installation_id}"
    if isinstance(asked, Grouped):
        return f"{asked.kind} {asked.repo}"
    return f"{asked.kind} {asked.pull.repo}#{asked.pull.number}"
