"""`ai-review demo`: the whole system on loopback, with a sandbox in GitHub's place."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.console import complain, tell
from bot.errors import UserError

if TYPE_CHECKING:
    from bot.sandbox import RepoScene, Sandbox
    from bot.sandbox.state import CheckRun

START_S, REVIEW_S = 60, 300
INCOMPLETE = 3


@click.command()
@click.option("--once", is_flag=True, help="End after printing the review.")
@click.option(
    "--port",
    type=click.IntRange(1, 65534),
    default=8000,
    show_default=True,
    help="Port of the receiver; the sandbox "
    "takes the next one. Another free one is taken where it is in use.",
)
def command(once: bool, port: int) -> int:
    """Show the whole system at work on this machine, with no account and no key.

    A sandbox stands in for GitHub. A pull request is opened there, its signed webhook goes to the
    real receiver, the real worker reviews it and posts. With ANTHROPIC_API_KEY the model's
    reviewers join. Exit 3 when a planted defect was not found.
    """
    from bot.cli import demo_show
    from bot.sandbox import shop
    from bot.settings import load

    settings = load()
    _end_in_order()
    with tempfile.TemporaryDirectory(
        prefix="ai-review-demo-", ignore_cleanup_errors=True
    ) as folder:
        home = Path(folder)
        with contextlib.ExitStack() as stack:
            github, listening = _ports(stack, home / "github", port)
            repo = shop.build(github)
            own = _environment(github, home, listening)
            if settings.anthropic_api_key:
                own["ANTHROPIC_API_KEY"] = settings.anthropic_api_key
                own["ANTHROPIC_BASE_URL"] = settings.anthropic_base_url
            demo_show.welcome(bool(settings.anthropic_api_key))
            with _served(own, home / "log.txt") as served:
                _wait_until_ready(served, listening, home / "log.txt")
                github.deliver_to(f"http://127.0.0.1:{listening}/webhooks/github")
                number = shop.open_pull(repo)
                check = _follow(Stage(github, repo, number, home))
                demo_show.posted(repo.pull(number), check)
                found = demo_show.planted(repo.pull(number), check)
                demo_show.addresses(github.url, repo.full_name, number, listening)
                if not once:
                    tell("Everything runs until you press Ctrl-C.")
                    with contextlib.suppress(KeyboardInterrupt):
                        threading.Event().wait()
    return 0 if found else INCOMPLETE


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the demo's review happens."""

    github: Sandbox
    repo: RepoScene
    number: int
    home: Path


def _end_in_order() -> None:
    """End as on Ctrl-C when told otherwise, too: what was started is stopped."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


def _ports(stack: contextlib.ExitStack, folder: Path, port: int) -> tuple[Sandbox, int]:
    """A sandbox on the port behind `port`, and `port` for the receiver; else any free ones.

    Who has the sandbox's port may take the other: of two demos at once it is only one.
    """
    from bot.sandbox import Sandbox

    try:
        return stack.enter_context(Sandbox(folder, port=port + 1)), _free(port)
    except OSError:
        return stack.enter_context(Sandbox(folder)), _free(0)


def _free(port: int) -> int:
    """`port`, or any free one where something else listens there."""
    import socket

    for wanted in (port, 0):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", wanted)) as probe:
            return int(probe.getsockname()[1])
    raise UserError("no port is free on 127.0.0.1.", remedy="Name one with --port.")


def _environment(github: Sandbox, home: Path, port: int) -> dict[str, str]:
    return {
        "AI_REVIEW_HOME": str(home),
        "APP_ID": str(github.app.id),
        "PRIVATE_KEY_PATH": str(github.key_file()),
        "WEBHOOK_SECRET": github.app.webhook_secret,
        "GITHUB_API_URL": github.url,
        "PORT": str(port),
        "LOG_FORMAT": "json",
    }


@contextlib.contextmanager
def _served(own: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Receiver and worker, as `ai-review serve` runs them, until the block ends."""
    from bot.settings.child import child_environment

    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve", "--host", "127.0.0.1"],
            env=child_environment(own),
            cwd=log.parent,
            stdout=file,
            stderr=file,
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait()


def _wait_until_ready(served: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and served.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).close()
            return
        time.sleep(0.1)
    complain(log.read_text(encoding="utf-8")[-2000:])
    raise UserError("receiver and worker did not start.", remedy="See above.")


def _follow(stage: Stage) -> CheckRun:
    """Tell each step as it is done, until the check is concluded."""
    from bot.cli.demo_show import Progress

    progress = Progress(stage.home)
    deadline = time.monotonic() + REVIEW_S
    while time.monotonic() < deadline:
        progress.tell_news()
        done = [each for each in stage.repo.pull(stage.number).checks if each.conclusion]
        if done:
            progress.tell_news()
            return done[-1]
        time.sleep(0.1)
    complain((stage.home / "log.txt").read_text(encoding="utf-8")[-2000:])
    raise UserError(f"the review did not end within {REVIEW_S} s.", remedy="See above.")
