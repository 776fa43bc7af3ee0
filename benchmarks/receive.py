"""How fast webhooks are acknowledged while reviews are under way, and what that takes.

Run: python -m benchmarks.receive [--seconds 60] [--rate 10] [--reviews 20] [--model-seconds 5]

The whole system on loopback: sandbox in GitHub's place, a slow fake model, receiver, worker,
SQLite. So many pull requests are kept under review; meanwhile signed deliveries come in. Exits 1
when a delivery was lost: acknowledged with 202 but not in the database.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.deliveries import Sent, full_size, letters, send
from benchmarks.memory import Watch, children, command, taken
from bot.sandbox import RepoScene, Sandbox
from tests.fakes.model import FakeModel

ROOT = Path(__file__).parents[1]
OWNERS = 4
START_S, END_S = 60, 120
IDLE_S = 10


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked for; see the command line."""

    seconds: int
    rate: float
    reviews: int
    model_seconds: float


@dataclass
class Stage:
    """The running system, and the pull requests under review."""

    github: Sandbox
    home: Path
    port: int
    serve: subprocess.Popen[bytes]
    repos: list[RepoScene] = field(default_factory=list)
    in_flight: list[int] = field(default_factory=list)

    @property
    def database(self) -> sqlite3.Connection:
        """Open for reading alone."""
        return sqlite3.connect(f"file:{self.home / 'ai-review.db'}?mode=ro", uri=True, timeout=10)

    def ask(self, query: str) -> list[tuple[str, ...]]:
        """Rows of the bot's database."""
        with contextlib.closing(self.database) as database:
            return list(database.execute(query))


