"""The process that reviews, until it is told to stop."""

from __future__ import annotations

import os
import signal
import sys
from queue import SimpleQueue

import structlog

from bot import wiring
from bot.settings import Settings

GRACE_S = 20
"""Seconds that running work gets at the end; hosts usually kill after 25 to 30."""
SWITCH_S = 0.0005
"""How long a thread may keep the interpreter from the others; Python's own is 0.005. A thread that
holds SQLite's lock must not wait for busy ones: the receiver waits with it."""
YIELDS = 5
"""How far the worker and its analysers stand back where the receiver shares their processors:
somebody waits for its answer, nobody for a second of a review."""
log = structlog.get_logger()


def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT. Raises ConfigError before it begins, or never returns."""
    sys.setswitchinterval(SWITCH_S)
    os.nice(YIELDS)
    wiring.migrate(settings)
    worker = wiring.worker(settings)
    # No Event: a second signal while the first one sets it would wait for itself for ever.
    stop: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda told, _: stop.put(told))
    # Before the start: a review that is resumed at once must not import beside this thread. Large
    # packages hold circles, and of a circle two threads may see a half of the other's.
    wiring.warm_up(settings)
    worker.start()
    log.info("worker_started", static_only=not settings.anthropic_api_key)
    duties = wiring.duties(settings)
    duties.start()
    stop.get()
    duties.stop()
    worker.stop(GRACE_S)
    log.info("worker_stopped")
    # A thread that still waits for the network would keep the process for as long as it waits.
    os._exit(0)
