"""The processes that serve: the receiver, the worker and its sweep."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.run import RunStatus, StepEvent
from bot.settings import Settings, load_defaults
from bot.wiring.parts import database, github
from bot.wiring.reviews import judge, judge_here, review_pull, run_commands, shelf

if TYPE_CHECKING:
    import flask

    from bot.engine.durable import Worker
    from bot.ports.store import Runs
    from bot.service.dispatch import Deliver
    from bot.service.recover import Recover
    from bot.service.replay import Line
    from bot.service.review_pull import ReviewPull


def recover(settings: Settings) -> Recover:
    """The sweep that ends what hangs."""
    from bot.engine.queues import Queues
    from bot.service.recover import Recover

    queue, own, host = Queues(settings.database_url), shelf(database(settings)), github(settings)
    return Recover(host, own.runs, own.ledger, queue, time.time, host.talk, own.wishes)


def worker(settings: Settings) -> Worker:
    """The process that reviews. Raises ConfigError where it could not work."""
    from bot.engine.durable import Pace, Work, Worker
    from bot.engine.queues import Queues
    from bot.service.dispatch import Deliver

    engine = database(settings)
    host, queue, own = github(settings), Queues(settings.database_url), shelf(engine)
    runs = own.runs
    review = review_pull(settings, judge(settings, own), host)
    heed = run_commands(settings, review, host.talk, own.wishes)
    feedback = review.life.feedback
    deliver = Deliver(host, runs, own.ledger, queue, time.time, heed, feedback)

    async def watch(run: str, step: str, status: RunStatus, why: str, at: float) -> None:
        await runs.note(StepEvent(run, step, status, at, why))

    limits = load_defaults(settings.config_dir).run
    work = Work(deliver, review, review.broken, watch)
    return Worker(settings.database_url, engine, work, Pace(limits.quiet_s, limits.poll_s))


def web(settings: Settings) -> flask.Flask:
    """The receiver. Raises ConfigError without a webhook secret."""
    from bot.engine.queues import Queues
    from bot.store.health import problems
    from bot.store.our_name import OurName
    from bot.store.tallies import tallies
    from bot.web.app import create_app
    from bot.web.metrics import metrics

    secrets_ = settings.require_webhook_secrets()
    if settings.app_id is None:
        settings.require_app()
    # The key is not looked at: only the worker needs it, and reading it takes 8 MB here.
    engine = database(settings)
    return create_app(
        secrets=secrets_,
        enqueue=Queues(settings.database_url).deliver,
        ready=lambda: problems(engine),
        own_app_id=settings.app_id,
        own_slug=OurName(engine).known,
        pages=(metrics(lambda: tallies(engine), settings.dashboard_token),),
    )


@dataclass(frozen=True, slots=True)
class Replaying:
    """What takes one delivery the whole way in this process, and keeps nothing of it."""

    deliver: Deliver
    line: Line
    review: ReviewPull
    runs: Runs
    close: Callable[[], None]


def replaying(settings: Settings) -> Replaying:
    """The use cases over memory alone. GitHub is the real one; with `dry_run` it is only read."""
    from bot.service.dispatch import Deliver
    from bot.service.replay import Line
    from bot.store.memory import RunsInMemory
    from bot.store.wishes_in_memory import WishesInMemory

    runs, line, host = RunsInMemory(), Line(), github(settings)
    own = judge_here(settings, runs)
    review = review_pull(settings, own, host)
    wishes = own.wishes or WishesInMemory()
    heed = run_commands(settings, review, host.talk, wishes)
    deliver = Deliver(host, runs, own.ledger, line, time.time, heed)
    return Replaying(deliver, line, review, runs, host.close)
