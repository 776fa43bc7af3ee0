"""How often we ask GitHub: what is repeated, what never is, and when we wait."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.errors import BotError, UpstreamError
from bot.github.credentials import Keyring, Scope
from bot.github.failures import (
    RETRY_LATER_S,
    UNTOLD_WAIT_S,
    Forbidden,
    NotFound,
    Reply,
    Unanswered,
    Uncertain,
    failure,
    slow_down,
    wait_asked,
)
from bot.github.wire import Ask, Wire

T = TypeVar("T")

PAUSES_S = (0.5, 1.0, 2.0)
"""Between the attempts of one request. Four attempts outlast most of GitHub's hiccups."""

SETTLE_S = (1.0, 3.0)
"""Before looking whether a write happened: GitHub may still be at it when it answers 502."""

SIT_OUT_S = 5.0
"""The longest wait GitHub asks for that is sat out; a longer one is the queue's to wait."""

PAGE = 100
"""Rows a page, GitHub's most."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How time passes. `clock` is in seconds since 1970."""

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.time


class Client:
    """Requests with our own retry policy. Each runs in a thread: PyGithub blocks."""

    def __init__(self, keyring: Keyring, waits: Waits) -> None:
        self.keyring = keyring
        self.waits = waits
        self._quiet_until: dict[int | None, float] = {}

    async def read(self, scope: Scope | None, path: str, **query: Any) -> Any:
        """The body of a GET, repeated on failures. `scope` None asks as the App itself."""
        return (await self.reply(scope, path, **query)).body

    async def reply(self, scope: Scope | None, path: str, **query: Any) -> Reply:
        """The whole answer to a GET, for those who need its headers; as `read`."""
        return await self._ask(scope, Ask("GET", path, query), repeatable=True)

    async def pages(
        self, scope: Scope | None, path: str, most: int, within: str = "", **query: Any
    ) -> AsyncIterator[Any]:
        """The rows of a list, at most `most` pages. `within` names the list in its envelope."""
        for page in range(1, most + 1):
            body = await self.read(scope, path, **query, per_page=PAGE, page=page)
            rows = body.get(within, []) if within and isinstance(body, dict) else body
            if not isinstance(rows, list):
                raise UpstreamError(f"GitHub answered GET {path} with something else than a list.")
            for row in rows:
                yield row
            if len(rows) < PAGE:
                return

    async def query(self, scope: Scope, graphql: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The `data` of a GraphQL query. Raises UpstreamError when there is none."""
        ask = Ask("POST", "graphql", body={"query": graphql, "variables": variables})
        body = (await self._ask(scope, ask, repeatable=True)).body
        body = body if isinstance(body, dict) else {}
        errors = [each for each in body.get("errors") or [] if isinstance(each, dict)]
        if any(each.get("type") == "RATE_LIMITED" for each in errors):
            raise slow_down("GraphQL", UNTOLD_WAIT_S)
        if not isinstance(data := body.get("data"), dict) or None in data.values():
            said = str(errors[0].get("message", ""))[:200] if errors else "it gave no data"
            kind = {"FORBIDDEN": Forbidden, "NOT_FOUND": NotFound}
            error = kind.get(str(errors[0].get("type")) if errors else "", UpstreamError)
            raise error(f"GitHub could not answer a GraphQL query: {said}.")
        return data

    async def write(
        self,
        scope: Scope | None,
        verb: str,
        path: str,
        body: Any = None,
        *,
        repeatable: bool = False,
    ) -> Any:
        """The body of a write's answer.

        Raises Uncertain where the write may have happened; `repeatable` ones (twice is once) are
        repeated instead.
        """
        return (await self._ask(scope, Ask(verb, path, body=body), repeatable=repeatable)).body

    async def settled(self, act: Callable[[], Awaitable[T]]) -> T:
        """Do `act`, which must look before it writes, again while its outcome is unknown."""
        for pause in SETTLE_S:
            try:
                return await act()
            except Uncertain:
                await self.waits.sleep(pause)
        return await act()

    async def _ask(self, scope: Scope | None, ask: Ask, *, repeatable: bool) -> Reply:
        for pause in PAUSES_S:
            try:
                return await self._attempt(scope, ask, repeatable)
            except _Again as again:
                await self.waits.sleep(pause if again.wait_s is None else again.wait_s)
        try:
            return await self._attempt(scope, ask, repeatable)
        except _Again as again:
            raise again.error from None

    async def _attempt(self, scope: Scope | None, ask: Ask, repeatable: bool) -> Reply:
        try:
            reply = await self._once(scope, ask)
        except Unanswered as lost:
            if lost.sent and not repeatable:
                raise Uncertain(str(lost), retry_after=lost.retry_after) from lost
            raise _Again(lost) from lost
        if (wait_s := wait_asked(reply, self.waits.clock())) is not None:
            raise self._asked_to_wait(scope, ask, wait_s)
        if reply.status < 300:
            return reply
        if reply.status >= 500 and not repeatable:
            raise Uncertain(f"GitHub failed on {ask} ({reply.status}).", retry_after=RETRY_LATER_S)
        error = failure(str(ask), reply, self.keyring.access.names)
        raise _Again(error) if reply.status >= 500 else error

    async def _once(self, scope: Scope | None, ask: Ask) -> Reply:
        left = self._quiet_until.get(_payer(scope), 0.0) - self.waits.clock()
        if left > 0:
            raise slow_down(str(ask), left)
        return await asyncio.to_thread(self._send, scope, ask)

    def _send(self, scope: Scope | None, ask: Ask) -> Reply:
        wire = self._wire(scope)
        reply = wire.send(ask)
        if reply.status == 401 and scope is not None and scope.installation_id is not None:
            self.keyring.drop(scope, wire)  # revoked before its time: one fresh token, then give up
            reply = self._wire(scope).send(ask)
        return reply

    def _wire(self, scope: Scope | None) -> Wire:
        return self.keyring.app() if scope is None else self.keyring.wire(scope)

    def _asked_to_wait(self, scope: Scope | None, ask: Ask, wait_s: float) -> Exception:
        limited = slow_down(str(ask), wait_s)
        if wait_s <= SIT_OUT_S:
            return _Again(limited, wait_s)
        self._quiet_until[_payer(scope)] = self.waits.clock() + wait_s
        return limited


class _Again(Exception):
    """Worth another attempt, after `wait_s` seconds (None: the usual pause); else `error`."""

    def __init__(self, error: BotError, wait_s: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait_s = wait_s


def _payer(scope: Scope | None) -> int | None:
    """Whose rate limit a request counts against; 0 is the App itself."""
    return 0 if scope is None else scope.installation_id
