"""Killed with SIGKILL before, in and after every step of the walk, a review is finished once."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.asked import Delivery, ReviewRequest
from bot.domain.pull import PullRef
from bot.domain.run import RunRecord, RunStatus
from bot.engine.queues import Queues
from bot.sandbox import RepoScene, Sandbox
from bot.settings import load
from bot.store.database import open_database
from bot.store.runs import StoredRuns
from bot.wiring import migrate
from tests.fakes.crash import Spot
from tests.fakes.model import FakeModel
from tests.journeys.conftest import BASE, HEAD
from tests.journeys.system import System, wait_for
from tests.journeys.test_journeys import FINDING

DISPATCH = ("known_runs", "start")
REVIEWERS = ("review:performance", "review:quality", "review:security")
VOTES = ("vote:1:voter-1", "vote:1:voter-2", "vote:1:voter-3")
CALLS = (*REVIEWERS, "refute:1", *VOTES)
WALK = (
    "start_check",
    "fetch",
    "read",
    "recall",
    "plan",
    *REVIEWERS,
    "refute:1",
    *VOTES,
    "learn",
    "tally",
    "still_head",
    "post_review",
    "conclude_check",
    "remember",
)
"""The golden order of a first review; at later heads "mark" follows. A step put before remembered
ones would end the runs of the old order: add new ones behind, or raise the engine's SHAPE."""
PUSHED = ("fetch", "read", "recall", "plan", "start_check", *WALK[5:])
"""The walk of a push: its check begins when somebody has to read, and not before."""
QUICK = (("post_review", Spot.DONE), ("review:security", Spot.DONE))
ALL = [(step, spot) for step in (*DISPATCH, *WALK) for spot in Spot]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[System]:
    with FakeModel() as model, Sandbox(tmp_path / "github") as github:
        one = System(github, model, tmp_path / "home")
        migrate(load(one.environment(), env_file=None))
        try:
            yield one
        finally:
            one.stop()


def database(stage: System) -> str:
    return load(stage.environment(), env_file=None).database_url


def record(stage: System) -> RunRecord | None:
    runs = StoredRuns(open_database(database(stage)))
    newest = asyncio.run(runs.newest(1))
    return asyncio.run(runs.get(newest[0].id)) if newest else None


def ask_for_a_review(
    stage: System, trigger: str = "pull_request.opened", *, settle: bool = False
) -> RepoScene:
    repo = stage.github.create_repo("acme/shop", files=BASE)
    repo.branch("change")
    repo.commit("change", {**HEAD, "src/query.py": LOOP}, "Change")
    number = repo.open_pull(head="change", author="mia")
    pull = PullRef("acme/shop", repo.id, number, repo.pull(number).head_sha, installation(stage))
    asked = ReviewRequest(pull, trigger, settle=settle)
    Queues(database(stage)).deliver(Delivery("d1", *trigger.split(".")), asked)
    return repo


LOOP = """def names(db, ids):
    found = []
    for each in ids:
        found.append(db.execute("select name from users where id = ?", (each,)).fetchone())
    return found
"""


def installation(stage: System) -> int:
    return stage.github.installation.id


def finished(stage: System) -> RunRecord | None:
    found = record(stage)
    return found if found and found.status is RunStatus.COMPLETED else None


def asker(call: str) -> str:
    """Who asks in that step, as the model sees it."""
    return {"refute:1": "refuter"}.get(call, call.rpartition(":")[2])


def in_any_order(begun: list[str], beside: tuple[str, ...]) -> None:
    """Put steps that run side by side into their golden order; fails where they are others."""
    at = WALK.index(beside[0])
    assert sorted(begun[at : at + len(beside)]) == sorted(beside)
    begun[at : at + len(beside)] = beside


def must_finish_once(stage: System, step: str, spot: Spot, *, pushed: bool = False) -> None:
    assert stage.model is not None
    stage.model.answer("security", [FINDING])
    trigger = "pull_request.synchronize" if pushed else "pull_request.opened"
    repo = ask_for_a_review(stage, trigger, settle=pushed)
    mortal = stage.run("-m", "tests.journeys.mortal_worker", spot, step)
    assert mortal.wait(120) == -signal.SIGKILL, stage.log()
    stage.run("-m", "bot", "worker")
    wait_for(lambda: finished(stage))

    pull = repo.pull(1)
    assert [(check.conclusion, check.head_sha) for check in pull.checks] == [
        ("failure", pull.head_sha)
    ]
    assert len(pull.reviews) == 1
    assert len(pull.comments) == 1
    paid = Counter(call.reviewer for call in stage.model.calls)
    beside = next((each for each in (REVIEWERS, VOTES) if step in each), ())
    for call in CALLS:
        # An answer that has come is in the ledger, though nobody remembers the step.
        in_flight = call in beside and call != step
        assert 1 <= paid[asker(call)] <= (2 if in_flight else 1), call


