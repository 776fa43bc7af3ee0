"""A GitHub whose deliveries were missed, and the sweeps that look for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

import sqlalchemy as sa
from flask import Flask
from werkzeug.serving import make_server

from bot.domain.asked import Asked, Delivery
from bot.github.host import GitHubHost
from bot.sandbox import Sandbox
from bot.service.missed import Missed
from bot.service.reconcile import Reconcile
from bot.store.memory import RunsInMemory
from bot.store.recovery import StoredKnownRepos, StoredRedeliveries
from bot.web import create_app


@dataclass
class Inbox:
    """What the receiver has stored. `broken`: the database is away."""

    held: list[tuple[Delivery, Asked]] = field(default_factory=list)
    broken: bool = False

    def __call__(self, delivery: Delivery, asked: Asked) -> None:
        if self.broken:
            raise OSError("no room")
        if delivery.id not in [each.id for each, _ in self.held]:  # as the engine keeps ids once
            self.held.append((delivery, asked))


def receiver(github: Sandbox, inbox: Inbox) -> Flask:
    return create_app(
        secrets=(github.app.webhook_secret or "",),
        enqueue=inbox,
        ready=lambda: (),
        own_app_id=github.app.id,
    )


@contextmanager
def served(github: Sandbox, inbox: Inbox) -> Iterator[None]:
    """The receiver on loopback, known to GitHub."""
    server = make_server("127.0.0.1", 0, receiver(github, inbox), threaded=True)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    github.deliver_to(f"http://127.0.0.1:{server.server_port}/webhooks/github")
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def at(moment: datetime) -> float:
    return moment.timestamp()


@dataclass
class Later:
    """A clock of the test's: the sandbox's own, and some seconds."""

    real: Callable[[], datetime]
    ahead_s: float = 0.0

    def __call__(self) -> datetime:
        return self.real() + timedelta(seconds=self.ahead_s)

    def seconds(self) -> float:
        return self().timestamp()


def missed(host: GitHubHost, engine: sa.Engine, clock: Later) -> Missed:
    return Missed(host.deliveries, StoredRedeliveries(engine), clock.seconds)


def reconcile(
    host: GitHubHost, engine: sa.Engine, clock: Later, runs: RunsInMemory, inbox: Inbox
) -> Reconcile:
    return Reconcile(host.reach, runs, StoredKnownRepos(engine), inbox, 3.0, clock.seconds)


def empty(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/ai-review.db"
