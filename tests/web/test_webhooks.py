import gzip
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from bot.domain.asked import (
    Asked,
    CancelRequest,
    Delivery,
    Grouped,
    ReviewRequest,
    Settled,
    Spoken,
    Uninstalled,
)
from bot.errors import ConfigError, UpstreamError
from bot.web import create_app
from tests.examples import examples

NEW, OLD = "new" + "1" * 20, "old" + "2" * 20
HEAD = "a" * 40
APP = 77
OPENED = {
    "action": "opened",
    "pull_request": {"number": 9, "head": {"sha": HEAD}, "title": "private words"},
    "repository": {"id": 5, "full_name": "octo/shop"},
    "installation": {"id": 3},
}
PACKED = Path(__file__).parents[1] / "fixtures" / "webhooks" / "examples.json.gz"
EXAMPLES = [
    pytest.param(event, example, id=f"{event}-{example.get('action')}-{number}")
    for event, examples in json.loads(gzip.decompress(PACKED.read_bytes())).items()
    for number, example in enumerate(examples)
]
LARGEST = 25 * 1024 * 1024


class Queue:
    """Keeps what was queued; `broken` is raised instead."""

    def __init__(self) -> None:
        self.held: list[tuple[Delivery, Asked]] = []
        self.broken: Exception | None = None

    def __call__(self, delivery: Delivery, asked: Asked) -> None:
        if self.broken is not None:
            raise self.broken
        self.held.append((delivery, asked))


def client_of(queue: Queue, *problems: str, slug: str = "") -> FlaskClient:
    app = create_app(
        secrets=(NEW, OLD),
        enqueue=queue,
        ready=lambda: problems,
        own_app_id=APP,
        own_slug=lambda: slug,
    )
    return app.test_client()


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture
def client(queue: Queue) -> FlaskClient:
    return client_of(queue)


