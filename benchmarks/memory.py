"""What processes take of memory, as the kernel says it."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from pathlib import Path

KB_A_MB = 1024


@dataclass(frozen=True, slots=True)
class Taken:
    """Megabytes (2**20 bytes): resident now, at most so far, and without what others share."""

    now: float
    peak: float
    own: float


def taken(pid: int) -> Taken | None:
    """Of one process; None when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
        shares = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return None
    return Taken(_mb("VmRSS", status), _mb("VmHWM", status), _mb("Pss", shares))


def _mb(name: str, text: str) -> float:
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / KB_A_MB if found else 0.0


def children(pid: int) -> list[int]:
    """The processes that `pid` started and that run still."""
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, file.read_text(encoding="ascii").split())
        except OSError:
            continue
    return found


def command(pid: int) -> str:
    """How it was called."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").replace("\0", " ")
    except OSError:
        return ""


@dataclass
class Watch:
    """Adds up, twice a second, what each group of processes takes at the same moment."""

    groups: dict[str, list[int]]
    most: dict[str, float] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        if self._thread:
            self._thread.join()

    def _work(self) -> None:
        while not self._stop.wait(0.5):
            for name, pids in self.groups.items():
                now = sum(each.now for pid in pids if (each := taken(pid)))
                self.most[name] = max(self.most.get(name, 0.0), now)
