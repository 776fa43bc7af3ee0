"""What the sandbox remembers. Plain values that tests and pages may read."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.accounts import App, Installation, Person, Token
from bot.sandbox.git import Git

__all__ = [
    "Annotation",
    "App",
    "Asked",
    "CheckRun",
    "Delivery",
    "Installation",
    "IssueComment",
    "Person",
    "Pull",
    "Reaction",
    "Repo",
    "Review",
    "ReviewComment",
    "Token",
    "World",
]

Clock = Callable[[], datetime]
Roles = ("none", "read", "triage", "write", "maintain", "admin")


def now() -> datetime:
    """The real time; tests pass another clock."""
    return datetime.now(UTC)


@dataclass
class Reaction:
    """An emoji by somebody on a comment."""

    id: int
    login: str
    content: str
    created_at: datetime


@dataclass
class IssueComment:
    """A comment in a pull request's conversation. `minimized`: the reason it is hidden, or None."""

    id: int
    author: str
    body: str
    created_at: datetime
    updated_at: datetime
    app_id: int | None = None
    reactions: list[Reaction] = field(default_factory=list)
    minimized: str | None = None


@dataclass
class ReviewComment:
    """An inline comment. Lines are 1-based on `side` of the diff of `commit_id`.

    `line` None: on the whole file. `reply_to`: the thread's first comment, None for that itself.
    `resolved_by` is set on the first comment of a resolved thread.
    """

    id: int
    review_id: int
    author: str
    path: str
    body: str
    commit_id: str
    created_at: datetime
    updated_at: datetime
    side: str = "RIGHT"
    line: int | None = None
    start_line: int | None = None
    start_side: str | None = None
    diff_hunk: str = ""
    position: int | None = None
    reply_to: int | None = None
    reactions: list[Reaction] = field(default_factory=list)
    minimized: str | None = None
    resolved_by: str | None = None


@dataclass
class Review:
    """A review. `state`: PENDING, COMMENTED, APPROVED, CHANGES_REQUESTED or DISMISSED.

    `minimized`: the reason it is hidden, or None.
    """

    id: int
    author: str
    body: str
    state: str
    commit_id: str
    submitted_at: datetime | None
    minimized: str | None = None


@dataclass
class Annotation:
    """A note of a check run on lines of a file."""

    path: str
    start_line: int
    end_line: int
    annotation_level: str
    message: str
    title: str | None = None
    raw_details: str | None = None
    start_column: int | None = None
    end_column: int | None = None


@dataclass
class CheckRun:
    """A check run of an App on a commit."""

    id: int
    app_id: int
    name: str
    head_sha: str
    status: str
    started_at: datetime
    conclusion: str | None = None
    completed_at: datetime | None = None
    external_id: str = ""
    details_url: str | None = None
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations: list[Annotation] = field(default_factory=list)
    actions: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Pull:
    """A pull request. `heads`: every head it has had, the newest last. `comments` are inline."""

    id: int
    number: int
    repo: Repo = field(repr=False)
    head_repo: Repo = field(repr=False)
    author: str
    title: str
    body: str | None
    base_ref: str
    base_sha: str
    head_ref: str
    heads: list[str]
    draft: bool
    created_at: datetime
    updated_at: datetime
    state: str = "open"
    merged: bool = False
    closed_at: datetime | None = None
    labels: list[str] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    comments: list[ReviewComment] = field(default_factory=list)
    conversation: list[IssueComment] = field(default_factory=list)

    @property
    def head_sha(self) -> str:
        """The newest head."""
        return self.heads[-1]

    @property
    def checks(self) -> list[CheckRun]:
        """The check runs on any head it has had, oldest first."""
        return [check for check in self.repo.checks if check.head_sha in self.heads]


@dataclass
class Repo:
    """A repository and its git store. `roles` by login narrow or widen a person's own."""

    id: int
    full_name: str
    private: bool
    default_branch: str
    created_at: datetime
    git: Git = field(repr=False)
    fork_of: Repo | None = field(default=None, repr=False)
    pulls: dict[int, Pull] = field(default_factory=dict, repr=False)
    checks: list[CheckRun] = field(default_factory=list, repr=False)
    roles: dict[str, str] = field(default_factory=dict)

    @property
    def owner(self) -> str:
        """The account it belongs to."""
        return self.full_name.split("/")[0]

    @property
    def name(self) -> str:
        """Its name without the owner."""
        return self.full_name.split("/")[1]


@dataclass
class Delivery:
    """One attempt to deliver a webhook. `status_code` 0: no answer came. Newest have higher ids."""

    id: int
    guid: str
    event: str
    action: str | None
    payload: dict[str, Any] = field(repr=False)
    delivered_at: datetime
    url: str
    installation_id: int | None
    repository_id: int | None
    redelivery: bool = False
    status: str = "pending"
    status_code: int = 0
    duration: float = 0.0
    throttled_at: datetime | None = None
    request_headers: dict[str, str] = field(default_factory=dict, repr=False)
    response_headers: dict[str, str] = field(default_factory=dict, repr=False)
    response_body: str = ""


@dataclass
class Asked:
    """A request that reached the API, and the answer's status (0: none was given)."""

    method: str
    path: str
    status: int


@dataclass
class World:
    """Everything. Take `lock` to read or change it while the server runs."""

    url: str = ""
    clock: Clock = now
    rate_limit: int = 5000
    apps: dict[int, App] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    repos: dict[str, Repo] = field(default_factory=dict)
    installations: dict[int, Installation] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)
    requests: list[Asked] = field(default_factory=list)
    manifests: dict[str, tuple[App, datetime]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1001), repr=False)

    def next_id(self) -> int:
        """A number nothing else has."""
        return next(self._ids)

    def person(self, login: str) -> Person:
        """The account called `login`, made a stranger's if there is none."""
        known = self.people.get(login.lower())
        if known is None:
            kind = "Bot" if login.endswith("[bot]") else "User"
            known = self.people[login.lower()] = Person(self.next_id(), login, kind)
        return known

    def repo(self, full_name: str) -> Repo | None:
        """The repository called `full_name`, None when there is none."""
        return self.repos.get(full_name.lower())

    def role(self, repo: Repo, login: str) -> str:
        """What `login` is in `repo`; on a public repository a stranger reads."""
        if login.lower() == repo.owner.lower():
            return "admin"
        known = self.people.get(login.lower())
        role = repo.roles.get(login.lower()) or (known.permission if known else "none")
        return "read" if role == "none" and not repo.private else role

    def installation_of(self, repo: Repo, app: App) -> Installation | None:
        """Where `app` is installed so that it reaches `repo`, None when it does not."""
        for place in self.installations.values():
            reaches = place.repo_ids is None or repo.id in place.repo_ids
            if place.app is app and place.account.lower() == repo.owner.lower() and reaches:
                return place
        return None
