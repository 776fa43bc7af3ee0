"""The real worker, that dies at a chosen step. Usage: mortal_worker.py SPOT STEP."""

from __future__ import annotations

import sys

from bot import worker
from bot.settings import load
from tests.fakes.crash import Spot, die_at

if __name__ == "__main__":
    die_at(Spot(sys.argv[1]), sys.argv[2])
    worker.run(load())
