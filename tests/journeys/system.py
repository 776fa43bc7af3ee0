"""The whole system as an operator runs it: gunicorn, a worker, SQLite, and two servers."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from bot.sandbox import Sandbox
from tests.fakes.model import FakeModel

ROOT = Path(__file__).parents[2]
T = TypeVar("T")
QUICK = """[run]
quiet_s = 1.0
poll_s = 0.25
call_timeout_s = {limit_s}
[recovery]
deliveries_s = 0
reconcile_s = 0
"""
"""Nobody looks for what was missed: some journeys count what GitHub is asked."""


def wait_for(look: Callable[[], T | None], seconds: float = 120.0) -> T:
    """What `look` finds, as soon as it finds something. AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)  # another process works: there is nothing here to wait on
    raise AssertionError(f"nothing after {seconds} s")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class System:
    """The processes of one installation. No call is late under `limit_s`, in seconds."""

    github: Sandbox
    model: FakeModel | None
    home: Path
    limit_s: int = 60
    port: int = field(default_factory=free_port)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        """What an operator sets, and nothing of the machine that runs the tests."""
        config = self.home / "config"
        config.mkdir(parents=True, exist_ok=True)
        defaults = config / "defaults.toml"
        if not defaults.exists():
            defaults.write_text(QUICK.format(limit_s=self.limit_s), encoding="utf-8")
        key = self.home / "key.pem"
        if not key.exists():  # written once: a process that starts may be reading it
            key.write_text(self.github.app.private_key, encoding="utf-8")
        known = {
            "PATH": os.environ["PATH"],
            "AI_REVIEW_HOME": str(self.home),
            "AI_REVIEW_CONFIG": str(config),
            "APP_ID": str(self.github.app.id),
            "PRIVATE_KEY_PATH": str(key),
            "WEBHOOK_SECRET": self.github.app.webhook_secret,
            "GITHUB_API_URL": self.github.url,
            "LOG_FORMAT": "json",
            "PORT": str(self.port),
        }
        if self.model is not None:
            known |= {"ANTHROPIC_API_KEY": "k" * 24, "ANTHROPIC_BASE_URL": self.model.url}
        return known

    def run(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a process of the installation; its output goes to a file in its home."""
        environment = self.environment()
        log = (self.home / "log.txt").open("ab")
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        self.processes.append(process)
        return process

    def start(self) -> None:
        """Start receiver and worker, and tell GitHub where to deliver."""
        self.run("-m", "bot", "serve", "--host", "127.0.0.1")
        wait_for(self.ready)
        self.github.deliver_to(f"http://127.0.0.1:{self.port}/webhooks/github")

    def ready(self) -> bool:
        """Whether the receiver answers and a worker has taken its lease."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as got:
                return got.status == 200
        except OSError:
            return False

    def stop(self) -> None:
        """End every process of the installation, and what they started."""
        for process in self.processes:
            for pid in (process.pid, *_in_session(process.pid)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()

    def log(self) -> str:
        """All that the processes said."""
        path = self.home / "log.txt"
        return path.read_text(encoding="utf-8") if path.exists() else ""


def _in_session(leader: int) -> list[int]:
    """The processes of the session that `leader` began; `serve` gives each a group of its own."""
    found = []
    for pid in (int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()):
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(pid) == leader:
                found.append(pid)
    return found
