"""Behaviours 50 and 51: what the process says of its health, and what is left of who leaves."""

from __future__ import annotations

import asyncio
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from dbos import DBOS
from flask.testing import FlaskClient

from bot.domain.asked import CommentRef, Delivery, Person, ReviewRequest, Spoken, Uninstalled, Where
from bot.domain.finding import Category, Finding, Severity
from bot.domain.memory import Seen
from bot.domain.pull import PullRef
from bot.domain.run import RunRecord, RunStatus, StepEvent
from bot.engine.archive import Archive
from bot.engine.lease import Lease
from bot.engine.queues import Queues
from bot.engine.steps import KeptSteps
from bot.service.dispatch import LAST_STEPS_S, Deliver
from bot.settings import load
from bot.store import forget as forget_
from bot.store.database import migrate, open_database
from bot.store.ledger import StoredLedger
from bot.store.ledger_memory import LedgerInMemory
from bot.store.memories import StoredMemory
from bot.store.runs import StoredRuns
from bot.store.tables import METADATA
from bot.store.texts import StoredTexts
from bot.wiring import web
from tests.fakes.model import FakeModel
from tests.journeys.conftest import BASE
from tests.journeys.system import System, wait_for
from tests.service.conftest import QueueInMemory, Scene

CANARY = "canary7c1f"
PLACE, OTHER = 99, 100
PULL = PullRef(f"acme/{CANARY}", 7, 1, "abc", PLACE)


@pytest.fixture
def url(tmp_path: Path) -> str:
    made = f"sqlite:///{tmp_path}/ai-review.db"
    migrate(made)
    DBOS.migrate(made)
    return made


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    opened = open_database(url)
    yield opened
    opened.dispose()


def receiver(scene: Scene, tmp_path: Path) -> FlaskClient:
    settings = load(
        {
            "APP_ID": str(scene.github.app.id),
            "PRIVATE_KEY": scene.github.app.private_key,
            "GITHUB_API_URL": scene.github.url,
            "WEBHOOK_SECRET": scene.github.app.webhook_secret or "",
            "AI_REVIEW_HOME": str(tmp_path),
            "ANTHROPIC_API_KEY": "k" * 24,
            "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
        },
        env_file=None,
    )
    return web(settings).test_client()


def test_50_healthz_stays_and_readyz_turns_when_the_worker_or_the_database_is_gone(
    scene: Scene, tmp_path: Path, url: str, engine: sa.Engine
) -> None:
    client = receiver(scene, tmp_path)

    def said() -> tuple[int, int]:
        return client.get("/healthz").status_code, client.get("/readyz").status_code

    assert said() == (200, 503)  # nobody works yet
    lease = Lease(engine, "one", lambda _: None, lambda: None)
    lease.take()
    assert said() == (200, 200)
    with engine.begin() as connection:  # a long write of somebody's: the probe waits for nobody
        connection.execute(sa.text("update workers set seen = seen"))
        began = time.monotonic()
        assert said() == (200, 200)
        assert time.monotonic() - began < 5.0
    scene.github.fault("*", ".*", times=9, status=500)  # GitHub is away, and so is the model
    assert said() == (200, 200)
    assert scene.github.requests == [] or scene.github.faults.waiting  # nobody was asked
    with engine.begin() as connection:
        connection.execute(sa.text("update workers set seen = seen - 120"))
    assert said() == (200, 503)  # it hangs, or was killed
    lease.release()
    assert said() == (200, 503)
    assert client.get("/readyz").json == {
        "status": "not ready",
        "problems": ["No worker is running: start `ai-review worker`."],
    }
    engine.dispose()
    (tmp_path / "ai-review.db").write_bytes(b"nothing of a database" * 100)
    assert said() == (200, 503)
    [problem] = (client.get("/readyz").json or {})["problems"]
    assert "The database does not answer" in problem


