"""Whole files for a diff that came from elsewhere: only where they are the diff's own version."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bot.domain.changed import Blob
from bot.domain.patch import FileDiff, FileStatus
from bot.workspace.files import read_file


def fitting_texts(files: Iterable[FileDiff], root: Path) -> tuple[Blob, ...]:
    """Head versions: an added file's from the diff itself, others' from the files under `root`.

    A file that differs from what the diff shows of it is another version, and not used.
    """
    return tuple(_added(file) or _fitting(file, root) for file in files)


def _added(file: FileDiff) -> Blob | None:
    if file.status is not FileStatus.ADDED:
        return None
    rows = [line.text for line in file.lines() if line.new is not None]
    return Blob(file.path, "".join(f"{row}\n" for row in rows))


def _fitting(file: FileDiff, root: Path) -> Blob:
    blob = read_file(root, file.path)
    if blob.text is None:
        return blob
    rows = blob.text.split("\n")
    shown = [(line.new, line.text) for line in file.lines() if line.new is not None]
    if shown and all(n <= len(rows) and rows[n - 1] == text for n, text in shown):
        return blob
    return Blob(file.path, None, "the file here is not the diff's version")
