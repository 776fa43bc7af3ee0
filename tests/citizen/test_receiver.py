"""Behaviours 1 to 10: what the receiver takes, refuses, and never loses."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from dbos import DBOS
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.engine.queues import Queues
from bot.errors import ConfigError, RejectedDelivery
from bot.intake.signature import verify
from bot.settings import load
from bot.store.database import migrate, open_database
from bot.web import create_app
from bot.web.webhooks import LARGEST_BODY
from bot.wiring import web
from tests.citizen.missing import Inbox

SECRET, OLDER = "newer" + "1" * 20, "older" + "2" * 20
GUID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
OPENED: dict[str, Any] = {
    "action": "opened",
    "pull_request": {"number": 9, "head": {"sha": "a" * 40}},
    "repository": {"id": 5, "full_name": "octo/shop"},
    "installation": {"id": 3},
}


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def client(inbox: Inbox) -> FlaskClient:
    return client_of(inbox)


def client_of(enqueue: Any, *secrets: str) -> FlaskClient:
    app = create_app(secrets=secrets or (SECRET,), enqueue=enqueue, ready=lambda: (), own_app_id=77)
    return app.test_client()


def signed(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def post(client: FlaskClient, body: object = OPENED, **headers: str | None) -> TestResponse:
    """Deliver it; a header that is None is left out."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent: dict[str, str | None] = {
        "Content-Type": "application/json",
        "X-GitHub-Event": "pull_request",
        "X-GitHub-Delivery": GUID,
        "X-Hub-Signature-256": signed(raw),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    kept = {name: value for name, value in sent.items() if value is not None}
    return client.post("/webhooks/github", data=raw, headers=kept)


SHA_1 = "sha1=" + hmac.new(SECRET.encode(), json.dumps(OPENED).encode(), hashlib.sha1).hexdigest()


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"X_Hub_Signature_256": signed(b"something else")}, id="wrong"),
        pytest.param({"X_Hub_Signature_256": None}, id="missing"),
        pytest.param({"X_Hub_Signature_256": None, "X_Hub_Signature": SHA_1}, id="sha-1 only"),
        pytest.param({"X_Hub_Signature_256": SHA_1}, id="sha-1 in its place"),
        pytest.param(
            {"X_Hub_Signature_256": signed(json.dumps(OPENED).encode())[:-1]}, id="truncated"
        ),
    ],
)
def test_01_a_signature_that_does_not_hold_is_refused_without_detail_and_nothing_is_queued(
    client: FlaskClient, inbox: Inbox, headers: dict[str, str | None]
) -> None:
    answer = post(client, **headers)
    assert 400 <= answer.status_code < 500
    for detail in ("octo", SECRET, "pull_request", signed(json.dumps(OPENED).encode())[7:]):
        assert detail not in answer.text
    assert inbox.held == []


def test_01_githubs_own_example_of_a_signature_holds() -> None:
    told = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    verify(b"Hello, World!", told, ("It's a Secret to Everybody",))
    with pytest.raises(RejectedDelivery):
        verify(b"Hello, World?", told, ("It's a Secret to Everybody",))


def test_02_the_signature_is_that_of_the_raw_bytes_and_comes_before_any_parsing(
    client: FlaskClient, inbox: Inbox
) -> None:
    reordered = json.dumps(dict(reversed(OPENED.items())), indent=1).encode()
    assert post(client, reordered, X_Hub_Signature_256=signed(reordered)).status_code == 202
    same = json.dumps(OPENED).encode()
    assert post(client, reordered, X_Hub_Signature_256=signed(same)).status_code == 403
    not_text = b'{"action": "\xff\xfe"}'
    assert post(client, not_text, X_Hub_Signature_256=signed(same)).status_code == 403
    assert post(client, not_text).status_code == 400  # signed, and only then looked at
    assert len(inbox.held) == 1


def test_03_without_a_webhook_secret_the_process_refuses_to_start(tmp_path: Path) -> None:
    bare = {"AI_REVIEW_HOME": str(tmp_path), "APP_ID": "7"}
    for secret in ({}, {"WEBHOOK_SECRET": ""}, {"WEBHOOK_SECRET": " , "}):
        with pytest.raises(ConfigError, match="WEBHOOK_SECRET is not set"):
            web(load({**bare, **secret}, env_file=None))


def test_04_either_of_two_secrets_holds_and_a_removed_one_does_not(inbox: Inbox) -> None:
    body = json.dumps(OPENED).encode()
    both = client_of(inbox, SECRET, OLDER)
    for secret in (SECRET, OLDER):
        assert post(both, X_Hub_Signature_256=signed(body, secret)).status_code == 202
    rotated = client_of(inbox, SECRET)
    assert post(rotated, X_Hub_Signature_256=signed(body, OLDER)).status_code == 403


