"""The time a caller of the fake model sees pass, whatever the load of the machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.llm.anthropic import AnthropicModel
from bot.ports.model import Completion, LanguageModel, Prompt
from tests.fakes.model import FakeModel


def clock() -> Callable[[float], None]:
    """A function that lets so many seconds pass at once for all that waits on the running loop."""
    loop, real = asyncio.get_running_loop(), asyncio.get_running_loop().time
    passed = [0.0]
    loop.time = lambda: real() + sum(passed)  # type: ignore[method-assign]
    return passed.append


@dataclass
class Observed:
    """The real adapter, and the time it sees pass.

    When the server holds every request that is on its way, the time limit passes at once. So no
    call is late but those that should be, and nobody waits for them: give `api` a limit that no
    other call can reach.
    """

    fake: FakeModel
    api: AnthropicModel
    flying: set[asyncio.Future[None]] = field(default_factory=set)
    late: int = 0
    loop: asyncio.AbstractEventLoop | None = None
    skip: Callable[[float], None] = lambda _: None

    async def complete(self, prompt: Prompt) -> Completion:
        with self._flight():
            return await self.api.complete(prompt)

    async def count(self, prompt: Prompt) -> int | None:
        with self._flight():
            return await self.api.count(prompt)

    @contextmanager
    def _flight(self) -> Iterator[None]:
        if self.loop is not asyncio.get_running_loop():
            self.watch()
        landed = asyncio.get_running_loop().create_future()
        self.flying.add(landed)
        try:
            yield
        finally:
            self.flying.discard(landed)
            landed.set_result(None)
            self.look()

    def watch(self) -> None:
        """Have the running loop's clock go on where there is nothing to wait for.

        Nothing may be on its way.
        """
        loop = asyncio.get_running_loop()
        if loop is not self.loop:
            self.skip = clock()
        self.loop, self.late = loop, self.fake.held
        self.fake.on_hold = lambda: loop.call_soon_threadsafe(self.look)

    def look(self) -> None:
        """Let the time limit pass if all that are on their way are held."""
        if self.flying and self.fake.held - self.late == len(self.flying):
            self.late += len(self.flying)
            self.skip(self.api.timeout_s + 1)


_: type[LanguageModel] = Observed
