"""What GitHub says of the App itself."""

from __future__ import annotations

from typing import Protocol

from bot.domain.app import Grant


class AppAccount(Protocol):
    """The App as GitHub has it. Every method may raise UpstreamError or ConfigError."""

    async def app(self) -> Grant:
        """What its settings ask for."""
        ...

    async def installations(self) -> tuple[Grant, ...]:
        """What each installation has accepted, the first 1,000."""
        ...

    async def hook_url(self) -> str:
        """Where deliveries go; "" when nowhere."""
        ...
