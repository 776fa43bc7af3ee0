"""What becomes of our comments, head after head, on a real GitHub's terms."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from bot.domain.asked import ReviewRequest
from bot.domain.command import Command, Verb
from bot.domain.pull import PullRef
from bot.domain.run import RunRecord, RunStatus
from bot.domain.thread import Thread
from bot.engine.steps import KeptSteps
from bot.github.conversation import Talk
from bot.sandbox import Sandbox
from bot.service import comments_life
from tests.citizen.life import FINDING, MENDED, SAFE, UNSAFE, Life, lived
from tests.fakes.model import FakeModel

CART = "def total(db, ids):\n    return [db.one(each) for each in ids]\n"
SLOW = {
    **FINDING,
    "path": "src/cart.py",
    "title": "One query for each row",
    "body": "Ask for all of them at once.",
    "quote": "    return [db.one(each) for each in ids]",
}
QUICK = "def total(db, ids):\n    return db.many(ids)\n"


@pytest.fixture(scope="module")
def model() -> Iterator[FakeModel]:
    with FakeModel() as server:
        yield server


@pytest.fixture
def life(github: Sandbox, model: FakeModel, tmp_path: Path) -> Iterator[Life]:
    with lived(github, model, tmp_path) as one:
        one.model.answer("security", [FINDING], times=1)
        yield one


@pytest.fixture
def resolving(github: Sandbox, model: FakeModel, tmp_path: Path) -> Iterator[Life]:
    """A life whose operator wants threads resolved."""
    with lived(github, model, tmp_path, comments="resolve_threads = true") as one:
        one.model.answer("security", [FINDING], times=1)
        yield one


def short(life: Life) -> str:
    return life.pull().head_sha[:7]


async def test_a_finding_is_fixed_comes_back_and_is_fixed_again(life: Life) -> None:
    await life.reviewed()
    said = life.first.body
    await life.pushed(MENDED)
    assert life.mark() == f"**Fixed in `{short(life)}`.**"
    first = short(life)
    await life.pushed(MENDED + "# and a word\n")
    assert life.mark() == f"**Fixed in `{first}`.**"
    await life.pushed(UNSAFE)
    assert life.mark() == f"**Back in `{short(life)}`.**"
    assert said.partition("\n\n<!--")[0] in life.first.body
    assert "<details>" not in life.first.body
    await life.pushed(MENDED)
    assert life.mark() == f"**Fixed in `{short(life)}`.**"
    assert len(life.pull().comments) == 1


async def test_a_mark_costs_one_read_and_one_write_for_each_comment_that_changes(
    life: Life,
) -> None:
    await life.reviewed()
    await life.pushed(UNSAFE + "# nothing to mark\n")
    before = len(life.github.requests)
    await life.pushed(UNSAFE + "# nothing to mark again\n")
    quiet = [each.path for each in life.github.requests[before:]]
    before = len(life.github.requests)
    await life.pushed(MENDED)
    marked = [each.path for each in life.github.requests[before:]]
    edits = [each for each in marked if "/pulls/comments/" in each]
    assert len(edits) == 1
    assert marked.count("/graphql") == quiet.count("/graphql")
    assert not [each for each in quiet if "/pulls/comments/" in each]


async def test_what_nobody_looked_at_again_is_left_alone(life: Life) -> None:
    await life.reviewed()
    said = life.first.body
    life.model.refuse("security")
    check = await life.pushed(UNSAFE.replace("return None", "return False"))
    assert check.conclusion == "neutral"
    assert life.first.body == said


async def test_what_its_reviewer_read_again_and_no_longer_finds_is_told_as_that(
    life: Life,
) -> None:
    await life.reviewed()
    checked = UNSAFE.replace("return None", "return False").replace(
        "def login(user, password):\n",
        "def login(user, password):\n    password = hashed(password)\n",
    )
    await life.pushed(checked)
    sha = short(life)
    assert life.mark() == f"**No longer found at `{sha}`, where its file was read again.**"


async def test_what_is_no_longer_part_of_the_change_is_told_as_that(life: Life) -> None:
    life.repo.push(1, {"src/cart.py": CART})
    await life.reviewed()
    await life.pushed(SAFE)
    assert life.mark() == f"**No longer part of this change at `{short(life)}`.**"


async def test_what_somebody_ignores_says_so_until_it_is_heard_of_again(life: Life) -> None:
    life.github.person("ann", "write", "acme/shop")
    await life.reviewed()
    said, name = life.first.body, await fingerprint(life)
    await life.hear(Command(Verb.IGNORE, (name,), "tests only"))
    check = await life.pushed(UNSAFE + "# later\n")
    assert life.mark() == "**Ignored by ann.**"
    assert check.title == "No findings, 1 ignored"
    await life.hear(Command(Verb.UNIGNORE, (name,)))
    await life.pushed(UNSAFE + "# later still\n")
    assert life.first.body == said


async def fingerprint(life: Life) -> str:
    [found] = await life.runs.posted(life.repo.id, 1)
    return found.fingerprint


async def test_a_comment_somebody_deleted_stays_deleted(life: Life) -> None:
    await life.reviewed()
    life.pull().comments.clear()
    check = await life.pushed(MENDED)
    assert check.conclusion == "success"
    await life.pushed(UNSAFE)
    assert life.pull().comments == []


async def test_where_github_lets_nobody_write_the_review_is_ended_all_the_same(
    life: Life,
) -> None:
    await life.reviewed()
    said = life.first.body
    life.github.fault("PATCH", r"/pulls/comments/", status=403)
    check = await life.pushed(MENDED)
    assert (check.conclusion, life.first.body) == ("success", said)
    await life.pushed(MENDED + "# once it is unlocked\n")
    assert life.mark() == f"**Fixed in `{short(life)}`.**"


async def test_an_outage_while_marking_ends_no_review(life: Life) -> None:
    await life.reviewed()
    life.github.fault("PATCH", r"/pulls/comments/", times=9, status=503)
    life.review.host._client.waits = replace(  # type: ignore[attr-defined]
        life.review.host._client.waits,
        sleep=_no_time,  # type: ignore[attr-defined]
    )
    check = await life.pushed(MENDED)
    assert check.conclusion == "success"
    record = await life.runs.get(check.external_id or "")
    assert record is not None
    assert record.status is RunStatus.COMPLETED


async def _no_time(_: float) -> None:
    """Tests do not wait."""


async def test_older_reviews_are_folded_and_nobody_elses(life: Life) -> None:
    await life.reviewed()
    life.repo.review(1, "Looks good to me", by="mia")
    life.model.answer("security", [FINDING, SLOW], times=1)
    life.repo.push(1, {"src/cart.py": CART})
    await life.reviewed()
    assert [each.minimized for each in life.pull().reviews] == ["OUTDATED", None, None]


async def test_the_operator_may_leave_reviews_unfolded(
    github: Sandbox, model: FakeModel, tmp_path: Path
) -> None:
    with lived(github, model, tmp_path, comments="minimise = false") as life:
        life.model.answer("security", [FINDING], times=1)
        await life.reviewed()
        await life.pushed(MENDED)
        assert [each.minimized for each in life.pull().reviews] == [None]
        assert life.mark().startswith("**Fixed in")


async def test_threads_are_resolved_where_the_app_may_and_opened_again(resolving: Life) -> None:
    life = resolving
    life.github.installation.permissions["contents"] = "write"
    await life.reviewed()
    await life.pushed(MENDED)
    assert life.first.resolved_by == life.github.app.login
    await life.pushed(UNSAFE)
    assert life.first.resolved_by is None
    assert life.mark().startswith("**Back in")
    assert life.mutations.count("resolveReviewThread") == 1
    assert life.mutations.count("unresolveReviewThread") == 1


async def test_where_the_app_may_not_resolve_all_else_is_done(resolving: Life) -> None:
    life = resolving
    await life.reviewed()
    check = await life.pushed(MENDED)
    assert check.conclusion == "success"
    assert life.mark().startswith("**Fixed in")
    assert life.first.resolved_by is None


async def test_nobody_asks_for_more_than_it_takes_where_threads_are_left_alone(life: Life) -> None:
    await life.reviewed()
    await life.pushed(MENDED)
    minted = [json.loads(each)["permissions"] for each in life.sent("/access_tokens")]
    assert minted
    assert {each["contents"] for each in minted} == {"read"}
    assert "resolveReviewThread" not in life.mutations


async def two_fixed(life: Life) -> None:
    """Two comments whose findings the newest head has mended; it is not reviewed yet."""
    life.model.answer("security", [FINDING, SLOW], times=1)
    life.repo.push(1, {"src/cart.py": CART})
    await life.reviewed()
    assert len(life.pull().comments) == 2
    life.repo.push(1, {"src/cart.py": QUICK, "src/login.py": MENDED})


async def test_what_is_over_the_limit_is_left_to_the_next_run(
    github: Sandbox, model: FakeModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comments_life, "MOST", 1)
    with lived(github, model, tmp_path) as life:
        await two_fixed(life)
        await life.reviewed()
        fixed = [life.mark(each).startswith("**Fixed") for each in life.pull().comments]
        assert fixed == [True, False]
        life.repo.push(1, {"README.md": "# Shop\n\nSells.\n"})
        await life.reviewed()
        assert all(life.mark(each).startswith("**Fixed") for each in life.pull().comments)


class Killed(BaseException):
    """SIGKILL leaves no trace; this one is caught by nobody but the test."""


class Mortal:
    """A conversation that dies once it has edited a comment."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk

    def __getattr__(self, name: str) -> Any:
        return getattr(self.talk, name)

    async def rewrite(self, ref: PullRef, thread: Thread, body: str) -> None:
        await self.talk.rewrite(ref, thread, body)
        raise Killed


