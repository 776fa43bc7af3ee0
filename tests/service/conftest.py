"""One repository with an open pull request, and the use cases on the plain runner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.domain.asked import ReviewRequest
from bot.domain.pull import PullRef
from bot.engine.steps import KeptSteps
from bot.github.host import GitHubHost
from bot.sandbox import RepoScene, Sandbox
from bot.service.review_pull import ReviewPull
from bot.settings import load
from bot.store.database import migrate
from bot.store.ledger_memory import LedgerInMemory
from bot.store.memory import RunsInMemory
from bot.wiring import github as host_of
from bot.wiring import judge_here, review_pull
from tests.journeys.conftest import BASE, HEAD
from tests.service import faults
from tests.service.office import Building, built


@dataclass
class Scene:
    """A pull request, and what a worker would hold to review it, without a model's key."""

    github: Sandbox
    repo: RepoScene
    number: int
    host: GitHubHost
    runs: RunsInMemory
    review: ReviewPull

    @property
    def pull(self) -> PullRef:
        head = self.repo.pull(self.number).head_sha
        return PullRef(
            self.repo.full_name, self.repo.id, self.number, head, self.github.installation.id
        )

    def asked(self, trigger: str = "pull_request.opened", **more: bool) -> ReviewRequest:
        return ReviewRequest(self.pull, trigger, **more)


@dataclass
class QueueInMemory:
    """The port `Dispatch` as lists."""

    started: list[tuple[ReviewRequest, str]] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    living: set[str] = field(default_factory=set)
    ever: set[str] = field(default_factory=set)
    forgotten: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    scrubbed: list[tuple[str, ...]] = field(default_factory=list)

    async def start(self, asked: ReviewRequest, run: str) -> None:
        self.started.append((asked, run))

    async def cancel(self, run: str) -> None:
        self.stopped.append(run)

    async def alive(self, run: str) -> bool:
        return run in self.living

    async def knows(self, run: str) -> bool:
        return run in self.ever

    async def forget(self, installation_id: int, repo_ids: tuple[int, ...]) -> tuple[str, ...]:
        self.forgotten.append((installation_id, repo_ids))
        return tuple(sorted(self.living))

    async def scrub(self, works: tuple[str, ...]) -> None:
        self.scrubbed.append(works)


@pytest.fixture(scope="session")
def building(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Building]:
    folder = tmp_path_factory.mktemp("building")
    with built(folder, faults.BASE, [faults.HEAD, faults.WIDE]) as made:
        yield made


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with our tables, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def queue() -> QueueInMemory:
    return QueueInMemory()


@pytest.fixture
def ledger() -> LedgerInMemory:
    return LedgerInMemory()


@pytest.fixture
def scene(github: Sandbox, tmp_path: Path) -> Scene:
    repo = github.create_repo("acme/shop", files=BASE)
    repo.branch("change")
    repo.commit("change", HEAD, "Change")
    number = repo.open_pull(head="change", author="mia")
    settings = load(
        {
            "APP_ID": str(github.app.id),
            "PRIVATE_KEY": github.app.private_key,
            "GITHUB_API_URL": github.url,
            "AI_REVIEW_HOME": str(tmp_path),
        },
        env_file=None,
    )
    runs = RunsInMemory()
    review = review_pull(settings, judge_here(settings, runs))
    return Scene(github, repo, number, host_of(settings), runs, review)


@pytest.fixture
def steps() -> KeptSteps:
    async def no_time(seconds: float) -> None:
        """Tests do not wait."""

    return KeptSteps(sleep=no_time)


Clock = Callable[[], float]
