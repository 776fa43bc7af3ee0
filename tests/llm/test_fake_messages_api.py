"""The fake keeps the vendor's rules, or the adapter's tests would prove nothing."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from typing import Any

import pytest
from anthropic.types import Message, MessageTokensCount

from tests.fakes import messages_api
from tests.fakes.model import FakeModel
from tests.fakes.script import ANYONE, COUNT


def test_the_fakes_answers_are_the_vendors() -> None:
    body = {"model": "claude-sonnet-5-5", "messages": [{"role": "user", "content": "hi"}]}
    for stop in ("end_turn", "max_tokens", "refusal"):
        usage = messages_api.Cache().usage(body, "text")
        answer = messages_api.message(1, body, "text", stop, usage)
        read = Message.model_validate(answer)
        assert read.stop_reason == stop
        assert read.usage.output_tokens == 1


def request(**more: Any) -> dict[str, Any]:
    message = {"role": "user", "content": "hi"}
    return {"model": "claude-sonnet-5-5", "max_tokens": 9, "messages": [message], **more}


LOOSE = {"type": "object", "properties": {}}
STRICT = {**LOOSE, "additionalProperties": False}


def shaped(schema: Any, **more: Any) -> dict[str, Any]:
    return request(output_config={"format": {"type": "json_schema", "schema": schema}}, **more)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(request(), None, id="plain"),
        pytest.param(shaped(STRICT), None, id="structured"),
        pytest.param(request(temperature=1), 400, id="temperature"),
        pytest.param(request(top_k=1), 400, id="top_k"),
        pytest.param(request(tool_choice={"type": "any"}), 400, id="forced tool"),
        pytest.param(request(tool_choice={"type": "auto"}), None, id="free tool"),
        pytest.param(request(model="claude-2"), 404, id="unknown model"),
        pytest.param(request(output_config={"effort": "huge"}), 400, id="effort"),
        pytest.param(shaped(LOOSE), 400, id="open object"),
        pytest.param(shaped({"type": "integer", "minimum": 1}), 400, id="unsupported keyword"),
        pytest.param(shaped(STRICT, max_tokens=0), 400, id="warming with a schema"),
        pytest.param({"model": "claude-sonnet-5-5"}, 400, id="fields missing"),
    ],
)
def test_the_fake_refuses_what_the_vendor_refuses(body: dict[str, Any], status: int | None) -> None:
    headers = {"x-api-key": "k", "anthropic-version": messages_api.VERSION}
    refusal = messages_api.refusal_of(headers, body)
    assert (refusal.status if refusal else None) == status


def test_the_fake_wants_a_key() -> None:
    refusal = messages_api.refusal_of({"anthropic-version": messages_api.VERSION}, request())
    assert refusal is not None
    assert refusal.status == 401


@pytest.mark.parametrize(
    ("more", "status"),
    [
        pytest.param({}, None, id="plain"),
        pytest.param({"max_tokens": 9}, 400, id="length of an answer"),
        pytest.param({"temperature": 1}, 400, id="temperature"),
        pytest.param({"model": "claude-2"}, 404, id="unknown model"),
        pytest.param({"messages": []}, 400, id="no messages"),
        pytest.param({"output_config": {"effort": "huge"}}, 400, id="effort"),
    ],
)
def test_a_count_is_refused_like_a_message(more: dict[str, Any], status: int | None) -> None:
    body = {key: value for key, value in request().items() if key != "max_tokens"} | more
    headers = {"x-api-key": "k", "anthropic-version": messages_api.VERSION}
    refusal = messages_api.refusal_of(headers, body, counting=True)
    assert (refusal.status if refusal else None) == status


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, "authentication_error"),
        (418, "api_error"),
        (429, "rate_limit_error"),
        (500, "api_error"),
        (504, "timeout_error"),
        (529, "overloaded_error"),
    ],
)
def test_errors_are_of_the_vendors_types(status: int, kind: str) -> None:
    assert messages_api.error_of(status, "no").body("req_1") == {
        "type": "error",
        "error": {"type": kind, "message": "no"},
        "request_id": "req_1",
    }


def asked_by(name: str) -> dict[str, Any]:
    """A request whose last block says who asks."""
    return request(messages=[{"role": "user", "content": [{"type": "text", "text": name}]}])


def post(
    model: FakeModel, body: dict[str, Any], path: str = "/v1/messages"
) -> tuple[int, dict[str, Any]]:
    """Status and body of an answer."""
    headers = {"authorization": "Bearer k", "anthropic-version": messages_api.VERSION}
    sent = urllib.request.Request(model.url + path, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(sent, timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_what_is_counted_is_what_is_billed() -> None:
    body = asked_by("Reviewer: security\n" + "words " * 5000)
    counted = {key: value for key, value in body.items() if key != "max_tokens"}
    with FakeModel() as model:
        _, count = post(model, counted, "/v1/messages/count_tokens")
        _, answer = post(model, body)
        [seen] = model.counts
    assert MessageTokensCount.model_validate(count).input_tokens == answer["usage"]["input_tokens"]
    assert count["input_tokens"] > 5000
    assert seen.reviewer == "security"
    assert [call.reviewer for call in model.calls] == ["security"]
    assert model.together == 1


def test_counts_and_messages_are_scripted_apart() -> None:
    body = asked_by("Reviewer: security")
    counted = {key: value for key, value in body.items() if key != "max_tokens"}
    with FakeModel() as model:
        model.fail(COUNT, 429, times=1)
        model.fail(ANYONE, 503)
        seen = [post(model, counted, "/v1/messages/count_tokens")[0] for _ in range(2)]
        assert (seen, post(model, body)[0]) == ([429, 200], 503)
        assert [each.status for each in model.counts] == [429, 200]


def test_whoever_has_no_act_left_does_what_anyone_does() -> None:
    with FakeModel() as model:
        model.say("security", "mine", times=1)
        model.say(ANYONE, "all", times=2)
        asked = [asked_by(f"Reviewer: {name}") for name in ("security", "security", "voter", "x")]
        said = [post(model, body)[1]["content"][0]["text"] for body in asked]
    assert said == ["mine", "all", "all", '{"findings": []}']


def test_a_reply_that_breaks_is_the_tests_to_mend() -> None:
    def broken(body: dict[str, Any]) -> str:
        return str(body["no such key"])

    def journey() -> None:
        with FakeModel() as model:
            model.reply("", broken)
            with pytest.raises(ConnectionError):
                post(model, request())

    with pytest.raises(KeyError, match="no such key"):
        journey()


@pytest.mark.parametrize("middle", [False, True], ids=["before", "amid"])
@pytest.mark.parametrize("how", ["drop", "sever"])
def test_a_connection_ends_as_it_is_told(how: str, middle: bool) -> None:
    with FakeModel() as model, socket.create_connection(model._server.server_address) as wire:  # type: ignore[arg-type]
        getattr(model, how)("", text="middle" if middle else "")
        body = json.dumps(request()).encode()
        head = f"authorization: k\r\nanthropic-version: 1\r\ncontent-length: {len(body)}\r\n"
        wire.sendall(b"POST /v1/messages HTTP/1.1\r\n" + head.encode() + b"\r\n" + body)
        got, reset = b"", False
        try:
            while part := wire.recv(65_536):
                got += part
        except ConnectionResetError:
            reset = True
    assert (bool(got), reset) == (middle, how == "sever")
