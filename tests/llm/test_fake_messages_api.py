"""The fake keeps the vendor's rules, or the adapter's tests would prove nothing."""

from typing import Any

import pytest
from anthropic.types import Message

from tests.fakes import messages_api


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
