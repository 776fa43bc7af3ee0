from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bot.sandbox import RepoScene, Sandbox
from bot.sandbox.webhooks import signature
from tests.sandbox.asking import Client, as_app


@dataclass
class Receiver:
    """Takes webhooks and answers `status`, once `open` is set."""

    url: str = ""
    status: int = 202
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    open: threading.Event = field(default_factory=threading.Event)

    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    taken = Receiver()
    taken.open.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.got.append((dict(self.headers), body))
            taken.open.wait(5)
            try:
                self.send_response(taken.status)
                self.end_headers()
            except OSError:
                pass  # the sender has given up waiting

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        taken.url = f"http://127.0.0.1:{server.server_port}/hooks"
        yield taken
        taken.open.set()
        server.shutdown()


def test_the_signature_is_githubs_own_example() -> None:
    told = signature("It's a Secret to Everybody", b"Hello, World!")
    assert told == "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


def test_a_delivery_is_signed_and_says_what_it_is(
    github: Sandbox, repo: RepoScene, receiver: Receiver
) -> None:
    github.deliver_to(receiver.url)
    sha = repo.push(1, {"x": "ü"})
    github.settle()
    [(headers, body)] = receiver.got
    secret = github.app.webhook_secret.encode()
    expected = hmac.new(secret, body, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature-256"] == f"sha256={expected}"
    assert headers["X-GitHub-Event"] == "pull_request"
    assert headers["User-Agent"].startswith("GitHub-Hookshot/")
    [told] = receiver.bodies()
    assert (told["action"], told["after"]) == ("synchronize", sha)
    assert told["installation"]["id"] == github.installation.id
    assert told["sender"]["login"] == "mia"
    [delivery] = github.deliveries
    assert (delivery.status, delivery.status_code) == ("OK", 202)
    assert delivery.guid == headers["X-GitHub-Delivery"]


def test_everything_that_happens_is_told(github: Sandbox, repo: RepoScene, bot: Client) -> None:
    github.install("acme")
    github.ping()
    repo.label(1, "big")
    repo.unlabel(1, "big")
    repo.edit(1, title="Another")
    repo.branch("release")
    repo.edit(1, base="release")
    repo.ready(1, draft=True)
    repo.ready(1)
    comment = repo.comment(1, "/ai-review", by="zed")
    repo.edit_comment(1, comment, "/ai-review full")
    made = {"name": "AI Review", "head_sha": repo.pull(1).head_sha}
    check = bot.post("/repos/acme/shop/check-runs", made).json()
    bot.post(f"/repos/acme/shop/check-runs/{check['id']}/rerequest")
    repo.rerequest(repo.pull(1).checks[0])
    repo.press(repo.pull(1).checks[0], "again")
    bot.patch(f"/repos/acme/shop/check-runs/{check['id']}", {"conclusion": "success"})
    comment = {"path": "src/cart.py", "line": 4, "body": "Look."}
    body = {"body": "Read.", "event": "COMMENT", "comments": [comment]}
    bot.post("/repos/acme/shop/pulls/1/reviews", body)
    repo.reply(1, repo.pull(1).comments[0].id, "Why?", by="mia")
    repo.close(1)
    repo.reopen(1)
    repo.force_push(1, {"x": "y"})
    told = [(event.name, event.payload.get("action")) for event in github.events]
    assert told == [
        ("pull_request", "opened"),
        ("installation", "created"),
        ("ping", None),
        ("pull_request", "labeled"),
        ("pull_request", "unlabeled"),
        ("pull_request", "edited"),
        ("pull_request", "edited"),
        ("pull_request", "converted_to_draft"),
        ("pull_request", "ready_for_review"),
        ("issue_comment", "created"),
        ("issue_comment", "edited"),
        ("check_run", "created"),
        ("check_run", "rerequested"),
        ("check_run", "rerequested"),
        ("check_run", "requested_action"),
        ("check_run", "completed"),
        ("pull_request_review_comment", "created"),
        ("pull_request_review_comment", "created"),
        ("pull_request", "closed"),
        ("pull_request", "reopened"),
        ("pull_request", "synchronize"),
    ]
    assert github.events[6].payload["changes"]["base"]["ref"]["from"] == "main"
    assert github.events[9].payload["issue"]["pull_request"]["url"].endswith("/pulls/1")


def test_an_app_hears_only_where_it_is_installed(github: Sandbox) -> None:
    repo = github.create_repo("other/place", installed=False)
    repo.commit("feature", {"x": "y"}, "Change")
    repo.open_pull("feature")
    assert github.events == []


def test_the_log_is_read_by_cursor_and_a_redelivery_keeps_its_guid(
    github: Sandbox, repo: RepoScene, receiver: Receiver
) -> None:
    github.deliver_to(receiver.url)
    receiver.status = 503
    for n in range(3):
        repo.push(1, {"x": str(n)})
    github.settle()
    app = as_app(github)
    first = app.get("/app/hook/deliveries?per_page=2")
    second = app.get(first.links["next"]["url"])
    assert [len(first.json()), len(second.json())] == [2, 1]
    assert "next" not in second.links
    failed = second.json()[0]
    assert (failed["status_code"], failed["status"]) == (503, "Invalid HTTP Response: 503")
    receiver.status = 200
    path = f"/app/hook/deliveries/{failed['id']}"
    assert app.post(f"{path}/attempts").status_code == 202
    github.settle()
    newest = app.get("/app/hook/deliveries").json()[0]
    assert newest["guid"] == failed["guid"]
    assert (newest["redelivery"], newest["status"]) == (True, "OK")
    assert newest["id"] > failed["id"]
    assert receiver.got[-1][0]["X-GitHub-Delivery"] == failed["guid"]
    whole = app.get(path).json()
    assert whole["request"]["payload"]["action"] == "synchronize"
    assert app.get("/app/hook/deliveries?status=failure").json()[0]["id"] != newest["id"]
    assert Client(github.url, github.app_token()).get("/app/hook/deliveries").status_code == 401


def test_no_answer_in_time_is_a_failure_without_a_code(
    github: Sandbox, repo: RepoScene, receiver: Receiver
) -> None:
    github.hooks.deadline_s = 0.05
    receiver.open.clear()
    github.deliver_to(receiver.url)
    repo.push(1, {"x": "y"})
    github.settle()
    receiver.open.set()
    github.deliver_to("http://127.0.0.1:9/hooks")
    repo.push(1, {"x": "z"})
    github.settle()
    late, refused = github.deliveries
    assert (late.status, late.status_code) == ("timed out", 0)
    assert (refused.status, refused.status_code) == ("failed to connect to host", 0)


def test_the_secret_can_be_changed_by_the_app(
    github: Sandbox, repo: RepoScene, receiver: Receiver
) -> None:
    app, fresh = as_app(github), "n" * 20
    assert app.patch("/app/hook/config", {"url": receiver.url, "secret": fresh}).status_code == 200
    assert app.get("/app/hook/config").json()["secret"] == "********"
    repo.push(1, {"x": "y"})
    github.settle()
    headers, body = receiver.got[0]
    assert headers["X-Hub-Signature-256"] == signature(fresh, body)


def test_a_hook_may_send_forms(github: Sandbox, repo: RepoScene, receiver: Receiver) -> None:
    github.app.content_type = "form"
    github.deliver_to(receiver.url)
    repo.push(1, {"x": "y"})
    github.settle()
    headers, body = receiver.got[0]
    assert body.startswith(b"payload=%7B")
    assert headers["X-Hub-Signature-256"] == signature(github.app.webhook_secret, body)
