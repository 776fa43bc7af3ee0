"""How the fake model sends an answer: whole, half, without end, or not at all."""

from __future__ import annotations

import socket
import struct
import threading
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler
from typing import Any

GAP_S = 0.05
PIECE = b" " * 65_536


class Ending(StrEnum):
    """What becomes of the connection."""

    KEPT = "kept"
    DROP = "drop"  # closed in good order (FIN)
    SEVER = "sever"  # reset (RST)


@dataclass(frozen=True)
class Reply:
    """What to send. `payload` None: not a word.

    `length` is what content-length says where it is not true. `filler` are blanks, as bytes, that
    are put into the payload's first text, or where JSON does not mind them. `gap`: send a byte
    every GAP_S until it is set. `whole` False: it is no answer of the vendor's.
    """

    status: int
    payload: bytes | None
    kind: str = "application/json"
    usage: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    filler: int = 0
    gap: threading.Event | None = None
    ending: Ending = Ending.KEPT
    whole: bool = True


class Sender(BaseHTTPRequestHandler):
    """Puts replies on the wire."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or a body waits 40 ms for its headers to be acknowledged

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def sent_a_byte(self) -> None:
        """Called with each byte of an answer that trickles."""

    def send(self, request_id: str, reply: Reply) -> int:
        """Send it, and say how many bytes of filler the other side let come."""
        self.close_connection = not reply.whole
        poured = 0
        if reply.payload is not None:
            self._head(request_id, reply, len(reply.payload) + reply.filler)
            poured = self._body(reply)
        if reply.ending is Ending.SEVER:
            self._sever()
        return poured

    def _head(self, request_id: str, reply: Reply, length: int) -> None:
        self.send_response(reply.status)
        more = {
            "content-type": reply.kind,
            "content-length": str(length if reply.length is None else reply.length),
            "request-id": request_id,
            "anthropic-ratelimit-requests-limit": "1000",
            "anthropic-ratelimit-requests-remaining": str(max(0, 1000 - int(request_id[-6:]))),
            "anthropic-ratelimit-requests-reset": "2026-11-22T00:00:00Z",
            **reply.headers,
        }
        for name, value in more.items():
            self.send_header(name, value)
        self.end_headers()

    def _body(self, reply: Reply) -> int:
        payload, filler = reply.payload or b"", reply.filler
        if reply.gap is not None:
            self._slowly(payload, reply.gap)
            return 0
        if not filler:
            self.wfile.write(payload)
            return 0
        marks = (b'"text": "', b'"message": "', b"{")
        mark = next(each for each in marks if each in payload)
        head, _, tail = payload.partition(mark)
        poured = 0
        try:
            self.wfile.write(head + mark)
            while poured < filler:
                poured += self.wfile.write(PIECE[: filler - poured])
            self.wfile.write(tail)
        except OSError:  # the other side has had enough
            self.close_connection = True
        return poured

    def _slowly(self, payload: bytes, gap: threading.Event) -> None:
        for at in range(len(payload)):
            self.wfile.write(payload[at : at + 1])
            self.sent_a_byte()
            gap.wait(GAP_S)

    def _sever(self) -> None:
        """Close without a farewell: with no time to linger the system sends a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.connection.close()
