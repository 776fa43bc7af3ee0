"""One line of code as a prompt shows it: on one row, nothing hidden, not endless."""

from __future__ import annotations

import re

from bot.domain.unseen import UNSEEN

LONGEST = 500
CUT = "…[+"

# Whatever could begin a new row, hide text or turn its direction around, tabs excepted.
_HIDDEN = re.compile(f"[\n{UNSEEN}]")


def visible(text: str) -> str:
    """Spell out control, invisible and direction characters: `<U+202E>`."""
    return _HIDDEN.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)


def row(number: int | None, marker: str, text: str) -> str:
    """Number, marker and text of one line; a longer one than 500 characters says what was cut."""
    shown = visible(text[:LONGEST])
    if len(text) > LONGEST:
        shown += f"{CUT}{len(text) - LONGEST} characters]"
    return f"{'' if number is None else number:>6} {marker} {shown}".rstrip(" ")
