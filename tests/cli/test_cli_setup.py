"""`ai-review setup`, `doctor` and `replay`, as an operator meets them."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
import requests

from bot.cli import setup as setup_command
from bot.sandbox import RepoScene, Sandbox
from bot.settings import load
from bot.settings.manifest import load_manifest
from bot.web import smee
from tests.cli.conftest import APP, RISKY, Run
from tests.fakes.model import FakeModel

ROOT = Path(__file__).parents[2]


def browsed(address: str) -> str:
    """What a person does in the browser; the last page."""
    browser = requests.Session()
    form = browser.get(address, timeout=10).text
    action = unescape(re.search(r'action="([^"]+)"', form)[1])  # type: ignore[index]
    manifest = unescape(re.search(r'name="manifest" value="([^"]*)"', form)[1])  # type: ignore[index]
    return browser.post(action, data={"manifest": manifest}, timeout=10).text


@pytest.mark.slow
def test_setup_makes_the_app_and_writes_what_serve_needs(github: Sandbox, tmp_path: Path) -> None:
    kept = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
    line = [sys.executable, "-m", "bot", "setup", "--port", "0"]
    line += ["--public-url", "https://ai.example.org", "--org", "acme", "--name", "Acme Review"]
    with subprocess.Popen(
        line,
        cwd=tmp_path,
        env={**kept, "GITHUB_API_URL": github.url, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        address = ""
        while "token=" not in address:
            address = process.stderr.readline().strip()
            assert process.poll() is None
        page = browsed(address)
        rest = process.stderr.read()
    assert process.returncode == 0, rest
    assert "The App is there" in page
    app = next(each for each in github.world.apps.values() if each.slug == "acme-review")
    assert (app.owner, app.hook_url) == ("acme", "https://ai.example.org/webhooks/github")
    env, key = tmp_path / ".env", tmp_path / ".ai-review" / "private-key.pem"
    assert [stat.S_IMODE(each.stat().st_mode) for each in (env, key)] == [0o600, 0o600]
    settings = load({}, env_file=env)
    assert settings.require_app() == (app.id, app.private_key)
    assert settings.require_webhook_secrets() == (app.webhook_secret,)
    assert settings.public_url == "https://ai.example.org"
    assert "installations/new" in rest
    assert app.webhook_secret not in rest


def test_setup_is_closed_once_it_is_done(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_ID", "12")
    said = run("setup", "--public-url", "https://ai.example.org")
    assert (said.code, said.err) == (
        2,
        "ai-review: this is set up already, as App 12. To make another one, take APP_ID out of "
        ".env (or the environment) first.\n",
    )


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "it is not known where GitHub reaches this machine. Say it with --public-url"),
        (("--public-url", "ftp://x"), "--public-url is not a web address."),
        (("--public-url", "https://x", "--smee"), "exclude each other"),
        (("--public-url", "https://x", "--org", "a/b"), "'a/b' is not an organisation's name."),
    ],
)
def test_setup_says_what_it_has_to_know(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    said = run("setup", *arguments)
    assert (said.code, why in said.err, said.err.count("\n")) == (2, True, 1)
    assert list(tmp_path.iterdir()) == []


def test_setup_for_a_laptop_asks_for_a_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smee, "new_channel", lambda: "https://smee.io/abc")
    more, address = setup_command._reached(load({}, env_file=None), "", smee=True)
    assert (more, address) == ({"WEBHOOK_PROXY_URL": "https://smee.io/abc"}, "https://smee.io/abc")


Operator = Callable[[], None]


@pytest.fixture
def operator(github: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Operator:
    """Sets all that the sandbox's App needs."""

    def sets() -> None:
        for name, value in (
            ("APP_ID", str(github.app.id)),
            ("PRIVATE_KEY", github.app.private_key),
            ("WEBHOOK_SECRET", github.app.webhook_secret),
            ("GITHUB_API_URL", github.url),
            ("AI_REVIEW_HOME", str(tmp_path / "home")),
        ):
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)

    return sets


