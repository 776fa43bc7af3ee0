"""The process that reviews, until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from queue import Empty, SimpleQueue

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import wiring
from bot.errors import BotError
from bot.settings import Settings

GRACE_S = 20
"""Seconds that running work gets at the end; hosts usually kill after 25 to 30."""
SWEEP_S = 60.0
"""How often runs are looked for that nobody looks after."""
REMEMBERED_S = 90 * 86_400.0
"""How long what was read of a pull request is remembered after the last review of it, and what
people thought of its findings since they said so."""
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
    sweep, memory = wiring.recover(settings), wiring.memory(settings)
    opinions = wiring.opinions(settings)
    while not _told(stop, SWEEP_S):
        try:
            ended = asyncio.run(sweep())
            asyncio.run(memory.prune(time.time() - REMEMBERED_S))
            asyncio.run(opinions.prune(time.time() - REMEMBERED_S))
        except (BotError, SQLAlchemyError) as error:  # the next sweep may find both again
            log.warning("sweep_failed", error=type(error).__name__)
            continue
        if ended:
            log.warning("runs_ended", runs=ended)
    worker.stop(GRACE_S)
    log.info("worker_stopped")
    # A thread that still waits for the network would keep the process for as long as it waits.
    os._exit(0)


def _told(stop: SimpleQueue[int], seconds: float) -> bool:
    """Whether a signal to stop came within that time."""
    try:
        stop.get(timeout=seconds)
    except Empty:
        return False
    return True
