"""`ai-review serve`: receiver and worker as two processes under one."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import click

from bot.cli.console import tell
from bot.cli.web import check_port, host_option, serve_command


@click.command()
@host_option
def command(host: str) -> None:
    """Run the receiver and the worker together, on one machine. Ends when either ends."""
    from bot.settings import load

    settings = load()
    settings.require_webhook_secrets()
    settings.require_app()
    check_port(host, settings.port)
    # A process of its own: what it loads would stay for as long as this one watches the others.
    migrated = subprocess.run([sys.executable, "-m", "bot", "migrate"], check=False)
    if migrated.returncode:
        sys.exit(migrated.returncode)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):  # before there is anything to leave behind
        signal.signal(number, lambda *_: stop.set())
    both = (
        subprocess.Popen(serve_command(host, settings.port)),
        subprocess.Popen([sys.executable, "-m", "bot", "worker"]),
    )
    tell(f"Listening on port {settings.port}; webhooks go to /webhooks/github.")
    sys.exit(_attend(both, stop))


def _attend(both: tuple[subprocess.Popen[bytes], ...], stop: threading.Event) -> int:
    """Wait for a signal or the first to end, stop the other, and give back the first's code."""
    while not stop.wait(0.2) and all(each.poll() is None for each in both):
        pass
    code = next((each.returncode for each in both if each.returncode is not None), 0)
    for each in both:
        if each.poll() is None:
            each.terminate()
    for each in both:
        each.wait()
    return code
