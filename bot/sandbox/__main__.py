"""Serve the sandbox alone: `python -m bot.sandbox --port 9000 --dir DIR`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path
from queue import SimpleQueue

from bot.sandbox.github import Sandbox


def main() -> None:
    """Serve until interrupted; one line of JSON on stdout tells where and with which keys."""
    asked = argparse.ArgumentParser(prog="python -m bot.sandbox", description=__doc__)
    asked.add_argument("--port", type=int, default=0, help="0: any free port")
    asked.add_argument("--dir", type=Path, required=True, help="where the repositories are kept")
    given = asked.parse_args()
    stop: SimpleQueue[int] = SimpleQueue()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda told, _: stop.put(told))
    given.dir.mkdir(parents=True, exist_ok=True)
    with Sandbox(given.dir, port=given.port) as github:
        told = {
            "url": github.url,
            "app_id": github.app.id,
            "private_key_path": str(github.key_file()),
            "webhook_secret": github.app.webhook_secret,
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        stop.get()


if __name__ == "__main__":
    main()
