"""GitHub's answers, only the fields we read. GitHub may add the rest freely."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from bot.domain.changed import ChangedFile
from bot.domain.patch import FileStatus
from bot.domain.pull import PullRef, PullRequest
from bot.errors import UpstreamError

T = TypeVar("T")

GHOST = "ghost"
"""Whom GitHub shows for a deleted account."""


def read_as(shape: type[T], body: Any, asked: str) -> T:
    """`body` as `shape`. Raises UpstreamError when GitHub answered in another form."""
    try:
        return TypeAdapter(shape).validate_python(body)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"]) or "the whole"
        raise UpstreamError(
            f"GitHub answered {asked} in a form we do not know (at {where}).",
            remedy="Check that GITHUB_API_URL is GitHub's API.",
        ) from None


class User(BaseModel):
    """Whoever did something; a deleted account is the ghost."""

    login: str = GHOST
    id: int = 0
    type: str = "User"


class _Repo(BaseModel):
    id: int
    full_name: str
    default_branch: str
    private: bool = False


class _RepoId(BaseModel):
    id: int


class _Base(BaseModel):
    ref: str
    sha: str
    repo: _Repo


class _Head(BaseModel):
    ref: str
    sha: str
    repo: _RepoId | None = None


class _Label(BaseModel):
    name: str


class Pull(BaseModel):
    """`GET /repos/{owner}/{repo}/pulls/{number}`."""

    number: int
    title: str
    body: str | None = None
    user: User | None = None
    draft: bool = False
    state: str
    base: _Base
    head: _Head
    labels: list[_Label] = []
    changed_files: int
    html_url: str

    def ref(self, installation_id: int | None) -> PullRef:
        """Where it is now: the repository's present name, the newest head."""
        repo = self.base.repo
        return PullRef(repo.full_name, repo.id, self.number, self.head.sha, installation_id)

    def pull(self, installation_id: int | None) -> PullRequest:
        """In our words."""
        author = self.user or User()
        return PullRequest(
            ref=self.ref(installation_id),
            title=self.title,
            body=self.body or "",
            author=author.login,
            author_id=author.id,
            author_is_bot=author.type == "Bot",
            draft=self.draft,
            open=self.state == "open",
            base_ref=self.base.ref,
            base_sha=self.base.sha,
            head_ref=self.head.ref,
            default_branch=self.base.repo.default_branch,
            from_fork=self.head.repo is None or self.head.repo.id != self.base.repo.id,
            labels=tuple(label.name for label in self.labels),
            changed_files=self.changed_files,
            url=self.html_url,
            private=self.base.repo.private,
        )


class FileRow(BaseModel):
    """One row of `GET /repos/{owner}/{repo}/pulls/{number}/files`."""

    filename: str
    status: FileStatus
    additions: int
    deletions: int
    patch: str | None = None
    previous_filename: str | None = None
    sha: str | None = None

    def changed(self) -> ChangedFile:
        """In our words."""
        return ChangedFile(
            path=self.filename,
            status=self.status,
            patch=self.patch,
            additions=self.additions,
            deletions=self.deletions,
            previous_path=self.previous_filename,
            blob_sha=self.sha or "",
        )


class ReviewRow(BaseModel):
    """One row of `GET /repos/{owner}/{repo}/pulls/{number}/reviews`, or a review just made."""

    id: int
    state: str
    body: str | None = None
    user: User | None = None
    html_url: str = ""


class CommentRow(BaseModel):
    """One inline comment of a review."""

    body: str = ""


class _CheckApp(BaseModel):
    slug: str = ""


class _CheckOutput(BaseModel):
    annotations_count: int = 0


class CheckRow(BaseModel):
    """One check run."""

    id: int
    name: str
    head_sha: str
    external_id: str | None = None
    status: str = ""
    app: _CheckApp | None = None
    output: _CheckOutput = _CheckOutput()