async def fill(url: str, engine: sa.Engine, place: int, repo_id: int, word: str) -> None:
    """Everything a repository can leave behind, all of it with `word` in it."""
    run, pull = f"{repo_id}-1-abc-1", PullRef(f"acme/{word}", repo_id, 1, "abc", place)
    runs, memory, texts = StoredRuns(engine), StoredMemory(engine), StoredTexts(engine)
    queues = Queues(url)
    record = RunRecord(run, pull.repo, repo_id, 1, "abc", place, "opened", RunStatus.RUNNING, 1.0)
    await runs.begin(record)
    await runs.note(StepEvent(run, "read", RunStatus.FAILED, 1.0, f"{word} is away"))
    finding = Finding(
        path=f"{word}.py",
        line=1,
        end_line=1,
        severity=Severity.HIGH,
        category=Category.SECURITY,
        title=word,
        body=word,
        quote=word,
        sources=("security",),
    )
    await memory.learn(repo_id, 1, [Seen(f"{repo_id}", "security", "abc", (finding,))])
    key = await texts.keep(f"whole text of {word}")
    asked = ReviewRequest(pull, "opened")
    queues.deliver(Delivery(f"d{repo_id}", "pull_request", "opened"), asked)
    spoken = Spoken(pull, CommentRef(Where.CONVERSATION, 1), Person(1, "mia"), reply=word)
    queues.deliver(Delivery(f"s{repo_id}", "issue_comment", "created"), spoken)
    await queues.start(asked, run)
    with engine.begin() as connection:
        row = {"id": run, "out": f'"{{\\"value\\": \\"{key}\\", \\"said\\": \\"{word}\\"}}"'}
        connection.execute(
            sa.text(
                "insert into operation_outputs (workflow_uuid, function_id, function_name, output,"
                " retention_timestamp) values (:id, 1, 'read', :out, 0)"
            ),
            row,
        )


def files(tmp_path: Path) -> bytes:
    """Every byte of the database, of its log of writes too."""
    return b"".join(each.read_bytes() for each in sorted(tmp_path.glob("ai-review.db*")))


@pytest.fixture
def deliver(scene: Scene, url: str, engine: sa.Engine) -> Deliver:
    runs, ledger = StoredRuns(engine), StoredLedger(engine)
    return Deliver(scene.host, runs, ledger, Queues(url), time.time)


@pytest.mark.parametrize("repos", [(), (7,)], ids=["uninstalled", "repository removed"])
async def test_51_what_is_left_behind_by_an_app_that_leaves_is_nothing(
    deliver: Deliver, url: str, engine: sa.Engine, tmp_path: Path, repos: tuple[int, ...]
) -> None:
    await fill(url, engine, PLACE, 7, CANARY)
    await fill(url, engine, OTHER, 8, "neighbour")
    assert files(tmp_path).count(CANARY.encode()) > 5
    waited: list[float] = []

    async def no_time(seconds: float) -> None:
        waited.append(seconds)
        # What was under way writes once more before it notices that it was stopped.
        late = RunRecord("7-1-abc-1", PULL.repo, 7, 1, "abc", PLACE, "", RunStatus.COMPLETED, 1.0)
        await deliver.runs.end(late)

    await deliver(KeptSteps(sleep=no_time), Uninstalled(PLACE, repos))
    assert waited == [LAST_STEPS_S]
    left = files(tmp_path)
    assert CANARY.encode() not in left
    assert b"whole text of neighbour" in left
    queue = deliver.queue
    assert await queue.knows("7-1-abc-1")  # an id is never used twice
    assert not await queue.alive("7-1-abc-1")
    assert not await queue.alive("gh-d7")
    assert await queue.alive("8-1-abc-1")
    assert await deliver.runs.get("8-1-abc-1") is not None


async def test_51_a_repository_that_stays_keeps_what_it_has(
    deliver: Deliver, url: str, engine: sa.Engine, tmp_path: Path
) -> None:
    await fill(url, engine, PLACE, 7, CANARY)
    await deliver(KeptSteps(), Uninstalled(PLACE, (6,)))
    await deliver(KeptSteps(), Uninstalled(9, ()))  # whose number begins like the other's
    assert await deliver.queue.alive("7-1-abc-1")
    assert b"whole text of " + CANARY.encode() in files(tmp_path)


