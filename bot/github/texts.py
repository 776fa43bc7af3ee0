"""File contents at a commit, a hundred a call, over GraphQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from bot.domain.changed import Blob
from bot.github.client import Client
from bot.github.credentials import Scope
from bot.github.replies import read_as

BATCH = 100
"""Files a query. GitHub prices such a query at one point; more of them would near its time-out."""

MOST_BYTES = 512_000
"""A longer text is cut by GraphQL (`isTruncated`), so it is not used at all."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A file at a commit."""

    commit: str
    path: str


class Found(BaseModel):
    """What is at a spot. `oid` "" for what is not a file."""

    oid: str = ""
    size: int = Field(0, alias="byteSize")
    binary: bool | None = Field(None, alias="isBinary")
    cut: bool = Field(False, alias="isTruncated")
    text: str | None = None


async def contents(
    client: Client, scope: Scope, repo: str, spots: Sequence[Spot]
) -> tuple[Found | None, ...]:
    """What is at each spot, in the order asked; None where nothing is."""
    found: list[Found | None] = []
    for start in range(0, len(spots), BATCH):
        some = spots[start : start + BATCH]
        graphql, variables = _question(repo, some)
        data = await client.query(scope, graphql, variables)
        rows: dict[str, Any] = data["repository"]
        for n in range(len(some)):
            row = rows.get(f"f{n}")
            found.append(None if row is None else read_as(Found, row, "GraphQL"))
    return tuple(found)


def why_not(found: Found | None) -> str:
    """Why there is no text to read, "" when there is."""
    if found is None:
        return "absent"
    if not found.oid:
        return "not a file"
    if found.binary:
        return "binary"
    if found.cut or found.size > MOST_BYTES:
        return f"over {MOST_BYTES // 1000} kB"
    return "" if found.text is not None else "not text"


def as_blob(path: str, found: Found | None) -> Blob:
    """In our words."""
    why = why_not(found)
    return Blob(path, None if why or found is None else found.text, why)


def _question(repo: str, spots: Sequence[Spot]) -> tuple[str, dict[str, str]]:
    """Paths travel as variables: nobody's file name becomes part of the query."""
    owner, _, name = repo.partition("/")
    declared = "".join(f", $e{n}: String!" for n in range(len(spots)))
    fields = " ".join(
        f"f{n}: object(expression: $e{n}) "
        "{ ... on Blob { oid byteSize isBinary isTruncated text } }"
        for n in range(len(spots))
    )
    graphql = (
        f"query Texts($owner: String!, $name: String!{declared}) "
        f"{{ repository(owner: $owner, name: $name) {{ {fields} }} }}"
    )
    expressions = {f"e{n}": f"{spot.commit}:{spot.path}" for n, spot in enumerate(spots)}
    return graphql, {"owner": owner, "name": name, **expressions}
