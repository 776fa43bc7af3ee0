"""A scripted web server and a clock that tests turn by hand."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.github.client import Waits

NOON = 1_790_000_000.0


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Says:
    """One scripted answer. `drop`: the line is cut without one."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    text: str | None = None


@dataclass
class Script:
    """Answers requests in the order written, the last one for ever, and notes what was asked."""

    url: str = ""
    answers: list[Says] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def will(self, *answers: Says) -> None:
        self.answers = list(answers)

    def next(self) -> Says:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def _handler(script: Script) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65_536  # one packet an answer

        def answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            script.asked.append(
                Asked(self.command, self.path, headers, json.loads(raw) if raw else None)
            )
            says = script.next()
            if says.drop:
                self.close_connection = True
                return
            body = (says.text if says.text is not None else json.dumps(says.body)).encode()
            self.send_response(says.status)
            for name, value in {**says.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_DELETE = answer

        def log_message(self, format: str, *args: Any) -> None:
            return

    return Handler


@pytest.fixture
def script() -> Iterator[Script]:
    script = Script()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(script))
    server.daemon_threads = True
    script.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield script
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Time:
    """Time passes only when somebody waits for it."""

    now: float = NOON
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def waits(self) -> Waits:
        return Waits(self.sleep, lambda: self.now)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture(scope="session")
def pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
