"""Commits, trees and files as GraphQL shows them."""

from __future__ import annotations

from typing import Any

from bot.sandbox.git import Entry, NoSuchObject
from bot.sandbox.state import Repo

TRUNCATED_BYTES = 512_000
Node = dict[str, Any]


def default_head(repo: Repo) -> str | None:
    """The newest commit of the default branch; None where there is none yet."""
    return repo.git.branches().get(repo.default_branch)


def object_at(repo: Repo, expression: str) -> Node | None:
    """What git calls `expression`; None where it knows nothing of that name."""
    try:
        oid = repo.git.object_id(expression)
        kind = repo.git.text("cat-file", "-t", oid)
    except NoSuchObject:
        return None
    if kind == "blob":
        return _blob(repo, oid)
    node: Node = {"__typename": kind.capitalize(), "__is": ("GitObject",), "oid": oid}
    if kind == "commit":
        node["file"] = lambda given: _at(repo, oid, str(given.get("path")))
    if kind == "tree":
        node["entries"] = lambda _: [_entry(repo, each) for each in repo.git.entries(oid, "")]
    return node


def _at(repo: Repo, commit: str, path: str) -> Node | None:
    """The entry of the commit's tree at `path`. Links are told by their mode and not followed."""
    found = [each for each in repo.git.entry(commit, path) if each.path == path]
    return _entry(repo, found[0]) if found else None


def _entry(repo: Repo, entry: Entry) -> Node:
    return {
        "__typename": "TreeEntry",
        "name": entry.path.rpartition("/")[2],
        "path": entry.path,
        "mode": int(entry.mode, 8),
        "type": entry.kind,
        "oid": entry.sha,
        "object": lambda _: object_at(repo, entry.sha),
    }


def _blob(repo: Repo, oid: str) -> Node:
    content = repo.git.read(oid)
    binary = b"\0" in content[:8000]
    cut = len(content) > TRUNCATED_BYTES
    text = content[:TRUNCATED_BYTES].decode(errors="replace")
    return {
        "__typename": "Blob",
        "__is": ("GitObject", "Node"),
        "id": f"B_{oid}",
        "oid": oid,
        "byteSize": len(content),
        "isBinary": binary,
        "isTruncated": cut and not binary,
        "text": None if binary else text,
    }
