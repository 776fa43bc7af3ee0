"""File contents at a commit, a hundred a call, over GraphQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from bot.domain.changed import ABSENT, LINK, Blob
from bot.github.client import Client
from bot.github.credentials import Scope
from bot.github.replies import read_as

BATCH = 100
"""Files a query. GitHub prices such a query at one point; more of them would near its time-out."""

MOST_BYTES = 512_000
"""A longer text is cut by GraphQL (`isTruncated`), so it is not used at all."""


BLOB = "... on Blob { oid byteSize isBinary isTruncated text }"


@dataclass(frozen=True, slots=True)
class Spot:
    """A file at a commit."""

    commit: str
    path: str


LINK_MODE = 0o120000
"""git's mode of a symbolic link. GraphQL gives it as a number, and the link's target as its text;
unlike the REST contents it follows none."""


class Found(BaseModel):
    """What is at a spot. `oid` "" for what is not a file, such as a folder or a submodule."""

    oid: str = ""
    size: int = Field(0, alias="byteSize")
    binary: bool | None = Field(None, alias="isBinary")
    cut: bool = Field(False, alias="isTruncated")
    text: str | None = None
    mode: int = 0


async def contents(
    client: Client, scope: Scope, repo: str, spots: Sequence[Spot]
) -> tuple[Found | None, ...]:
    """What is at each spot, in the order asked; None where nothing is."""
    found: list[Found | None] = []
    for start in range(0, len(spots), BATCH):
        some = spots[start : start + BATCH]
        graphql, variables = _question(repo, some)
        data = await client.query(scope, graphql, variables)
        trees: dict[str, Any] = data["repository"]
        names = {commit: f"c{c}" for c, commit in enumerate(_commits(some))}
        for n, spot in enumerate(some):
            tree = trees.get(names[spot.commit]) or {}
            found.append(found_at(tree.get(f"f{n}")))
    return tuple(found)


def found_at(entry: Any) -> Found | None:
    """One entry of a tree, and the object it names."""
    if not isinstance(entry, dict):
        return None
    return read_as(Found, {**(entry.get("object") or {}), "mode": entry.get("mode", 0)}, "GraphQL")


def why_not(found: Found | None) -> str:
    """Why there is no text to read, "" when there is."""
    if found is None:
        return ABSENT
    if not found.oid:
        return "not a file"
    if found.binary:
        return "binary"
    if found.cut or found.size > MOST_BYTES:
        return f"over {MOST_BYTES // 1000} kB"
    return "" if found.text is not None else "not text"


def as_blob(path: str, found: Found | None) -> Blob:
    """In our words. A link is no text: what it names is not what the path says."""
    why = LINK if found is not None and found.mode == LINK_MODE else why_not(found)
    return Blob(path, None if why or found is None else found.text, why)


def _commits(spots: Sequence[Spot]) -> list[str]:
    return list(dict.fromkeys(spot.commit for spot in spots))


def _question(repo: str, spots: Sequence[Spot]) -> tuple[str, dict[str, str]]:
    """Paths travel as variables: nobody's file name becomes part of the query."""
    owner, _, name = repo.partition("/")
    variables = {"owner": owner, "name": name}
    asked = []
    for c, commit in enumerate(_commits(spots)):
        variables[f"c{c}"] = commit
        files = " ".join(
            f"f{n}: file(path: $p{n}) {{ mode object {{ {BLOB} }} }}"
            for n, spot in enumerate(spots)
            if spot.commit == commit
        )
        asked.append(f"c{c}: object(expression: $c{c}) {{ ... on Commit {{ {files} }} }}")
    variables |= {f"p{n}": spot.path for n, spot in enumerate(spots)}
    declared = ", ".join(f"${each}: String!" for each in variables)
    graphql = (
        f"query Texts({declared}) "
        f"{{ repository(owner: $owner, name: $name) {{ {' '.join(asked)} }} }}"
    )
    return graphql, variables
