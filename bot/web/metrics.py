"""`GET /metrics`: sums over all runs for Prometheus, for who has the token or is on this machine.

Runs end in another process, so nothing is counted here: the database adds up when it is asked.
"""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address

import structlog
from flask import Blueprint, Response, request

from bot.domain.tally import Tally
from bot.errors import UpstreamError

AddUp = Callable[[], Sequence[Tally]]
Refusal = tuple[dict[str, str], int, dict[str, str]]

FRESH_S = 5.0
"""Seconds for which sums are told again, at least: whoever asks, the database is not kept busy."""
IDLE = 20
"""They are told again for so many times as long as adding up took: a twentieth of the time at most
is spent on it, however many runs there are."""
log = structlog.get_logger("bot.web")


@dataclass(slots=True)
class Sums:
    """The sums of `add_up`, kept for a while.

    One thread at a time adds up, and the others wait for nobody: they have webhooks to answer.
    `now` gives seconds from any beginning.
    """

    add_up: AddUp
    now: Callable[[], float] = time.monotonic
    _busy: threading.Lock = field(default_factory=threading.Lock)
    _kept: Sequence[Tally] | None = None
    _until: float = 0.0

    def __call__(self) -> Sequence[Tally]:
        """The sums. Raises UpstreamError when there are none."""
        if self.now() < self._until or not self._busy.acquire(blocking=False):
            kept = self._kept
            if kept is None:
                raise UpstreamError("The sums are just being added up.", remedy="Ask again.")
            return kept
        try:
            began = self.now()
            found = self._kept = self.add_up()
            ended = self.now()
            self._until = ended + max(FRESH_S, IDLE * (ended - began))
        except UpstreamError:
            self._kept = None  # what cannot be added up is not told from memory
            raise
        finally:
            self._busy.release()
        return found


def metrics(add_up: AddUp, token: str = "") -> Blueprint:
    """The route `/metrics`. `add_up` raises UpstreamError when the database does not answer.

    `token` must stand behind "Bearer " in the header Authorization; "": only this machine may ask.
    """
    pages = Blueprint("metrics", __name__)
    sums = Sums(add_up)

    @pages.get("/metrics")
    def told() -> Response | tuple[dict[str, str], int] | Refusal:
        if (refused := _refused(token)) is not None:
            return refused
        try:
            found = sums()
        except UpstreamError as error:
            log.warning("metrics_not_told", why=error.what)
            return {"error": error.what, "remedy": error.remedy}, 503
        # Only when somebody asks: whoever takes no metrics pays no memory for them.
        from bot.web.exposition import expose

        body, kind = expose(found, request.headers.get("Accept", ""))
        return Response(body, content_type=kind)

    return pages


def _refused(token: str) -> Refusal | None:
    """Why this request is not answered; None when it is."""
    if token:
        sent = request.headers.get("Authorization", "").encode("utf-8", "replace")
        if hmac.compare_digest(sent, f"Bearer {token}".encode()):
            return None
        said = {"error": "this page needs the token.", "remedy": "Send DASHBOARD_TOKEN as Bearer."}
        return said, 401, {"WWW-Authenticate": "Bearer"}
    if _is_on_this_machine(request.remote_addr or ""):
        return None
    said = {
        "error": "without a token only this machine may read this.",
        "remedy": "The operator sets DASHBOARD_TOKEN, and Prometheus sends it.",
    }
    return said, 403, {}


def _is_on_this_machine(peer: str) -> bool:
    """Whether who asks is here. Behind a proxy everybody seems to be: its headers rule it out."""
    if any(name in request.headers for name in PROXIED):
        return False
    try:
        return ip_address(peer).is_loopback
    except ValueError:  # a socket without an address
        return False


PROXIED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")
"""Headers that proxies add."""
