"""A file's change made from its two texts."""

from __future__ import annotations

import difflib

from bot.diff.parse import patch_of
from bot.domain.changed import ChangedFile
from bot.domain.patch import FileDiff, FileStatus


def edit(path: str, base: str, head: str, context: int = 3) -> FileDiff:
    """What GitHub would show of it."""
    rows = difflib.unified_diff(base.split("\n"), head.split("\n"), n=context, lineterm="")
    patch = "\n".join(list(rows)[2:])
    return patch_of([ChangedFile(path, FileStatus.MODIFIED, patch, 0, 0)]).files[0]