@pytest.fixture
def url(tmp_path: Path) -> str:
    made = f"sqlite:///{tmp_path}/ai-review.db"
    migrate(made)
    DBOS.migrate(made)
    return made


def test_05_a_delivery_is_acknowledged_at_once_whatever_its_review_takes(url: str) -> None:
    """The receiver stores and answers; no code of a review is in its process."""
    client = client_of(Queues(url).deliver)
    post(client)  # opens what is opened once
    began = time.monotonic()
    answer = post(client, X_GitHub_Delivery="another")
    assert (answer.status_code, time.monotonic() - began < 1.0) == (202, True)


@pytest.fixture
def stored(url: str) -> Iterator[sa.Engine]:
    opened = open_database(url)
    yield opened
    opened.dispose()


def jobs(stored: sa.Engine) -> list[str]:
    with stored.connect() as connection:
        return list(connection.scalars(sa.text("select workflow_uuid from workflow_status")))


def test_06_the_same_guid_twice_is_one_job_and_one_that_was_not_stored_is_taken_again(
    url: str, stored: sa.Engine
) -> None:
    client = client_of(Queues(url).deliver)
    with stored.begin() as connection:
        connection.execute(sa.text("alter table workflow_status rename to elsewhere"))
    assert post(client).status_code == 503
    with stored.begin() as connection:
        connection.execute(sa.text("alter table elsewhere rename to workflow_status"))
    assert jobs(stored) == []
    assert post(client).status_code == 202
    assert post(client).status_code == 202
    assert jobs(stored) == [f"gh-{GUID}"]


def test_07_what_was_acknowledged_outlives_the_process(url: str, stored: sa.Engine) -> None:
    """It is in the file before the answer; tests/journeys/test_kills.py kills what comes after."""
    assert post(client_of(Queues(url).deliver)).status_code == 202
    assert jobs(stored) == [f"gh-{GUID}"]
    asked = Queues(url)._client.list_workflows(workflow_ids=[f"gh-{GUID}"])
    assert [each.status for each in asked] == ["ENQUEUED"]


@pytest.mark.parametrize("broken", ["locked away", "no table"])
def test_08_a_store_that_is_down_is_answered_503_so_that_github_records_a_failure(
    inbox: Inbox, tmp_path: Path, broken: str
) -> None:
    inbox.broken = True
    enqueue: Any = (
        inbox if broken == "locked away" else Queues(f"sqlite:///{tmp_path}/none.db").deliver
    )
    answer = post(client_of(enqueue))
    assert answer.status_code == 503
    assert "could not be stored" in (answer.json or {})["error"]


def test_09_a_body_of_24_mb_is_taken_and_one_beyond_25_mb_refused_before_it_is_read(
    client: FlaskClient, inbox: Inbox
) -> None:
    head = json.dumps(OPENED).encode()[:-1]
    large = head + b', "more": "' + b"x" * (24 * 1024 * 1024 - len(head)) + b'"}'
    assert post(client, large).status_code == 202
    for length in ({"CONTENT_LENGTH": str(10**10)}, {"wsgi.input_terminated": True}):
        endless = Endless()
        answer = client.open(
            "/webhooks/github",
            method="POST",
            environ_overrides={"wsgi.input": endless, **length},
            headers={"X-Hub-Signature-256": signed(b"")},
        )
        assert (answer.status_code, len(inbox.held)) == (413, 1)
        assert endless.taken <= LARGEST_BODY + (1 << 20)


class Endless(io.RawIOBase):
    """A body without an end, which counts what is read of it."""

    taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int:
        self.taken += len(room)
        room[:] = b" " * len(room)
        return len(room)


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("ping", {"zen": "Keep it simple.", "hook_id": 1}),
        ("star", {"action": "created"}),
        ("pull_request", {"action": "enqueued_for_something_new"}),
        ("installation", {"action": "created", "installation": None}),
        ("pull_request", {**OPENED, "installation": None}),
    ],
)
def test_10_what_asks_for_nothing_is_answered_2xx_and_has_no_effect(
    client: FlaskClient, inbox: Inbox, event: str, payload: dict[str, Any]
) -> None:
    answer = post(client, payload, X_GitHub_Event=event)
    assert answer.status_code == 200
    assert (answer.json or {})["ignored"]
    assert inbox.held == []


def test_05_many_deliveries_at_once_wait_for_nobodys_review(url: str, stored: sa.Engine) -> None:
    client = client_of(Queues(url).deliver)
    post(client)
    took: list[float] = []

    def one(nth: int) -> None:
        began = time.monotonic()
        assert (
            post(client.application.test_client(), X_GitHub_Delivery=f"d{nth}").status_code == 202
        )
        took.append(time.monotonic() - began)

    threads = [threading.Thread(target=one, args=(nth,)) for nth in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(took) == 8
    assert len(jobs(stored)) == 9
