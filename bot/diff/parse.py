"""GitHub's list of changed files → Patch."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.diff.attributes import Attributes
from bot.diff.hunks import hunks_of
from bot.diff.kinds import kind_of
from bot.domain.changed import ChangedFile
from bot.domain.patch import FileDiff, FileKind, FileStatus, Hunk, Patch

BINARY = "binary"
COMBINED = "a merge's combined diff, which shows no single change"
MALFORMED = "its diff could not be parsed"
SUBMODULE = "a submodule: the code it points to is not in the diff"
TOO_LARGE = "too large for GitHub to show"
WITHHELD = "GitHub sent neither its diff nor its line counts"

# git's ids of the empty blob, SHA-1 and SHA-256: the one content an id alone can tell.
_EMPTY_BLOBS = frozenset(
    {
        "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
        "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
    }
)
_WITHOUT_TEXT = (
    FileStatus.RENAMED,
    FileStatus.COPIED,
    FileStatus.CHANGED,
    FileStatus.UNCHANGED,
)
_POINTER = re.compile(r"[+-]Subproject commit [0-9a-f]{40,64}(?:-dirty)?\r?")


def patch_of(files: Sequence[ChangedFile], marks: Attributes | None = None) -> Patch:
    """Parse every file, keep the order; what cannot be read stays in the list and says why.

    `marks` is the `.gitattributes` of the base commit, never of the head: a pull request must not
    be able to declare its own files generated.
    """
    return Patch(
        tuple(file_diff(each, kind_of(each.path, _head(each.patch), marks)) for each in files)
    )


def file_diff(changed: ChangedFile, kind: FileKind) -> FileDiff:
    """Parse one file. Never raises: `unread` says in a phrase what kept it from being read."""
    patch = changed.patch
    if patch is None:
        return _without_patch(changed, kind)
    if _is_binary(patch):
        return _diff(changed, kind, unread=BINARY)
    if patch.startswith("@@@"):
        return _diff(changed, kind, unread=COMBINED)
    hunks = hunks_of(patch)
    if hunks is None:
        return _diff(changed, kind, unread=MALFORMED)
    if _is_submodule(hunks):
        return _diff(changed, kind, unread=SUBMODULE)
    return _diff(changed, kind, hunks)


def _without_patch(changed: ChangedFile, kind: FileKind) -> FileDiff:
    if kind is FileKind.BINARY:
        return _diff(changed, kind, unread=BINARY)
    if changed.additions or changed.deletions:
        return _diff(changed, kind, unread=TOO_LARGE)
    if changed.status in _WITHOUT_TEXT or changed.blob_sha in _EMPTY_BLOBS:
        return _diff(changed, kind)  # renamed, moved, chmod, or an empty file: nothing to read
    return _diff(changed, kind, unread=WITHHELD)


def _diff(
    changed: ChangedFile,
    kind: FileKind,
    hunks: tuple[Hunk, ...] = (),
    unread: str | None = None,
) -> FileDiff:
    return FileDiff(
        changed.path,
        changed.status,
        kind,
        hunks,
        changed.previous_path,
        unread,
        (changed.additions + changed.deletions) or None,
    )


def _is_binary(patch: str) -> bool:
    return "\0" in patch or patch.startswith(("Binary files ", "GIT binary patch"))


def _is_submodule(hunks: tuple[Hunk, ...]) -> bool:
    return len(hunks) == 1 and all(_POINTER.fullmatch(row) for row in hunks[0].body)


def _head(patch: str | None) -> str | None:
    """The first lines of the new version, as far as the diff shows them; None without a diff."""
    if not patch:
        return None
    if _is_binary(patch):
        return "\0"  # which is how kind_of tells a binary file
    header, _, rest = patch[:4096].partition("\n")
    if not re.search(r" \+1(?:,[0-9]+)? @@", header[:60]):
        return ""
    return "\n".join(row[1:] for row in rest.split("\n") if row[:1] in ("+", " "))
