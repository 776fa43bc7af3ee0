"""Who acts: people, Apps, where Apps are installed, and the tokens that stand for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Person:
    """An account. `kind` is User, Bot or Organization.

    `permission` is its role in every repository that names no other for it; "none" is a stranger.
    """

    id: int
    login: str
    kind: str = "User"
    permission: str = "none"


@dataclass
class App:
    """A registered GitHub App. `private_key` is PEM; `hook_url` None: no webhooks."""

    id: int
    slug: str
    owner: str
    private_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    permissions: dict[str, str]
    events: tuple[str, ...]
    created_at: datetime
    hook_url: str | None = None
    content_type: str = "json"

    @property
    def login(self) -> str:
        """The name its posts are signed with."""
        return f"{self.slug}[bot]"

    @property
    def client_id(self) -> str:
        """Its other name, which may sign App tokens too."""
        return f"Iv23li{self.id:014d}"


@dataclass
class Installation:
    """An App on one account. `repo_ids` None: all of its repositories."""

    id: int
    app: App
    account: str
    permissions: dict[str, str]
    created_at: datetime
    repo_ids: set[int] | None = None
    suspended_at: datetime | None = None


@dataclass
class Token:
    """A credential. `installation` None: a person's. `repo_ids` None: no narrowing by repository.

    `permissions` None: whatever its person may do. `expires_at` None: never.
    """

    value: str = field(repr=False)
    login: str
    app_id: int | None
    installation: Installation | None
    permissions: dict[str, str] | None
    repo_ids: frozenset[int] | None
    expires_at: datetime | None
