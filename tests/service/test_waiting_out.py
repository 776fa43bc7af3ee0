"""Waiting out what passes: how often, how long, and what is not worth it."""

from __future__ import annotations

import pytest

from bot.engine.steps import KeptSteps
from bot.errors import UpstreamError
from bot.service.patience import LONGEST_WAIT_S, MOST_TRIES, patiently


class Busy:
    """Fails `times` times, asking for `wait_s` each time."""

    def __init__(self, times: int, wait_s: float | None) -> None:
        self.times, self.wait_s, self.tries = times, wait_s, 0

    async def __call__(self) -> str:
        self.tries += 1
        if self.tries > self.times:
            return "done"
        raise UpstreamError("GitHub is busy.", retry_after=self.wait_s)


class Naps:
    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.mark.parametrize(
    ("asked", "slept"), [(30.0, 30.0), (7200.0, LONGEST_WAIT_S)], ids=["short", "too long"]
)
async def test_a_step_is_repeated_after_the_wait_it_asks_for(asked: float, slept: float) -> None:
    naps, busy = Naps(), Busy(2, asked)
    assert await patiently(KeptSteps(sleep=naps), "fetch", str, busy) == "done"
    assert naps.slept == [slept, slept]


async def test_an_outage_of_an_hour_is_waited_out_and_one_without_end_is_not() -> None:
    naps, busy = Naps(), Busy(99, 1.0)
    with pytest.raises(UpstreamError, match="busy"):
        await patiently(KeptSteps(sleep=naps), "fetch", str, busy)
    assert (busy.tries, len(naps.slept)) == (MOST_TRIES, MOST_TRIES - 1)
    assert naps.slept == sorted(naps.slept)
    assert max(naps.slept) == LONGEST_WAIT_S
    assert 3600 < sum(naps.slept) < 3 * 3600


async def test_what_waiting_does_not_mend_is_not_repeated() -> None:
    naps, busy = Naps(), Busy(99, None)
    with pytest.raises(UpstreamError):
        await patiently(KeptSteps(sleep=naps), "fetch", str, busy)
    assert (busy.tries, naps.slept) == (1, [])
