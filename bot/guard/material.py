"""Untrusted text on its way to the model: nothing hidden in it, and no way out of its block."""

from __future__ import annotations

import hashlib
import hmac
import re

UNSEEN = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but tab and line feed
    "\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2"
    "\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
"""Characters people do not see, or that move others about: Unicode Cc, Cf, Zl, Zp, Cs, fillers,
variation selectors but U+FE0F (colour emoji), and the whole tag block."""

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
