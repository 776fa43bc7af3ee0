"""A GitHub to try things on: starts the server, sets the scene, shows what happened."""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from werkzeug.serving import BaseWSGIServer, make_server

from bot.sandbox import payloads
from bot.sandbox.access import issue, make_key
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.git import Content, Git
from bot.sandbox.scene import RepoScene
from bot.sandbox.scene_apps import Owning
from bot.sandbox.scene_base import ACTOR
from bot.sandbox.server import Limits, QuietHandler, Served, Watch, create_app
from bot.sandbox.state import (
    App,
    Asked,
    Clock,
    Delivery,
    Installation,
    Person,
    Repo,
    Token,
    World,
    now,
)
from bot.sandbox.view import View
from bot.sandbox.webhooks import Event, Hooks

PERMISSIONS = {
    "checks": "write",
    "contents": "read",
    "issues": "read",
    "pull_requests": "write",
}
EVENTS = (
    "check_run",
    "check_suite",
    "issue_comment",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_review_thread",
)
APP_ID = 4711
ACTIONS_APP_ID = 15368  # GitHub's own, whose token a workflow gets


class Sandbox(Owning):
    """A GitHub on loopback with one App of yours, kept in `folder`. Use it as a context.

    `clock` tells the server's time. `port` 0 takes any free one; OSError on entering when another
    one is in use. `base` is "" or "/api/v3".
    """

    def __init__(self, folder: Path, clock: Clock = now, port: int = 0, base: str = "") -> None:
        self.folder, self.base = folder, base
        self.world = World(clock=clock)
        self.hooks = Hooks(self.world)
        self.faults = Faults()
        self.watch: list[Watch] = []
        self.app = self.register(APP_ID, "ai-review", PERMISSIONS, EVENTS)
        self._port = port
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self.actions = self.register(ACTIONS_APP_ID, "github-actions", {}, ())

    def __enter__(self) -> Sandbox:
        limits = Limits(self.world)
        served = Served(self.world, self.hooks, self.faults, limits, self.watch)
        with socket.create_server(("127.0.0.1", self._port)) as listener:
            # Handed over, because werkzeug itself would end the process if the port is taken.
            self._server = make_server(
                "127.0.0.1",
                listener.getsockname()[1],
                create_app(served),
                threaded=True,
                request_handler=QuietHandler,
                fd=listener.fileno(),
            )
        self.world.url = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="sandbox", daemon=True
        )
        self._thread.start()
        self.hooks.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.faults.closing.set()
        self.hooks.stop()
        if self._server and self._thread:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    @property
    def url(self) -> str:
        """The address of the API, to give to a client."""
        return self.world.url + self.base

    @property
    def deliveries(self) -> list[Delivery]:
        """Every attempt to deliver a webhook, oldest first."""
        return self.world.deliveries

    @property
    def events(self) -> list[Event]:
        """Everything Apps were told, delivered or not, oldest first."""
        return self.hooks.events

    @property
    def requests(self) -> list[Asked]:
        """Every request to the API, oldest first."""
        return self.world.requests

    @property
    def writes(self) -> list[Asked]:
        """The requests that may change something, tokens aside."""
        reading = ("GET", "HEAD")
        return [
            r
            for r in self.requests
            if r.method not in reading and not r.path.endswith(("/access_tokens", "/token"))
        ]

    def key_file(self) -> Path:
        """The App's private key as a file only its owner reads."""
        path = self.folder / "app.pem"
        path.touch(mode=0o600)
        path.write_text(self.app.private_key, encoding="utf-8")
        return path

    def forget_requests(self) -> None:
        """Begin to count requests anew."""
        self.world.requests.clear()

    def register(
        self, number: int, slug: str, permissions: dict[str, str], events: tuple[str, ...]
    ) -> App:
        """Register an App. All Apps of a process share one key, because making one is slow."""
        app = App(
            id=number,
            slug=slug,
            owner="acme",
            private_key=make_key(),
            webhook_secret=secrets.token_hex(20),
            permissions=dict(permissions),
            events=events,
            created_at=self.world.clock(),
        )
        self.world.apps[number] = app
        return app

    def create_repo(
        self,
        full_name: str,
        files: Mapping[str, Content] | None = None,
        private: bool = True,
        default_branch: str = "main",
        installed: bool = True,
    ) -> RepoScene:
        """Make a repository with one commit; `installed` puts the App on its owner's account."""
        world = self.world
        with world.lock:
            git = Git.create(self.folder / f"{full_name}.git")
            repo = Repo(world.next_id(), full_name, private, default_branch, world.clock(), git)
            first = files or {"README.md": "# Hello\n"}
            git.commit(None, first, "First", ACTOR, world.clock(), default_branch)
            world.repos[full_name.lower()] = repo
            world.person(repo.owner)
            if installed and world.installation_of(repo, self.app) is None:
                self._place(repo.owner, self.app)
            return RepoScene(repo, world, self.hooks)

    def repo(self, full_name: str) -> RepoScene:
        """A repository that was made before."""
        found = self.world.repo(full_name)
        if found is None:
            raise LookupError(f"no repository {full_name} in the sandbox")
        return RepoScene(found, self.world, self.hooks)

    def _place(self, account: str, app: App, repos: set[int] | None = None) -> Installation:
        place = Installation(
            self.world.next_id(), app, account, dict(app.permissions), self.world.clock(), repos
        )
        self.world.installations[place.id] = place
        return place

    def install(self, account: str, repos: set[int] | None = None, by: str = ACTOR) -> Installation:
        """Install the App on an account and tell it so; `repos` None: on all repositories."""
        with self.world.lock:
            place = self._place(account, self.app, repos)
            reached = [
                r for r in self.world.repos.values() if self.world.installation_of(r, self.app)
            ]
            view = View(self.world, self.world.url, self.world.url)
            told = payloads.installation(view, place, reached, "created", by)
            self.hooks.tell("installation", None, told, only=self.app.id)
            return place

    @property
    def installation(self) -> Installation:
        """The App's first installation."""
        return next(p for p in self.world.installations.values() if p.app is self.app)

    def person(self, login: str, permission: str = "none", repo: str | None = None) -> Person:
        """Somebody and what they are: everywhere, or in `repo` alone. "none" is a stranger."""
        found = self.world.person(login)
        if repo is None:
            found.permission = permission
        else:
            self.repo(repo).state.roles[login.lower()] = permission
        return found

    def user_token(self, login: str, permissions: dict[str, str] | None = None) -> str:
        """A person's token; `permissions` None: all the person may do."""
        value = f"ghp_{secrets.token_hex(18)}"
        name = self.world.person(login).login
        self.world.tokens[value] = Token(value, name, None, None, permissions, None, None)
        return value

    def ci_token(self, full_name: str, permissions: dict[str, str] | None = None) -> str:
        """What a workflow gets as its token; for a fork's pull request all is read-only."""
        repo = self.repo(full_name).state
        place = self.world.installation_of(repo, self.actions) or self._place(
            repo.owner, self.actions
        )
        granted = {"contents": "read"} if permissions is None else permissions
        return issue(self.world, place, granted, frozenset({repo.id})).value

    def app_token(self, **narrowed: str) -> str:
        """An installation token made without asking the API, with less permission if named."""
        place = self.installation
        return issue(self.world, place, {**place.permissions, **narrowed}, None).value

    def deliver_to(self, url: str | None) -> None:
        """Send the App's webhooks there; None: nowhere."""
        self.app.hook_url = url

    def ping(self) -> None:
        """Greet the App's address."""
        view = View(self.world, self.world.url, self.world.url)
        self.hooks.tell("ping", None, payloads.ping(view, self.app), only=self.app.id)

    def settle(self) -> None:
        """Wait until every webhook so far was delivered, or failed to be."""
        self.hooks.settle()

    def fault(self, method: str, path: str, times: int = 1, **trouble: Any) -> Fault:
        """Spoil the next `times` requests of `method` ("*": any) whose path matches the regex.

        Further names are those of Fault: status, after_accept, retry_after, hang_s,
        drop_connection, html.
        """
        made = Fault(method, path, times, **trouble)
        self.faults.waiting.append(made)
        return made
