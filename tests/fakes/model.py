"""A Messages API on loopback whose answers are scripted, reviewer by reviewer.

In a test: `with FakeModel() as model: ...` and `model.answer("security", [{...}])`; all that can
be scripted is in script.py. The count endpoint counts as the bills do.
As a process: `python -m tests.fakes.model --port 9000 --script acts.json --log calls.jsonl`, where
acts.json is {"security": [{"do": "answer", "findings": [...]}, {"do": "fail", "status": 500}]}.
"""

from __future__ import annotations

import argparse
import json
import queue
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

import jsonschema

from tests.fakes import messages_api as api
from tests.fakes.agreeing import asker_of
from tests.fakes.script import COUNT, Act, Script, words
from tests.fakes.sending import Ending, Reply, Sender

MESSAGES, COUNTS = "/v1/messages", "/v1/messages/count_tokens"

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
    """The server and its script. Safe to use from several threads.

    `calls` are the requests for messages, `counts` those for a count of tokens, each in the order
    they were answered. `together` is the most messages that were asked for at one time. `latency_s`
    is how long a message takes, a count takes no time. `poured` gets, for each absurdly long
    answer, how many bytes the caller let come. `held` counts the requests that were made to hang,
    of all times; `on_hold` is called, in any thread, when one more is, and `on_byte` with each
    byte of an answer that trickles.
    """

    def __init__(
        self, port: int = 0, *, log: Path | None = None, latency_s: float = 0.0, key: str = ""
    ) -> None:
        super().__init__()
        self.calls: list[SeenCall] = []
        self.counts: list[SeenCall] = []
        self.poured: queue.Queue[int] = queue.Queue()
        self.log, self.latency_s, self.key = log, latency_s, key
        self.together = 0
        self.cache = api.Cache()
        self.broken: list[BaseException] = []
        self._running, self._numbers = {MESSAGES: 0, COUNTS: 0}, {MESSAGES: 0, COUNTS: 0}
        self._noted = threading.Condition(self._lock)
        self.held = 0
        self.on_hold: Callable[[], object] = lambda: None
        self.on_byte: Callable[[], object] = lambda: None
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
        if self.broken and error is None:
            raise self.broken[0]

    def of(self, reviewer: str) -> list[SeenCall]:
        """The requests of one reviewer, in the order they were answered."""
        return [call for call in self.calls if call.reviewer == reviewer]

    @property
    def asked(self) -> int:
        """How many messages were asked for so far, also those that are not answered yet."""
        return self._numbers[MESSAGES]

    def settle(self, asked: int, seconds: float = 20.0) -> None:
        """Wait until so many messages were asked for, of all times, and all that came is noted:
        a caller that gave up may be gone before.
        """
        with self._noted:
            done = self._noted.wait_for(
                lambda: self.asked >= asked and not any(self._running.values()), seconds
            )
        assert done, f"{self.asked} of {asked} requests came within {seconds} s"

    def reset(self) -> None:
        """Forget the script and the requests so far."""
        self.forget()
        self.calls.clear()
        self.counts.clear()

    # What the server asks.

    def enter(self, path: str) -> str:
        """The id of a request that comes in. Counts have ids of their own: "req_count000001"."""
        kind = COUNTS if path == COUNTS else MESSAGES
        with self._lock:
            self._running[kind] += 1
            self._numbers[kind] += 1
            self.together = max(self.together, self._running[MESSAGES])
            return f"req_{'count' if kind == COUNTS else 'fake'}{self._numbers[kind]:06}"

    def hold(self, act: Act) -> None:
        """Keep a request until it is released, and tell whoever wants to know."""
        with self._lock:
            self.held += 1
        self.on_hold()
        act.released.wait(HANG_S)

    def leave(self, path: str, call: SeenCall, seconds: float) -> None:
        counted = path == COUNTS
        with self._lock:
            self._running[COUNTS if counted else MESSAGES] -= 1
            (self.counts if counted else self.calls).append(call)
            self._noted.notify_all()
            if self.log is not None and not counted:
                line = {"reviewer": call.reviewer, "status": call.status, "usage": call.usage}
                line |= {"at": time.time(), "seconds": round(seconds, 3)}
                with self.log.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(line) + "\n")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128  # of the five by default the sixth comes a second late

    def __init__(self, address: tuple[str, int], model: FakeModel) -> None:
        self.model = model
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is part of the tests; what else breaks must not go unseen."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):
            self.model.broken.append(error)


