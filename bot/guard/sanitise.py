"""Every untrusted word on its way to GitHub passes one of these, the model's words included."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.guard.markdown import code_block, language_of, rewritten
from bot.guard.material import visible
from bot.guard.never_send import REDACTED
from bot.guard.redact import redact
from bot.guard.words import defused, no_block, uncommanding, words

ELLIPSIS = "…"


def prose(text: str, limit: int, hosts: tuple[str, ...] = ()) -> str:
    """Markdown of several lines, readable, and nothing live in it; at most `limit` characters.

    Mentions, references, commands and addresses become code; links and images their words, but
    for https links to `hosts` (host names in lower case). Raw HTML is shown, not rendered.
    """
    return _fitted(lambda kept: rewritten(kept, hosts), _readable(text), limit)


def inline(text: str, limit: int) -> str:
    """One line of Markdown that shows `text` as it is, for tables and titles; pipes included."""
    return _fitted(_on_one_line, " ".join(_readable(text).split()), limit)


def plain(text: str, limit: int) -> str:
    """Text for where GitHub reads no Markdown: annotations and check titles. Keeps line feeds."""
    return _fitted(lambda kept: kept, defused(_readable(text)), limit)


def fenced(text: str, language: str = "") -> str:
    """`text` as a code block that nothing inside can end. Secrets are replaced, lines kept."""
    return code_block(_readable(text), language_of(language))


def suggestion(text: str) -> str:
    """A block the author can commit with one click; "" removes the commented lines."""
    return code_block(_readable(text), "suggestion")


def committable(text: str) -> bool:
    """Whether `text` may be offered as a commit: nothing in it is replaced, now or before."""
    plain_ends = text.replace("\r\n", "\n")
    return REDACTED not in text and uncommanding(defused(_readable(text))) == plain_ends


def _readable(text: str) -> str:
    """Without secrets and hidden characters, lines ended by line feeds."""
    return redact(visible(text).replace("\r\n", "\n")).text


def _on_one_line(text: str) -> str:
    return no_block(re.sub(r"\\*\|", r"\\|", words(text)))


def _fitted(write: Callable[[str], str], text: str, limit: int) -> str:
    """`text` as `write` puts it, cut until that fits, with an ellipsis where it was cut.

    The cut comes before the writing, so that no block or span is left open by it.
    """
    room = limit
    while room > 0:
        kept = text if len(text) <= room else text[: room - 1].rstrip() + ELLIPSIS
        written = write(kept)
        if len(written) <= limit:
            return written
        room = min(room - 1, room * limit * 49 // (len(written) * 50))
    return ELLIPSIS[: max(limit, 0)]
