"""What GitHub's API may do to our reviews."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox import Sandbox
from tests.citizen.life import FINDING, Life, lived
from tests.fakes.model import FakeModel
from tests.sandbox.asking import Client, as_installation


@pytest.fixture(scope="module")
def model() -> Iterator[FakeModel]:
    with FakeModel() as server:
        yield server


@pytest.fixture
def life(github: Sandbox, model: FakeModel, tmp_path: Path) -> Iterator[Life]:
    with lived(github, model, tmp_path) as one:
        yield one


async def test_22_a_left_over_pending_review_of_ours_is_removed_and_the_review_is_posted(
    life: Life,
) -> None:
    life.model.answer("security", [FINDING], times=1)
    reviews = "/repos/acme/shop/pulls/1/reviews"
    draft = {"body": "Half a review", "commit_id": life.pull().head_sha}
    left = as_installation(life.github).post(reviews, draft).json()
    ann = life.github.person("ann", "write", "acme/shop").login
    other = Client(life.github.url, life.github.user_token(ann)).post(reviews, draft).json()
    assert (left["state"], other["state"]) == ("PENDING", "PENDING")
    check = await life.reviewed()
    assert (check.conclusion, "1 finding" in (check.title or "")) == ("neutral", True)
    mine, posted = life.pull().reviews
    assert (mine.id, mine.state, mine.author) == (other["id"], "PENDING", "ann")
    assert (posted.state, posted.author) == ("COMMENTED", life.github.app.login)
    assert [each.review_id for each in life.pull().comments] == [posted.id]
