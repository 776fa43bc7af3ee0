"""Behaviour 27: no check of ours is left open, whatever happened to its review."""

from __future__ import annotations

import pytest

from bot.domain.asked import CancelRequest
from bot.domain.run import RunStatus
from bot.engine.steps import KeptSteps
from bot.service.dispatch import Deliver
from bot.service.recover import SETTLED_S, Recover
from bot.store.ledger_memory import LedgerInMemory
from tests.citizen.test_recovery import UNSAFE
from tests.service.conftest import QueueInMemory, Scene

STEPS = (
    "start_check",
    "fetch",
    "read",
    "recall",
    "plan",
    "still_head",
    "post_review",
    "conclude_check",
)


class Crashed(BaseException):
    """The process is gone: nothing that is written to be done afterwards is done."""


class Memory:
    """What steps returned, which outlives the process. It dies after step `dies`, once."""

    def __init__(self, dies: str, kept: bool) -> None:
        self.dies, self.kept, self.known = dies, kept, dict[str, str]()

    async def __call__(self, name: str, perform: object) -> str:
        if name not in self.known:
            done: str = await perform()  # type: ignore[operator]
            dead = name == self.dies
            if not dead or self.kept:
                self.known[name] = done
            if dead:
                self.dies = ""
                raise Crashed
        return self.known[name]


def conclusions(scene: Scene) -> list[str | None]:
    return [each.conclusion for each in scene.repo.pull(scene.number).checks]


@pytest.mark.parametrize("kept", [True, False], ids=["remembered", "done but not remembered"])
@pytest.mark.parametrize("step", STEPS)
async def test_27_a_check_is_concluded_once_by_the_process_after_the_one_that_crashed(
    scene: Scene, step: str, kept: bool
) -> None:
    scene.repo.push(scene.number, UNSAFE)
    memory = Memory(step, kept)
    with pytest.raises(Crashed):
        await scene.review(KeptSteps(memory), scene.asked(), "7-1-abc-1")
    await scene.review(KeptSteps(memory), scene.asked(), "7-1-abc-1")
    [ended] = conclusions(scene)
    assert ended in ("success", "neutral", "failure")
    assert await scene.runs.status("7-1-abc-1") is RunStatus.COMPLETED


@pytest.mark.parametrize("trouble", ["a defect", "GitHub refuses", "cancelled", "nobody resumes"])
async def test_27_every_end_of_a_review_concludes_its_check(
    scene: Scene, queue: QueueInMemory, steps: KeptSteps, trouble: str
) -> None:
    ledger = LedgerInMemory()
    deliver = Deliver(scene.host, scene.runs, ledger, queue, lambda: 0.0)
    await deliver(steps, scene.asked())
    [(asked, run)] = queue.started
    match trouble:
        case "a defect":
            await scene.host.start_check(asked.pull, run, "Reviewing")
            await scene.review.broken(steps, asked, run, "KeyError")
        case "GitHub refuses":
            scene.github.fault("GET", "/pulls/1/files", times=9, status=403)
            await scene.review(steps, asked, run)
        case "cancelled":
            await scene.host.start_check(asked.pull, run, "Reviewing")
            await deliver(steps, CancelRequest(asked.pull, "closed"))
        case "nobody resumes":
            await scene.host.start_check(asked.pull, run, "Reviewing")
            sweep = Recover(scene.host, scene.runs, ledger, queue, lambda: SETTLED_S + 1)
            assert await sweep() == (run,)
    ended = conclusions(scene)
    assert ended == ["cancelled" if trouble == "cancelled" else "neutral"]
    status = await scene.runs.status(run)
    assert status is not None
    assert status.ended