def main() -> int:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("--seconds", type=int, default=60)
    options.add_argument("--rate", type=float, default=10)
    options.add_argument("--reviews", type=int, default=20, help="kept under review at once")
    options.add_argument("--model-seconds", type=float, default=5, help="of each model call")
    load = Load(**vars(options.parse_args()))
    print(f"load average {' '.join(_loadavg())} before, {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory(prefix="ai-review-bench-") as folder:
        home = Path(folder) / "home"
        with (
            FakeModel(latency_s=load.model_seconds) as model,
            Sandbox(Path(folder) / "github") as github,
            _served(github, model, home) as stage,
        ):
            return _measure(stage, load)


def _measure(stage: Stage, load: Load) -> int:
    idle, busy, watch = _run(stage, load)
    stage.github.deliver_to(None)
    acknowledged = {f"gh-{each.guid}" for each in (*idle, *busy) if each.status == 202}
    stored = {
        row[0]
        for row in stage.ask(
            "select workflow_uuid from workflow_status where workflow_uuid like 'gh-%'"
        )
    }
    lost = acknowledged - stored
    done = stage.ask("select count(*) from runs where status = 'completed'")[0][0]
    print(f"reviews            {_spread(stage.in_flight)} in flight, {done} finished")
    _told("acknowledged, idle", idle)
    _told("acknowledged, busy", busy)
    print(f"busy/idle          p99 x{_p99(busy) / _p99(idle):.1f}")
    refused = sum(each.status != 202 for each in (*idle, *busy))
    print(f"deliveries         {len(acknowledged)} acknowledged, {refused} not, {len(lost)} lost")
    _memory(watch)
    print(f"load average {' '.join(_loadavg())} after")
    return 1 if lost else 0


def _run(stage: Stage, load: Load) -> tuple[list[Sent], list[Sent], Watch]:
    """Idle, then busy."""
    watch = Watch(_groups(stage.serve.pid))
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as sender:
        secret = stage.github.app.webhook_secret
        quiet = _payloads(_scene(stage.github, 1), ("closed", "converted_to_draft"))
        idle_s = min(IDLE_S, load.seconds)
        waiting = letters(quiet, int(idle_s * load.rate), secret, seed=1)
        idle = sender.submit(send, stage.port, waiting, load.rate).result()

        stage.github.deliver_to(f"http://127.0.0.1:{stage.port}/webhooks/github")
        stage.repos = _scene(stage.github, load.reviews)
        watch.start()
        pushes = _payloads(stage.repos, ("synchronize", "unlabeled"))
        waiting = letters(pushes, int(load.seconds * load.rate), secret, seed=2)
        _wait_for_reviews(stage, load)
        sent = sender.submit(send, stage.port, waiting, load.rate)
        _keep_busy(stage, sent)
        watch.stop()
        return idle, sent.result(), watch


def _scene(github: Sandbox, count: int) -> list[RepoScene]:
    """Repositories with an open pull request each, of a few installations."""
    made = []
    for number in range(count):
        silent = github.app.hook_url is None
        name = "quiet" if silent else f"shop{number}"
        repo = github.create_repo(f"org{number % OWNERS}/{name}", files=BASE)
        _open(repo)
        made.append(repo)
    return made


def _open(repo: RepoScene) -> None:
    number = len(repo.state.pulls) + 1
    branch = f"change{number}"
    repo.branch(branch)
    repo.commit(branch, {**HEAD, "src/number.py": f"NUMBER = {number}\n"}, "Change")
    repo.open_pull(head=branch)


def _payloads(repos: list[RepoScene], actions: tuple[str, ...]) -> list[dict[str, object]]:
    """What GitHub would send for each first pull request."""
    by_repo = {each.id: each for each in repos}
    told = [
        each.payload
        for each in repos[0].hooks.events
        if each.payload.get("action") == "opened" and each.payload["repository"]["id"] in by_repo
    ]
    return [full_size(action, each) for action in actions for each in told]


def _wait_for_reviews(stage: Stage, load: Load) -> None:
    """Until all are with the model."""
    _until(lambda: _running(stage) >= load.reviews, START_S)


def _running(stage: Stage) -> int:
    return int(stage.ask("select count(*) from runs where status = 'running'")[0][0])


def _keep_busy(stage: Stage, sent: Future[list[Sent]]) -> None:
    """Open the next pull request wherever a review has ended, until all is sent."""
    while not sent.done():
        stage.in_flight.append(_running(stage))
        for repo in stage.repos:
            newest = repo.pull(len(repo.state.pulls))
            if any(check.conclusion for check in newest.checks):
                _open(repo)
        time.sleep(0.5)


@contextlib.contextmanager
def _served(github: Sandbox, model: FakeModel, home: Path) -> Iterator[Stage]:
    """The installation as `ai-review serve` runs it, with the settings it ships with."""
    home.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {
        "PATH": os.environ["PATH"],
        "AI_REVIEW_HOME": str(home),
        "APP_ID": str(github.app.id),
        "PRIVATE_KEY": github.app.private_key,
        "WEBHOOK_SECRET": github.app.webhook_secret,
        "GITHUB_API_URL": github.url,
        "ANTHROPIC_API_KEY": "k" * 24,
        "ANTHROPIC_BASE_URL": model.url,
        "PORT": str(port),
    }
    began = time.monotonic()
    with (home / "log.txt").open("wb") as log:
        serve = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve", "--host", "127.0.0.1"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        _until(lambda: _answers(port), START_S)
        print(f"ready after        {time.monotonic() - began:.1f} s")
        yield Stage(github, home, port, serve)
    finally:
        serve.terminate()
        try:
            serve.wait(END_S)
        except subprocess.TimeoutExpired:
            serve.kill()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as got:
            return int(got.status) == 200
    except OSError:
        return False


def _until(look: object, seconds: float) -> None:
    assert callable(look)
    deadline = time.monotonic() + seconds
    while not look():
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing after {seconds} s")
        time.sleep(0.1)


def _groups(serve: int) -> dict[str, list[int]]:
    """The processes under `serve`, by what they are."""
    below = children(serve)
    web = next(pid for pid in below if "gunicorn" in command(pid))
    worker = next(pid for pid in below if pid != web)
    receivers = children(web)
    return {
        "web, in all": [web, *receivers],
        "web, master": [web],
        "web, receiver": receivers,
        "worker": [worker],
        "serve": [serve],
    }


def _memory(watch: Watch) -> None:
    print("memory             now  peak  most together  proportional (MB)")
    for name, pids in watch.groups.items():
        found = [each for pid in pids if (each := taken(pid))]
        now, own = sum(each.now for each in found), sum(each.own for each in found)
        peak = sum(each.peak for each in found)
        most = watch.most.get(name, 0)
        print(f"  {name:<15} {now:>4.0f}  {peak:>4.0f}  {most:>13.0f}  {own:>12.0f}")


def _told(name: str, sent: list[Sent]) -> None:
    ms = sorted(each.seconds * 1000 for each in sent)
    late = max(each.late for each in sent) * 1000
    print(
        f"{name:<18} p50 {statistics.median(ms):.1f} ms, p99 {_p99(sent):.1f} ms, "
        f"maximum {ms[-1]:.1f} ms of {len(ms)} (sender late by at most {late:.0f} ms)"
    )


def _p99(sent: list[Sent]) -> float:
    """Milliseconds; of fewer than a hundred it is the slowest."""
    ms = sorted(each.seconds * 1000 for each in sent)
    return ms[min(len(ms) - 1, int(len(ms) * 0.99))]


def _spread(counts: list[int]) -> str:
    if not counts:
        return "unknown"
    return f"{min(counts)} to {max(counts)} (median {statistics.median(counts):.0f})"


def _loadavg() -> list[str]:
    return Path("/proc/loadavg").read_text(encoding="ascii").split()[:3]


BASE = {
    "src/login.py": "def login(user):\n    return user\n",
    "src/cart.js": "export const total = (a, b) => a + b;\n",
    "README.md": "# Shop\n",
}
HEAD = {
    "src/login.py": (
        "def login(user, password):\n"
        "    if password == user.password:\n"
        "        return user\n"
        "    return None\n"
    ),
    "src/cart.js": "export const total = (a, b) => a + b;\nexport const none = 0;\n",
    "README.md": "# Shop\n\nSells things.\n",
}

if __name__ == "__main__":
    sys.exit(main())
