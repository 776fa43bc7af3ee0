"""What a worker does besides reviewing."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import structlog

from bot.settings import Settings, load_defaults
from bot.wiring.parts import database, github
from bot.wiring.reviews import memory, opinions, wishes
from bot.wiring.servers import recover

if TYPE_CHECKING:
    from bot.engine.duty import Schedule
    from bot.service.missed import Missed
    from bot.service.reconcile import Reconcile

SWEEP_S = 60.0
"""How often runs are looked for that nobody looks after."""
REMEMBERED_S = 90 * 86_400.0
"""How long what was read of a pull request is remembered after the last review of it."""
DAY_S = 86_400.0
"""How often GitHub is asked what our App is called; its owner may rename it."""
RECEIVER_S = 15.0
"""What is delivered again must find a receiver, which may be starting beside this worker."""
log = structlog.get_logger("bot.worker")


def missed(settings: Settings) -> Missed:
    """The sweep over GitHub's log of deliveries."""
    from bot.service.missed import Missed
    from bot.store.recovery import StoredRedeliveries

    log_ = github(settings).deliveries
    return Missed(log_, StoredRedeliveries(database(settings)), time.time)


def reconcile(settings: Settings) -> Reconcile:
    """The sweep over open pull requests."""
    from bot.engine.queues import Queues
    from bot.service.reconcile import Reconcile
    from bot.store.recovery import StoredKnownRepos
    from bot.store.runs import StoredRuns

    engine = database(settings)
    return Reconcile(
        reach=github(settings).reach,
        runs=StoredRuns(engine),
        known=StoredKnownRepos(engine),
        deliver=Queues(settings.database_url).deliver,
        days=load_defaults(settings.config_dir).recovery.reconcile_days,
        now=time.time,
    )


def duties(settings: Settings) -> Schedule:
    """The worker's duties. With a token in the App's place nobody looks for what was missed."""
    from bot.engine.duty import Duty, Schedule, Turns
    from bot.engine.lease import executor_id
    from bot.store.our_name import OurName

    sweep, kept, said = recover(settings), memory(settings), opinions(settings)
    asked = wishes(settings)

    def end_what_hangs() -> None:
        if ended := asyncio.run(sweep()):
            log.warning("runs_ended", runs=ended)
        asyncio.run(kept.prune(time.time() - REMEMBERED_S))
        asyncio.run(said.prune(time.time() - REMEMBERED_S))
        asyncio.run(asked.prune(time.time() - REMEMBERED_S))

    found = [Duty("end what hangs", SWEEP_S, end_what_hangs)]
    if settings.app_id is not None:
        every = load_defaults(settings.config_dir).recovery
        log_, open_ = missed(settings), reconcile(settings)

        def ask_again() -> None:
            asyncio.run(log_())

        def look_around() -> None:
            asyncio.run(open_())

        def learn_our_name() -> None:
            app = asyncio.run(github(settings).account.app())
            OurName(database(settings)).keep(app.who, time.time())

        found += [
            Duty("our name", DAY_S, learn_our_name, True),
            Duty("missed deliveries", every.deliveries_s, ask_again, True, RECEIVER_S),
            Duty("reconciliation", every.reconcile_s, look_around, True),
        ]
    return Schedule(tuple(found), Turns(database(settings), executor_id()))
