"""Newest head wins, one run at a time, and whoever cancels a run ends its check."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.asked import CancelRequest, Uninstalled
from bot.domain.ledger import Budget, Entry, EntryState
from bot.domain.money import Usd
from bot.domain.post import CheckReport, Conclusion
from bot.domain.run import RunRecord, RunStatus, run_id
from bot.engine.steps import KeptSteps
from bot.service.dispatch import Deliver
from bot.store.ledger_memory import LedgerInMemory
from tests.service.conftest import QueueInMemory, Scene


@pytest.fixture
def deliver(scene: Scene, queue: QueueInMemory, ledger: LedgerInMemory) -> Deliver:
    return Deliver(scene.host, scene.runs, ledger, queue, lambda: 100.0)


async def put(scene: Scene, status: RunStatus, head: str = "", attempt: int = 1) -> str:
    """A run of the pull request that is there already."""
    pull = scene.pull
    head = head or pull.head_sha
    run = run_id(pull.repo_id, pull.number, head, attempt)
    await scene.runs.begin(
        RunRecord(run, pull.repo, pull.repo_id, 1, head, None, "opened", status, 1.0)
    )
    return run


async def test_a_request_starts_a_run(
    scene: Scene, queue: QueueInMemory, deliver: Deliver, steps: KeptSteps
) -> None:
    await deliver(steps, scene.asked())
    [(asked, run)] = queue.started
    assert run == run_id(scene.repo.id, 1, scene.pull.head_sha, 1)
    assert asked.pull == scene.pull
    assert await scene.runs.status(run) is RunStatus.PENDING


@pytest.mark.parametrize(
    ("before", "again", "attempts"),
    [
        (RunStatus.COMPLETED, False, []),
        (RunStatus.RUNNING, False, []),
        (RunStatus.COMPLETED, True, [2]),
        (RunStatus.RUNNING, True, [2]),
        (RunStatus.CANCELLED, False, [2]),
        (RunStatus.SKIPPED, False, [2]),
        (RunStatus.BLOCKED, False, [2]),
    ],
)
async def test_a_head_that_has_its_review_gets_another_only_when_asked(
    scene: Scene,
    queue: QueueInMemory,
    deliver: Deliver,
    steps: KeptSteps,
    before: RunStatus,
    again: bool,
    attempts: list[int],
) -> None:
    first = await put(scene, before)
    await deliver(steps, scene.asked(again=again))
    assert [int(run.rsplit("-", 1)[1]) for _, run in queue.started] == attempts
    live = before is RunStatus.RUNNING
    assert queue.stopped == ([first] if again and live else [])


async def test_an_older_heads_run_is_stopped_and_its_check_ended(
    scene: Scene, queue: QueueInMemory, deliver: Deliver, steps: KeptSteps
) -> None:
    older = scene.pull
    run = await put(scene, RunStatus.RUNNING)
    await scene.host.start_check(older, run, "Reviewing")
    scene.repo.push(1, {"src/cart.js": "export const total = 0;\n"})
    await deliver(steps, scene.asked(settle=True))
    assert queue.stopped == [run]
    assert await scene.runs.status(run) is RunStatus.CANCELLED
    [check] = scene.repo.pull(1).checks
    assert (check.conclusion, check.head_sha) == ("cancelled", older.head_sha)
    [(asked, _)] = queue.started
    assert asked.pull.head_sha == scene.repo.pull(1).head_sha != older.head_sha


async def test_a_late_delivery_of_an_old_head_does_not_stop_the_newest(
    scene: Scene, queue: QueueInMemory, deliver: Deliver, steps: KeptSteps
) -> None:
    late = scene.asked()
    scene.repo.push(1, {"src/cart.js": "export const total = 0;\n"})
    await put(scene, RunStatus.RUNNING)
    await deliver(steps, late)
    assert (queue.stopped, queue.started) == ([], [])


async def test_closing_stops_what_runs(
    scene: Scene, queue: QueueInMemory, deliver: Deliver, steps: KeptSteps
) -> None:
    run = await put(scene, RunStatus.RUNNING)
    done = await put(scene, RunStatus.COMPLETED, head="0" * 40)
    scene.repo.close(1)
    await deliver(steps, CancelRequest(scene.pull, "closed"))
    assert (queue.stopped, queue.started) == ([run], [])
    assert await scene.runs.status(done) is RunStatus.COMPLETED
    assert [each.conclusion for each in scene.repo.pull(1).checks] == ["cancelled"]


async def test_an_uninstalled_app_forgets_and_stops(
    scene: Scene,
    queue: QueueInMemory,
    deliver: Deliver,
    steps: KeptSteps,
    ledger: LedgerInMemory,
) -> None:
    run = await put(scene, RunStatus.RUNNING)
    kept = await scene.runs.get(run)
    assert kept
    await scene.runs.forget(0, ())
    scene.runs._kept[run] = replace(kept, installation_id=scene.pull.installation_id)
    entry = Entry(run, "review:security", 1, "security", "m", Usd(Decimal("0.3")), 1.0)
    entry = replace(entry, installation_id=scene.pull.installation_id)
    assert await ledger.reserve(entry, Budget(Decimal(1))) is None
    await ledger.settle(
        replace(entry, state=EntryState.SETTLED, cost=Usd(Decimal("0.2")), answer="{}")
    )
    await deliver(steps, Uninstalled(scene.pull.installation_id or 0))
    assert queue.stopped == [run]
    assert queue.forgotten == [(scene.pull.installation_id, ())]
    assert queue.scrubbed == [(run,)]  # what was under way may have written once more
    assert await scene.runs.get(run) is None
    [left] = await ledger.of_run(run)
    assert (left.answer, left.cost) == (None, Decimal("0.2"))  # what was spent stays spent


async def test_a_suspended_app_stops_its_runs_and_forgets_nothing(
    scene: Scene, queue: QueueInMemory, deliver: Deliver, steps: KeptSteps
) -> None:
    run, done = await put(scene, RunStatus.RUNNING), await put(scene, RunStatus.COMPLETED, "0" * 40)
    place = scene.pull.installation_id or 0
    for each in (run, done):
        kept = await scene.runs.get(each)
        assert kept
        scene.runs._kept[each] = replace(kept, installation_id=place)
    await deliver(steps, Uninstalled(place + 1, keep=True))
    assert queue.stopped == []
    await deliver(steps, Uninstalled(place, keep=True))
    assert queue.stopped == [run]
    assert (queue.forgotten, queue.scrubbed) == ([], [])
    assert await scene.runs.status(run) is RunStatus.CANCELLED
    assert await scene.runs.status(done) is RunStatus.COMPLETED


async def test_a_close_that_was_undone_at_once_leaves_a_review(
    scene: Scene, queue: QueueInMemory, deliver: Deliver, steps: KeptSteps
) -> None:
    first = await put(scene, RunStatus.RUNNING)
    # The delivery of "reopened" came first and found the run still living.
    await deliver(steps, scene.asked("pull_request.reopened"))
    assert queue.started == []
    await deliver(steps, CancelRequest(scene.pull, "closed"))
    assert queue.stopped == [first]
    assert [run for _, run in queue.started] == [first[:-1] + "2"]


async def test_a_review_that_ended_before_it_could_be_stopped_keeps_its_check(
    scene: Scene, queue: QueueInMemory, deliver: Deliver, steps: KeptSteps
) -> None:
    run = await put(scene, RunStatus.RUNNING)
    record = await scene.runs.get(run)
    assert record
    check = await scene.host.start_check(scene.pull, run, "Reviewing")
    said = CheckReport(Conclusion.SUCCESS, "Fine", "Fine")

    async def ends_meanwhile(repo_id: int, number: int) -> tuple[RunRecord, ...]:
        await scene.host.conclude_check(scene.pull, run, said, check)
        await scene.runs.end(replace(record, status=RunStatus.COMPLETED))
        return (record,)

    scene.runs.of_pull = ends_meanwhile  # type: ignore[method-assign]
    await deliver(steps, CancelRequest(scene.pull, "closed"))
    assert queue.stopped == []
    assert [each.conclusion for each in scene.repo.pull(1).checks] == ["success"]


async def test_an_old_check_that_cannot_be_ended_does_not_keep_the_new_head_waiting(
    scene: Scene, queue: QueueInMemory, deliver: Deliver, steps: KeptSteps
) -> None:
    older = await put(scene, RunStatus.RUNNING)
    scene.repo.push(1, {"src/cart.js": "export const total = 0;\n"})
    scene.github.fault("POST", "/check-runs$", times=9, status=403)
    await deliver(steps, scene.asked(settle=True))
    assert queue.stopped == [older]
    assert [asked.pull.head_sha for asked, _ in queue.started] == [scene.pull.head_sha]


async def test_a_head_reviewed_before_the_app_was_uninstalled_can_be_reviewed_again(
    scene: Scene, queue: QueueInMemory, deliver: Deliver, steps: KeptSteps
) -> None:
    pull = scene.pull
    queue.ever = {run_id(pull.repo_id, 1, pull.head_sha, attempt) for attempt in (1, 2)}
    await deliver(steps, scene.asked())
    assert [run for _, run in queue.started] == [run_id(pull.repo_id, 1, pull.head_sha, 3)]


async def test_a_pull_request_of_thousands_of_heads_is_still_reviewed(
    scene: Scene, queue: QueueInMemory, deliver: Deliver, steps: KeptSteps
) -> None:
    for n in range(3_000):
        await put(scene, RunStatus.COMPLETED, head=f"{n:040x}")
    await deliver(steps, scene.asked())
    assert len(queue.started) == 1
