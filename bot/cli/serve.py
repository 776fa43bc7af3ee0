"""`ai-review serve`: receiver, worker and, on a laptop, the forwarder as processes under one."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from queue import SimpleQueue

import click

from bot.cli.console import tell
from bot.cli.web import check_port, host_option, serve_command

LOOK_S = 0.2
"""How often it is looked whether all still run."""


@click.command()
@host_option
def command(host: str) -> None:
    """Run the receiver and the worker together, on one machine. Ends when either ends."""
    from bot.settings import load

    settings = load()
    settings.require_webhook_secrets()
    settings.require_app()
    check_port(host, settings.port)
    stop: SimpleQueue[int] = SimpleQueue()  # which, unlike an Event, a second signal cannot jam
    # Before there is anything to leave behind. A terminal that closes says SIGHUP, on which
    # gunicorn alone would start anew and stay.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda told, _: stop.put(told))
    # A process of its own: what it loads would stay for as long as this one watches the others.
    migrated = subprocess.run([sys.executable, "-m", "bot", "migrate"], check=False)
    if migrated.returncode:
        sys.exit(migrated.returncode)
    # Groups of their own: Ctrl-C reaches this process alone, which tells each of them once. On two
    # signals at a time gunicorn may wait for itself until its patience ends.
    ours = [sys.executable, "-m", "bot"]
    lines = [serve_command(host, settings), [*ours, "worker"]]
    if settings.webhook_proxy_url:
        lines.append([*ours, "forward"])
    all_ = tuple(subprocess.Popen(line, process_group=0) for line in lines)
    tell(f"Listening on port {settings.port}; webhooks go to /webhooks/github.")
    sys.exit(_attend(all_, stop))


def _attend(all_: tuple[subprocess.Popen[bytes], ...], stop: SimpleQueue[int]) -> int:
    """Wait for a signal or the first to end, stop the others, and give back the first's code."""
    while stop.empty() and all(each.poll() is None for each in all_):
        time.sleep(LOOK_S)
    code = next((each.returncode for each in all_ if each.returncode is not None), 0)
    for each in all_:
        if each.poll() is None:
            each.terminate()
    for each in all_:
        each.wait()
    return code