def deliver(
    client: FlaskClient,
    event: str,
    body: object,
    secret: str = NEW,
    **headers: str | None,
) -> TestResponse:
    """Post `body` (bytes as they are, anything else as JSON), signed; None drops a header."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {
        "Content-Type": "application/json",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "X-Hub-Signature-256": "sha256="
        + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest(),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return client.post(
        "/webhooks/github", data=raw, headers={k: v for k, v in sent.items() if v is not None}
    )


def test_an_opened_pull_request_is_queued(client: FlaskClient, queue: Queue) -> None:
    answer = deliver(client, "pull_request", OPENED)
    assert (answer.status_code, answer.json) == (202, {"queued": "review octo/shop#9"})
    [(delivery, asked)] = queue.held
    assert delivery == Delivery("72d3162e-cc78-11e3-81ab-4c9367dc0958", "pull_request", "opened")
    assert isinstance(asked, ReviewRequest)
    assert (asked.pull.head_sha, asked.pull.installation_id) == (HEAD, 3)


COMMENTED = {
    "action": "created",
    "issue": {"number": 9, "state": "open", "pull_request": {}},
    "comment": {"id": 41, "body": "@acme-review full"},
    "repository": OPENED["repository"],
    "installation": OPENED["installation"],
    "sender": {"id": 21, "login": "mia", "type": "User"},
}


def test_a_command_is_queued_and_the_apps_name_counts_where_it_is_known(queue: Queue) -> None:
    unknown = deliver(client_of(queue), "issue_comment", COMMENTED)
    assert (unknown.status_code, unknown.json) == (200, {"ignored": "there is no command in it"})
    known = deliver(client_of(queue, slug="acme-review"), "issue_comment", COMMENTED)
    assert (known.status_code, known.json) == (202, {"queued": "spoken octo/shop#9"})
    [(_, asked)] = queue.held
    assert isinstance(asked, Spoken)


@pytest.mark.parametrize(("event", "payload"), EXAMPLES)
def test_every_example_delivery_is_accepted(event: str, payload: dict[str, Any]) -> None:
    queue = Queue()
    answer = deliver(client_of(queue), event, payload)
    assert answer.status_code in (200, 202), answer.json
    assert bool(queue.held) == (answer.status_code == 202)


def test_the_examples_ask_for_what_they_are_known_to_ask(client: FlaskClient, queue: Queue) -> None:
    for example in EXAMPLES:
        deliver(client, *example.values)
    kinds = [type(asked) for _, asked in queue.held]
    assert len(EXAMPLES) == 84
    assert {kind: kinds.count(kind) for kind in kinds} == {
        # 4 opened, 3 ready, 2 reopened, 1 pushed, 2 unlabelled; 3 of them tell a plain webhook
        ReviewRequest: 9,
        CancelRequest: 3,  # 2 closed, 3 made drafts; 2 of them tell a plain webhook
        Uninstalled: 4,  # 2 deleted, 1 suspended, 1 with repositories removed
        Settled: 2,  # 2 resolved, 1 unresolved; 1 of them tells a plain webhook
        Grouped: 2,
    }


def test_a_delivery_signed_with_the_older_secret_is_accepted(client: FlaskClient) -> None:
    assert deliver(client, "pull_request", OPENED, secret=OLD).status_code == 202


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"X_Hub_Signature_256": None}, 401, id="no-signature"),
        pytest.param(
            {"X_Hub_Signature_256": None, "X_Hub_Signature": "sha1=" + "0" * 40}, 401, id="sha-1"
        ),
        pytest.param({"X_Hub_Signature_256": "sha256=" + "0" * 64}, 403, id="wrong"),
    ],
)
def test_an_unsigned_delivery_is_refused_and_told_nothing(
    client: FlaskClient, queue: Queue, headers: dict[str, str | None], status: int
) -> None:
    answer = deliver(client, "pull_request", OPENED, **headers)
    assert answer.status_code == status
    assert set(answer.json or {}) == {"error", "remedy"}
    assert "octo" not in answer.text
    assert queue.held == []


def test_a_delivery_signed_with_a_removed_secret_is_refused(client: FlaskClient) -> None:
    assert deliver(client, "pull_request", OPENED, secret="removed" * 3).status_code == 403


def test_the_signature_is_checked_before_anything_is_read(client: FlaskClient) -> None:
    broken = deliver(client, "", b"{", secret="removed" * 3, X_GitHub_Delivery=None)
    assert broken.status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="cut-off"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"null", id="null"),
        pytest.param(b'{"a": "\xff"}', id="not-utf-8"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b'{"a": ' + b"9" * 5000 + b"}", id="huge-number"),
        pytest.param(b'{"action": "opened"}', id="fields-missing"),
    ],
)
def test_a_signed_body_that_is_no_payload_is_answered_400(client: FlaskClient, body: bytes) -> None:
    answer = deliver(client, "pull_request", body)
    assert answer.status_code == 400
    assert (answer.json or {})["remedy"]


@pytest.mark.parametrize("header", ["X_GitHub_Event", "X_GitHub_Delivery"])
@pytest.mark.parametrize("value", [None, "", "../x", "a" * 65])
def test_a_delivery_without_its_headers_is_answered_400(
    client: FlaskClient, header: str, value: str | None
) -> None:
    assert deliver(client, "pull_request", OPENED, **{header: value}).status_code == 400


def test_a_form_with_the_payload_in_it_is_read_too(client: FlaskClient) -> None:
    form = "application/x-www-form-urlencoded"
    body = urlencode({"payload": json.dumps(OPENED)}).encode()
    assert deliver(client, "pull_request", body, Content_Type=form).status_code == 202
    for wrong in (b"", b"a=b", b"&" * 20, b"payload=%7B"):
        assert deliver(client, "pull_request", wrong, Content_Type=form).status_code == 400


def test_what_asks_nothing_is_answered_200_with_the_reason(
    client: FlaskClient, queue: Queue
) -> None:
    assert deliver(client, "ping", {"zen": "x"}).json == {"ignored": "pong"}
    answer = deliver(client, "star", {"action": "created"})
    assert (answer.status_code, answer.json) == (200, {"ignored": "event star is not handled"})
    assert queue.held == []


@pytest.mark.parametrize("size", [LARGEST + 1, 26 * 1024 * 1024])
def test_a_body_beyond_25_mb_is_refused(client: FlaskClient, size: int) -> None:
    answer = deliver(client, "ping", b" " * size)
    assert answer.status_code == 413
    assert str(LARGEST) in (answer.json or {})["remedy"]


def test_a_body_of_25_mb_is_read(client: FlaskClient) -> None:
    body = b"{" + b" " * (LARGEST - 2) + b"}"
    assert deliver(client, "ping", body).status_code == 200


@pytest.mark.parametrize("broken", [UpstreamError("database is gone"), OSError("/secret/path")])
def test_what_cannot_be_stored_is_answered_503(
    client: FlaskClient, queue: Queue, broken: Exception
) -> None:
    queue.broken = broken
    answer = deliver(client, "pull_request", OPENED)
    assert answer.status_code == 503
    assert answer.json == {
        "error": "the delivery could not be stored.",
        "remedy": "Redeliver it once /readyz answers 200.",
    }
    queue.broken = None
    assert deliver(client, "pull_request", OPENED).status_code == 202


def test_a_fault_of_ours_is_answered_500_without_its_words(
    client: FlaskClient, queue: Queue, caplog
) -> None:
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    queue.broken = KeyError("private words")
    answer = deliver(client, "pull_request", OPENED)
    assert (answer.status_code, (answer.json or {})["error"]) == (500, "internal server error.")
    assert "private words" not in answer.text


def test_events_are_logged_and_payloads_are_not(client: FlaskClient, queue: Queue) -> None:
    with capture_logs() as logs:
        deliver(client, "pull_request", OPENED)
        deliver(client, "star", {})
        deliver(client, "pull_request", OPENED, secret="removed" * 3)
        queue.broken = OSError("private words")
        deliver(client, "pull_request", OPENED)
    assert [each["event"] for each in logs] == [
        "delivery_queued",
        "delivery_ignored",
        "delivery_rejected",
        "delivery_not_stored",
    ]
    assert "private words" not in repr(logs)


def test_without_a_secret_there_is_no_application() -> None:
    for secrets in ((), ("",)):
        with pytest.raises(ConfigError, match="secret"):
            create_app(secrets=secrets, enqueue=Queue(), ready=lambda: (), own_app_id=APP)


def json_values(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(of, max_size=3) | st.dictionaries(KEYS, of, max_size=4)


KEYS = st.sampled_from(
    [
        "action",
        "pull_request",
        "number",
        "head",
        "sha",
        "repository",
        "id",
        "full_name",
        "app",
        "installation",
        "check_run",
        "external_id",
        "check_suite",
        "pull_requests",
        "base",
        "repo",
        "changes",
        "label",
        "name",
        "repositories_removed",
        "issue",
        "comment",
        "review",
        "thread",
        "comments",
        "body",
        "sender",
        "login",
        "state",
        "merge_group",
        "head_sha",
    ]
) | st.text(max_size=3)
WORDS = st.sampled_from(
    ["opened", "edited", "rerequested", "removed", "deleted", HEAD, "o/r", "/ai-review", "open"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | WORDS,
    json_values,
    max_leaves=12,
)
EVENTS = st.sampled_from(
    [
        "pull_request",
        "check_run",
        "check_suite",
        "installation",
        "installation_repositories",
        "ping",
        "issue_comment",
        "pull_request_review_comment",
        "pull_request_review",
        "pull_request_review_thread",
        "merge_group",
    ]
)
ACTIONS = st.sampled_from(
    ["opened", "edited", "labeled", "rerequested", "removed", "created", "submitted", "resolved"]
)
FUZZED = client_of(Queue())


@examples(150)
@given(EVENTS, ACTIONS, JSON)
def test_no_json_is_answered_500(event: str, action: str, payload: object) -> None:
    body = {"action": action, **payload} if isinstance(payload, dict) else payload
    assert deliver(FUZZED, event, body).status_code in (200, 202, 400)


@examples(150)
@given(st.data(), st.sampled_from([each.values for each in EXAMPLES]), JSON)
def test_no_change_to_a_real_payload_is_answered_500(
    data: st.DataObject, example: tuple[str, dict[str, Any]], other: object
) -> None:
    event, payload = example
    name = data.draw(st.sampled_from(sorted(payload)))
    body = {**payload, name: other}
    assert deliver(FUZZED, event, body).status_code in (200, 202, 400)
