"""Files as the code host lists them, before they are parsed."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.patch import FileStatus


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One row of a pull request's file list, before it is parsed.

    `patch` is GitHub's headerless text, None when GitHub left it out (binary, too large).
    `additions`, `deletions` are GitHub's counts; 0 and 0 without a patch may mean "not counted".
    """

    path: str
    status: FileStatus
    patch: str | None
    additions: int
    deletions: int
    previous_path: str | None = None
    blob_sha: str = ""


ABSENT = "absent"
LINK = "a link"
"""Why a file has no text: there is none, or it only names another place."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A file's text at a commit. Where `text` is None, `why` says why ("binary", "absent")."""

    path: str
    text: str | None
    why: str = ""
