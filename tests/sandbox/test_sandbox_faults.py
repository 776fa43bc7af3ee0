from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest
import requests

from bot.sandbox import RepoScene, Sandbox
from tests.sandbox.asking import Client

PULL = "/repos/acme/shop/pulls/1"
REVIEW = {"body": "Read.", "event": "COMMENT"}


def test_a_fault_strikes_as_often_as_told_and_only_there(github: Sandbox, bot: Client) -> None:
    github.fault("GET", r"/pulls/1$", times=2, status=503)
    assert bot.get(f"{PULL}/files").status_code == 200
    assert [bot.get(PULL).status_code for _ in range(3)] == [503, 503, 200]


def test_a_fault_after_acceptance_has_done_the_work(
    github: Sandbox, repo: RepoScene, bot: Client
) -> None:
    github.fault("POST", "/reviews$", after_accept=True)
    assert bot.post(f"{PULL}/reviews", REVIEW).status_code == 502
    assert len(repo.pull(1).reviews) == 1
    github.fault("POST", "/reviews$")
    assert bot.post(f"{PULL}/reviews", REVIEW).status_code == 502
    assert len(repo.pull(1).reviews) == 1


@pytest.mark.parametrize("after", [True, False])
def test_a_dropped_connection_gives_no_answer(
    github: Sandbox, repo: RepoScene, bot: Client, after: bool
) -> None:
    github.fault("POST", "/reviews$", after_accept=after, drop_connection=True)
    with pytest.raises(requests.ConnectionError):
        bot.post(f"{PULL}/reviews", REVIEW)
    assert len(repo.pull(1).reviews) == int(after)
    assert github.requests[-1].status == 0
    assert bot.get(PULL).status_code == 200


def test_a_secondary_limit_says_how_long_to_wait(github: Sandbox, bot: Client) -> None:
    github.fault("*", ".", status=403, retry_after=30)
    refused = bot.get(PULL)
    assert refused.headers["Retry-After"] == "30"
    assert "secondary rate limit" in refused.json()["message"]


def test_a_page_where_json_was_due(github: Sandbox, bot: Client) -> None:
    github.fault("GET", ".", status=200, html=True)
    assert bot.get(PULL).headers["Content-Type"].startswith("text/html")


def test_silence_ends_with_the_sandbox(github: Sandbox, bot: Client) -> None:
    github.fault("GET", ".", status=None, hang_s=0.2)
    began = time.monotonic()
    assert bot.get(PULL).status_code == 200
    assert time.monotonic() - began >= 0.2
    github.fault("GET", ".", status=None, hang_s=60)
    with pytest.raises(requests.Timeout):
        requests.get(github.url + PULL, timeout=0.1)


def test_requests_are_counted_and_forgotten(github: Sandbox, bot: Client) -> None:
    github.forget_requests()
    bot.get(PULL)
    bot.post(f"{PULL}/reviews", REVIEW)
    told = [(r.method, r.path, r.status) for r in github.requests]
    assert told == [("GET", PULL, 200), ("POST", f"{PULL}/reviews", 200)]
    assert [r.method for r in github.writes] == ["POST"]
    github.forget_requests()
    assert github.requests == []


def test_it_serves_alone_and_says_where(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("alone")
    command = [sys.executable, "-m", "bot.sandbox", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as alone:
        try:
            assert alone.stdout is not None
            told = json.loads(alone.stdout.readline())
            assert requests.get(f"{told['url']}/meta", timeout=5).status_code == 200
            key = folder / "app.pem"
            assert key.stat().st_mode & 0o777 == 0o600
            assert told["private_key_path"] == str(key)
        finally:
            alone.terminate()
    assert alone.returncode == 0
