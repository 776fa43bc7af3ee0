"""What the Messages API of version 2026-10-21 accepts and how it counts, without a network.

Written from the vendor's documents and the SDK's types, not from bot/, so that it can contradict
the adapter.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

VERSION = "2026-10-21"

NEWEST = frozenset(
    {
        "claude-fable-5-2",
        "claude-fable-5-1",
        "claude-mythos-5-2",
        "claude-opus-5-5",
        "claude-sonnet-5-5",
        "claude-haiku-5-5",
    }
)
KNOWN = NEWEST | {"claude-opus-5", "claude-sonnet-5", "claude-sonnet-4-6", "claude-haiku-4-5"}
WITHOUT_EFFORT = frozenset({"claude-haiku-4-5"})
CACHE_MINIMUM = {"claude-sonnet-5-5": 1024, "claude-opus-5-5": 1024, "claude-haiku-4-5": 4096}

UNSUPPORTED = (
    {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "not", "if"}
    | {"minLength", "maxLength", "pattern", "maxItems", "uniqueItems", "oneOf"}
    | {"minProperties", "maxProperties", "patternProperties"}
)


@dataclass(frozen=True)
class Refusal:
    """An error answer of the API."""

    status: int
    kind: str
    message: str

    def body(self, request_id: str) -> dict[str, Any]:
        error = {"type": self.kind, "message": self.message}
        return {"type": "error", "error": error, "request_id": request_id}


KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
"""The vendor's error types by status; "api_error" for all others."""


def error_of(status: int, message: str) -> Refusal:
    return Refusal(status, KINDS.get(status, "api_error"), message)


def bad(message: str) -> Refusal:
    return error_of(400, message)


def refusal_of(headers: dict[str, str], body: Any, *, counting: bool = False) -> Refusal | None:
    """Why the API would not take this request; None when it would.

    `counting`: the request is for a count of its tokens, which takes no length of the answer.
    """
    bearer = headers.get("authorization", "").removeprefix("Bearer ")
    if not (bearer or headers.get("x-api-key")):
        return error_of(401, "credentials are required")
    if "anthropic-version" not in headers:
        return bad("anthropic-version: header is required")
    if not isinstance(body, dict):
        return bad("the request body is not valid JSON")
    for name in ("model", "messages") if counting else ("model", "max_tokens", "messages"):
        if name not in body:
            return bad(f"{name}: Field required")
    if counting and "max_tokens" in body:
        return bad("max_tokens: Extra inputs are not permitted")
    if body["model"] not in KNOWN:
        return error_of(404, f"model: {body['model']}")
    return _sampling(body) or _messages(body) or _output(body)


def _sampling(body: dict[str, Any]) -> Refusal | None:
    for name in ("temperature", "top_p", "top_k"):
        if name in body:
            return bad(f"`{name}` is not supported")
    forced = (body.get("tool_choice") or {}).get("type") in {"any", "tool"}
    if forced and body["model"] in NEWEST:
        return bad("tool_choice: forced tool use is not supported for this model")
    return None


def _messages(body: dict[str, Any]) -> Refusal | None:
    messages = body["messages"]
    if not messages or messages[0].get("role") != "user":
        return bad("messages: first message must use the user role")
    if messages[-1].get("role") == "assistant" and body["model"] in NEWEST:
        return bad("prefilling assistant messages is not supported for this model")
    for block in _blocks(body):
        if block.get("type") == "text" and not block.get("text"):
            return bad("messages: text content blocks must be non-empty")
    if len(json.dumps(body)) > 32_000_000:
        return error_of(413, "Request exceeds the maximum size")
    return None


