"""What people think is heard, weighed by who they are, and in the end listened to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.asked import Person
from bot.domain.command import Command, Verb
from bot.domain.finding import Category
from bot.domain.opinions import MuteRules, Opinion
from bot.domain.thread import Thread
from bot.sandbox import Sandbox
from bot.service.feedback import Said, voices
from bot.store.stats import read_stats
from bot.store.tallies import tallies
from tests.citizen.life import FINDING, MENDED, UNSAFE, Life, lived
from tests.fakes.model import FakeModel

ANN, BOB, MIA = Person(1, "ann"), Person(2, "bob"), Person(3, "mia")
THREAD = Thread("T", 1, "C", "f" * 16, "a.py", "words", resolved=False)


@pytest.fixture(scope="module")
def model() -> Iterator[FakeModel]:
    with FakeModel() as server:
        yield server


@pytest.fixture
def life(github: Sandbox, model: FakeModel, tmp_path: Path) -> Iterator[Life]:
    with lived(github, model, tmp_path) as one:
        one.model.answer("security", [FINDING], times=1)
        one.github.person("ann", "write", "acme/shop")
        one.github.person("bob", "read", "acme/shop")
        yield one


def said(by: Person, accepted: bool, by_thumb: bool = True) -> Said:
    return Said("f" * 16, by, accepted, by_thumb)


CLOSED = replace(THREAD, resolved=True, resolved_by="mia", resolved_by_id=3)


@pytest.mark.parametrize(
    ("thread", "stands", "heard"),
    [
        pytest.param(THREAD, True, [], id="nobody says anything"),
        pytest.param(replace(THREAD, liked=(ANN,)), True, [said(ANN, True)], id="a thumb up"),
        pytest.param(replace(THREAD, disliked=(ANN,)), False, [said(ANN, False)], id="and down"),
        pytest.param(replace(THREAD, liked=(ANN,), disliked=(ANN,)), True, [], id="both thumbs"),
        pytest.param(CLOSED, True, [said(MIA, False, False)], id="resolved, the code stayed"),
        pytest.param(CLOSED, False, [], id="resolved, the code was changed"),
        pytest.param(
            replace(CLOSED, liked=(MIA,)), True, [said(MIA, True)], id="a thumb says it better"
        ),
        pytest.param(
            replace(THREAD, liked=(ANN,), disliked=(BOB,)),
            True,
            [said(ANN, True), said(BOB, False)],
            id="two people",
        ),
        pytest.param(replace(CLOSED, resolved_by_id=0), True, [], id="nobody knows who"),
    ],
)
def test_what_a_thread_says(thread: Thread, stands: bool, heard: list[Said]) -> None:
    assert sorted(voices(thread, stands), key=lambda each: each.by.id) == heard


async def kept(life: Life) -> list[tuple[int, bool, bool]]:
    """Who says what, and whether it counts."""
    found = await life.opinions.of_pull(life.repo.id, 1)
    return [(each.person, each.accepted, each.counts) for each in found]


async def test_a_writers_thumb_counts_and_a_strangers_is_kept(life: Life) -> None:
    await life.reviewed()
    life.repo.thumb(1, life.first.id, "-1", by="ann")
    life.repo.thumb(1, life.first.id, "+1", by="bob")
    life.repo.thumb(1, life.first.id, "heart", by="mia")
    await life.pushed(UNSAFE + "# later\n")
    ann, bob = life.person("ann").id, life.person("bob").id
    assert sorted(await kept(life)) == sorted([(ann, False, True), (bob, True, False)])
    counted = await life.opinions.counted(life.repo.id, 0.0)
    assert [each.person for each in counted] == [ann]


async def test_the_last_word_of_a_person_counts(life: Life) -> None:
    await life.reviewed()
    life.repo.thumb(1, life.first.id, "-1", by="ann")
    await life.pushed(UNSAFE + "# later\n")
    [before] = await life.opinions.of_pull(life.repo.id, 1)
    await life.pushed(UNSAFE + "# later still\n")
    assert await life.opinions.of_pull(life.repo.id, 1) == (before,)
    life.first.reactions.clear()
    life.repo.thumb(1, life.first.id, "+1", by="ann")
    await life.pushed(UNSAFE + "# at last\n")
    [after] = await life.opinions.of_pull(life.repo.id, 1)
    assert (after.accepted, after.at > before.at) == (True, True)
    life.first.reactions.clear()
    await life.pushed(UNSAFE + "# never mind\n")
    assert await kept(life) == []


async def test_who_said_the_same_before_is_not_asked_for_again(life: Life) -> None:
    await life.reviewed()
    life.repo.thumb(1, life.first.id, "-1", by="ann")
    for text in ("# one\n", "# two\n", "# three\n"):
        await life.pushed(UNSAFE + text)
    asked = [each for each in life.github.requests if each.path.endswith("/ann/permission")]
    assert len(asked) == 1


async def test_resolving_while_the_code_stays_turns_down_and_opening_takes_it_back(
    life: Life,
) -> None:
    await life.reviewed()
    await life.settled(life.first, by="ann")
    assert await kept(life) == [(life.person("ann").id, False, True)]
    await life.settled(life.first, by="ann", resolved=False)
    assert await kept(life) == []


async def test_resolving_what_was_mended_is_no_opinion(life: Life) -> None:
    await life.reviewed()
    await life.settled(life.first, by="ann")
    await life.pushed(MENDED)
    assert await kept(life) == []
    await life.settled(life.first, by="ann")
    assert await kept(life) == []


async def test_what_was_pushed_and_not_reviewed_yet_decides_nothing(life: Life) -> None:
    await life.reviewed()
    life.repo.push(1, {"src/login.py": MENDED})
    await life.settled(life.first, by="ann")
    assert await kept(life) == []


def acceptance(life: Life) -> tuple[int, int, dict[str, float]]:
    """What `runs stats` and /metrics tell of the security reviewer: judged and accepted."""
    [one] = [each for each in read_stats(life.engine).finders if each.name == "security"]
    told = {each.name: each.amount for each in tallies(life.engine) if each.labels == ("security",)}
    return one.judged, one.accepted, {name: told[name] for name in ("judged", "accepted")}


@pytest.mark.parametrize(
    ("thumb", "accepted"), [("+1", 1), ("-1", 0)], ids=["taken up", "turned down"]
)
async def test_both_directions_reach_the_stats(life: Life, thumb: str, accepted: int) -> None:
    await life.reviewed()
    life.repo.thumb(1, life.first.id, thumb, by="ann")
    assert acceptance(life)[:2] == (0, 0)
    await life.closed()
    assert acceptance(life) == (1, accepted, {"judged": 1.0, "accepted": float(accepted)})


async def test_a_closed_pull_request_settles_what_was_resolved(life: Life) -> None:
    await life.reviewed()
    await life.settled(life.first, by="ann")
    assert acceptance(life)[0] == 0
    await life.closed()
    assert acceptance(life)[:2] == (1, 0)


async def test_a_strangers_thumb_is_in_no_stats(life: Life) -> None:
    await life.reviewed()
    life.repo.thumb(1, life.first.id, "-1", by="bob")
    await life.closed()
    assert await kept(life) == [(life.person("bob").id, False, False)]
    assert acceptance(life)[0] == 0


async def test_closing_costs_nothing_where_no_comment_of_ours_is(
    github: Sandbox, model: FakeModel, tmp_path: Path
) -> None:
    with lived(github, model, tmp_path) as life:
        await life.reviewed()
        before = len(life.github.requests)
        await life.closed()
        assert [each.path for each in life.github.requests[before:]] == []


async def test_an_outage_while_closing_is_survived(life: Life) -> None:
    await life.reviewed()
    life.github.fault("POST", r"/graphql", times=1, status=403)
    await life.closed()
    assert await kept(life) == []


SLOW = {**FINDING, "title": "One query for each row"}
LEAK = {**FINDING, "severity": "high"}


async def of_the_past(life: Life, count: int, category: Category, at: float) -> None:
    """So many opinions of ann on other pull requests."""
    down = Opinion("0" * 16, life.person("ann").id, category, accepted=False, counts=True, at=at)
    for number in range(10, 10 + count):
        await life.opinions.put(life.repo.id, number, [down.fingerprint], [down])


async def test_a_category_that_was_turned_down_is_muted_said_in_sight_and_lifted(
    life: Life,
) -> None:
    life.model.reset()
    life.model.answer("quality", [SLOW])
    await life.reviewed()
    assert life.mark().startswith("**Medium: One query")
    await of_the_past(life, 8, Category.QUALITY, life.clock)
    number = life.opened({"src/login.py": UNSAFE})
    check = await life.reviewed(number)
    assert (check.conclusion, check.title) == ("success", "No findings, 1 muted")
    assert "1 finding of a category that is muted here is set aside." in (check.summary or "")
    assert "muted here: 8 of 8 such findings were turned down" in (check.summary or "")
    assert "/ai-review unignore quality" in (check.summary or "")
    assert "| refuter | tried 1 finding, set none aside" in (check.summary or "")
    assert life.pull(number).comments == []
    await life.opinions.lift(life.repo.id, Category.QUALITY, life.person("ann"), life.clock)
    again = life.opened({"src/login.py": UNSAFE})
    assert "1 finding" in ((await life.reviewed(again)).title or "")
    assert len(life.pull(again).comments) == 1


async def test_a_writer_lifts_a_mute_with_a_command_and_a_reader_does_not(life: Life) -> None:
    life.model.reset()
    life.model.answer("quality", [SLOW])
    await life.reviewed()
    await of_the_past(life, 8, Category.QUALITY, life.clock)
    lift = Command(Verb.UNIGNORE, ("quality",))
    await life.hear(lift, by="bob")
    assert len(await life.opinions.counted(life.repo.id, 0.0)) == 8
    await life.hear(lift, by="ann")
    assert await life.opinions.counted(life.repo.id, 0.0) == ()
    assert "everything about quality" in life.pull().conversation[-1].body


async def test_a_mute_holds_for_findings_of_earlier_heads_and_their_comments_stay(
    life: Life,
) -> None:
    life.model.reset()
    life.model.answer("quality", [SLOW], times=1)
    await life.reviewed()
    said_ = life.first.body
    await of_the_past(life, 8, Category.QUALITY, life.clock)
    check = await life.pushed(UNSAFE + "# later\n")
    assert check.title == "No findings, 1 muted"
    assert life.first.body == said_


async def test_what_would_fail_the_check_and_security_are_never_muted(life: Life) -> None:
    life.model.reset()
    life.model.answer("quality", [LEAK])
    life.model.answer("security", [FINDING])
    for category in Category:
        await of_the_past(life, 8, category, life.clock)
    check = await life.reviewed()
    assert check.conclusion == "failure"
    assert "muted" not in (check.title or "")


async def test_opinions_of_long_ago_mute_nothing(life: Life) -> None:
    life.model.reset()
    life.model.answer("quality", [SLOW])
    life.clock += 200 * 86_400
    await of_the_past(life, 8, Category.QUALITY, MuteRules().since(life.clock) - 1)
    assert "muted" not in ((await life.reviewed()).title or "")


async def test_strangers_mute_nothing_however_many(life: Life) -> None:
    life.model.reset()
    life.model.answer("quality", [SLOW])
    await life.reviewed()
    for name in [f"stranger-{nth}" for nth in range(12)]:
        life.repo.thumb(1, life.first.id, "-1", by=name)
    await life.pushed(UNSAFE + "# later\n")
    assert len(await kept(life)) == 12
    assert await life.opinions.counted(life.repo.id, 0.0) == ()
