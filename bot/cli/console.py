"""The only place that prints. Results go to standard output, everything else to standard error."""

from __future__ import annotations

import sys


def say(text: str = "") -> None:
    """Print a result."""
    sys.stdout.write(text + "\n")


def tell(text: str) -> None:
    """Tell the person what is going on."""
    sys.stderr.write(text + "\n")


def complain(text: str) -> None:
    """Say in one sentence what is wrong and who must act."""
    sys.stderr.write(f"ai-review: {text}\n")
