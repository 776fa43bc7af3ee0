"""A finding whose code was edited is looked at again, or told as not looked at; never forgotten."""

from __future__ import annotations

from dataclasses import replace

from tests.service.faults import BASE, FINDING, HEAD
from tests.service.office import Building, Ended, Office

LOGIN = BASE["src/login.py"]
REMARKED = {
    "src/login.py": LOGIN.replace("    return user\n", "    # checked elsewhere\n    return user\n")
}
"""The function as in the base, with a comment: nothing that security would read by itself."""
AGAIN = {"src/login.py": REMARKED["src/login.py"].replace("elsewhere", "by the caller")}
IN_DOUBT = "not looked at again since its code or its reviewer changed"


def reviewed(building: Building) -> tuple[Office, int]:
    """An office, and a pull request in whose first head security will find something."""
    office = building.office()
    office.fake.answer("security", [FINDING], times=1)
    return office, building.opened({"src/login.py": HEAD["src/login.py"]})


async def second_head(building: Building, office: Office, number: int) -> Ended:
    first = await office.walk(building.run(), number)
    assert FINDING["title"] in first.summary
    building.repo.push(number, REMARKED)
    return await office.walk(building.run(), number)


async def test_who_found_it_is_asked_again_though_nothing_else_calls_it(
    building: Building,
) -> None:
    office, number = reviewed(building)
    second = await second_head(building, office, number)
    assert second.calls["security"] == 1
    assert second.check.conclusion == "success"
    assert FINDING["title"] not in second.summary
    # It has answered: that is remembered, and nothing more is asked of it.
    building.repo.push(number, AGAIN)
    third = await office.walk(building.run(), number)
    assert third.calls["security"] == 0
    assert third.check.conclusion == "success"


async def test_what_it_could_not_look_at_again_is_told_until_it_has(building: Building) -> None:
    office, number = reviewed(building)
    office.fake.refuse("security")
    second = await second_head(building, office, number)
    assert second.check.conclusion == "neutral"
    assert FINDING["title"] in second.summary
    assert IN_DOUBT in second.summary
    assert building.comments_of(second) == []
    office.fake.forget()
    building.repo.push(number, AGAIN)
    third = await office.walk(building.run(), number)
    assert third.calls["security"] == 1
    assert third.check.conclusion == "success"
    assert FINDING["title"] not in third.summary


async def test_where_others_were_asked_for_it_is_told_and_the_check_is_not_green(
    building: Building,
) -> None:
    office, number = reviewed(building)
    await office.walk(building.run(), number)
    building.repo.push(number, REMARKED)
    asked = replace(office.asked(number), asked_for=("quality",))
    ended = await office.walk(building.run(), number, asked)
    assert ended.calls["security"] == 0
    assert ended.check.conclusion == "neutral"
    assert IN_DOUBT in ended.summary