def test_doctor_tells_each_problem_with_its_remedy(
    run: Run, github: Sandbox, operator: Operator, model: FakeModel
) -> None:
    operator()
    manifest = load_manifest()
    github.app.permissions = {**manifest.permissions, "checks": "read"}
    github.app.events = manifest.events
    github.app.hook_url = "https://ai.example.org/webhooks/github"
    github.install("acme")
    said = run("doctor", "--format", "json")
    found = {each["subject"]: each for each in json.loads(said.out)}
    assert said.code == 2
    assert found["app"]["said"] == "It lacks checks: write."
    assert found["key"]["state"] == found["webhook secret"]["state"] == "ok"
    assert found["webhook"]["state"] == "note"
    assert found["database"]["said"] == "The database does not answer."
    assert found["database"]["remedy"] == "Check DATABASE_URL and run `ai-review migrate`."
    assert {each["state"] for name, each in found.items() if name.startswith("model ")} == {"ok"}
    assert model.calls == [], "it must cost nothing"
    assert "ruff" in found["analysers"]["said"]
    assert github.writes == []
    assert github.app.webhook_secret not in said.out + said.err
    text = run("doctor").out
    assert "wrong app: It lacks checks: write.\n      On the App's settings page" in text


def test_doctor_without_anything_set_says_what_to_set(run: Run, tmp_path: Path) -> None:
    said = run("doctor")
    assert said.code == 2
    assert "wrong key: APP_ID is not set.\n      Copy it from the App's settings page." in said.out
    assert "WEBHOOK_SECRET is not set" in said.out
    assert "static analysers are the reviewers" in said.out


def test_doctor_tells_a_wrong_setting_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_ID", "twelve")
    said = run("doctor")
    assert said.code == 2
    assert said.out.startswith("wrong settings: APP_ID")


@pytest.fixture
def opened(github: Sandbox, operator: Operator) -> RepoScene:
    """A pull request whose delivery nobody took."""
    github.install("acme")
    repo = github.create_repo("acme/shop", {"app.py": APP})
    repo.branch("feature")
    repo.commit("feature", {"app.py": RISKY}, "Read what was kept")
    repo.open_pull("feature", title="Read what was kept", author="mia")
    github.person("mia", permission="write")
    operator()
    return repo


def stored(github: Sandbox, tmp_path: Path, *, whole: bool) -> Path:
    """The delivery as GitHub shows it, or its payload alone."""
    told = next(each for each in github.events if each.name == "pull_request")
    payload = json.loads(json.dumps(told.payload))
    path = tmp_path / "delivery.json"
    shown = {"event": "pull_request", "request": {"headers": {}, "payload": payload}}
    path.write_text(json.dumps(shown if whole else payload))
    return path


def test_replay_takes_a_delivery_the_whole_way_and_writes_nothing(
    run: Run, github: Sandbox, opened: RepoScene, tmp_path: Path
) -> None:
    said = run("replay", str(stored(github, tmp_path, whole=True)))
    assert said.code == 0, said.err
    assert "app.py:5  Unpickling runs code" in said.out
    assert "completed" in said.out
    assert "Nothing was written to GitHub" in said.err
    assert [each.path for each in github.writes if "access_tokens" not in each.path] == [
        each.path for each in github.writes if "graphql" in each.path
    ]
    assert (opened.pull(1).reviews, opened.pull(1).checks) == ([], [])
    assert not (tmp_path / "home").exists(), "it keeps nothing"


def test_replay_posts_where_it_is_told_to(
    run: Run, github: Sandbox, opened: RepoScene, tmp_path: Path
) -> None:
    path = stored(github, tmp_path, whole=False)
    said = run("replay", str(path), "--event", "pull_request", "--post")
    assert said.code == 0, said.err
    assert [each.conclusion for each in opened.pull(1).checks] == ["failure"]
    assert len(opened.pull(1).reviews) == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "is not JSON."),
        ("[]", "holds no delivery."),
        ("{}", "does not say which event it is."),
        (None, "cannot be read: No such file or directory."),
    ],
)
def test_replay_says_what_is_wrong_with_a_file(
    run: Run, tmp_path: Path, text: str | None, why: str
) -> None:
    path = tmp_path / "d.json"
    if text is not None:
        path.write_text(text)
    said = run("replay", str(path))
    assert (said.code, why in said.err, said.err.count("\n")) == (2, True, 1)


def test_replay_of_what_asks_nothing_says_why(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    path.write_text("{}")
    said = run("replay", str(path), "--event", "star")
    assert (said.code, said.out) == (0, "star: ignored, event star is not handled.\n")