class _Handler(Sender):
    server: _Server

    def sent_a_byte(self) -> None:
        self.server.model.on_byte()

    def do_POST(self) -> None:
        model, path = self.server.model, self.path.partition("?")[0]
        request_id, started = model.enter(path), time.monotonic()
        headers = {name.lower(): value for name, value in self.headers.items()}
        raw = self.rfile.read(int(headers.get("content-length", "0")))
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        reviewer = asker_of(body)
        asked = str(body.get("model", "")) if isinstance(body, dict) else ""
        act = model.next(COUNT if path == COUNTS else reviewer, asked)
        reply = self._reply(request_id, path, headers, body, act)
        whole = body if isinstance(body, dict) else {}
        before = api.prefix(whole) if "messages" in whole and "model" in whole else b""
        # Noted before it is sent: who has the answer can rely on the note.
        status = reply.status if reply.whole else 0
        seen = SeenCall(reviewer, whole, before, headers, status, reply.usage)
        model.leave(path, seen, time.monotonic() - started)
        poured = self.send(request_id, reply)
        if reply.filler:
            model.poured.put(poured)

    def _reply(
        self, request_id: str, path: str, headers: dict[str, str], body: Any, act: Act
    ) -> Reply:
        model = self.server.model
        refusal = self._refusal(path, headers, body, act)
        if refusal is not None:
            return _refused(request_id, refusal, act)
        if model.latency_s and path == MESSAGES:
            time.sleep(model.latency_s)
        if act.do == "hang":
            model.hold(act)
        if act.do in {"drop", "sever"} and not act.text:
            return Reply(0, None, ending=Ending(act.do), whole=False)
        if act.do == "page":
            return Reply(200, b"<html><body>Sign in</body></html>", "text/html", whole=False)
        if act.do == "raw":
            return Reply(act.status, act.raw, headers=act.headers, whole=False)
        if path == COUNTS:
            return _shaped(json.dumps({"input_tokens": api.sent(body)}).encode(), {}, act)
        return self._answer(request_id, body, act)

    def _refusal(
        self, path: str, headers: dict[str, str], body: Any, act: Act
    ) -> api.Refusal | None:
        if path not in {MESSAGES, COUNTS}:
            return api.error_of(404, "no such path")
        if self.server.model.key not in headers.get("authorization", ""):
            return api.error_of(401, "invalid credentials")
        refusal = api.refusal_of(headers, body, counting=path == COUNTS)
        if act.do == "fail":
            return refusal or api.error_of(act.status, act.text or "")
        if act.do == "long" and act.status >= 400:
            return refusal or api.error_of(act.status, "long")
        return refusal

    def _answer(self, request_id: str, body: dict[str, Any], act: Act) -> Reply:
        model = self.server.model
        text, stop = words(act, body)
        if act.do == "answer" and (problem := _misfit(text, body)):
            refusal = api.bad(f"the script's answer does not fit the schema: {problem}")
            return _refused(request_id, refusal, Act())
        usage = model.cache.usage(body, text)
        number = int(request_id[-6:])
        reply = _shaped(
            json.dumps(api.message(number, body, text, stop, usage)).encode(), usage, act
        )
        if reply.whole:
            model.cache.written(body)
        return reply


def _shaped(payload: bytes, usage: dict[str, Any], act: Act) -> Reply:
    """A success as the act wants it: whole, half, or far too long."""
    half = payload[: len(payload) // 2]
    if act.do == "cut":
        return Reply(200, half, usage=usage, whole=False)
    if act.do in {"drop", "sever"}:
        ending = Ending(act.do)
        return Reply(200, half, usage=usage, length=len(payload), ending=ending, whole=False)
    if act.do == "trickle":
        return Reply(200, payload, usage=usage, gap=act.released, whole=False)
    if act.do == "long":
        return Reply(200, payload, usage=usage, filler=act.size, whole=False)
    return Reply(200, payload, usage=usage)


def _refused(request_id: str, refusal: api.Refusal, act: Act) -> Reply:
    more = dict(act.headers)
    if act.retry_after is not None:
        more["retry-after"] = act.retry_after
    payload = json.dumps(refusal.body(request_id)).encode()
    filler = act.size if act.do == "long" else 0
    return Reply(refusal.status, payload, headers=more, filler=filler)


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
