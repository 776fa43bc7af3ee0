"""No check hangs because nobody looks after its run any more."""

from __future__ import annotations

import pytest

from bot.domain.run import RunRecord, RunStatus, StepEvent
from bot.service.recover import SETTLED_S, Recover
from tests.service.conftest import QueueInMemory, Scene

RUN = "1-1-abc-1"


async def put(scene: Scene, status: RunStatus) -> None:
    pull = scene.pull
    await scene.runs.begin(
        RunRecord(
            RUN,
            pull.repo,
            pull.repo_id,
            1,
            pull.head_sha,
            pull.installation_id,
            "opened",
            status,
            0.0,
        )
    )
    await scene.host.start_check(pull, RUN, "Reviewing")


def sweep(scene: Scene, queue: QueueInMemory, now: float) -> Recover:
    return Recover(scene.host, scene.runs, queue, lambda: now)


async def test_a_run_without_a_workflow_is_ended(scene: Scene, queue: QueueInMemory) -> None:
    await put(scene, RunStatus.RUNNING)
    assert await sweep(scene, queue, SETTLED_S + 1)() == (RUN,)
    [check] = scene.repo.pull(1).checks
    assert check.conclusion == "neutral"
    assert await scene.runs.status(RUN) is RunStatus.FAILED
    assert await sweep(scene, queue, SETTLED_S + 2)() == ()


@pytest.mark.parametrize(
    ("living", "age"), [(True, SETTLED_S + 1), (False, SETTLED_S - 1)], ids=["alive", "young"]
)
async def test_a_run_that_may_go_on_is_left_alone(
    scene: Scene, queue: QueueInMemory, living: bool, age: float
) -> None:
    await put(scene, RunStatus.RUNNING)
    queue.living = {RUN} if living else set()
    assert await sweep(scene, queue, age)() == ()
    assert [check.conclusion for check in scene.repo.pull(1).checks] == [None]


async def test_the_check_of_a_run_cancelled_while_making_it_is_ended(
    scene: Scene, queue: QueueInMemory
) -> None:
    await put(scene, RunStatus.CANCELLED)
    await scene.runs.note(StepEvent(RUN, "start_check", RunStatus.RUNNING, 1.0))
    assert await sweep(scene, queue, 100.0)() == (RUN,)
    assert [check.conclusion for check in scene.repo.pull(1).checks] == ["cancelled"]
    assert await sweep(scene, queue, 101.0)() == ()


async def test_github_being_away_leaves_the_run_for_the_next_sweep(
    scene: Scene, queue: QueueInMemory
) -> None:
    await put(scene, RunStatus.RUNNING)
    scene.github.fault("PATCH", "/check-runs/", times=9, status=403)
    assert await sweep(scene, queue, 100.0)() == ()
    assert await scene.runs.status(RUN) is RunStatus.RUNNING
