"""Untrusted text on its way to the model: nothing hidden in it, and no way out of its block."""

from __future__ import annotations

import hashlib
import hmac
import re

from bot.domain.unseen import UNSEEN

HIDDEN = re.compile(f"[{UNSEEN}]")
MARK = "material-"


def visible(text: str) -> str:
    """`text` with every unseen character written out, as in <U+202E>. Its line feeds stay.

    A carriage return is let through where it ends a line.
    """
    return HIDDEN.sub(_written_out, text)


def _written_out(match: re.Match[str]) -> str:
    character = match[0]
    if character == "\r" and match.string.startswith("\n", match.end()):
        return character
    return f"<U+{ord(character):04X}>"


def boundary(key: bytes, run: str) -> str:
    """A word nobody without `key` can guess, the same whenever the same run is replayed."""
    text = run.encode("utf-8", "surrogatepass")
    return MARK + hmac.new(key, b"boundary\0" + text, hashlib.sha256).hexdigest()[:32]


def wrap(name: str, text: str, boundary: str) -> str:
    """`text` as a block of material called `name`, which only `boundary` ends."""
    title = _apart(" ".join(visible(name).split()), boundary)
    return f"[{boundary} begins: {title}]\n{_apart(text, boundary)}\n[{boundary} ends]"


def _apart(text: str, boundary: str) -> str:
    """`text` with the boundary broken wherever it occurs, in any case."""
    return re.sub(
        re.escape(boundary), lambda match: f"{match[0][:4]}·{match[0][4:]}", text, flags=re.I
    )