def _output(body: dict[str, Any]) -> Refusal | None:
    output = body.get("output_config") or {}
    if unknown := set(output) - {"effort", "format"}:
        return bad(f"output_config.{unknown.pop()}: Extra inputs are not permitted")
    effort = output.get("effort")
    if effort is not None and body["model"] in WITHOUT_EFFORT:
        return bad("This model does not support the effort parameter.")
    if effort not in {None, "low", "medium", "high", "xhigh", "max"}:
        return bad("output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh', 'max'")
    shape = output.get("format")
    if shape is None:
        return None
    if body.get("max_tokens") == 0:
        return bad("max_tokens: 0 is not supported with structured outputs")
    if shape.get("type") != "json_schema" or not isinstance(shape.get("schema"), dict):
        return bad("output_config.format.schema: Field required")
    return _schema(shape["schema"])


def _schema(node: Any) -> Refusal | None:
    if isinstance(node, list):
        return next(filter(None, map(_schema, node)), None)
    if not isinstance(node, dict):
        return None
    if node.get("type") == "object" and node.get("additionalProperties") is not False:
        return bad("output_config.format.schema: 'additionalProperties' must be false")
    for word in UNSUPPORTED & set(node):
        if not isinstance(node[word], dict):
            return bad(f"output_config.format.schema: keyword {word} is not supported")
    return next(filter(None, map(_schema, node.values())), None)


def _blocks(body: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for message in body["messages"]:
        content = message.get("content")
        found += [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    return found


def prefix(body: dict[str, Any]) -> bytes:
    """Everything a cache entry depends on, up to the last block but one, as bytes."""
    blocks = [
        {key: value for key, value in block.items() if key != "cache_control"}
        for block in _blocks(body)[:-1]
    ]
    parts = [body["model"], body.get("output_config"), body.get("tools"), body.get("system")]
    return json.dumps([*parts, blocks], ensure_ascii=False, sort_keys=True).encode()


def marked(body: dict[str, Any]) -> bool:
    """Whether the block before the last one asks for the cache."""
    return any("cache_control" in block for block in _blocks(body)[:-1])


def tokens(text: str) -> int:
    """A rough count: the fake's own, four characters a token."""
    return max(1, len(text) // 4)


def sent(body: dict[str, Any]) -> int:
    """Tokens of the whole prompt: what the count endpoint says and what a bill adds up to."""
    return sum(_shares(body))


def _shares(body: dict[str, Any]) -> tuple[int, int]:
    """Tokens of what a cache may hold, and of the last block."""
    return tokens(prefix(body).decode()), tokens(_blocks(body)[-1].get("text", ""))


@dataclass
class Cache:
    """Entries become readable when the answer that wrote them is given."""

    entries: set[str] = field(default_factory=set)

    def usage(self, body: dict[str, Any], output: str) -> dict[str, Any]:
        before, last = _shares(body)
        counts = {"input": before + last, "write": 0, "read": 0}
        if marked(body) and before >= CACHE_MINIMUM.get(body["model"], 1024):
            counts["input"] = last
            counts["read" if self.key(body) in self.entries else "write"] = before
        return {
            "input_tokens": counts["input"],
            "output_tokens": tokens(output),
            "cache_creation_input_tokens": counts["write"],
            "cache_read_input_tokens": counts["read"],
            "cache_creation": {
                "ephemeral_5m_input_tokens": counts["write"],
                "ephemeral_1h_input_tokens": 0,
            },
            "service_tier": "standard",
        }

    def written(self, body: dict[str, Any]) -> None:
        if marked(body):
            self.entries.add(self.key(body))

    @staticmethod
    def key(body: dict[str, Any]) -> str:
        return hashlib.sha256(prefix(body)).hexdigest()


def message(
    number: int, body: dict[str, Any], text: str, stop: str | None, usage: dict[str, Any]
) -> dict[str, Any]:
    """An answer of the API. Without text its content is empty."""
    details = {"type": "refusal", "category": "cyber", "explanation": None}
    return {
        "id": f"msg_fake{number:06}",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": [{"type": "text", "text": text}] if text else [],
        "stop_reason": stop,
        "stop_sequence": None,
        "stop_details": details if stop == "refusal" else None,
        "usage": usage,
    }
