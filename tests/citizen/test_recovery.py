"""Behaviours 11 to 17: what was missed is found, and the newest head is what is reviewed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from dbos import DBOS
from structlog.testing import capture_logs

from bot.domain.asked import CancelRequest, ReviewRequest
from bot.domain.pull import PullRef
from bot.domain.run import RunStatus, run_id
from bot.engine.steps import KeptSteps
from bot.intake.route import route
from bot.sandbox.state import Delivery as Log
from bot.sandbox.state import now as real
from bot.service import missed as missed_
from bot.service import reconcile as reconcile_
from bot.service.dispatch import Deliver
from bot.store.database import migrate, open_database
from bot.store.ledger_memory import LedgerInMemory
from tests.citizen.missing import Inbox, Later, missed, reconcile, served
from tests.engine.test_durable import ask, work
from tests.service.conftest import QueueInMemory, Scene

HOUR = 3600.0
UNSAFE = {
    "src/run.py": "import subprocess\n\n\ndef run(line):\n    subprocess.call(line, shell=True)\n"
}
"""What our analysers have something to say about."""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    url = f"sqlite:///{tmp_path}/recovery.db"
    migrate(url)
    opened = open_database(url)
    yield opened
    opened.dispose()


@pytest.fixture
def clock() -> Later:
    return Later(real)


@pytest.fixture
def inbox(scene: Scene) -> Iterator[Inbox]:
    made = Inbox()
    with served(scene.github, made):
        yield made


def log_of(scene: Scene, event: str) -> list[Log]:
    scene.github.settle()
    return [each for each in scene.github.deliveries if each.event == event]


def asked_again(scene: Scene) -> list[tuple[str, str | None]]:
    """What GitHub was asked to deliver again."""
    scene.github.settle()
    return [(each.event, each.action) for each in scene.github.deliveries if each.redelivery]


async def test_11_only_deliveries_without_an_attempt_that_arrived_are_redelivered_once_each(
    scene: Scene, inbox: Inbox, engine: sa.Engine, clock: Later
) -> None:
    repo, number = scene.repo, scene.number
    inbox.broken = True
    repo.push(number, {"a.py": "a = 1\n"})  # fails twice, as somebody pressed "Redeliver"
    repo.edit(number, title="Better")  # arrives: the receiver is there, and ignores it
    scene.github.deliver_to("http://127.0.0.1:9/webhooks/github")  # nobody is there
    repo.edit(number, title="Still better")  # fails
    scene.github.ping()  # fails, and asks for nothing
    repo.ready(number, draft=True)  # fails
    [pushed] = [each for each in log_of(scene, "pull_request") if each.action == "synchronize"]
    scene.github.hooks.again(scene.github.app, pushed)
    repo.push(number, {"b.py": "b = 1\n"})  # fails, then arrives
    [_, late] = [
        each
        for each in log_of(scene, "pull_request")
        if each.action == "synchronize" and not each.redelivery
    ]
    inbox.broken = False
    scene.github.deliver_to(pushed.url)
    scene.github.hooks.again(scene.github.app, late)
    before = len(asked_again(scene))
    clock.ahead_s = 120.0
    sweep = missed(scene.host, engine, clock)

    assert await sweep() == 3
    found = asked_again(scene)[before:]
    # An edit may have changed the base, so its payload has to be seen.
    assert sorted(found) == [
        ("pull_request", "converted_to_draft"),
        ("pull_request", "edited"),
        ("pull_request", "synchronize"),
    ]
    assert [each.id for each, _ in inbox.held].count(pushed.guid) == 1
    assert await sweep() == 0
    assert len(asked_again(scene)) == before + 3


async def test_11_what_fails_again_is_asked_for_three_times_in_three_hours_and_then_left(
    scene: Scene, inbox: Inbox, engine: sa.Engine, clock: Later
) -> None:
    inbox.broken = True
    scene.repo.push(scene.number, {"a.py": "a = 1\n"})
    scene.github.settle()
    sweep, asked = missed(scene.host, engine, clock), []
    for _ in range(12):
        clock.ahead_s += HOUR / 2 + 60
        asked.append(await sweep())
    assert asked == [1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0]


async def test_11_more_than_fit_one_sweep_are_left_to_the_next_newest_first(
    scene: Scene, inbox: Inbox, engine: sa.Engine, clock: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missed_, "MOST", 2)
    inbox.broken = True
    for nth in range(5):
        scene.repo.push(scene.number, {"a.py": f"a = {nth}\n"})
    guids = [each.guid for each in log_of(scene, "pull_request")][-5:]
    inbox.broken = False
    clock.ahead_s = 4 * HOUR  # beyond the overlap: only what is unsettled keeps them in sight
    sweep = missed(scene.host, engine, clock)
    for _ in range(4):
        await sweep()
        clock.ahead_s += HOUR / 12
    scene.github.settle()
    assert [each.id for each, _ in inbox.held] == guids[::-1]


async def test_11_what_github_throttles_is_its_own_to_deliver(
    scene: Scene, inbox: Inbox, engine: sa.Engine, clock: Later
) -> None:
    scene.github.deliver_to("http://127.0.0.1:9/")
    scene.repo.push(scene.number, {"a.py": "a = 1\n"})
    log_of(scene, "pull_request")[-1].throttled_at = real()
    clock.ahead_s = HOUR
    assert await missed(scene.host, engine, clock)() == 0


async def test_11_a_log_of_many_pages_is_read_to_its_end_and_not_beyond_three_days(
    scene: Scene, inbox: Inbox, engine: sa.Engine, clock: Later, tmp_path: Path
) -> None:
    inbox.broken = True
    scene.repo.push(scene.number, {"a.py": "a = 1\n"})
    [old] = [each for each in log_of(scene, "pull_request") if each.action == "synchronize"]
    scene.github.deliver_to(None)
    for nth in range(250):
        made = Log(
            id=scene.github.world.next_id(),
            guid=f"fine-{nth}",
            event="pull_request",
            action="opened",
            payload={},
            delivered_at=real(),
            url="",
            installation_id=None,
            repository_id=None,
            status="OK",
            status_code=202,
        )
        scene.github.world.deliveries.append(made)
    clock.ahead_s = HOUR
    attempts = await scene.host.deliveries.since(0.0)
    assert len(attempts) == len(scene.github.deliveries) > 200
    scene.github.forget_requests()
    old.delivered_at -= timedelta(days=3)
    assert await missed(scene.host, another_store(tmp_path), clock)() == 0
    assert [each.path for each in scene.github.requests].count("/app/hook/deliveries") == 3
    old.delivered_at += timedelta(hours=2)
    assert await missed(scene.host, engine, clock)() == 1


def another_store(tmp_path: Path) -> sa.Engine:
    url = f"sqlite:///{tmp_path}/other.db"
    migrate(url)
    return open_database(url)


async def test_11_github_being_away_is_one_sentence_and_loses_nothing(
    scene: Scene, inbox: Inbox, engine: sa.Engine, clock: Later
) -> None:
    inbox.broken = True
    scene.repo.push(scene.number, {"a.py": "a = 1\n"})
    scene.github.settle()
    inbox.broken = False
    clock.ahead_s = HOUR
    sweep = missed(scene.host, engine, clock)
    scene.github.fault("POST", "/attempts$", status=403)
    with capture_logs() as logs:
        assert await sweep() == 1
    assert [each["event"] for each in logs] == ["delivery_not_asked_for"]
    assert inbox.held == []
    clock.ahead_s += HOUR + 1
    assert await sweep() == 1
    scene.github.settle()
    assert len(inbox.held) == 1


async def test_12_an_open_pull_request_nobody_looked_at_is_found_by_reconciliation(
    scene: Scene, engine: sa.Engine, clock: Later
) -> None:
    repo, inbox = scene.repo, Inbox()
    sweep = reconcile(scene.host, engine, clock, scene.runs, inbox)
    clock.ahead_s = -HOUR
    assert await sweep() == 0  # the first start, an hour ago

    reviewed = another(scene, "reviewed")
    await scene.host.start_check(ref(scene, reviewed), "its run", "Reviewing")
    drafted = another(scene, "draft", draft=True)
    closed = another(scene, "closed")
    repo.close(closed)
    for nth, number in enumerate((scene.number, reviewed, drafted), start=1):
        repo.pull(number).updated_at = real() + timedelta(seconds=nth)
    clock.ahead_s = HOUR
    assert await sweep() == 2
    assert [asked.pull for _, asked in inbox.held if isinstance(asked, ReviewRequest)] == [
        ref(scene, drafted),  # the gate's to judge, like any other
        ref(scene, scene.number),
    ]
    assert {asked.trigger for _, asked in inbox.held if isinstance(asked, ReviewRequest)} == {
        "reconcile"
    }
    await sweep()
    assert len(inbox.held) == 2  # one id a head: the engine keeps the first


async def test_12_the_first_start_reviews_nothing_that_was_there_before(
    scene: Scene, engine: sa.Engine, clock: Later
) -> None:
    inbox = Inbox()
    sweep = reconcile(scene.host, engine, clock, scene.runs, inbox)
    clock.ahead_s = HOUR  # this start comes an hour after the pull request
    assert await sweep() == 0
    clock.ahead_s = 2 * HOUR
    assert await sweep() == 0
    scene.repo.pull(scene.number).updated_at = clock() - timedelta(minutes=30)
    assert await sweep() == 1


async def test_12_a_repository_that_joins_an_installation_counts_from_then_on(
    scene: Scene, engine: sa.Engine, clock: Later
) -> None:
    inbox = Inbox()
    place = scene.github.installation
    other = scene.github.create_repo("acme/other", files={"a.py": "a = 1\n"})
    place.repo_ids = {other.id}
    sweep = reconcile(scene.host, engine, clock, scene.runs, inbox)
    clock.ahead_s = -HOUR
    await sweep()
    place.repo_ids = None
    clock.ahead_s = HOUR
    assert await sweep() == 0
    scene.repo.pull(scene.number).updated_at = clock() + timedelta(minutes=10)
    clock.ahead_s = 2 * HOUR
    assert await sweep() == 1


async def test_12_a_known_run_a_young_change_and_a_suspended_installation_are_left_alone(
    scene: Scene, engine: sa.Engine, clock: Later, steps: KeptSteps, queue: QueueInMemory
) -> None:
    inbox = Inbox()
    sweep = reconcile(scene.host, engine, clock, scene.runs, inbox)
    clock.ahead_s = -HOUR
    await sweep()
    clock.ahead_s = reconcile_.YOUNG_S - 10
    assert await sweep() == 0
    scene.github.suspend(scene.github.installation)
    clock.ahead_s = HOUR
    assert await sweep() == 0
    scene.github.suspend(scene.github.installation, back=True)
    await Deliver(scene.host, scene.runs, LedgerInMemory(), queue, real().timestamp)(
        steps, scene.asked()
    )
    assert await sweep() == 0
    scene.repo.push(scene.number, {"a.py": "a = 1\n"})
    # GitHub tells whole seconds, and the App was installed a moment ago.
    scene.repo.pull(scene.number).updated_at = real() + timedelta(seconds=2)
    assert await sweep() == 1


async def test_12_a_sweep_is_capped_and_the_next_goes_on_behind_it(
    scene: Scene, engine: sa.Engine, clock: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile_, "MOST_REPOS", 1)
    inbox = Inbox()
    sweep = reconcile(scene.host, engine, clock, scene.runs, inbox)
    clock.ahead_s = -HOUR
    await sweep()
    for name in ("one", "two"):
        repo = scene.github.create_repo(f"acme/{name}", files={"a.py": "a = 1\n"})
        repo.commit("change", {"a.py": "a = 2\n"}, "Change")
        repo.open_pull(head="change")
        repo.pull(1).updated_at = real() + timedelta(hours=3)
    scene.repo.pull(1).updated_at = real() + timedelta(hours=3)
    clock.ahead_s = 0.0
    seen = []
    for _ in range(4):
        clock.ahead_s += 2 * HOUR
        before = len(inbox.held)
        await sweep()
        seen += [asked.pull.repo for _, asked in inbox.held[before:] if hasattr(asked, "pull")]
    assert sorted(seen) == ["acme/one", "acme/shop", "acme/two"]


async def test_12_the_token_that_lists_repositories_reads_names_alone(
    scene: Scene, engine: sa.Engine, clock: Later
) -> None:
    await reconcile(scene.host, engine, clock, scene.runs, Inbox())()
    [listing] = [each for each in scene.github.world.tokens.values() if each.repo_ids is None]
    assert listing.permissions == {"metadata": "read"}
    others = [each for each in scene.github.world.tokens.values() if each is not listing]
    assert all(each.repo_ids == frozenset({scene.repo.id}) for each in others)


def another(scene: Scene, name: str, draft: bool = False) -> int:
    scene.repo.commit(name, {f"{name}.py": "a = 1\n"}, name)
    return scene.repo.open_pull(head=name, draft=draft)


def ref(scene: Scene, number: int) -> PullRef:
    head = scene.repo.pull(number).head_sha
    return PullRef(scene.repo.full_name, scene.repo.id, number, head, scene.github.installation.id)


@pytest.fixture
def deliver(scene: Scene, queue: QueueInMemory, ledger: LedgerInMemory) -> Deliver:
    return Deliver(scene.host, scene.runs, ledger, queue, lambda: 100.0)


async def walked(scene: Scene, steps: KeptSteps, queue: QueueInMemory) -> None:
    """Review everything that was started and not stopped."""
    for asked, run in queue.started:
        if await scene.runs.status(run) is RunStatus.PENDING:
            await scene.review(steps, asked, run)


def routed(scene: Scene, nth: int) -> ReviewRequest | CancelRequest:
    """What the nth webhook of the pull request asks for."""
    told = [each for each in scene.github.events if each.name == "pull_request"][nth]
    asked = route(told.name, told.payload, scene.github.app.id)
    assert isinstance(asked, ReviewRequest | CancelRequest)
    return asked


async def test_13_an_older_push_that_arrives_after_a_newer_one_posts_nothing_for_the_old_head(
    scene: Scene, deliver: Deliver, queue: QueueInMemory, steps: KeptSteps
) -> None:
    old = scene.repo.push(scene.number, {"a.py": "a = 1\n"})
    new = scene.repo.push(scene.number, {"a.py": "a = 2\n"})
    older, newer = routed(scene, -2), routed(scene, -1)
    assert (older.pull.head_sha, newer.pull.head_sha) == (old, new)
    await deliver(steps, newer)
    await walked(scene, steps, queue)
    await deliver(steps, older)
    await walked(scene, steps, queue)
    pull = scene.repo.pull(scene.number)
    assert {each.head_sha for each in pull.checks} == {new}
    assert len(queue.started) == 1
    assert {each.commit_id for each in pull.reviews} <= {new}


async def test_14_a_head_that_moves_during_a_review_gets_nothing_and_the_new_one_its_review(
    scene: Scene, deliver: Deliver, queue: QueueInMemory, steps: KeptSteps
) -> None:
    scene.repo.push(scene.number, UNSAFE)  # without anything to say, nobody has to look again
    await deliver(steps, scene.asked())
    [(asked, run)] = queue.started
    old = asked.pull.head_sha
    moved = Moving(scene, lambda: scene.repo.push(scene.number, {"a.py": "a = 2\n"}))
    await scene.review(moved.steps(), asked, run)
    new = scene.pull.head_sha
    assert old != new
    assert [(each.head_sha, each.conclusion) for each in scene.repo.pull(1).checks] == [
        (old, "cancelled")
    ]
    await deliver(steps, routed(scene, -1))
    await walked(scene, steps, queue)
    checks = {each.head_sha: each.conclusion for each in scene.repo.pull(1).checks}
    assert checks[old] == "cancelled"
    assert checks[new] in ("success", "neutral", "failure")
    assert {each.commit_id for each in scene.repo.pull(1).reviews} <= {new}


async def test_15_a_pull_request_closed_during_its_review_gets_nothing_and_its_job_is_cancelled(
    scene: Scene, deliver: Deliver, queue: QueueInMemory, steps: KeptSteps
) -> None:
    scene.repo.push(scene.number, UNSAFE)
    await deliver(steps, scene.asked())
    [(asked, run)] = queue.started
    closed = Moving(scene, lambda: scene.repo.close(scene.number))
    await scene.review(closed.steps(), asked, run)
    pull = scene.repo.pull(1)
    assert [each.conclusion for each in pull.checks] == ["cancelled"]
    assert (pull.reviews, pull.comments) == ([], [])

    scene.repo.reopen(scene.number)
    await deliver(steps, routed(scene, -1))
    second = queue.started[-1][1]
    assert second != run
    scene.repo.close(scene.number)
    await deliver(steps, routed(scene, -1))
    assert queue.stopped == [second]
    assert await scene.runs.status(second) is RunStatus.CANCELLED
    assert {each.conclusion for each in pull.checks} == {"cancelled"}


@pytest.mark.slow
def test_16_five_pushes_in_twenty_seconds_are_one_review(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/toy.db"
    migrate(url)
    DBOS.migrate(url)
    for push in range(5):
        ask(url, f"head{push}", delivery=str(push), settle=True)
    work(url, tmp_path / "ledger")
    lines = (tmp_path / "ledger").read_text(encoding="utf-8").split("\n")
    assert len([line for line in lines if line.startswith("start")]) == 1


async def test_16_what_a_burst_leaves_over_asks_for_one_review_of_the_newest_head(
    scene: Scene, deliver: Deliver, queue: QueueInMemory, steps: KeptSteps
) -> None:
    """Also where the burst came apart, each push finds the newest head and one run of it."""
    first = len(scene.github.events)
    for nth in range(5):
        scene.repo.push(scene.number, {"a.py": f"a = {nth}\n"})
    for nth in range(first, first + 5):
        told = scene.github.events[nth]
        asked = route(told.name, told.payload, scene.github.app.id)
        assert isinstance(asked, ReviewRequest)
        assert asked.settle
        await deliver(steps, asked)
    await walked(scene, steps, queue)
    newest = scene.pull.head_sha
    assert [run for _, run in queue.started] == [run_id(scene.repo.id, 1, newest, 1)]
    assert [each.head_sha for each in scene.repo.pull(1).checks] == [newest]


async def test_17_an_edited_title_asks_for_nothing_and_a_changed_base_for_a_whole_review(
    scene: Scene, deliver: Deliver, queue: QueueInMemory, steps: KeptSteps
) -> None:
    await deliver(steps, scene.asked())
    await walked(scene, steps, queue)
    scene.repo.edit(scene.number, title="Better", body="Says more")
    told = scene.github.events[-1]
    assert route(told.name, told.payload, scene.github.app.id).kind == "ignored"

    scene.repo.branch("release")
    scene.repo.edit(scene.number, base="release")
    asked = routed(scene, -1)
    assert isinstance(asked, ReviewRequest)
    assert asked.again
    await deliver(steps, asked)
    await walked(scene, steps, queue)
    assert [int(run.rpartition("-")[2]) for _, run in queue.started] == [1, 2]
    checks = [each.conclusion for each in scene.repo.pull(1).checks]
    assert len(checks) == 2
    assert None not in checks


class Moving:
    """Steps of a review beside which something happens once, after the change was read."""

    def __init__(self, scene: Scene, happens: object) -> None:
        self.scene, self.happens, self.done = scene, happens, False

    def steps(self) -> KeptSteps:
        async def remember(name: str, perform: object) -> str:
            kept: str = await perform()  # type: ignore[operator]
            if name == "read" and not self.done:
                self.done = True
                await asyncio.to_thread(self.happens)  # type: ignore[arg-type]
            return kept

        return KeptSteps(remember)
