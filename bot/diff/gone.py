"""Which findings' code is gone: somebody changed it since they were posted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.diff.quote import WITHIN, find_quote
from bot.domain.patch import FileStatus, Side
from bot.domain.plan import Change
from bot.domain.run import Found

WINDOW = 2 * WITHIN + 1
"""Lines one search for a quote looks at."""


def gone(found: Sequence[Found], change: Change) -> tuple[str, ...]:
    """Fingerprints of those whose quoted code is no longer there, in the order of `found`.

    Code of the head version is gone when its file was read and does not hold it any more, or was
    removed, and no other file that was read holds it either: moved code is not changed. A removed
    line is gone when the diff does not remove it any more. Where a file could not be read, or is
    no longer part of the change, nobody knows, and the finding is not among them. Nor is one
    without a quote.
    """
    texts = {each.path: tuple(each.text.split("\n")) for each in change.texts}
    quoted = (each for each in found if each.quote.strip())
    return tuple(each.fingerprint for each in quoted if _gone(each, texts, change))


def _gone(found: Found, texts: Mapping[str, Sequence[str]], change: Change) -> bool:
    file = change.patch.file(found.path)
    if file is None:
        return False
    if found.side is Side.LEFT:
        if file.unread is not None:
            return False
        removed = tuple(line.text for line in file.lines() if line.new is None)
        return not _holds(removed, found.quote)
    if found.path not in texts and file.status is not FileStatus.REMOVED:
        return False
    return not any(_holds(lines, found.quote) for lines in texts.values())


def _holds(lines: Sequence[str], quote: str) -> bool:
    """Whether the quote stands anywhere in `lines`."""
    windows = (lines[start : start + WINDOW] for start in range(0, len(lines), WINDOW))
    return any(find_quote(window, WITHIN + 1, quote) is not None for window in windows)
