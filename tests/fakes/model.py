"""A Messages API on loopback whose answers are scripted, reviewer by reviewer.

In a test: `with FakeModel() as model: ...` and `model.answer("security", [{...}])`.
As a process: `python -m tests.fakes.model --port 9000 --script acts.json --log calls.jsonl`, where
acts.json is {"security": [{"do": "answer", "findings": [...]}, {"do": "fail", "status": 500}]}.
"""

from __future__ import annotations

import argparse
import json
import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

import jsonschema

from tests.fakes import messages_api as api
from tests.fakes.script import Act, Script, words

HANG_S = 30.0
"""The longest a hanging request is held when nobody releases it."""


@dataclass(frozen=True)
class SeenCall:
    """One request, as it came in. `status` 0: no whole answer was given."""

    reviewer: str
    body: dict[str, Any]
    prefix: bytes
    headers: dict[str, str]
    status: int
    usage: dict[str, Any]


class FakeModel(Script):
    """The server and its script. Safe to use from several threads."""

    def __init__(
        self, port: int = 0, *, log: Path | None = None, latency_s: float = 0.0, key: str = ""
    ) -> None:
        super().__init__()
        self.calls: list[SeenCall] = []
        self.log, self.latency_s, self.key = log, latency_s, key
        self.together = 0
        self.cache = api.Cache()
        self._running, self._number = 0, 0
        self._server = _Server(("127.0.0.1", port), self)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> FakeModel:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.release()
        self._server.shutdown()
        self._server.server_close()

    def of(self, reviewer: str) -> list[SeenCall]:
        """The requests of one reviewer, in the order they were answered."""
        return [call for call in self.calls if call.reviewer == reviewer]

    def reset(self) -> None:
        """Forget the script and the requests so far."""
        self.forget()
        self.calls.clear()

    # What the server asks.

    def enter(self) -> int:
        with self._lock:
            self._running += 1
            self.together = max(self.together, self._running)
            self._number += 1
            return self._number

    def leave(self, call: SeenCall, seconds: float) -> None:
        with self._lock:
            self._running -= 1
            self.calls.append(call)
            if self.log is not None:
                line = {"reviewer": call.reviewer, "status": call.status, "usage": call.usage}
                line |= {"at": time.time(), "seconds": round(seconds, 3)}
                with self.log.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(line) + "\n")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], model: FakeModel) -> None:
        self.model = model
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is part of the tests."""


@dataclass(frozen=True)
class _Reply:
    """What to send. `status` 0 is a 200 that is no whole answer; `payload` None: say nothing."""

    status: int
    payload: bytes | None
    kind: str = "application/json"
    length: int | None = None
    usage: dict[str, Any] = field(default_factory=dict)
    wait: str | None = None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        model = self.server.model
        number, started = model.enter(), time.monotonic()
        headers = {name.lower(): value for name, value in self.headers.items()}
        raw = self.rfile.read(int(headers.get("content-length", "0")))
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        reviewer = _reviewer(body)
        reply = self._reply(number, headers, body, model.next(reviewer))
        whole = body if isinstance(body, dict) else {}
        before = api.prefix(whole) if "messages" in whole and "model" in whole else b""
        # Noted before it is sent: who has the answer can rely on the note.
        seen = SeenCall(reviewer, whole, before, headers, reply.status, reply.usage)
        model.leave(seen, time.monotonic() - started)
        self._send(number, reply)

    def _reply(self, number: int, headers: dict[str, str], body: Any, act: Act) -> _Reply:
        model = self.server.model
        refusal = self._refusal(headers, body, act)
        if refusal is not None:
            return _refused(number, refusal, act.retry_after)
        if model.latency_s:
            time.sleep(model.latency_s)
        if act.do == "hang":
            act.released.wait(HANG_S)
        if act.do == "drop" and not act.text:
            return _Reply(0, None)
        if act.do == "page":
            return _Reply(0, b"<html><body>Sign in</body></html>", "text/html")
        return self._answer(number, body, act)

    def _refusal(self, headers: dict[str, str], body: Any, act: Act) -> api.Refusal | None:
        if self.path.partition("?")[0] != "/v1/messages":
            return api.Refusal(404, "not_found_error", "no such path")
        if self.server.model.key not in headers.get("authorization", ""):
            return api.Refusal(401, "authentication_error", "invalid credentials")
        scripted = api.Refusal(act.status, "api_error", "scripted") if act.do == "fail" else None
        return api.refusal_of(headers, body) or scripted

    def _answer(self, number: int, body: dict[str, Any], act: Act) -> _Reply:
        text, stop = words(act)
        if act.do == "answer" and (problem := _misfit(text, body)):
            refusal = api.bad(f"the script's answer does not fit the schema: {problem}")
            return _refused(number, refusal, None)
        usage = self.server.model.cache.usage(body, text)
        payload = json.dumps(api.message(number, body, text, stop, usage)).encode()
        half = payload[: len(payload) // 2]
        if act.do == "cut":
            return _Reply(0, half, usage=usage)
        if act.do == "drop":
            return _Reply(0, half, length=len(payload), usage=usage)
        self.server.model.cache.written(body)
        return _Reply(200, payload, usage=usage)

    def _send(self, number: int, reply: _Reply) -> None:
        self.close_connection = reply.status == 0
        if reply.payload is None:
            return
        self.send_response(reply.status or 200)
        self.send_header("content-type", reply.kind)
        length = len(reply.payload) if reply.length is None else reply.length
        self.send_header("content-length", str(length))
        self.send_header("request-id", f"req_fake{number:06}")
        self.send_header("anthropic-ratelimit-requests-limit", "1000")
        self.send_header("anthropic-ratelimit-requests-remaining", str(max(0, 1000 - number)))
        self.send_header("anthropic-ratelimit-requests-reset", "2026-11-22T00:00:00Z")
        if reply.wait is not None:
            self.send_header("retry-after", reply.wait)
        self.end_headers()
        self.wfile.write(reply.payload)


def _refused(number: int, refusal: api.Refusal, wait: str | None) -> _Reply:
    body = refusal.body(f"req_fake{number:06}")
    return _Reply(refusal.status, json.dumps(body).encode(), wait=wait)


def _reviewer(body: Any) -> str:
    """Whoever the last block says it is: "Reviewer: security"."""
    try:
        text = body["messages"][-1]["content"][-1]["text"]
    except (KeyError, IndexError, TypeError):
        return ""
    found = re.search(r"^Reviewer: (\S+)$", text, re.MULTILINE)
    return found[1] if found else ""


def _misfit(text: str, body: dict[str, Any]) -> str | None:
    schema = ((body.get("output_config") or {}).get("format") or {}).get("schema")
    if schema is None:
        return None
    errors = jsonschema.Draft202012Validator(schema).iter_errors(json.loads(text))
    return next((error.message for error in errors), None)


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--script", type=Path)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--latency-s", type=float, default=0.0)
    asked = parser.parse_args()
    model = FakeModel(asked.port, log=asked.log, latency_s=asked.latency_s)
    acts = json.loads(asked.script.read_text(encoding="utf-8")) if asked.script else {}
    for reviewer, rows in acts.items():
        for row in rows:
            model.act(reviewer, Act(**row))
    with model:
        threading.Event().wait()


if __name__ == "__main__":
    main()
