"""The walk on the plain runner: whatever happens, the author's check is concluded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from bot.domain.asked import CommentRef, Where
from bot.domain.post import CheckReport
from bot.domain.pull import PullRef
from bot.domain.run import RunRecord, RunStatus
from bot.engine.steps import KeptSteps
from bot.github.client import Waits
from bot.github.host import GitHubHost
from bot.service.recover import Recover
from bot.store.ledger_memory import LedgerInMemory
from bot.store.memory import RunsInMemory
from tests.service.conftest import QueueInMemory, Scene

RUN = "run-1"


async def end_of(scene: Scene) -> tuple[str | None, RunStatus | None, str]:
    [check] = scene.repo.pull(1).checks
    record = await scene.runs.get(RUN)
    return check.conclusion, await scene.runs.status(RUN), record.note if record else ""


async def test_a_clean_change_is_a_quiet_success_by_analysers_alone(
    scene: Scene, steps: KeptSteps
) -> None:
    await scene.review(steps, scene.asked(), RUN)
    conclusion, status, note = await end_of(scene)
    assert (conclusion, status) == ("success", RunStatus.COMPLETED)
    assert note.startswith("Static analysers only")
    assert scene.repo.pull(1).reviews == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", r"/graphql$", 404),
        ("GET", r"/pulls/1/files", 403),
        ("POST", r"/graphql$", 403),
    ],
    ids=["the pull request is gone", "files are refused", "questions are refused"],
)
async def test_what_github_refuses_ends_neutral_and_says_so(
    scene: Scene, steps: KeptSteps, method: str, path: str, status: int
) -> None:
    scene.github.fault(method, path, times=50, status=status)
    await scene.review(steps, scene.asked(), RUN)
    conclusion, ended, note = await end_of(scene)
    assert (conclusion, ended) == ("neutral", RunStatus.BLOCKED)
    assert "did not complete" in note
    [check] = scene.repo.pull(1).checks
    assert "needs a person" in f"{check.title} {check.summary}"


async def test_a_defect_of_ours_ends_neutral_too(scene: Scene, steps: KeptSteps) -> None:
    await scene.review.broken(steps, scene.asked(), RUN, "ZeroDivisionError")
    assert (await end_of(scene))[:2] == ("neutral", RunStatus.FAILED)


async def test_a_defect_after_the_review_is_told_does_not_unsay_it(
    scene: Scene, steps: KeptSteps
) -> None:
    comment = scene.repo.comment(1, "/ai-review", by="mia")
    asked = replace(scene.asked("command.review"), comment=CommentRef(Where.CONVERSATION, comment))
    await scene.review(steps, asked, RUN)
    before = await end_of(scene)
    assert before[1] is RunStatus.COMPLETED
    await scene.review.broken(steps, asked, RUN, "ZeroDivisionError")  # as from marking comments
    assert await end_of(scene) == before
    [said] = scene.repo.pull(1).conversation
    assert [each.content for each in said.reactions] == ["rocket"]


async def test_a_head_that_moved_is_not_reviewed(scene: Scene, steps: KeptSteps) -> None:
    asked = scene.asked()
    scene.repo.push(1, {"src/cart.js": "export const total = 0;\n"})
    await scene.review(steps, asked, RUN)
    [check] = scene.repo.pull(1).checks
    assert (check.head_sha, check.conclusion) == (asked.pull.head_sha, "cancelled")


async def test_a_pull_request_closed_before_it_is_read_is_cancelled_like_one_closed_later(
    scene: Scene, steps: KeptSteps
) -> None:
    scene.repo.close(1)
    await scene.review(steps, scene.asked(), RUN)
    assert (await end_of(scene))[:2] == ("cancelled", RunStatus.CANCELLED)


async def test_a_run_cancelled_while_its_check_is_made_ends_that_check(
    scene: Scene, steps: KeptSteps
) -> None:
    await scene.runs.begin(
        RunRecord(RUN, "acme/shop", 1, 1, "abc", None, "opened", RunStatus.PENDING, 0.0)
    )
    host = CancelsMeanwhile(scene.host, scene.runs)
    review = replace(scene.review, host=cast(GitHubHost, host))
    await review(steps, scene.asked(), RUN)
    # The walk goes on here, where nothing stops it; what counts is how the check was left first.
    assert host.left == "cancelled"


class CancelsMeanwhile:
    """A host during whose start_check somebody cancels the run."""

    def __init__(self, host: GitHubHost, runs: RunsInMemory) -> None:
        self.host, self.runs = host, runs
        self.left = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.host, name)

    async def start_check(self, ref: PullRef, run: str, title: str) -> int:
        check = await self.host.start_check(ref, run, title)
        await self.runs.cancel(run, "closed", 1.0)
        return check

    async def conclude_check(
        self, ref: PullRef, run: str, said: CheckReport, check: int | None
    ) -> None:
        self.left = self.left or said.conclusion.value
        await self.host.conclude_check(ref, run, said, check)


async def test_a_broken_policy_is_reported_and_the_defaults_hold(
    scene: Scene, steps: KeptSteps
) -> None:
    scene.repo.commit("main", {".github/ai-review.yml": "fail_at: extreme\n"}, "Policy")
    await scene.review(steps, scene.asked(), RUN)
    [check] = scene.repo.pull(1).checks
    assert "extreme" in (check.summary or "")
    assert "not used" in (check.summary or "")


async def test_a_dry_run_writes_nothing(scene: Scene, steps: KeptSteps) -> None:
    dry = GitHubHost(
        scene.github.url,
        dry_run=True,
        app_id=scene.github.app.id,
        private_key=scene.github.app.private_key,
    )
    review = replace(scene.review, host=dry, reader=replace(scene.review.reader, host=dry))
    await review(steps, scene.asked(), RUN)
    # Queries, which read.
    assert {each.path for each in scene.github.writes} == {"/graphql"}


async def test_no_secret_in_a_name_of_the_pull_request_is_remembered(
    scene: Scene,
) -> None:
    token = "ghp_" + "a" * 36
    scene.repo.branch(f"try-{token}", "change")
    number = scene.repo.open_pull(head=f"try-{token}", author="mia", title=f"Use {token}")
    scene.repo.label(number, f"for-{token}")
    head = scene.repo.pull(number).head_sha
    asked = replace(scene.asked(), pull=replace(scene.pull, number=number, head_sha=head))
    kept: list[str] = []

    async def remember(name: str, perform: Callable[[], Awaitable[str]]) -> str:
        kept.append(await perform())
        return kept[-1]

    await scene.review(KeptSteps(remember), asked, RUN)
    assert any('"default_branch"' in each for each in kept)
    assert not any(token in each for each in kept)


async def test_a_run_cancelled_while_it_ends_its_check_never_turns_it_green(
    scene: Scene, steps: KeptSteps
) -> None:
    await scene.runs.begin(
        RunRecord(RUN, "acme/shop", 1, 1, "abc", None, "opened", RunStatus.PENDING, 0.0)
    )
    host = CancelledWhileConcluding(scene.host, scene.runs)
    await replace(scene.review, host=cast(GitHubHost, host))(steps, scene.asked(), RUN)
    assert (await end_of(scene))[:2] == ("cancelled", RunStatus.CANCELLED)


class CancelledWhileConcluding(CancelsMeanwhile):
    """A host whose conclude_check lands after the canceller has ended the check."""

    async def start_check(self, ref: PullRef, run: str, title: str) -> int:
        return await self.host.start_check(ref, run, title)

    async def conclude_check(
        self, ref: PullRef, run: str, said: CheckReport, check: int | None
    ) -> None:
        await self.runs.cancel(run, "closed", 1.0)
        await self.host.conclude_check(ref, run, said, check)


async def test_a_check_that_cannot_be_ended_is_left_to_the_sweep(
    scene: Scene, steps: KeptSteps, queue: QueueInMemory
) -> None:
    scene.github.fault("PATCH", "/check-runs/", times=4, status=403)
    await scene.review(steps, scene.asked(), RUN)
    conclusion, status, note = await end_of(scene)
    assert (conclusion, status) == (None, RunStatus.RUNNING)
    assert "could not be concluded" in note
    scene.github.faults.waiting.clear()
    sweep = Recover(scene.host, scene.runs, LedgerInMemory(), queue, lambda: 9e9)
    assert await sweep() == (RUN,)
    assert (await end_of(scene))[:2] == ("neutral", RunStatus.FAILED)


async def test_an_outage_of_an_hour_loses_nothing(scene: Scene) -> None:
    waited: list[float] = []

    async def pass_time(seconds: float) -> None:
        waited.append(seconds)
        if sum(waited) > 3600:
            scene.github.faults.waiting.clear()

    scene.github.fault("GET", r"/files$", times=999, status=503)
    scene.review.host._client.waits = Waits(sleep=no_time)  # type: ignore[attr-defined]
    await scene.review(KeptSteps(sleep=pass_time), scene.asked(), RUN)
    assert (await end_of(scene))[:2] == ("success", RunStatus.COMPLETED)
    assert len(waited) <= 12


async def no_time(seconds: float) -> None:
    """Tests do not wait."""


async def test_a_policy_as_long_as_it_may_be_is_read_in_any_script(
    scene: Scene, steps: KeptSteps
) -> None:
    entry = "  - {paths: ['src/**'], text: '" + "審" * 2000 + "'}\n"
    text = "instructions:\n" + entry * 16
    scene.repo.commit("main", {".github/ai-review.yml": text}, "Policy")
    await scene.review(steps, scene.asked(), RUN)
    [check] = scene.repo.pull(1).checks
    assert (check.conclusion, "not used" in (check.summary or "")) == ("success", False)


async def test_the_clock_is_asked_inside_steps_alone(scene: Scene) -> None:
    inside: list[str] = []

    async def watch(name: str, status: RunStatus, why: str) -> None:
        if status is RunStatus.RUNNING:
            inside.append(name)
        else:
            inside.remove(name)

    def now() -> float:
        assert inside
        return 1_000.0

    await replace(scene.review, now=now)(KeptSteps(watch=watch), scene.asked(), RUN)
    assert (await end_of(scene))[1] is RunStatus.COMPLETED
