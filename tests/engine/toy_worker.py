"""A worker over a walk of three steps and a fan, each writing one line to a ledger.

Usage: python toy_worker.py DATABASE LEDGER [SPOT STEP]
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from bot.domain.asked import Asked, ReviewRequest
from bot.domain.run import RunStatus
from bot.engine.durable import Pace, Work, Worker
from bot.engine.queues import Queues
from bot.errors import UpstreamError
from bot.ports.steps import Steps
from bot.store.database import open_database
from tests.fakes.crash import Spot, die_at


def main(database: str, ledger: str, *death: str) -> None:  # noqa: C901 (one small story)
    book = Path(ledger)
    ended = threading.Event()
    queues = Queues(database)

    def write(line: str) -> None:
        with book.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    async def deliver(steps: Steps, asked: Asked) -> None:
        assert isinstance(asked, ReviewRequest)

        async def start() -> bool:
            await queues.start(asked, f"run-{asked.pull.head_sha}")
            write(f"start {asked.pull.head_sha}")
            return True

        await steps.run("start", bool, start)

    async def review(steps: Steps, asked: ReviewRequest, run: str) -> None:
        async def act(name: str) -> str:
            write(name)
            if name == "b":
                raise UpstreamError("b is away")
            return name

        await steps.run("first", str, lambda: act("first"))
        got = await steps.map("fan", str, act, ("a", "b", "c"), key=str)
        assert [str(each) for each in got] == ["a", "b is away", "c"]
        await steps.run("last", str, lambda: act("last"))
        write("end")
        ended.set()

    async def broken(steps: Steps, asked: ReviewRequest, run: str, why: str) -> None:
        write(f"broken {why}")
        ended.set()

    async def watch(run: str, step: str, status: RunStatus, why: str, at: float) -> None: ...

    if death:
        die_at(Spot(death[0]), death[1])
    worker = Worker(
        database, open_database(database), Work(deliver, review, broken, watch), Pace(0.2, 0.05)
    )
    worker.start()
    ended.wait(60)
    worker.stop(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
