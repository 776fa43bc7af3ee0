"""Which entries a limit counts, and which limit leaves least."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.ledger import Budget, Entry, Scope
from bot.store.amounts import down

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Bound:
    """One limit: `most` picodollars for the entries it covers.

    `run` and `installation_id`: those of it alone; None: of all. `since` (included) and `until`
    (not) are seconds since 1970; None: of any time.
    """

    scope: Scope
    most: int
    run: str | None = None
    installation_id: int | None = None
    since: float | None = None
    until: float | None = None

    def covers(self, entry: Entry) -> bool:
        """Whether the entry counts against this limit."""
        return (
            (self.run is None or self.run == entry.run)
            and (self.installation_id is None or self.installation_id == entry.installation_id)
            and (self.since is None or self.since <= entry.at)
            and (self.until is None or entry.at < self.until)
        )


def bounds(run: str, installation_id: int | None, at: float, budget: Budget) -> tuple[Bound, ...]:
    """The limits of `budget` that hold for a run of that installation at that time.

    The run's own is always among them. Those of an installation hold for nobody without one.
    """
    found = [Bound(Scope.RUN, down(budget.run_usd), run=run)]
    day, month = _day(at), _month(at)
    if budget.day_usd is not None:
        found.append(Bound(Scope.DAY, down(budget.day_usd), None, None, *day))
    if budget.month_usd is not None:
        found.append(Bound(Scope.MONTH, down(budget.month_usd), None, None, *month))
    if installation_id is None:
        return tuple(found)
    whose = None, installation_id
    if budget.installation_day_usd is not None:
        most = down(budget.installation_day_usd)
        found.append(Bound(Scope.INSTALLATION_DAY, most, *whose, *day))
    if budget.installation_month_usd is not None:
        most = down(budget.installation_month_usd)
        found.append(Bound(Scope.INSTALLATION_MONTH, most, *whose, *month))
    return tuple(found)


def least(limits: Sequence[Bound], counted: Sequence[int]) -> tuple[int, Scope]:
    """What the tightest limit leaves, in picodollars and never below 0, and whose it is.

    `counted` is what counts against each of `limits`. Of equals it is the first.
    """
    rooms = [
        (max(0, limit.most - spent), limit.scope)
        for limit, spent in zip(limits, counted, strict=True)
    ]
    return min(rooms, key=lambda room: room[0])


def _day(at: float) -> tuple[float, float]:
    start = at // DAY_S * DAY_S
    return start, start + DAY_S


def _month(at: float) -> tuple[float, float]:
    # Whole seconds: fromtimestamp would round the last microsecond of a month up into the next.
    first = datetime.fromtimestamp(at // 1, UTC).replace(day=1, hour=0, minute=0, second=0)
    following = (first + timedelta(days=32)).replace(day=1)
    return first.timestamp(), following.timestamp()
