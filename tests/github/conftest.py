"""A scripted web server and a clock that tests turn by hand."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.domain.patch import Anchor, Side
from bot.domain.post import CommentPost
from bot.domain.pull import PullRef, PullRequest
from bot.github.client import Waits
from bot.github.host import GitHubHost
from bot.sandbox.github import Sandbox
from bot.sandbox.scene import RepoScene

NOON = 1_790_000_000.0


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Says:
    """One scripted answer. `drop`: the line is cut without one."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    text: str | None = None


@dataclass
class Script:
    """Answers requests in the order written, the last one for ever, and notes what was asked.

    `company` is set as soon as two requests are here at once; the first waits for that a moment.
    """

    url: str = ""
    answers: list[Says] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    company: threading.Event | None = None
    here: int = 0

    def meet(self) -> None:
        if self.company is None:
            return
        self.here += 1
        if self.here > 1:
            self.company.set()
        self.company.wait(0.02)
        self.here -= 1

    def will(self, *answers: Says) -> None:
        self.answers = list(answers)

    def next(self) -> Says:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def _handler(script: Script) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65_536  # one packet an answer

        def answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            script.asked.append(
                Asked(self.command, self.path, headers, json.loads(raw) if raw else None)
            )
            script.meet()
            says = script.next()
            if says.drop:
                self.close_connection = True
                return
            body = (says.text if says.text is not None else json.dumps(says.body)).encode()
            self.send_response(says.status)
            for name, value in {**says.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_DELETE = answer

        def log_message(self, format: str, *args: Any) -> None:
            return

    return Handler


@pytest.fixture
def script() -> Iterator[Script]:
    script = Script()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(script))
    server.daemon_threads = True
    script.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield script
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Time:
    """Time passes only when somebody waits for it."""

    now: float = NOON
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def waits(self) -> Waits:
        return Waits(self.sleep, lambda: self.now)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture(scope="session")
def pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@dataclass
class Shop:
    """A repository with an open pull request of three files, and the App that serves it."""

    github: Sandbox
    repo: RepoScene
    number: int
    time: Time
    hosts: list[GitHubHost] = field(default_factory=list)

    def host(self, **options: Any) -> GitHubHost:
        """A fresh process's adapter, with the App's key unless a token is given."""
        if "token" not in options:
            options = {
                "app_id": self.github.app.id,
                "private_key": self.github.app.private_key,
                **options,
            }
        host = GitHubHost(self.github.url, waits=self.time.waits(), **options)
        self.hosts.append(host)
        return host

    @property
    def ref(self) -> PullRef:
        return PullRef(
            self.repo.full_name,
            self.repo.id,
            self.number,
            self.repo.pull(self.number).head_sha,
            self.github.installation.id,
        )

    @property
    def ci_ref(self) -> PullRef:
        ref = self.ref
        return PullRef(ref.repo, ref.repo_id, ref.number, ref.head_sha)

    @property
    def pull(self) -> PullRequest:
        """As the adapter reads it, without asking."""
        return PullRequest(
            ref=self.ref,
            title="Sell",
            body="",
            author="ann",
            author_id=1,
            author_is_bot=False,
            draft=False,
            open=True,
            base_ref="main",
            base_sha=self.repo.pull(self.number).base_sha,
            head_ref="feature",
            default_branch="main",
            from_fork=False,
            labels=(),
            changed_files=3,
            url="",
        )

    @property
    def reviews(self) -> list[Any]:
        return self.repo.pull(self.number).reviews

    @property
    def comments(self) -> list[Any]:
        return self.repo.pull(self.number).comments

    @property
    def checks(self) -> list[Any]:
        return self.repo.pull(self.number).checks


CART = "".join(f"line_{n} = {n}\n" for n in range(1, 31))
FIRST = {"src/cart.py": CART, "README.md": "# Shop\n", "old.py": "gone = 1\n"}
CHANGE = {
    "src/cart.py": CART.replace("line_10 = 10", "line_10 = 11"),
    "src/new.py": "a = 1\nb = 2\n",
    "README.md": "# Shop\n\nSells.\n",
}


@dataclass
class Scene:
    """A server with the shop as it is before each test: building it takes longer than a test."""

    github: Sandbox
    repo: RepoScene
    main: str
    feature: str

    @classmethod
    def build(cls, github: Sandbox) -> Scene:
        repo = github.create_repo("acme/shop", FIRST)
        repo.commit("feature", CHANGE, "Change")
        repo.open_pull("feature", title="Sell", author="ann")
        return cls(github, repo, repo.head("main"), repo.head("feature"))

    def reset(self) -> None:
        world, state = self.github.world, self.repo.state
        world.repos = {"acme/shop": state}
        for left in (world.people, world.tokens, world.requests, self.github.faults.waiting):
            left.clear()
        world.rate_limit = 5000
        state.git.point("main", self.main)
        state.git.point("feature", self.feature)
        state.checks.clear()
        state.roles.clear()
        state.pulls = {1: state.pulls[1]}
        pull = state.pulls[1]
        pull.heads[:] = [self.feature]
        for kept in (pull.reviews, pull.comments, pull.labels, pull.conversation):
            kept.clear()


@pytest.fixture(scope="session")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Scene]]:
    """One for each address GitHub's API has."""
    with (
        Sandbox(tmp_path_factory.mktemp("dotcom")) as dotcom,
        Sandbox(tmp_path_factory.mktemp("ghes"), base="/api/v3") as enterprise,
    ):
        yield {"": Scene.build(dotcom), "/api/v3": Scene.build(enterprise)}


@pytest.fixture(params=[""], ids=[""])
def shop(scenes: dict[str, Scene], time: Time, request: pytest.FixtureRequest) -> Iterator[Shop]:
    scene = scenes[request.param]
    scene.reset()
    shop = Shop(scene.github, scene.repo, 1, time)
    yield shop
    for host in shop.hosts:
        host.close()


def comment(
    line: int, name: str = "", path: str = "src/cart.py", start: int = 0, side: Side = Side.RIGHT
) -> CommentPost:
    """A comment on a line of the shop's change; lines 7 to 13 of the cart are shown."""
    fingerprint = name or f"f{line}"
    body = f"Mind this.\n\n<!-- ai-review:finding={fingerprint} -->"
    return CommentPost(Anchor(path, start or line, line, side), body, fingerprint)
