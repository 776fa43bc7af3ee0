"""A worker that is restarted in mid-review resumes it at once, in threads beside its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROBE = """
import os, sys
from bot import wiring, worker
from bot.settings import load

class Started:
    def start(self):
        print(sorted({"github", "anthropic.resources.messages"} & sys.modules.keys()), flush=True)
        os._exit(0)

wiring.migrate = lambda settings: None
wiring.worker = lambda settings: Started()
worker.run(load({"ANTHROPIC_API_KEY": "k" * 24}, env_file=None))
"""


@pytest.mark.slow
def test_large_packages_are_imported_before_the_first_work_is_claimed() -> None:
    probe = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert probe.stdout.strip() == "['anthropic.resources.messages', 'github']", probe.stderr
