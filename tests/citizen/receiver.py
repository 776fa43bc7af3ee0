"""The receiver as it is served, between a GitHub on loopback and the engine's real queue."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from dbos import DBOS, DBOSClient
from werkzeug.serving import make_server

from bot.domain.asked import Asked
from bot.engine.queues import ASKED, INTAKE, client_for
from bot.sandbox import RepoScene, Sandbox
from bot.settings import Settings, load
from bot.store.database import migrate
from bot.wiring import web
from tests.contract.checked import checked


@dataclass
class Receiver:
    """What GitHub was answered, and what was queued, by repository."""

    github: Sandbox
    client: DBOSClient

    def repo(self, name: str) -> tuple[RepoScene, int]:
        """A repository of its own with one open pull request, and that one's number."""
        made = self.github.create_repo(f"acme/{name}", {"src/a.py": "a = 1\n", "README.md": "x\n"})
        made.commit("topic", {"src/a.py": "a = 2\n"}, "Change")
        return made, made.open_pull("topic")

    def queued(self, repo: RepoScene) -> list[Asked]:
        """What the deliveries about `repo` ask, oldest first, but for its opening."""
        self.github.settle()
        found = self.client.list_workflows(queue_name=INTAKE)
        asked = [ASKED.validate_python(each.input["args"][0]) for each in found if each.input]
        return [
            each
            for each in asked
            if each.kind != "review" and getattr(each, "pull", each).repo_id == repo.id
        ]

    def deliver(self, repo: RepoScene, event: str, payload: dict[str, Any]) -> None:
        """Have GitHub tell what the sandbox has no deed for, as it is now."""
        github = self.github
        github.hooks.send(github.app, event, copy.deepcopy(payload), repo.id)

    def answers(self, repo: RepoScene, event: str) -> list[tuple[int, str]]:
        """Status and body of our answers to deliveries of `event` about `repo`, oldest first."""
        self.github.settle()
        return [
            (each.status_code, each.response_body)
            for each in sorted(self.github.deliveries, key=lambda one: one.id)
            if (each.repository_id, each.event) == (repo.id, event)
        ]


def _settings(github: Sandbox, home: Path) -> Settings:
    told = {
        "AI_REVIEW_HOME": str(home),
        "APP_ID": str(github.app.id),
        "PRIVATE_KEY": github.app.private_key,
        "WEBHOOK_SECRET": github.app.webhook_secret or "",
        "GITHUB_API_URL": github.url,
    }
    return load(told, env_file=None)


@contextmanager
def receiving(home: Path) -> Iterator[Receiver]:
    """A receiver with a database of its own under `home`; no worker takes what is queued."""
    with checked(Sandbox(home / "github")) as github:
        settings = _settings(github, home)
        migrate(settings.database_url)
        DBOS.migrate(settings.database_url)
        server = make_server("127.0.0.1", 0, web(settings), threaded=True)
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        github.deliver_to(f"http://127.0.0.1:{server.server_port}/webhooks/github")
        try:
            yield Receiver(github, client_for(settings.database_url))
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
