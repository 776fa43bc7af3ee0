"""The pages of `ai-review setup`, against a GitHub that makes the App."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.domain.app import Manifest, Registered
from bot.errors import UserError
from bot.github.registering import convert
from bot.sandbox import Sandbox
from bot.settings.manifest import as_sent, load_manifest
from bot.web.setup import COOKIE, Form, create_setup

TOKEN = "token-from-the-terminal"


@dataclass
class Desk:
    """The pages, and what they kept."""

    client: FlaskClient
    kept: list[Registered] = field(default_factory=list)

    def enter(self) -> TestResponse:
        self.client.get(f"/setup?token={TOKEN}")
        return self.client.get("/setup")

    def state(self) -> str:
        return re.search(r"\?state=([\w-]+)", self.enter().text)[1]  # type: ignore[index]


@pytest.fixture
def desk(github: Sandbox) -> Desk:
    return desk_for(github, load_manifest())


def desk_for(github: Sandbox, manifest: Manifest) -> Desk:
    sent = as_sent(
        manifest, "My Reviewer", "https://ai.example.org/webhooks/github", "http://x/setup/done"
    )
    form = Form(
        f"{github.url}/settings/apps/new", sent, manifest, "https://ai.example.org/webhooks/github"
    )
    kept: list[Registered] = []
    app = create_setup(TOKEN, form, lambda code: convert(github.url, code), kept.append)
    return Desk(app.test_client(), kept)


def pressed(page: str) -> str:
    """Press the button; the query with which GitHub sends the browser back."""
    action = unescape(re.search(r'action="([^"]+)"', page)[1])  # type: ignore[index]
    manifest = unescape(re.search(r'name="manifest" value="([^"]*)"', page)[1])  # type: ignore[index]
    back = requests.post(action, data={"manifest": manifest}, allow_redirects=False, timeout=5)
    return urlsplit(back.headers["Location"]).query


def test_a_click_makes_the_app_and_its_secrets_come_back(github: Sandbox, desk: Desk) -> None:
    done = desk.client.get(f"/setup/done?{pressed(desk.enter().text)}")
    assert done.status_code == 200
    [made] = desk.kept
    app = github.world.apps[made.id]
    assert (made.private_key, made.webhook_secret) == (app.private_key, app.webhook_secret)
    assert f"{made.url}/installations/new" in done.text
    assert app.private_key.splitlines()[1] not in done.text
    assert app.webhook_secret not in done.text
    assert app.hook_url == "https://ai.example.org/webhooks/github"
    assert dict(app.permissions) == dict(load_manifest().permissions)
    assert app.private_key.splitlines()[1] not in repr(made)


def test_nobody_without_the_token_or_its_cookie_sees_anything(desk: Desk) -> None:
    for address in ("/setup", "/setup?token=wrong", "/setup?token=", "/setup/done?state=&code=x"):
        assert desk.client.get(address).status_code == 404
    assert desk.enter().status_code == 200
    other = desk.client.application.test_client()
    assert other.get(f"/setup?token={TOKEN}").status_code == 404, "the token is good once"
    other.set_cookie(COOKIE, "guessed", path="/setup")
    assert other.get("/setup").status_code == 404


def test_a_state_is_good_once_and_only_the_newest(desk: Desk) -> None:
    old, new = desk.state(), desk.state()
    assert desk.client.get(f"/setup/done?state={old}&code=x").status_code == 403
    assert desk.client.get(f"/setup/done?state={new}&code=x").status_code == 403, "used up"
    assert desk.kept == []


def test_a_code_github_does_not_know_is_told_in_a_sentence(desk: Desk) -> None:
    state = desk.state()
    page = desk.client.get(f"/setup/done?state={state}&code=nonsense")
    assert page.status_code == 502
    assert "GitHub no longer knows the code" in page.text
    assert "ai-review setup" in page.text
    assert desk.kept == []


def test_every_page_is_gone_once_the_app_is_made(desk: Desk) -> None:
    query = pressed(desk.enter().text)
    desk.client.get(f"/setup/done?{query}")
    for address in ("/setup", f"/setup?token={TOKEN}", f"/setup/done?{query}"):
        assert desk.client.get(address).status_code == 404
    assert len(desk.kept) == 1


def test_what_the_manifest_says_cannot_break_out_of_the_page(github: Sandbox) -> None:
    said = """it's "quoted" </input><script>alert(1)</script>"""
    shipped = load_manifest()
    desk = desk_for(
        github,
        Manifest(
            shipped.name, shipped.url, said, False, {**shipped.permissions, said: said}, (said,)
        ),
    )
    page = desk.enter().text
    assert "<script>" not in page
    manifest = re.search(r'name="manifest" value="([^"]*)"', page)
    assert manifest is not None
    assert json.loads(unescape(manifest[1]))["description"] == said


def test_pages_load_nothing_and_may_only_send_to_github(github: Sandbox, desk: Desk) -> None:
    policy = desk.enter().headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith(f"form-action 'self' {github.url}")


@pytest.mark.parametrize("code", ["", "../../user", "a b", "x" * 101])
def test_a_code_that_is_none_is_never_sent(github: Sandbox, code: str) -> None:
    with pytest.raises(UserError):
        convert(github.url, code)
    assert [each for each in github.requests if "app-manifests" in each.path] == []


def test_the_state_goes_to_github_and_comes_back(desk: Desk) -> None:
    page = desk.enter().text
    state = re.search(r"\?state=([\w-]+)", page)
    assert state is not None
    assert parse_qs(pressed(page))["state"] == [state[1]]