async def test_killed_between_two_marks_it_ends_in_the_same_place(
    github: Sandbox, model: FakeModel, tmp_path: Path
) -> None:
    with lived(github, model, tmp_path) as life:
        await two_fixed(life)
        kept: dict[str, str] = {}

        async def remember(name: str, perform: Callable[[], Awaitable[str]]) -> str:
            if name not in kept:
                kept[name] = await perform()
            return kept[name]

        asked = ReviewRequest(life.ref(), "pull_request.synchronize")
        await begun(life, "the-run")
        whole = life.review
        mortal = cast(Talk, Mortal(cast(Talk, whole.life.talk)))
        life.review = replace(whole, life=replace(whole.life, talk=mortal))
        with pytest.raises(Killed):
            await life.review(KeptSteps(remember), asked, "the-run")
        assert [life.mark(each)[:8] for each in life.pull().comments].count("**Fixed ") == 1
        assert "mark" not in kept
        await whole(KeptSteps(remember), asked, "the-run")
        bodies = [each.body for each in life.pull().comments]
        assert all(each.startswith(f"**Fixed in `{short(life)}`.**") for each in bodies)
        del kept["mark"]  # killed after it was done, before that was remembered
        await whole(KeptSteps(remember), asked, "the-run")
        assert [each.body for each in life.pull().comments] == bodies
        assert len([each for each in life.pull().checks if each.external_id == "the-run"]) == 1


