"""The App's own settings and installations, asked as the App."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel

from bot.domain.app import Grant
from bot.errors import ConfigError
from bot.github.client import Client
from bot.github.failures import NotFound
from bot.github.replies import read_as
from bot.ports.app_account import AppAccount

PAGES = 10


class _App(BaseModel):
    slug: str
    permissions: dict[str, str] = {}
    events: list[str] = []


class _Owner(BaseModel):
    login: str = ""


class _Installation(BaseModel):
    account: _Owner | None = None
    permissions: dict[str, str] = {}
    events: list[str] = []
    suspended_at: str | None = None


class _Hook(BaseModel):
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """The port `AppAccount` over GitHub's API."""

    client: Client

    async def app(self) -> Grant:
        """What the App's settings ask for; see the port."""
        try:
            body = await self.client.read(None, "/app")
        except NotFound as error:
            raise ConfigError(
                "GitHub knows no App with that id.",
                remedy=f"The operator must check {self.client.keyring.access.names}.",
            ) from error
        found = read_as(_App, body, "GET /app")
        return Grant(found.slug, found.permissions, tuple(found.events))

    async def installations(self) -> tuple[Grant, ...]:
        """What each installation has accepted; see the port."""
        path = "/app/installations"
        rows = [
            read_as(_Installation, row, f"GET {path}")
            async for row in self.client.pages(None, path, PAGES)
        ]
        return tuple(
            Grant(
                each.account.login if each.account else "?",
                each.permissions,
                tuple(each.events),
                each.suspended_at is not None,
            )
            for each in rows
        )

    async def hook_url(self) -> str:
        """Where deliveries go; see the port."""
        path = "/app/hook/config"
        return read_as(_Hook, await self.client.read(None, path), f"GET {path}").url or ""


_: type[AppAccount] = Account
