"""The process that reviews, until it is told to stop."""

from __future__ import annotations

import os
import signal
import threading

import structlog

from bot import wiring
from bot.settings import Settings

GRACE_S = 20
"""Seconds that running work gets at the end; hosts usually kill after 25 to 30."""
log = structlog.get_logger()


def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT. Raises ConfigError before it begins, or never returns."""
    wiring.migrate(settings)
    worker = wiring.worker(settings)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    worker.start()
    log.info("worker_started", static_only=not settings.anthropic_api_key)
    stop.wait()
    worker.stop(GRACE_S)
    log.info("worker_stopped")
    # A thread that still waits for the network would keep the process for as long as it waits.
    os._exit(0)
