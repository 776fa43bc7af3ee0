"""People talk to a process that answers: a sandbox GitHub, SQLite, a fake model, a plain runner.

What GitHub would deliver is given as the value that the receiver makes of it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.domain.asked import CommentRef, Person, ReviewRequest, Spoken, Where
from bot.domain.command import Command, Unclear, Verb
from bot.domain.pull import PullRef
from bot.engine.steps import KeptSteps, Perform
from bot.github.host import GitHubHost
from bot.ports.wishes import Wishes
from bot.sandbox import RepoScene, Sandbox
from bot.sandbox.state import CheckRun, IssueComment, ReviewComment
from bot.service.dispatch import Deliver
from bot.service.review_pull import ReviewPull
from bot.settings import Settings, load
from bot.store.database import open_database
from bot.wiring import github as host_of
from bot.wiring import judge, review_pull, run_commands, shelf
from tests.fakes.model import FakeModel
from tests.service.conftest import QueueInMemory
from tests.service.office import Quiet

FINDING: dict[str, Any] = {
    "path": "src/login.py",
    "line": 2,
    "end_line": 2,
    "severity": "high",
    "title": "`login` compares passwords in the open",
    "body": "Whoever reads the store reads every password.",
    "quote": "    if password == user.password:",
    "suggestion": None,
    "confidence": 0.9,
}
NOON = 1_790_000_000.0


class Died(Exception):
    """The process is killed here."""


@dataclass
class Mortal:
    """Steps that are remembered by name, as the durable engine does by their order.

    `dies`: the step after whose effect, and before it is remembered, the process dies once.
    """

    dies: str = ""
    kept: dict[str, str] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)

    async def remember(self, name: str, perform: Perform) -> str:
        if name not in self.kept:
            outcome = await perform()
            if name == self.dies:
                self.dies = ""
                raise Died(name)
            self.kept[name] = outcome
            self.names.append(name)
        return self.kept[name]

    @property
    def steps(self) -> KeptSteps:
        return KeptSteps(self.remember, sleep=no_time)


async def no_time(seconds: float) -> None:
    """Tests do not wait."""


@dataclass
class Talking:
    """One repository with a pull request by mia, and what a worker holds to serve it."""

    github: Sandbox
    fake: FakeModel
    repo: RepoScene
    host: GitHubHost
    review: ReviewPull
    wishes: Wishes
    deliver: Deliver
    queue: QueueInMemory
    clock: list[float]

    @property
    def pull(self) -> PullRef:
        head = self.repo.pull(1).head_sha
        return PullRef(self.repo.full_name, self.repo.id, 1, head, self.github.installation.id)

    @property
    def conversation(self) -> list[IssueComment]:
        return self.repo.pull(1).conversation

    @property
    def comments(self) -> list[ReviewComment]:
        """What stands on lines, ours and replies."""
        return self.repo.pull(1).comments

    @property
    def checks(self) -> list[CheckRun]:
        return self.repo.pull(1).checks

    @property
    def answers(self) -> list[str]:
        """What we said in the conversation, without the unseen part."""
        mine = (each for each in self.conversation if each.author == self.github.app.login)
        return [each.body.partition("\n\n<!--")[0] for each in mine]

    def replies(self, thread: int) -> list[str]:
        """What we said in a thread after its first comment."""
        mine = (each for each in self.comments if each.author == self.github.app.login)
        return [each.body.partition("\n\n<!--")[0] for each in mine if each.reply_to == thread]

    def reactions(self, comment: int) -> list[str]:
        """Ours under a comment."""
        said = [*self.conversation, *self.comments]
        found = next(each for each in said if each.id == comment)
        return [each.content for each in found.reactions if each.login == self.github.app.login]

    def person(self, login: str) -> Person:
        return Person(self.github.world.person(login).id, login)

    def asks_of(self, number: int, verb: Verb, by: str = "ada") -> Spoken:
        """Somebody writes a command under another pull request."""
        where = CommentRef(Where.CONVERSATION, self.repo.comment(number, "/ai-review", by=by))
        pull = replace(self.pull, number=number, head_sha="")
        return Spoken(pull, where, self.person(by), (Command(verb),), at=self.clock[0])

    def asks(self, *said: Command | Unclear | Verb, by: str = "ada", thread: int = 0) -> Spoken:
        """Somebody writes a comment with these commands."""
        commands = tuple(Command(each) if isinstance(each, Verb) else each for each in said)
        return self._spoken("/ai-review …", by, thread, commands=commands)

    def replies_with(self, text: str, thread: int, by: str = "ada") -> Spoken:
        """Somebody answers in a thread, without a command."""
        return self._spoken(text, by, thread, reply=text)

    def _spoken(self, body: str, by: str, thread: int, **more: Any) -> Spoken:
        if thread:
            where = CommentRef(Where.THREAD, self.repo.reply(1, thread, body, by), thread)
        else:
            where = CommentRef(Where.CONVERSATION, self.repo.comment(1, body, by))
        return Spoken(
            replace(self.pull, head_sha=""), where, self.person(by), at=self.clock[0], **more
        )

    async def hear(self, spoken: Spoken, steps: KeptSteps | None = None) -> Spoken:
        """Have it delivered."""
        await self.deliver(steps or Mortal().steps, spoken)
        return spoken

    async def said(self, *said: Command | Unclear | Verb, by: str = "ada", thread: int = 0) -> str:
        """Have it said and delivered; the newest answer, "" for none."""
        before = len(self.answers)
        await self.hear(self.asks(*said, by=by, thread=thread))
        return self.answers[-1] if len(self.answers) > before else ""

    async def work(self) -> list[str]:
        """Do every review that is queued; their ids."""
        done = []
        while self.queue.started:
            asked, run = self.queue.started.pop(0)
            self.queue.ever.add(run)
            await self.review(KeptSteps(sleep=no_time), asked, run)
            done.append(run)
        return done

    async def reviewed(self, trigger: str = "pull_request.opened") -> str:
        """The id of a review of the newest head that a delivery asked for, done."""
        await self.deliver(Mortal().steps, ReviewRequest(self.pull, trigger))
        [run] = await self.work()
        return run


@contextmanager
def talking(
    folder: Path, github: Sandbox, fake: FakeModel, migrated: Path, key: str = "k" * 24
) -> Iterator[Talking]:
    """The scene: ada may write, rob may read, mia wrote the change. `key` "": without a model."""
    repo = github.create_repo("acme/shop", files=BASE)
    repo.branch("change")
    repo.commit("change", HEAD, "Change")
    for login, may in (("ada", "write"), ("rob", "read"), ("mia", "read")):
        github.person(login, permission=may)
    repo.open_pull(head="change", author="mia")
    shutil.copy(migrated, folder / "talk.db")
    settings = _settings(github, fake, folder, key)
    engine = open_database(f"sqlite:///{folder / 'talk.db'}")
    try:
        yield _assembled(settings, engine, github, fake, repo)
    finally:
        engine.dispose()


def _settings(github: Sandbox, fake: FakeModel, folder: Path, key: str) -> Settings:
    return load(
        {
            "APP_ID": str(github.app.id),
            "PRIVATE_KEY": github.app.private_key,
            "GITHUB_API_URL": github.url,
            "AI_REVIEW_HOME": str(folder),
            **({"ANTHROPIC_API_KEY": key, "ANTHROPIC_BASE_URL": fake.url} if key else {}),
        },
        env_file=None,
    )


def _assembled(
    settings: Settings, engine: sa.Engine, github: Sandbox, fake: FakeModel, repo: RepoScene
) -> Talking:
    kept = shelf(engine)
    host, clock, queue = host_of(settings), [NOON], QueueInMemory()
    own = judge(settings, kept)
    own = replace(own, sleep=no_time, now=lambda: clock[0])
    use = replace(review_pull(settings, own, host), now=lambda: clock[0])
    examiner = replace(use.reader.examiner, analyzers=Quiet())
    use = replace(use, reader=replace(use.reader, examiner=examiner))
    heed = run_commands(settings, use, host.talk, kept.wishes)
    deliver = Deliver(host, kept.runs, kept.ledger, queue, lambda: clock[0], heed)
    return Talking(github, fake, repo, host, use, kept.wishes, deliver, queue, clock)


BASE = {
    "src/login.py": "def login(user):\n    return user\n\n\ndef unrelated():\n    return 1\n",
    "src/cart.js": "export const total = (a, b) => a + b;\n",
}
HEAD = {
    "src/login.py": (
        "def login(user, password):\n"
        "    if password == user.password:\n"
        "        return user\n"
        "    return None\n"
        "\n\ndef unrelated():\n    return 1\n"
    ),
    "src/cart.js": "export const total = (a, b) => a + b;\nexport const none = 0;\n",
}


def find(fake: FakeModel, *findings: dict[str, Any]) -> None:
    """Have security find these, whenever it reads."""
    fake.answer("security", list(findings or (FINDING,)))


def told(answers: Sequence[str]) -> str:
    """The one answer there is."""
    [answer] = answers
    return answer
