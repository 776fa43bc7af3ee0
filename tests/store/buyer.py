"""A worker that does nothing but buy: it says what it does, and does it as fast as it can.

Usage: python -m tests.store.buyer ADDRESS NAME CALLS LIMITS [HANGS]. LIMITS are five amounts of
dollars by commas; HANGS numbers the call (from 0) that never comes back. It says "ready", waits
for a line, and then says one line a stage of a call: "reserved RUN CALL", "settled RUN CALL COST",
"refused SCOPE" or "paid RUN CALL".
"""

from __future__ import annotations

import asyncio
import random
import sys
from dataclasses import replace
from decimal import Decimal

from bot.domain.ledger import Budget, EntryState
from bot.domain.money import Usd
from bot.store.database import open_database
from bot.store.ledger import StoredLedger
from tests.store.entries import NOON, entry

RUNS = 3
"""Runs of one worker: each has its calls in turn."""


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


async def buy(address: str, name: str, calls: int, budget: Budget, hangs: int) -> None:
    chance = random.Random(name)
    ledger = StoredLedger(open_database(address))
    say("ready")
    sys.stdin.readline()
    for nth in range(calls):
        worst = Usd(Decimal(chance.randrange(1, 10**12)).scaleb(-12))
        cost = Usd(Decimal(chance.randrange(0, int(worst.scaleb(12)) + 1)).scaleb(-12))
        run, call = f"{name}-{nth % RUNS}", f"call:{nth}"
        noted = entry(None, run=run, call=call, installation_id=nth % 2)
        noted = replace(noted, reserved=worst, at=NOON + nth)
        if await ledger.paid(run, call, ""):
            say("paid", run, call)
            continue
        refused = await ledger.reserve(noted, budget)
        if refused:
            say("refused", refused.name)
            continue
        say("reserved", run, call)
        if nth == hangs:
            sys.stdin.readline()
        await ledger.settle(replace(noted, state=EntryState.SETTLED, cost=cost, answer="{}"))
        say("settled", run, call, cost)
    say("done")


if __name__ == "__main__":
    where, name, calls, limits, *hangs = sys.argv[1:]
    most = Budget(*map(Decimal, limits.split(",")))
    asyncio.run(buy(where, name, int(calls), most, int(hangs[0]) if hangs else -1))
