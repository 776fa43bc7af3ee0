"""One repository under review, head after head: real HTTP on both sides, a real database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import sqlalchemy as sa

from bot import wiring
from bot.domain.asked import (
    Asked,
    CancelRequest,
    CommentRef,
    Person,
    ReviewRequest,
    Settled,
    Spoken,
    Where,
)
from bot.domain.command import Command
from bot.domain.pull import PullRef
from bot.engine.steps import KeptSteps
from bot.ports.conversation import Conversation
from bot.sandbox import RepoScene, Sandbox
from bot.sandbox.state import CheckRun, Pull, ReviewComment
from bot.service.dispatch import Deliver
from bot.service.review_pull import ReviewPull
from bot.settings import Settings, load
from bot.store.database import migrate, open_database
from bot.store.ledger import StoredLedger
from bot.store.opinions import StoredOpinions
from bot.store.runs import StoredRuns
from bot.store.wishes import StoredWishes
from tests.fakes.model import FakeModel
from tests.service.conftest import QueueInMemory
from tests.service.office import Quiet

SAFE = "def login(user):\n    return user\n\n\ndef unrelated():\n    return 1\n"
UNSAFE = (
    "def login(user, password):\n"
    "    if password == user.password:\n"
    "        return user\n"
    "    return None\n"
    "\n\ndef unrelated():\n    return 1\n"
)
MENDED = UNSAFE.replace("password == user.password", "user.checks(password)")
FINDING = {
    "path": "src/login.py",
    "line": 2,
    "end_line": 2,
    "severity": "medium",
    "title": "Passwords are compared in plain text",
    "body": "The stored password is compared as it is. Compare hashes in constant time.",
    "quote": "    if password == user.password:",
    "suggestion": None,
    "confidence": 0.9,
}


@dataclass
class Life:
    """What a worker holds, and the pull request it reviews. `clock` is seconds since 1970."""

    github: Sandbox
    model: FakeModel
    repo: RepoScene
    review: ReviewPull
    engine: sa.Engine
    settings: Settings
    clock: float = 1_000_000.0
    steps: list[str] = field(default_factory=list)
    bodies: list[tuple[str, str]] = field(default_factory=list)

    @property
    def opinions(self) -> StoredOpinions:
        return StoredOpinions(self.engine)

    @property
    def runs(self) -> StoredRuns:
        return StoredRuns(self.engine)

    def pull(self, number: int = 1) -> Pull:
        return self.repo.pull(number)

    def ref(self, number: int = 1) -> PullRef:
        head, home = self.pull(number).head_sha, self.github.installation.id
        return PullRef(self.repo.full_name, self.repo.id, number, head, home)

    def opened(self, files: dict[str, str | None]) -> int:
        """A new pull request of these files; its number."""
        name = f"change-{len(self.repo.state.pulls) + 1}"
        self.repo.branch(name)
        self.repo.commit(name, files, "Change")
        return self.repo.open_pull(head=name, author="mia")

    async def reviewed(self, number: int = 1, **more: bool) -> CheckRun:
        """Review the newest head as a delivery would have it; its check."""
        self.clock += 60
        queue = QueueInMemory()
        asked = ReviewRequest(self.ref(number), "pull_request.synchronize", **more)
        await self.deliver(asked, queue)
        [(request, run)] = queue.started
        await self.review(self.remembering(), request, run)
        return next(each for each in self.pull(number).checks if each.external_id == run)

    async def pushed(self, text: str, number: int = 1) -> CheckRun:
        """Push another version of the file, and review that head."""
        self.repo.push(number, {"src/login.py": text})
        return await self.reviewed(number)

    async def deliver(self, asked: Asked, queue: QueueInMemory | None = None) -> None:
        use = self.review
        feedback = use.life.feedback
        deliver = Deliver(
            use.host, self.runs, StoredLedger(self.engine), queue or QueueInMemory(), self.now
        )
        await replace(deliver, feedback=feedback)(KeptSteps(), asked)

    async def hear(self, *commands: Command, by: str = "ann") -> None:
        """Somebody writes these into the conversation, and GitHub tells us."""
        said = self.repo.comment(1, "/ai-review", by=by)
        use = self.review
        wishes = StoredWishes(self.engine)
        heed = wiring.run_commands(self.settings, use, cast(Conversation, use.life.talk), wishes)
        comment = CommentRef(Where.CONVERSATION, said)
        spoken = Spoken(self.ref(), comment, self.person(by), commands)
        ledger, queue = StoredLedger(self.engine), QueueInMemory()
        deliver = Deliver(use.host, self.runs, ledger, queue, self.now, heed)
        await deliver(self.remembering(), spoken)

    async def closed(self, number: int = 1) -> None:
        self.repo.close(number)
        await self.deliver(CancelRequest(self.ref(number), "closed", closed=True))

    async def settled(self, comment: ReviewComment, by: str, resolved: bool = True) -> None:
        """Somebody resolves a thread, and GitHub tells us."""
        self.repo.settle(1, comment.id, resolved, by=by)
        await self.deliver(Settled(self.ref(), comment.id, resolved, self.person(by)))

    def person(self, login: str) -> Person:
        return Person(self.github.world.person(login).id, login)

    def remembering(self) -> KeptSteps:
        async def watch(name: str, *_: object) -> None:
            self.steps.append(name)

        return KeptSteps(watch=watch, sleep=_no_time)

    def now(self) -> float:
        return self.clock

    @property
    def first(self) -> ReviewComment:
        """The oldest comment on a line."""
        return self.pull().comments[0]

    def mark(self, comment: ReviewComment | None = None) -> str:
        """The line on top of a comment."""
        return (comment or self.first).body.partition("\n")[0]

    @property
    def mutations(self) -> list[str]:
        """The names of what was changed by GraphQL so far."""
        return re.findall(r"mutation Do\(.*?\{ (\w+)\(", "\n".join(self.sent("/graphql")))

    def sent(self, path: str) -> list[str]:
        """The bodies of the requests to that address so far."""
        return [body for asked, body in self.bodies if path in asked]


async def _no_time(_: float) -> None:
    """Tests do not wait."""


@contextmanager
def lived(github: Sandbox, model: FakeModel, folder: Path, **config: str) -> Iterator[Life]:
    """A life whose pull request 1 has the unsafe login; `config` are tables of defaults.toml."""
    model.reset()
    own = folder / "config"
    own.mkdir()
    tables = (f"[{name}]\n{text}\n" for name, text in config.items())
    (own / "defaults.toml").write_text("\n".join(tables), encoding="utf-8")
    settings = load(
        {
            "APP_ID": str(github.app.id),
            "PRIVATE_KEY": github.app.private_key,
            "GITHUB_API_URL": github.url,
            "AI_REVIEW_HOME": str(folder / "home"),
            "AI_REVIEW_CONFIG": str(own),
            "ANTHROPIC_API_KEY": "k" * 24,
            "ANTHROPIC_BASE_URL": model.url,
        },
        env_file=None,
    )
    migrate(settings.database_url)
    engine = open_database(settings.database_url)
    judge = wiring.judge(settings, wiring.shelf(engine))
    repo = github.create_repo("acme/shop", files={"src/login.py": SAFE, "README.md": "# Shop\n"})
    life = Life(github, model, repo, wiring.review_pull(settings, judge), engine, settings)
    github.watch.append(
        lambda asked, _: life.bodies.append((asked.path, asked.get_data(as_text=True)))
    )
    use = wiring.review_pull(settings, replace(judge, now=life.now, sleep=_no_time))
    examiner = replace(use.reader.examiner, analyzers=Quiet())
    life.review = replace(use, now=life.now, reader=replace(use.reader, examiner=examiner))
    life.opened({"src/login.py": UNSAFE})
    try:
        yield life
    finally:
        engine.dispose()
