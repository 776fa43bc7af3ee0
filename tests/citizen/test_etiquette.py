"""How the App behaves as a guest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import yaml

from bot.intake.route import ALWAYS_SENT, HANDLED, OPTIONAL
from bot.sandbox import Sandbox
from bot.sandbox.manifest_api import BACKED_BY, faults_of
from tests.sandbox.asking import Client

APP_YML = Path(__file__).parents[2] / "app.yml"


def manifest(text: str) -> dict[str, Any]:
    """What GitHub is sent: app.yml and the addresses only the operator knows."""
    return yaml.safe_load(text) | {
        "redirect_url": "http://127.0.0.1:1/setup",
        "hook_attributes": {"url": "http://127.0.0.1:1/webhooks/github"},
    }


def optional(text: str) -> str:
    """app.yml with what it keeps commented out."""
    return text.replace("  # merge_queues:", "  merge_queues:").replace("  # - merge", "  - merge")


def test_52_github_takes_the_manifest_and_every_event_is_backed_by_a_permission(
    github: Sandbox,
) -> None:

    sent = manifest(APP_YML.read_text(encoding="utf-8"))
    assert set(sent["default_events"]).isdisjoint(ALWAYS_SENT)
    assert {BACKED_BY[event] for event in sent["default_events"]} <= set(
        sent["default_permissions"]
    )
    back = requests.post(
        f"{github.url}/settings/apps/new?state=s1",
        data={"manifest": json.dumps(sent)},
        allow_redirects=False,
        timeout=5,
    )
    code = parse_qs(urlsplit(back.headers["Location"]).query)["code"][0]
    made = Client(github.url).post(f"/app-manifests/{code}/conversions").json()
    app = github.world.apps[made["id"]]
    assert app.hook_url == "http://127.0.0.1:1/webhooks/github"
    assert set(app.events) == set(HANDLED) - {*ALWAYS_SENT, *OPTIONAL}


@pytest.mark.parametrize(
    "spoilt",
    [
        {"hook_attributes": {"active": True}},
        {"default_events": ["installation"]},
        {"default_permissions": {"pull_requests": "write", "checks": "write"}},
    ],
)
def test_52_a_manifest_that_lacks_any_of_it_would_be_refused(spoilt: dict[str, object]) -> None:
    assert list(faults_of(manifest(APP_YML.read_text(encoding="utf-8")) | spoilt))


def test_52_the_optional_part_is_backed_too() -> None:
    text = optional(APP_YML.read_text(encoding="utf-8"))
    sent = manifest(text)
    assert set(sent["default_events"]) == set(HANDLED) - set(ALWAYS_SENT)
    assert list(faults_of(sent)) == []


def test_the_sandboxs_app_is_the_one_of_the_manifest(github: Sandbox) -> None:
    sent = manifest(APP_YML.read_text(encoding="utf-8"))
    assert set(github.app.events) == set(sent["default_events"])
    assert {"metadata": "read", **github.app.permissions} == sent["default_permissions"]
