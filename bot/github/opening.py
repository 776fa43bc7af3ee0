"""A pull request and the files of its repository's default branch, in one question.

What GitHub's REST API tells in two calls and one more for each file. Paths travel as variables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from bot.domain.changed import Blob
from bot.domain.own_files import Opening, OwnFiles
from bot.domain.pull import PullRef, PullRequest
from bot.github.client import Client
from bot.github.credentials import Scope
from bot.github.failures import NotFound
from bot.github.replies import GHOST, read_as
from bot.github.texts import BLOB, as_blob, found_at

_PULL = """
number title body isDraft state url changedFiles baseRefName baseRefOid headRefName headRefOid
author { __typename login ... on User { databaseId } ... on Bot { databaseId } }
headRepository { databaseId }
labels(first: 100) { nodes { name } }
"""


class _Author(BaseModel):
    kind: str = Field("User", alias="__typename")
    login: str = GHOST
    id: int = Field(0, alias="databaseId")

    @property
    def is_bot(self) -> bool:
        return self.kind == "Bot"

    @property
    def name(self) -> str:
        """The login REST shows: there a bot's carries its suffix."""
        return f"{self.login}[bot]" if self.is_bot else self.login


class _Id(BaseModel):
    id: int = Field(alias="databaseId")


class _Label(BaseModel):
    name: str


class _Labels(BaseModel):
    nodes: list[_Label] = []


class _Pull(BaseModel):
    number: int
    title: str
    body: str | None = None
    draft: bool = Field(alias="isDraft")
    state: str
    url: str
    changed_files: int = Field(alias="changedFiles")
    base_ref: str = Field(alias="baseRefName")
    base_sha: str = Field(alias="baseRefOid")
    head_ref: str = Field(alias="headRefName")
    head_sha: str = Field(alias="headRefOid")
    author: _Author | None = None
    head_repo: _Id | None = Field(None, alias="headRepository")
    labels: _Labels | None = None


class _Commit(BaseModel):
    oid: str = ""


class _Branch(BaseModel):
    name: str
    commit: _Commit = Field(alias="target")


class _Repository(BaseModel):
    id: int = Field(alias="databaseId")
    full_name: str = Field(alias="nameWithOwner")
    private: bool = Field(False, alias="isPrivate")
    branch: _Branch | None = Field(None, alias="defaultBranchRef")
    pull: _Pull | None = Field(None, alias="pullRequest")

    def opened(self, found: _Pull, installation_id: int | None) -> PullRequest:
        """The pull request in our words."""
        author = found.author or _Author()
        ref = PullRef(self.full_name, self.id, found.number, found.head_sha, installation_id)
        return PullRequest(
            ref=ref,
            title=found.title,
            body=found.body or "",
            author=author.name,
            author_id=author.id,
            author_is_bot=author.is_bot,
            draft=found.draft,
            open=found.state == "OPEN",
            base_ref=found.base_ref,
            base_sha=found.base_sha,
            head_ref=found.head_ref,
            default_branch=self.branch.name if self.branch else "",
            from_fork=found.head_repo is None or found.head_repo.id != self.id,
            labels=tuple(each.name for each in (found.labels or _Labels()).nodes),
            changed_files=found.changed_files,
            url=found.url,
            private=self.private,
        )


async def opening(
    client: Client, scope: Scope, ref: PullRef, paths: Sequence[str], folder: str
) -> Opening:
    """The pull request, the files at `paths` and those right in `folder` ("": in none)."""
    graphql, variables = _question(ref, paths, folder)
    data = await client.query(scope, graphql, variables)
    tree = data["repository"]
    seen = read_as(_Repository, tree, "GraphQL")
    if seen.pull is None:
        raise NotFound(f"GitHub knows no pull request #{ref.number} of {ref.repo}.")
    head = (tree.get("defaultBranchRef") or {}).get("target") or {}
    files = tuple(as_blob(path, found_at(head.get(f"f{n}"))) for n, path in enumerate(paths))
    own = OwnFiles(seen.branch.commit.oid if seen.branch else "", files, _listed(tree, folder))
    return Opening(seen.opened(seen.pull, ref.installation_id), own)


def _listed(tree: dict[str, Any], folder: str) -> tuple[Blob, ...]:
    rows = (tree.get("folder") or {}).get("entries") or []
    named = [(f"{folder}/{row['name']}", row) for row in rows if isinstance(row, dict)]
    return tuple(as_blob(path, found_at(row)) for path, row in named)


def _question(ref: PullRef, paths: Sequence[str], folder: str) -> tuple[str, dict[str, Any]]:
    owner, _, name = ref.repo.partition("/")
    variables: dict[str, Any] = {"owner": owner, "name": name, "number": ref.number}
    variables |= {f"p{n}": path for n, path in enumerate(paths)}
    entry = f"mode object {{ {BLOB} }}"
    files = " ".join(f"f{n}: file(path: $p{n}) {{ {entry} }}" for n, _ in enumerate(paths))
    listed = ""
    if folder:
        variables["folder"] = f"HEAD:{folder}"
        rows = f"... on Tree {{ entries {{ name {entry} }} }}"
        listed = f"folder: object(expression: $folder) {{ {rows} }}"
    kinds = ", ".join(f"${key}: {'Int' if key == 'number' else 'String'}!" for key in variables)
    graphql = (
        f"query Opening({kinds}) {{ repository(owner: $owner, name: $name) {{ "
        f"databaseId nameWithOwner isPrivate "
        f"defaultBranchRef {{ name target {{ oid ... on Commit {{ {files} }} }} }} {listed} "
        f"pullRequest(number: $number) {{ {_PULL} }} }} }}"
    )
    return graphql, variables
