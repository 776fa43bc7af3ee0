"""Deliveries that never arrived: GitHub gives up after one attempt, so we ask for another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import structlog

from bot.errors import RateLimited, UpstreamError
from bot.intake.worth import may_ask
from bot.ports.delivery_log import Again, Attempt, Came, DeliveryLog, Redeliveries

FAR_S = 3 * 86_400.0
"""How far we look back. Source: GitHub keeps its log for 3 days; Enterprise servers for 7."""
OVERLAP_S = 3600.0
"""How much of what is settled is looked at again: logs are written late, and clocks differ."""
YOUNG_S = 60.0
"""A younger attempt may be the delivery itself, still on its way into the log."""
AGAIN_S = 3600.0
"""How long one guid is left alone after it was asked for."""
MOST_TIMES = 3
"""What failed so often is refused, not missed."""
MOST = 50
"""Asked for in one sweep; the rest is for the next."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Missing:
    """A delivery without any attempt that arrived. `last` is its newest attempt's id."""

    guid: str
    last: int
    event: str
    action: str
    first_at: float
    last_at: float


@dataclass(frozen=True, slots=True)
class Missed:
    """One sweep over GitHub's log. `now` gives seconds since 1970."""

    log: DeliveryLog
    kept: Redeliveries
    now: Callable[[], float]

    async def __call__(self) -> int:
        """Ask again for what was missed; how many. Raises UpstreamError; nothing is lost by it."""
        now = self.now()
        settled = await self.kept.settled()
        far = now - FAR_S
        since = far if settled is None else max(far, settled - OVERLAP_S)
        missing = missed(await self.log.since(since))
        known = await self.kept.asked([each.guid for each in missing])
        due = [each for each in missing if is_due(each, known.get(each.guid), now)]
        for each in due[:MOST]:
            await self._ask(each, known.get(each.guid), now)
        await self.kept.settle(max(settled or 0.0, unsettled_at(missing, known, now)))
        return len(due[:MOST])

    async def _ask(self, each: Missing, before: Again | None, now: float) -> None:
        # Noted first: who dies here asks once less, never twice.
        await self.kept.ask(each.guid, now)
        nth = 1 + (before.times if before else 0)
        event = f"{each.event}.{each.action}" if each.action else each.event
        with structlog.contextvars.bound_contextvars(delivery=each.guid, event_name=event):
            try:
                await self.log.again(each.last)
            except RateLimited:
                raise
            except UpstreamError as error:
                log.warning("delivery_not_asked_for", why=str(error))
            else:
                log.info("delivery_asked_for_again", time=nth, of=MOST_TIMES)


def missed(attempts: Iterable[Attempt]) -> tuple[Missing, ...]:
    """Deliveries none of whose attempts arrived or is held by GitHub, newest first.

    Only what may ask something of us. `attempts` are newest first.
    """
    by_guid: dict[str, list[Attempt]] = {}
    for each in attempts:
        by_guid.setdefault(each.guid, []).append(each)
    return tuple(
        Missing(guid, all_[0].id, all_[0].event, all_[0].action, all_[-1].at, all_[0].at)
        for guid, all_ in by_guid.items()
        if all(each.came is Came.FAILED for each in all_) and may_ask(all_[0].event, all_[0].action)
    )


def is_due(each: Missing, before: Again | None, now: float) -> bool:
    """Whether it is asked for now."""
    if each.last_at > now - YOUNG_S:
        return False
    return before is None or (before.times < MOST_TIMES and before.at <= now - AGAIN_S)


def unsettled_at(missing: Iterable[Missing], before: Mapping[str, Again], now: float) -> float:
    """From when on the log must be looked at again.

    `before` says what was asked earlier: a delivery asked for the last time in that sweep counts
    as open until the next.
    """
    open_ = [
        each.first_at
        for each in missing
        if (known := before.get(each.guid)) is None or known.times < MOST_TIMES
    ]
    return min([now, *open_])
