"""A finding whose code was edited is looked at again, or told as not looked at; never forgotten."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.domain.finding import Severity
from tests.service.faults import BASE, FINDING, HEAD, WIDE, wrong_sums
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


OTHER = {"src/cart.js": HEAD["src/cart.js"]}


@pytest.mark.parametrize(
    ("voter", "conclusion"),
    [pytest.param("confirm", "failure", id="upheld"), pytest.param("refute", "neutral", id="not")],
)
async def test_what_is_voted_on_at_a_later_head_is_voted_on_once(
    building: Building, voter: str, conclusion: str
) -> None:
    office, number = reviewed(building)
    ballot = {"reason": "So it is.", "stance": voter, "confidence": 0.8}
    for nth in (1, 2, 3):
        office.fake.say(f"voter-{nth}", json.dumps(ballot))
    first = await office.walk(building.run(), number)
    assert first.calls["voter-1"] == 0
    lower = replace(office.house.defaults, fail_at=Severity.MEDIUM)
    office.with_house(defaults=lower)
    asked = []
    for head in (OTHER, {"src/cart.js": OTHER["src/cart.js"] + "export const one = 1;\n"}):
        building.repo.push(number, head)
        ended = await office.walk(building.run(), number)
        assert ended.check.conclusion == conclusion
        asked.append([ended.calls[f"voter-{nth}"] for nth in (1, 2, 3)])
    assert asked == [[1, 1, 1], [0, 0, 0]]


async def test_what_was_told_as_one_is_not_told_singly_at_the_next_head(
    building: Building,
) -> None:
    office = building.office().with_budget("10.00")
    office.with_house(desk=replace(office.house.desk, part_tokens=120))
    office.fake.reply("quality", wrong_sums)
    united = {"duplicates": [[1, 2]], "overview": "One mistake, twice."}
    office.fake.say("synthesis", json.dumps(united))
    number = building.opened(WIDE)
    first = await office.walk(building.run(), number)
    assert len(building.comments_of(first)) == 1
    assert first.calls["synthesis"] == 1
    office.fake.forget()
    building.repo.push(number, {"README.md": "# Shop\n"})
    second = await office.walk(building.run(), number)
    assert building.comments_of(second) == []
    assert second.title == first.title == "1 finding, worst High"
    assert "commented at an earlier head" in second.summary
    # One of both is mended: the other is told by itself.
    main = next(path for path in WIDE if f"The first sum of `{path}`" in first.summary)
    building.repo.push(number, {main: WIDE[main].replace("+ 0", "")})
    third = await office.walk(building.run(), number)
    [comment] = building.comments_of(third)
    assert comment.path != main
