"""Behaviours 18, 19 and 28: GitHub's limits, its doubtful answers and its refusals."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.domain.post import ReviewPost
from bot.domain.pull import PullRef, PullRequest
from bot.engine.steps import KeptSteps
from bot.errors import RateLimited
from bot.github.reviews import marker
from bot.service.patience import patiently
from tests.citizen.stage import Stage, staged
from tests.github.conftest import Shop, comment, scenes, shop, time

__all__ = ["scenes", "shop", "time"]
RUN = "1001-1-" + "d" * 40 + "-1"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path, judged=False) as made:
        made.repo.open_pull("change", title="Change", author="mia")
        yield made


@pytest.mark.parametrize("status", [403, 429])
async def test_18_an_installation_told_to_wait_is_asked_nothing_for_that_long_and_others_go_on(
    shop: Shop, status: int
) -> None:
    """The job survives: it waits, and goes on where it was."""
    other = shop.github.create_repo("other/shop", {"a.py": "a = 1\n"})
    place = shop.github.world.installation_of(other.state, shop.github.app)
    assert place is not None
    other.branch("feature")
    other.commit("feature", {"a.py": "a = 2\n"}, "Change")
    number = other.open_pull("feature", title="Change", author="bob")
    theirs = PullRef("other/shop", other.id, number, other.pull(number).head_sha, place.id)
    host = shop.host()
    shop.github.fault("GET", r"acme/shop/pulls/1$", status=status, retry_after=30)
    asked_at: list[float] = []
    shop.github.watch.append(
        lambda asked, _: asked_at.append(shop.time.now) if "acme/shop/pulls" in asked.path else None
    )

    async def fetch() -> PullRequest:
        try:
            return await host.pull(shop.ref)
        except RateLimited:
            with pytest.raises(RateLimited):  # nothing goes out meanwhile
                await host.pull(shop.ref)
            assert (await host.pull(theirs)).ref == theirs
            raise

    begun = shop.time.now
    steps = KeptSteps(sleep=shop.time.sleep)
    pull = await patiently(steps, "fetch", PullRequest, fetch)
    shop.github.watch.clear()
    assert pull.ref == shop.ref
    assert [each - begun for each in asked_at] == [0, 30]


@pytest.mark.parametrize(
    "trouble",
    [{"status": 502}, {"status": None, "drop_connection": True}],
    ids=["502", "no answer"],
)
async def test_19_a_review_github_took_before_it_failed_is_not_posted_again(
    shop: Shop, trouble: dict[str, object]
) -> None:
    shop.github.fault("POST", r"/pulls/1/reviews$", after_accept=True, **trouble)
    post = ReviewPost(f"1 finding\n\n{marker(RUN)}", (comment(10),))
    receipt = await shop.host().post_review(shop.pull, RUN, post)
    assert [each.id for each in shop.reviews] == [receipt.review_id]
    assert receipt.posted == ("f10",)


async def test_28_a_missing_permission_is_named_in_log_and_check_and_asked_for_once(
    stage: Stage,
) -> None:
    stage.github.fault("GET", r"/pulls/1/files", times=99, status=403)
    with capture_logs() as logged:
        check = await stage.opened(1)
    assert check.conclusion == "neutral"
    said = f"{check.title} {check.summary}"
    assert "403" in said
    assert "permissions" in said
    assert len([each for each in stage.said() if each.startswith("GET pulls/1/files")]) == 1
    assert stage.model.calls == []
    assert any("403" in str(each) for each in logged), logged
