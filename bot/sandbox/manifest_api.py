"""Registering an App from a manifest: the form, the way back, the exchange of the code."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, request

from bot.sandbox.access import make_key
from bot.sandbox.answers import Refused, not_found
from bot.sandbox.asking import Answer, asked
from bot.sandbox.state import App

api = Blueprint("manifest", __name__)
LIFETIME = timedelta(hours=1)
ALWAYS_SENT = ("installation", "installation_repositories", "installation_target")
BACKED_BY = {
    "check_run": "checks",
    "check_suite": "checks",
    "issue_comment": "issues",
    "merge_group": "merge_queues",
    "pull_request": "pull_requests",
    "pull_request_review": "pull_requests",
    "pull_request_review_comment": "pull_requests",
    "pull_request_review_thread": "pull_requests",
    "push": "contents",
}


@api.post("/settings/apps/new")
@api.post("/organizations/<owner>/settings/apps/new")
def register(owner: str = "mia") -> Any:
    """Register the App the form's `manifest` describes and send the person back with a code."""
    ask = asked()
    try:
        manifest = json.loads(request.form.get("manifest", ""))
    except ValueError as error:
        raise Refused(422, "The manifest is not JSON.") from error
    if wrong := list(faults_of(manifest)):
        raise Refused(422, "Invalid GitHub App configuration", wrong)
    now, number = ask.world.clock(), ask.world.next_id()
    app = App(
        id=number,
        slug=manifest["name"].lower().replace(" ", "-"),
        owner=owner,
        private_key=make_key(),
        webhook_secret=secrets.token_hex(20),
        permissions=dict(manifest.get("default_permissions", {})),
        events=tuple(manifest.get("default_events", ())),
        created_at=now,
        hook_url=manifest.get("hook_attributes", {}).get("url"),
    )
    ask.world.apps[number] = app
    code = secrets.token_hex(20)
    ask.world.manifests[code] = app, now + LIFETIME
    back = {"code": code} | {k: v for k, v in request.args.items() if k == "state"}
    return redirect(f"{manifest['redirect_url']}?{urlencode(back)}")


def faults_of(manifest: Any) -> Iterator[str]:
    """Why GitHub would not take a manifest; nothing when it would."""
    if not isinstance(manifest, dict):
        yield "The manifest is no object."
        return
    for name in ("name", "url", "redirect_url"):
        if not manifest.get(name):
            yield f"{name} can't be blank"
    if "hook_attributes" in manifest and not manifest["hook_attributes"].get("url"):
        yield "Hook url can't be blank"
    permissions = manifest.get("default_permissions", {})
    for event in manifest.get("default_events", ()):
        if event in ALWAYS_SENT:
            yield f"Default events are not supported by permissions: {event}"
        elif BACKED_BY.get(event, event) not in permissions:
            yield f"Default events unsupported: {event} needs {BACKED_BY.get(event, 'more')}"


@api.post("/app-manifests/<code>/conversions")
def convert(code: str) -> Answer:
    """Exchange a code, once and within the hour, for the App's secrets."""
    ask = asked()
    app, until = ask.world.manifests.pop(code, (None, ask.world.clock()))
    if app is None or until <= ask.world.clock():
        raise not_found()
    return ask.view.app(app) | {
        "client_secret": secrets.token_hex(20),
        "webhook_secret": app.webhook_secret,
        "pem": app.private_key,
    }, 201
