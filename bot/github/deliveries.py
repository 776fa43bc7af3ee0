"""GitHub's log of webhook deliveries, asked as the App itself."""

from __future__ import annotations

import re

import structlog
from pydantic import AwareDatetime, BaseModel

from bot.github.client import PAGE, Client
from bot.github.replies import read_as
from bot.ports.delivery_log import Attempt, Came, DeliveryLog

PATH = "/app/hook/deliveries"
MOST_PAGES = 300
"""30,000 attempts; what is older than these is left to reconciliation."""
NEXT = re.compile(r"<[^>]*[?&]cursor=([A-Za-z0-9_=%.-]+)[^>]*>;\s*rel=\"next\"")
log = structlog.get_logger(__name__)


class _Row(BaseModel):
    id: int
    guid: str
    delivered_at: AwareDatetime
    status: str
    status_code: int = 0
    event: str
    action: str | None = None
    throttled_at: AwareDatetime | None = None


class Deliveries:
    """The port `DeliveryLog`. In a dry run nothing is delivered again."""

    def __init__(self, client: Client, dry_run: bool) -> None:
        self._client = client
        self._dry_run = dry_run

    async def since(self, at: float) -> tuple[Attempt, ...]:
        """Every attempt since then; see the port."""
        found: list[Attempt] = []
        query: dict[str, str | int] = {"per_page": PAGE}
        for _ in range(MOST_PAGES):
            reply = await self._client.reply(None, PATH, **query)
            rows = [_attempt(read_as(_Row, row, f"GET {PATH}")) for row in reply.body or []]
            found += [each for each in rows if each.at >= at]
            # Only the cursor is taken of the link, never its address.
            following = NEXT.search(reply.headers.get("link", ""))
            if following is None or any(each.at < at for each in rows):
                break
            query["cursor"] = following[1]
        return tuple(found)

    async def again(self, attempt: int) -> None:
        """Have it delivered once more; see the port."""
        if self._dry_run:
            log.info("delivery_not_asked_for", because="dry run")
            return
        # Not repeated when its outcome is unknown: the log will show whether it happened.
        await self._client.write(None, "POST", f"{PATH}/{attempt}/attempts")


def _attempt(row: _Row) -> Attempt:
    return Attempt(
        id=row.id,
        guid=row.guid,
        event=row.event,
        action=row.action or "",
        at=row.delivered_at.timestamp(),
        came=_came(row),
    )


def _came(row: _Row) -> Came:
    """By the status in words: a timeout has no code that says so. Source: GitHub's own script."""
    if row.status == "OK":
        return Came.OK
    held = row.throttled_at is not None and row.status_code == 0
    return Came.HELD if held else Came.FAILED


_: type[DeliveryLog] = Deliveries
