"""No check hangs because nobody looks after its run any more."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.asked import CommentRef, Where
from bot.domain.ledger import Budget, Entry, EntryState
from bot.domain.money import Usd
from bot.domain.run import CANCEL_CHECK, RunRecord, RunStatus, StepEvent
from bot.service.recover import GIVE_UP_S, SETTLED_S, Recover
from bot.store.ledger_memory import LedgerInMemory
from bot.store.wishes_in_memory import WishesInMemory
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


def sweep(
    scene: Scene, queue: QueueInMemory, now: float, ledger: LedgerInMemory | None = None
) -> Recover:
    return Recover(scene.host, scene.runs, ledger or LedgerInMemory(), queue, lambda: now)


async def test_a_run_without_a_workflow_is_ended(scene: Scene, queue: QueueInMemory) -> None:
    await put(scene, RunStatus.RUNNING)
    assert await sweep(scene, queue, SETTLED_S + 1)() == (RUN,)
    [check] = scene.repo.pull(1).checks
    assert check.conclusion == "neutral"
    assert await scene.runs.status(RUN) is RunStatus.FAILED
    assert await sweep(scene, queue, SETTLED_S + 2)() == ()


@pytest.mark.parametrize(
    ("cancelled", "refused", "told"),
    [(False, False, ["-1"]), (True, False, ["confused"]), (False, True, [])],
    ids=["broke off", "cancelled", "locked"],
)
async def test_the_comment_that_asked_for_a_run_the_sweep_ends_is_told(
    scene: Scene, queue: QueueInMemory, cancelled: bool, refused: bool, told: list[str]
) -> None:
    await put(scene, RunStatus.RUNNING)
    if cancelled:
        await scene.runs.cancel(RUN, "Cancelled by ada.", 1.0)
    comment = scene.repo.comment(1, "/ai-review", by="ada")
    wishes = WishesInMemory()
    await wishes.expect(scene.pull, RUN, CommentRef(Where.CONVERSATION, comment))
    if refused:
        scene.github.fault("POST", "/reactions", times=9, status=403)
    telling = replace(sweep(scene, queue, SETTLED_S + 2), talk=scene.host.talk, wishes=wishes)
    assert await telling() == (RUN,)
    assert await telling() == ()
    [said] = scene.repo.pull(1).conversation
    assert [each.content for each in said.reactions] == told


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


@pytest.mark.parametrize(
    ("steps", "ended"),
    [
        ((), "cancelled"),
        ((("start_check", RunStatus.RUNNING),), "cancelled"),
        ((("start_check", RunStatus.COMPLETED),), "cancelled"),
        (((CANCEL_CHECK, RunStatus.COMPLETED), ("start_check", RunStatus.RUNNING)), "cancelled"),
        (((CANCEL_CHECK, RunStatus.COMPLETED), ("conclude_check", RunStatus.RUNNING)), "cancelled"),
        (((CANCEL_CHECK, RunStatus.COMPLETED), ("start_check", RunStatus.COMPLETED)), None),
        ((("conclude_check", RunStatus.COMPLETED),), None),
    ],
    ids=[
        "who cancelled was killed",
        "both were killed",
        "who cancelled was killed later",
        "the run was killed while making its check",
        "the run was killed while ending its check",
        "nobody was killed",
        "the run ended it itself",
    ],
)
async def test_the_check_of_a_cancelled_run_is_ended_once_by_the_sweep_where_it_may_be_open(
    scene: Scene,
    queue: QueueInMemory,
    steps: tuple[tuple[str, RunStatus], ...],
    ended: str | None,
) -> None:
    await put(scene, RunStatus.RUNNING)
    await scene.runs.cancel(RUN, "closed", 1.0)
    for step, status in steps:
        await scene.runs.note(StepEvent(RUN, step, status, 1.0))
    assert await sweep(scene, queue, SETTLED_S)() == ()
    assert await sweep(scene, queue, SETTLED_S + 2)() == ((RUN,) if ended else ())
    assert [check.conclusion for check in scene.repo.pull(1).checks] == [ended]
    assert await sweep(scene, queue, SETTLED_S + 3)() == ()


async def test_a_run_that_hangs_is_found_behind_any_number_of_newer_ones(
    scene: Scene, queue: QueueInMemory
) -> None:
    await put(scene, RunStatus.RUNNING)
    record = await scene.runs.get(RUN)
    assert record
    for n in range(300):
        newer = replace(record, id=f"newer-{n}", status=RunStatus.COMPLETED, started=50.0)
        await scene.runs.begin(newer)
    assert await sweep(scene, queue, SETTLED_S + 1)() == (RUN,)


async def test_lost_credentials_are_survived_and_after_a_day_the_run_is_given_up(
    scene: Scene, queue: QueueInMemory
) -> None:
    await put(scene, RunStatus.RUNNING)
    scene.github.fault("PATCH", "/check-runs/", times=99, status=401)
    assert await sweep(scene, queue, GIVE_UP_S)() == ()
    assert await scene.runs.status(RUN) is RunStatus.RUNNING
    assert await sweep(scene, queue, GIVE_UP_S + 1)() == ()
    assert await scene.runs.status(RUN) is RunStatus.FAILED


async def test_github_being_away_leaves_the_run_for_the_next_sweep(
    scene: Scene, queue: QueueInMemory
) -> None:
    await put(scene, RunStatus.RUNNING)
    scene.github.fault("PATCH", "/check-runs/", times=9, status=403)
    assert await sweep(scene, queue, 100.0)() == ()
    assert await scene.runs.status(RUN) is RunStatus.RUNNING


@pytest.mark.parametrize("how", ["broke off", "cancelled", "given up"])
async def test_a_call_under_way_in_a_run_that_ended_is_lost_and_still_counts(
    scene: Scene, queue: QueueInMemory, ledger: LedgerInMemory, how: str
) -> None:
    await put(scene, RunStatus.RUNNING)
    entry = Entry(RUN, "review:security", 1, "security", "m", Usd(Decimal("0.3")), 1.0)
    assert await ledger.reserve(entry, Budget(Decimal(1))) is None
    now = SETTLED_S + 2
    if how == "cancelled":
        await scene.runs.cancel(RUN, "closed", 1.0)
    if how == "given up":
        scene.github.fault("PATCH", "/check-runs/", times=99, status=401)
        now = GIVE_UP_S + 1
    queue.living = {RUN}
    if how == "broke off":
        await sweep(scene, queue, now, ledger)()
        assert [each.state for each in await ledger.of_run(RUN)] == [EntryState.RESERVED]
    queue.living = set()
    await sweep(scene, queue, now, ledger)()
    [left] = await ledger.of_run(RUN)
    assert (left.state, left.counts(Decimal(1))) == (EntryState.LOST, Decimal("0.3"))
