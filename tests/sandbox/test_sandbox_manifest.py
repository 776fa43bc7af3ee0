from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from bot.sandbox import Sandbox
from bot.sandbox.manifest_api import faults_of
from tests.sandbox.asking import Client, HandClock

MANIFEST: dict[str, Any] = {
    "name": "My Reviewer",
    "url": "http://example.invalid",
    "redirect_url": "http://127.0.0.1:1/setup",
    "hook_attributes": {"url": "http://127.0.0.1:1/webhooks/github"},
    "default_permissions": {"pull_requests": "write", "issues": "read", "contents": "read"},
    "default_events": ["pull_request", "issue_comment"],
}


def posted(github: Sandbox, manifest: dict[str, Any]) -> requests.Response:
    return requests.post(
        f"{github.url}/settings/apps/new?state=s1",
        data={"manifest": json.dumps(manifest)},
        allow_redirects=False,
        timeout=5,
    )


def test_a_manifest_becomes_an_app_by_way_of_a_code(github: Sandbox) -> None:
    back = urlsplit(posted(github, MANIFEST).headers["Location"])
    query = parse_qs(back.query)
    assert (back.path, query["state"]) == ("/setup", ["s1"])
    conversions = f"/app-manifests/{query['code'][0]}/conversions"
    made = Client(github.url).post(conversions)
    assert made.status_code == 201
    assert made.json()["slug"] == "my-reviewer"
    app = github.world.apps[made.json()["id"]]
    assert (made.json()["pem"], made.json()["webhook_secret"]) == (
        app.private_key,
        app.webhook_secret,
    )
    assert Client(github.url).post(conversions).status_code == 404


def test_a_code_is_good_for_an_hour(github: Sandbox, clock: HandClock) -> None:
    code = parse_qs(urlsplit(posted(github, MANIFEST).headers["Location"]).query)["code"][0]
    clock.turn(hours=1)
    assert Client(github.url).post(f"/app-manifests/{code}/conversions").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"url": ""}, id="no address"),
        pytest.param({"hook_attributes": {"active": False}}, id="a hook without an address"),
        pytest.param({"default_events": ["installation"]}, id="an event that is always sent"),
        pytest.param({"default_permissions": {"pull_requests": "read"}}, id="no issues"),
        pytest.param({"default_events": ["push", "merge_group"]}, id="no merge queues"),
    ],
)
def test_a_manifest_is_refused_with(github: Sandbox, change: dict[str, Any]) -> None:
    assert list(faults_of(MANIFEST)) == []
    assert posted(github, MANIFEST | change).status_code == 422
    assert list(faults_of(MANIFEST | change))
