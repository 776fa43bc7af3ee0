"""Single files of a working tree. No link is followed, and no way out of the tree."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath

from bot.domain.changed import ABSENT, LINK, Blob

MOST_BYTES = 512_000
"""A longer text is not read, as on GitHub."""


def read_file(root: Path, path: str) -> Blob:
    """The text of one file as it is now; where there is none, why. A link has none."""
    place = root / path
    try:
        if PurePosixPath(path).is_absolute() or place.parent.resolve() / place.name != (
            root.resolve() / path
        ):
            return Blob(path, None, "outside, or behind a link")
        if place.is_symlink():
            return Blob(path, None, LINK)
        handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return Blob(path, None, ABSENT)
    except (OSError, ValueError):
        return Blob(path, None, "not readable")
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return Blob(path, None, "not a file")
    with os.fdopen(handle, "rb") as file:
        raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        return Blob(path, None, f"over {MOST_BYTES // 1000} kB")
    if b"\0" in raw:
        return Blob(path, None, "binary")
    return Blob(path, raw.decode("utf-8", "replace"))
