"""What is done now and then beside the reviews, and by one worker at a time.

A duty that many workers must not do at once has a row in the database: who does it, until when at
most, and when it was done last. Two at once would harm nothing, but ask GitHub twice.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite

from bot.errors import BotError

HOLD_S = 600.0
"""A worker that died at a duty keeps others from it for so long at most."""
TRY_AGAIN_S = 60.0
"""When a duty that another one holds, or that failed, is looked at again, at the latest."""
REST = 0.9
"""What part of the time between two turns a duty is left alone by the others."""
COLUMNS = (
    sa.column("name", sa.String),
    sa.column("holder", sa.String),
    sa.column("until", sa.Float),
    sa.column("done", sa.Float),
)
DUTIES = sa.table("duties", *COLUMNS)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to `do` `after_s` seconds after the start and every `every_s` seconds; 0: never.

    `alone`: by one worker at a time, and not again before the time is over, whoever did it. What
    `do` raises is logged in one sentence, and it is done again.
    """

    name: str
    every_s: float
    do: Callable[[], object]
    alone: bool = False
    after_s: float = 0.0


class Turns:
    """Who does what, in the database. `holder` names this worker, `now` is seconds since 1970."""

    def __init__(
        self, engine: sa.Engine, holder: str, now: Callable[[], float] = time.time
    ) -> None:
        self._engine = engine
        self._holder = holder
        self._now = now

    def take(self, name: str, unless_done_for_s: float) -> bool:
        """Whether this worker may do it now: nobody is at it, nor has done it just before."""
        now = self._now()
        lite = self._engine.dialect.name == "sqlite"
        row = (sqlite.insert if lite else postgresql.insert)(DUTIES)
        mine = {"holder": self._holder, "until": now + HOLD_S}
        free = (DUTIES.c.until <= now) & (DUTIES.c.done <= now - unless_done_for_s)
        taken = row.values(name=name, done=0.0, **mine).on_conflict_do_update(
            index_elements=["name"], set_=mine, where=free | (DUTIES.c.holder == self._holder)
        )
        with self._engine.begin() as connection:
            return connection.execute(taken.returning(DUTIES.c.name)).first() is not None

    def leave(self, name: str, done: bool) -> None:
        """Give it up; `done`: others need not do it for a while."""
        now = self._now()
        change = {"until": now, **({"done": now} if done else {})}
        mine = (DUTIES.c.name == name) & (DUTIES.c.holder == self._holder)
        with self._engine.begin() as connection:
            connection.execute(sa.update(DUTIES).where(mine).values(holder="", **change))


@dataclass
class Schedule:
    """The duties of one worker, in a thread of their own. `clock` gives seconds from anywhere."""

    duties: tuple[Duty, ...]
    turns: Turns
    clock: Callable[[], float] = time.monotonic
    _due: dict[str, float] = field(init=False)
    _stop: threading.Event = field(default_factory=threading.Event)
    _started: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._due = {each.name: self.clock() + each.after_s for each in self.duties}

    def start(self) -> None:
        """Do what is due until `stop`. The thread ends with the process."""
        threading.Thread(target=self._keep, name="duties", daemon=True).start()

    def stop(self) -> None:
        """Begin nothing more."""
        self._stop.set()

    def look(self) -> float:
        """Do what is due, and say in how many seconds the next is."""
        for duty in self.duties:
            if duty.every_s and self._due[duty.name] <= self.clock():
                in_s = duty.every_s if self._attend(duty) else min(TRY_AGAIN_S, duty.every_s)
                self._due[duty.name] = self.clock() + in_s
        coming = [self._due[each.name] for each in self.duties if each.every_s]
        return max(0.1, min(coming, default=TRY_AGAIN_S) - self.clock())

    def _keep(self) -> None:
        pause = 0.0
        while not self._stop.wait(pause):
            pause = self.look()

    def _attend(self, duty: Duty) -> bool:
        """Whether it is done, by us or by another one just before."""
        # At its start a worker does it whoever did it before: it may have been away for long.
        rest = duty.every_s * REST if duty.name in self._started else 0.0
        try:
            if duty.alone and not self.turns.take(duty.name, rest):
                return False
            self._do(duty)
        except (BotError, sa.exc.SQLAlchemyError) as error:
            why = str(error) if isinstance(error, BotError) else type(error).__name__
            log.warning("duty_failed", duty=duty.name, why=why)
            return False
        except Exception:
            # The loop's last net: a defect in one duty must not end the others unseen.
            log.exception("duty_broken", duty=duty.name)
            return False
        return True

    def _do(self, duty: Duty) -> None:
        done = False
        try:
            duty.do()
            done = True
            self._started.add(duty.name)
        finally:
            if duty.alone:
                self.turns.leave(duty.name, done)
