"""Who we are on GitHub's pages: a marker counts only on a post by this login."""

from __future__ import annotations

from pydantic import BaseModel

from bot.domain.pull import PullRef
from bot.github.client import Client
from bot.github.credentials import AppKey
from bot.github.failures import Forbidden
from bot.github.places import scope_of
from bot.github.replies import User, read_as

ACTIONS = "github-actions[bot]"
"""Who posts under a workflow's GITHUB_TOKEN, which may not ask for its own user."""


class _App(BaseModel):
    slug: str


class Identity:
    """Our login, asked for once a process at most."""

    def __init__(self, client: Client) -> None:
        self._client = client
        access = client.keyring.access
        self._login = f"{access.slug}[bot]" if isinstance(access, AppKey) and access.slug else ""

    def learn(self, slug: str) -> None:
        """Take our App's slug from something GitHub says our App made."""
        if slug and not self._login:
            self._login = f"{slug}[bot]"

    async def login(self, ref: PullRef) -> str:
        """The login our posts carry. Logins of people hold no brackets, so none can pass for it."""
        if not self._login:
            self._login = await self._asked(ref)
        return self._login

    async def _asked(self, ref: PullRef) -> str:
        if isinstance(self._client.keyring.access, AppKey):
            app = read_as(_App, await self._client.read(None, "/app"), "GET /app")
            return f"{app.slug}[bot]"
        try:
            user = await self._client.read(scope_of(ref), "/user")
        except Forbidden:
            return ACTIONS
        return read_as(User, user, "GET /user").login
