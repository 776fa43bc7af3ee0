"""A stopped step sees its requests to their end."""

from __future__ import annotations

import asyncio

import pytest

from bot.service.patience import undivided


async def test_what_must_not_be_divided_ends_before_the_stop_is_passed_on() -> None:
    on_its_way, arrived = asyncio.Event(), asyncio.Event()
    seen: list[str] = []

    async def act() -> None:
        on_its_way.set()
        await arrived.wait()
        seen.append("looked at what became of it")

    step = asyncio.ensure_future(undivided(act))
    await on_its_way.wait()
    step.cancel()
    await asyncio.sleep(0)
    assert not step.done()
    arrived.set()
    with pytest.raises(asyncio.CancelledError):
        await step
    assert seen == ["looked at what became of it"]


async def test_what_fails_undivided_fails_as_it_would_alone() -> None:
    async def act() -> None:
        raise KeyError("gone")

    with pytest.raises(KeyError):
        await undivided(act)
