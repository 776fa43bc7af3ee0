"""A channel's events become signed deliveries at the receiver, and nothing else does."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, Response, redirect
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.serving import make_server

from bot.domain.asked import Asked, Delivery
from bot.errors import UpstreamError
from bot.web import create_app
from bot.web.smee import delivery, events, forward, new_channel

SECRET = "s" * 20
PAYLOAD = {
    "action": "opened",
    "pull_request": {"number": 9, "head": {"sha": "a" * 40}, "title": "naïve “words” \u2028 😀"},
    "repository": {"id": 5, "full_name": "octo/shop"},
    "installation": {"id": 3},
}


@contextmanager
def served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def raw(payload: Any) -> bytes:
    """As GitHub writes it."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def message(payload: Any = PAYLOAD, guid: str = "g-1") -> str:
    """As smee tells it: its own JSON of a delivery whose body it has read."""
    signature = hmac.new(SECRET.encode(), raw(payload), hashlib.sha256).hexdigest()
    return json.dumps(
        {
            "host": "smee.io",
            "x-github-event": "pull_request",
            "x-github-delivery": guid,
            "x-hub-signature-256": f"sha256={signature}",
            "content-type": "application/json",
            "body": payload,
            "query": {},
            "timestamp": 1,
        }
    )


def channel(*said: str, status: int = 200) -> Flask:
    """A channel that says this and ends, a few bytes at a time."""
    app = Flask("channel")
    stream = "".join(said).encode()

    @app.get("/abc")
    def listen() -> Response:
        pieces = (stream[at : at + 7] for at in range(0, len(stream), 7))
        return Response(pieces, status, mimetype="text/event-stream")

    @app.get("/new")
    def new() -> Any:
        return redirect("/abc")

    return app


def told(text: str) -> str:
    return f"id: 1\ndata: {text}\n\n"


def receiver(queued: list[tuple[Delivery, Asked]]) -> Flask:
    return create_app(
        secrets=[SECRET],
        enqueue=lambda delivery, asked: queued.append((delivery, asked)),
        ready=lambda: (),
        own_app_id=7,
    )


def test_a_delivery_comes_through_with_its_signature_intact() -> None:
    queued: list[tuple[Delivery, Asked]] = []
    said: list[str] = []
    stream = ("event: ready\ndata: {}\n\n", "event: ping\ndata: {}\n\n", told(message()))
    with served(channel(*stream)) as source, served(receiver(queued)) as here:
        forward(f"{source}/abc", f"{here}/webhooks/github", said.append)
    assert [each.id for each, _ in queued] == ["g-1"]
    assert said == ["pull_request g-1: 202"]


def test_what_somebody_else_puts_on_the_channel_is_refused_by_the_receiver() -> None:
    queued: list[tuple[Delivery, Asked]] = []
    said: list[str] = []
    forged = json.loads(message())
    forged["body"]["repository"]["full_name"] = "octo/other"
    stream = (told(json.dumps(forged)), told("no json"), told('{"body": 1}'), told(message()))
    with served(channel(*stream)) as source, served(receiver(queued)) as here:
        forward(f"{source}/abc", f"{here}/webhooks/github", said.append)
    assert [each.id for each, _ in queued] == ["g-1"]
    assert said == [
        "pull_request g-1: 403",
        "a message that is no delivery was left out",
        "a message that is no delivery was left out",
        "pull_request g-1: 202",
    ]


def test_a_receiver_that_is_away_is_told_and_the_channel_goes_on() -> None:
    said: list[str] = []
    with served(channel(told(message()), told(message(guid="g-2")))) as source:
        forward(f"{source}/abc", "http://127.0.0.1:9/webhooks/github", said.append)
    assert [each.partition(":")[0] for each in said] == ["pull_request g-1", "pull_request g-2"]
    assert all("redeliver it on GitHub" in each for each in said)


def test_a_channel_that_is_none_is_told_in_a_sentence() -> None:
    with (
        served(channel(status=404)) as source,
        pytest.raises(UpstreamError, match=r"404.*Check WEBHOOK_PROXY_URL"),
    ):
        forward(f"{source}/abc", "http://127.0.0.1:9", print)
    with pytest.raises(UpstreamError, match="cut off"):
        forward("http://127.0.0.1:9/abc", "http://127.0.0.1:9", print)


def test_a_new_channel_is_where_the_server_sends_us_and_on_that_server() -> None:
    with served(channel()) as source:
        assert new_channel(f"{source}/new") == f"{source}/abc"
        with pytest.raises(UpstreamError, match="no channel"):
            new_channel(f"{source}/abc")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_of_one_message_belong_together(end: str) -> None:
    stream = end.join(["data: one", "data:two", ": a comment", "retry: 5", "", "data: 3", "", ""])
    assert list(events(stream.encode().split(b"\n"))) == ["one\ntwo", "3"]


@given(st.binary(max_size=200))
@settings(max_examples=200)
def test_no_stream_of_bytes_breaks_the_reader(stream: bytes) -> None:
    for each in events(stream.split(b"\n")):
        request = delivery(each)
        assert request is None or request[1]["content-type"] == "application/json"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
)
@settings(max_examples=100)
def test_the_body_is_byte_for_byte_what_github_signed(value: Any) -> None:
    payload = {"value": value}
    found = delivery(message(payload))
    assert found is not None
    assert found[0] == raw(payload)
