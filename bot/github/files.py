"""The changed files of a pull request, with the patches GitHub leaves out made up for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog
from pydantic import BaseModel

from bot.domain.changed import ChangedFile
from bot.domain.patch import FileStatus
from bot.domain.pull import PullRequest
from bot.errors import RateLimited, UpstreamError
from bot.github.client import Client
from bot.github.patches import unified_patch
from bot.github.places import pull_path, repo_path, scope_of
from bot.github.replies import FileRow, read_as
from bot.github.texts import Found, Spot, contents, why_not

log = structlog.get_logger(__name__)

PAGES = 30
"""GitHub lists 3,000 files of a pull request and no more; 30 pages of 100."""

MENDABLE = 150
"""Files whose patch we make ourselves: both versions of 50 are one query, so three queries."""

EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
"""git's id of the empty file, such as a new `__init__.py`: nothing to read, nothing left out."""


class _MergeBase(BaseModel):
    sha: str


class _Compared(BaseModel):
    merge_base_commit: _MergeBase


@dataclass(frozen=True, slots=True)
class _Versions:
    """Both sides of one file; None where the file is not."""

    file: ChangedFile
    old: Found | None
    new: Found | None


async def changed_files(client: Client, pull: PullRequest) -> tuple[ChangedFile, ...]:
    """Every row GitHub lists, in its order."""
    path = f"{pull_path(pull.ref)}/files"
    rows = client.pages(scope_of(pull.ref), path, PAGES)
    files = [_unless_empty(read_as(FileRow, row, f"GET {path}").changed()) async for row in rows]
    bare = [file for file in files if file.patch is None][:MENDABLE]
    if not bare:
        return tuple(files)
    try:
        mended = {file.path: file for file in await _mended(client, pull, bare)}
    except RateLimited:
        raise
    except UpstreamError as error:  # they stay without a patch, which is shown as not read
        log.warning("patches_not_mended", files=len(bare), why=str(error))
        return tuple(files)
    return tuple(mended.get(file.path, file) for file in files)


async def _mended(
    client: Client, pull: PullRequest, bare: Sequence[ChangedFile]
) -> tuple[ChangedFile, ...]:
    """These files with the patch made from both versions, or None still where it cannot be."""
    base = await _merge_base(client, pull)
    spots = [
        spot
        for file in bare
        for spot in (
            Spot(base, file.previous_path or file.path),
            Spot(pull.ref.head_sha, file.path),
        )
    ]
    found = await contents(client, scope_of(pull.ref), pull.ref.repo, spots)
    versions = [
        _Versions(file, old, new)
        for file, old, new in zip(bare, found[::2], found[1::2], strict=True)
    ]
    return tuple(await asyncio.to_thread(lambda: [_with_patch(each) for each in versions]))


async def _merge_base(client: Client, pull: PullRequest) -> str:
    """What GitHub compares the head with: the base branch may have moved on since."""
    path = f"{repo_path(pull.ref.repo)}/compare/{pull.base_sha}...{pull.ref.head_sha}"
    body = await client.read(scope_of(pull.ref), path, per_page=1)
    return read_as(_Compared, body, f"GET {path}").merge_base_commit.sha


def _with_patch(versions: _Versions) -> ChangedFile:
    file = versions.file
    old = _side(versions.old, absent=file.status is FileStatus.ADDED)
    new = _side(versions.new, absent=file.status is FileStatus.REMOVED)
    if versions.old and versions.new and versions.old.oid == versions.new.oid != "":
        return replace(file, patch="")  # renamed, or its mode changed: no line did
    if old is None or new is None:
        return file
    patch = unified_patch(old, new)
    if file.additions or file.deletions:
        return replace(file, patch=patch)
    added, deleted = (sum(row[:1] == mark for row in patch.split("\n")) for mark in "+-")
    return replace(file, patch=patch, additions=added, deletions=deleted)


def _side(found: Found | None, *, absent: bool) -> str | None:
    """The text of one version, None when it cannot be had."""
    if absent:
        return ""
    return None if why_not(found) or found is None else found.text


def _unless_empty(file: ChangedFile) -> ChangedFile:
    if file.patch is None and file.blob_sha == EMPTY_BLOB and file.status is FileStatus.ADDED:
        return replace(file, patch="")
    return file
