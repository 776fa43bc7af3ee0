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


def printable(text: str) -> str:
    """What the terminal's encoding can show, and nothing that steers the terminal."""
    from bot.guard.material import visible

    encoding = sys.stdout.encoding or "utf-8"
    return visible(text).encode(encoding, "replace").decode(encoding)
