"""`GET /metrics`: sums over all runs for Prometheus. Open, for it tells nothing of anybody.

Runs end in another process, so nothing is counted here: the database adds up when it is asked.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog
from flask import Blueprint, Response, request

from bot.domain.tally import Tally
from bot.errors import UpstreamError

AddUp = Callable[[], Sequence[Tally]]

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


def metrics(add_up: AddUp) -> Blueprint:
    """The route `/metrics`. `add_up` raises UpstreamError when the database does not answer."""
    pages = Blueprint("metrics", __name__)
    sums = Sums(add_up)

    @pages.get("/metrics")
    def told() -> Response | tuple[dict[str, str], int]:
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
