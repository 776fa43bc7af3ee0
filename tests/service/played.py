"""The faults, played. Each walk is made once a session, however many tests look at it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.domain.ledger import EntryState
from bot.domain.run import RunStatus
from tests.fakes.script import ANYONE, COUNT
from tests.service.faults import BESIDE, FAULTS, FINDING, Fault, wrong_sums
from tests.service.office import Building, Ended

NEVER = 10**6
"""Failures in a row that a breaker waits for where a test is about something else."""


async def once(building: Building, fault: Fault) -> Ended:
    """Security meets it in its first call."""
    office = building.office()
    fault.script(office.fake, "security", 1)
    return await office.walk(building.run())


async def ever(building: Building, fault: Fault) -> Ended:
    """Security meets nothing else."""
    office = building.office()
    fault.script(office.fake, "security", None)
    return await office.walk(building.run())


async def all_(building: Building, fault: Fault) -> Ended:
    """Everybody meets nothing else; quality is asked before security."""
    office = building.office().one_by_one()
    fault.script(office.fake, ANYONE, None)
    return await office.walk(building.run())


async def beside(building: Building, fault: Fault) -> Ended:
    """Triage, the refuter, a voter of three and the synthesis meet nothing else."""
    office = building.office(NEVER).with_budget("10.00").with_tier("performance", "standard")
    office.with_house(desk=replace(office.house.desk, part_tokens=120))
    office.fake.reply("quality", wrong_sums)
    for who in BESIDE:
        fault.script(office.fake, who, None)
    return await office.walk(building.run(), 2)


async def voters(building: Building, fault: Fault) -> Ended:
    """All three voters on one finding meet nothing else."""
    office = building.office(NEVER).with_budget("10.00")
    office.fake.answer("security", [{**FINDING, "severity": "high"}])
    for nth in (1, 2, 3):
        fault.script(office.fake, f"voter-{nth}", None)
    return await office.walk(building.run())


async def count(building: Building, fault: Fault) -> Ended:
    """Whoever asks for a count, for there is room for security only by the vendor's own."""
    office = building.office().one_by_one().with_budget("0.135")
    fault.script(office.fake, COUNT, None)
    return await office.walk(building.run())


HOW: dict[str, Callable[[Building, Fault], Awaitable[Ended]]] = {
    each.__name__: each for each in (once, ever, all_, beside, voters, count)
}


async def played(building: Building, name: str, how: str) -> Ended:
    """How the walk of that fault ends, which is held against what holds for every walk."""
    key = (name, how)
    if key not in building.played:
        building.played[key] = await HOW[how](building, FAULTS[name])
    ended = building.played[key]
    hold(ended)
    return ended


def hold(ended: Ended) -> None:
    """What holds however a walk ends: nothing hangs, nothing is forgotten, nobody waited long."""
    check, record = ended.check, ended.record
    assert (check.status, record.status) == ("completed", RunStatus.COMPLETED)
    assert (check.title, check.conclusion) == (record.note, record.verdict)
    assert record.finished is not None
    assert EntryState.RESERVED not in ended.ledger
    for who in {each.reviewer for each in ended.entries} | set(ended.calls):
        made = sum(letter in "SLR" for letter in ended.attempts(who))
        assert ended.calls[who] == made, who
    assert max(ended.waits, default=0.0) <= 20