@pytest.mark.slow
@pytest.mark.parametrize(("step", "spot"), QUICK)
def test_a_killed_review_is_finished_once(stage: System, step: str, spot: Spot) -> None:
    must_finish_once(stage, step, spot)


@pytest.mark.full
@pytest.mark.parametrize(("step", "spot"), [each for each in ALL if each not in QUICK])
def test_a_review_killed_anywhere_is_finished_once(stage: System, step: str, spot: Spot) -> None:
    must_finish_once(stage, step, spot)


@pytest.mark.full
@pytest.mark.parametrize("spot", list(Spot))
@pytest.mark.parametrize("step", ["newest_head", "fetch", "start_check", "conclude_check"])
def test_a_review_of_a_push_killed_anywhere_is_finished_once(
    stage: System, step: str, spot: Spot
) -> None:
    must_finish_once(stage, step, spot, pushed=True)


MENDED = {
    "src/login.py": HEAD["src/login.py"].replace("password == user.password", "user.is_mine()")
}


def must_mark_once(stage: System, spot: Spot) -> None:
    """A second head mends what the first one's comment is about; its worker dies while marking."""
    assert stage.model is not None
    stage.model.answer("security", [FINDING], times=1)
    repo = ask_for_a_review(stage)
    mortal = stage.run("-m", "tests.journeys.mortal_worker", spot, "mark")
    wait_for(lambda: finished(stage))
    repo.push(1, MENDED)
    pull = PullRef("acme/shop", repo.id, 1, repo.pull(1).head_sha, installation(stage))
    asked = ReviewRequest(pull, "pull_request.synchronize")
    Queues(database(stage)).deliver(Delivery("d2", "pull_request", "synchronize"), asked)
    assert mortal.wait(60) == -signal.SIGKILL, stage.log()
    stage.run("-m", "bot", "worker")
    done = wait_for(lambda: marked(stage, pull.head_sha))
    begun = [each.step for each in done.steps if each.status is RunStatus.RUNNING]
    assert begun[-2:] == ["remember", "mark"]

    [comment] = repo.pull(1).comments
    assert comment.body.startswith(f"**Fixed in `{pull.head_sha[:7]}`.**")
    assert comment.body.count("What was found") == 1
    assert [each.minimized for each in repo.pull(1).reviews] == ["OUTDATED"]
    assert [each.conclusion for each in repo.pull(1).checks] == ["failure", "success"]


def marked(stage: System, head: str) -> RunRecord | None:
    """The run of that head, once it has marked the comments."""
    found = finished(stage)
    ended = found and any(
        (each.step, each.status) == ("mark", RunStatus.COMPLETED) for each in found.steps
    )
    return found if found and found.head_sha == head and ended else None


@pytest.mark.slow
def test_comments_are_marked_once_by_a_worker_that_was_killed(stage: System) -> None:
    must_mark_once(stage, Spot.DONE)


@pytest.mark.full
@pytest.mark.parametrize("spot", [Spot.BEFORE, Spot.AFTER])
def test_comments_are_marked_once_wherever_it_was_killed(stage: System, spot: Spot) -> None:
    must_mark_once(stage, spot)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("trigger", "walk"),
    [("pull_request.opened", WALK), ("pull_request.synchronize", PUSHED)],
    ids=["opened", "pushed"],
)
def test_the_walk_keeps_its_order(stage: System, trigger: str, walk: tuple[str, ...]) -> None:
    assert stage.model is not None
    stage.model.answer("security", [FINDING])
    ask_for_a_review(stage, trigger, settle=walk is PUSHED)
    stage.run("-m", "bot", "worker")
    done = wait_for(lambda: finished(stage))
    begun = [each.step for each in done.steps if each.status is RunStatus.RUNNING]
    in_any_order(begun, REVIEWERS)
    in_any_order(begun, VOTES)
    assert tuple(begun) == walk
    assert {each.status for each in done.steps} == {RunStatus.RUNNING, RunStatus.COMPLETED}
    assert sum((call.cost or 0 for call in done.calls), 0) == Decimal(done.cost_usd or "0")