async def test_51_suspended_jobs_stop_and_what_is_stored_stays(
    deliver: Deliver, url: str, engine: sa.Engine, tmp_path: Path
) -> None:
    await fill(url, engine, PLACE, 7, CANARY)
    await fill(url, engine, OTHER, 8, "neighbour")
    await deliver(KeptSteps(), Uninstalled(PLACE, keep=True))
    assert await deliver.runs.status("7-1-abc-1") is RunStatus.CANCELLED
    assert await deliver.runs.status("8-1-abc-1") is RunStatus.RUNNING
    assert not await deliver.queue.alive("7-1-abc-1")
    assert b"whole text of " + CANARY.encode() in files(tmp_path)


def test_51_a_text_that_other_unfinished_work_needs_stays(url: str, engine: sa.Engine) -> None:
    async def both() -> None:
        await fill(url, engine, PLACE, 7, "same")
        await fill(url, engine, OTHER, 8, "same")

    asyncio.run(both())
    archive = Archive(url)
    archive.scrub(tuple(archive.of(PLACE, ())))
    texts = StoredTexts(engine)
    with engine.connect() as connection:
        [key] = connection.scalars(sa.text("select key from texts"))
    assert asyncio.run(texts.read(key)) == "whole text of same"
    Queues(url)._client.cancel_workflow("8-1-abc-1")
    archive.scrub(tuple(archive.of(OTHER, ())))
    with pytest.raises(KeyError):
        asyncio.run(texts.read(key))


def test_51_every_table_says_whose_its_rows_are() -> None:
    """A new table needs `repo_id` or `run`, or to be named here because it holds nobody's text."""
    theirs = {each.name for each in forget_.of_a_repository()}
    assert {each.name for each in METADATA.sorted_tables} - theirs == {
        "runs",  # deleted last
        "texts",  # by their keys, which steps returned: bot/engine/archive.py
        "ledger",  # answers deleted, amounts kept: limits count them
        "forgotten",  # sums
        "marks",  # times
        "redelivered",  # ids of deliveries
        "duties",  # which worker does what
    }
    assert theirs >= {"steps", "decisions", "findings", "seen", "comments", "known_repos"}


async def test_51_a_renamed_repository_keeps_working(
    scene: Scene, queue: QueueInMemory, steps: KeptSteps
) -> None:
    """Its number is what counts; the name in an old request only has to lead there."""
    old = scene.asked()
    scene.github.world.repos["acme/store"] = scene.repo.state
    scene.repo.state.full_name = "acme/store"
    deliver = Deliver(scene.host, scene.runs, LedgerInMemory(), queue, time.time)
    new = scene.asked()
    assert old.pull.repo_id == new.pull.repo_id
    await deliver(steps, new)
    [(asked, run)] = queue.started
    await scene.review(steps, asked, run)
    [check] = scene.repo.pull(scene.number).checks
    assert check.conclusion is not None
    await deliver(steps, old)
    assert len(queue.started) == 1


@pytest.mark.slow
def test_51_after_the_app_was_uninstalled_its_files_hold_no_word_of_the_repository(
    tmp_path: Path,
) -> None:
    from bot.sandbox import Sandbox

    with FakeModel() as model, Sandbox(tmp_path / "github") as github:
        one = System(github, model, tmp_path / "home")
        try:
            one.start()
            repo = github.create_repo(f"acme/{CANARY}", files=BASE)
            body = f"def {CANARY}(user, password):\n    return user.password == password\n"
            repo.commit("change", {f"src/{CANARY}.py": body}, f"Say {CANARY}")
            number = repo.open_pull(head="change", title=CANARY)
            wait_for(lambda: [c for c in repo.pull(number).checks if c.conclusion])

            def bytes_left() -> bytes:
                found = sorted((tmp_path / "home").glob("ai-review.db*"))
                return b"".join(each.read_bytes() for each in found)

            assert CANARY.encode() in bytes_left()
            github.uninstall(github.installation)
            wait_for(lambda: CANARY.encode() not in bytes_left())
            with urllib.request.urlopen(f"http://127.0.0.1:{one.port}/healthz") as answer:
                assert answer.status == 200
        finally:
            one.stop()
