"""A repository, the App and a model, and every use case between them on the plain runner.

What GitHub and the model hear is real HTTP; only the queue and the clock are the test's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from bot.domain.asked import Asked, ReviewRequest
from bot.domain.pull import PullRef
from bot.domain.run import RunStatus
from bot.engine.steps import KeptSteps
from bot.sandbox import RepoScene, Sandbox
from bot.sandbox.state import CheckRun
from bot.service.dispatch import Deliver
from bot.service.review_pull import ReviewPull
from bot.settings import load
from bot.store.memory import RunsInMemory
from bot.wiring import judge_here, review_pull
from tests.contract.checked import checked
from tests.fakes.model import FakeModel
from tests.journeys.conftest import BASE, HEAD
from tests.service.conftest import QueueInMemory
from tests.service.office import Quiet

FINDING: dict[str, Any] = {
    "path": "src/login.py",
    "line": 2,
    "end_line": 2,
    "severity": "high",
    "title": "Passwords are compared in plain text",
    "body": "The stored password is compared as it is. Compare hashes in constant time.",
    "quote": "    if password == user.password:",
    "suggestion": None,
    "confidence": 0.9,
}


@dataclass
class Stage:
    """One installation. `steps` are the steps of the last walk, in their order."""

    github: Sandbox
    model: FakeModel
    repo: RepoScene
    review: ReviewPull
    deliver: Deliver
    queue: QueueInMemory
    steps: list[str] = field(default_factory=list)
    mutations: list[str] = field(default_factory=list)

    def asked(self, number: int, trigger: str = "pull_request.opened", **more: Any) -> Asked:
        """A request for a review of the newest head."""
        return ReviewRequest(self.ref(number), trigger, **more)

    def ref(self, number: int) -> PullRef:
        head = self.repo.pull(number).head_sha
        installation = self.github.installation.id
        return PullRef(self.repo.full_name, self.repo.id, number, head, installation)

    async def hear(self, asked: Asked) -> None:
        """Do what a delivery asks, and every review it starts."""
        await self.deliver(self._runner(), asked)
        while self.queue.started:
            request, run = self.queue.started.pop(0)
            self.steps.clear()
            await self.review(self._runner(), request, run)

    async def opened(self, number: int) -> CheckRun:
        """Review a pull request that was opened; its check."""
        await self.hear(self.asked(number))
        return self.check(number)

    async def pushed(self, number: int) -> CheckRun:
        """Review a head that was pushed; its check."""
        await self.hear(self.asked(number, "pull_request.synchronize", settle=True))
        return self.check(number)

    def check(self, number: int) -> CheckRun:
        """The newest check of the newest head."""
        pull = self.repo.pull(number)
        return [each for each in pull.checks if each.head_sha == pull.head_sha][-1]

    def summary(self, number: int) -> str:
        """What the newest check says, without the marks of Markdown."""
        return (self.check(number).summary or "").replace("`", "").replace("\\", "")

    def shared(self) -> set[str]:
        """What the calls of the three reviewers begin with, each text once."""
        found = set()
        for call in self.model.calls:
            if call.reviewer not in ("security", "performance", "quality"):
                continue
            content = call.body["messages"][0]["content"]
            found.add(content if isinstance(content, str) else content[0]["text"])
        return found

    def said(self) -> list[str]:
        """Every request GitHub has had, without the repository's address."""
        root = f"/repos/{self.repo.full_name}/"
        return [f"{each.method} {each.path.removeprefix(root)}" for each in self.github.requests]

    def writes(self) -> list[str]:
        """The requests that change what people see.

        A GraphQL question is a POST, and so is a token; a mutation is a write.
        """
        reading = ("GET", "POST /app/")
        found = [each for each in self.said() if not each.startswith((*reading, "POST /graphql"))]
        return found + self.mutations

    def _runner(self) -> KeptSteps:
        async def watch(name: str, status: RunStatus, why: str) -> None:
            if status is RunStatus.RUNNING:
                self.steps.append(name)

        async def no_time(seconds: float) -> None:
            """Tests do not wait."""

        return KeptSteps(watch=watch, sleep=no_time)


@contextmanager
def staged(folder: Path, *, judged: bool = True, **environment: str) -> Iterator[Stage]:
    """A stage whose repository has a branch "change". `judged`: the sandbox is held to GitHub's
    own description.
    """
    import_module("anthropic.resources.messages")  # slow, and within the first call's time limit
    bare = Sandbox(folder / "github")
    with checked(bare) if judged else bare as github, FakeModel() as model:
        repo = github.create_repo("acme/shop", files=BASE)
        repo.branch("change")
        repo.commit("change", HEAD, "Change")
        settings = load(
            {
                "APP_ID": str(github.app.id),
                "PRIVATE_KEY": github.app.private_key,
                "GITHUB_API_URL": github.url,
                "AI_REVIEW_HOME": str(folder),
                "ANTHROPIC_API_KEY": "k" * 24,
                "ANTHROPIC_BASE_URL": model.url,
                **environment,
            },
            env_file=None,
        )
        runs, queue = RunsInMemory(), QueueInMemory()
        use = review_pull(settings, judge_here(settings, runs))
        examiner = replace(use.reader.examiner, analyzers=Quiet())
        use = replace(use, reader=replace(use.reader, examiner=examiner))
        deliver = Deliver(use.host, runs, use.judge.ledger, queue, use.now)
        stage = Stage(github, model, repo, use, deliver, queue)

        def watch(asked: Any, _: Any) -> None:
            query = str((asked.get_json(silent=True) or {}).get("query", ""))
            if asked.path == "/graphql" and query.strip().startswith("mutation"):
                stage.mutations.append(query)

        github.watch.append(watch)
        yield stage
