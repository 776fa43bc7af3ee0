"""What a pull request's author may expect of a good guest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox import Sandbox
from tests.citizen.life import FINDING, MENDED, UNSAFE, Life, lived
from tests.fakes.model import FakeModel


@pytest.fixture(scope="module")
def model() -> Iterator[FakeModel]:
    with FakeModel() as server:
        yield server


@pytest.fixture
def life(github: Sandbox, model: FakeModel, tmp_path: Path) -> Iterator[Life]:
    with lived(github, model, tmp_path) as one:
        yield one


async def test_47_a_finding_is_not_posted_again_a_fixed_one_is_marked_and_replies_stay(
    life: Life,
) -> None:
    life.model.answer("security", [FINDING], times=1)
    await life.reviewed()
    said = life.first.body
    reply = life.repo.reply(1, life.first.id, "Is it, really?", by="mia")
    await life.pushed(UNSAFE + "# a later line\n")
    assert [each.id for each in life.pull().comments] == [life.first.id, reply]
    assert life.first.body == said
    await life.pushed(MENDED)
    head = life.pull().head_sha[:7]
    assert life.mark() == f"**Fixed in `{head}`.**"
    assert said.partition("\n")[0] in life.first.body
    assert [each.body for each in life.pull().comments if each.id == reply] == ["Is it, really?"]
    assert len(life.pull().comments) == 2


async def test_48_no_findings_no_comment_at_all(life: Life) -> None:
    check = await life.reviewed()
    assert (check.conclusion, check.title) == ("success", "No findings")
    pull = life.pull()
    assert (pull.comments, pull.reviews, pull.conversation) == ([], [], [])
    assert len(pull.checks) == 1
    assert "mark" not in life.steps