async def begun(life: Life, run: str) -> None:
    ref = life.ref()
    life.clock += 60
    await life.runs.begin(
        RunRecord(
            id=run,
            repo=ref.repo,
            repo_id=ref.repo_id,
            number=ref.number,
            head_sha=ref.head_sha,
            installation_id=ref.installation_id,
            trigger="opened",
            status=RunStatus.RUNNING,
            started=life.clock,
        )
    )


async def test_a_run_that_a_later_head_has_overtaken_marks_nothing(life: Life) -> None:
    await life.reviewed()
    life.repo.push(1, {"src/login.py": MENDED})
    await begun(life, "slow")
    asked = ReviewRequest(life.ref(), "pull_request.synchronize")

    class Overtaken(Mortal):
        async def threads(self, ref: PullRef) -> tuple[Thread, ...]:
            raise AssertionError("nobody is to look")

    talk = cast(Talk, Overtaken(cast(Talk, life.review.life.talk)))
    review = replace(life.review, life=replace(life.review.life, talk=talk))

    async def remember(name: str, perform: Callable[[], Awaitable[str]]) -> str:
        if name == "remember":  # as a push that comes in right now
            life.repo.push(1, {"src/login.py": UNSAFE})
            await begun(life, "later")
        return await perform()

    await review(KeptSteps(remember), asked, "slow")
    assert life.mark().startswith("**Medium")
