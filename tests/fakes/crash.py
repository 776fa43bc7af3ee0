"""Kills the process at a chosen step, as a power cut would."""

from __future__ import annotations

import os
import signal
from enum import StrEnum

from bot.engine import durable
from bot.engine.steps import Perform


class Spot(StrEnum):
    """Where in a step the process dies."""

    BEFORE = "before"  # nothing has happened yet
    DONE = "done"  # the effect has happened, nobody remembers it
    AFTER = "after"  # it is remembered


def die_at(spot: Spot, step: str) -> None:
    """Have this process killed with SIGKILL the first time `step` comes to `spot`."""
    keep = durable.remember

    async def remember(name: str, perform: Perform) -> str:
        async def mortal() -> str:
            if name == step and spot is Spot.BEFORE:
                os.kill(os.getpid(), signal.SIGKILL)
            kept = await perform()
            if name == step and spot is Spot.DONE:
                os.kill(os.getpid(), signal.SIGKILL)
            return kept

        kept = await keep(name, mortal)
        if name == step and spot is Spot.AFTER:
            os.kill(os.getpid(), signal.SIGKILL)
        return kept

    durable.remember = remember
