"""Trouble on demand: errors, slowness, dropped connections, before or after the work is done."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field

SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
)


@dataclass
class Fault:
    """What goes wrong with the next `times` requests of `method` whose path matches `path`.

    `status` None: the answer itself is not spoilt. `after_accept`: the request takes effect first.
    `hang_s`: silence before anything else happens. `drop_connection`: no answer at all.
    """

    method: str
    path: str
    times: int = 1
    status: int | None = 502
    after_accept: bool = False
    retry_after: int | None = None
    hang_s: float = 0.0
    drop_connection: bool = False
    html: bool = False

    def concerns(self, method: str, path: str) -> bool:
        """Whether it strikes this request."""
        return (
            self.times > 0
            and self.method in ("*", method)
            and re.search(self.path, path) is not None
        )

    def message(self) -> str:
        """The words of the spoilt answer."""
        if self.status in (403, 429) and self.retry_after is not None:
            return SECONDARY
        return "Server Error" if (self.status or 0) >= 500 else "Fault"


@dataclass
class Faults:
    """The faults in wait. The first that concerns a request strikes, and is used up by it."""

    waiting: list[Fault] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault for this request, None when it is served as usual."""
        with self._lock:
            for fault in self.waiting:
                if fault.concerns(method, path):
                    fault.times -= 1
                    return fault
        return None
