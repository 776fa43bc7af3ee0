"""How much is read of what the model API sends. Imported with the SDK alone: it is slow to load."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx2

LARGEST_ANSWER = 8 * 1024 * 1024
"""Most bytes of an answer. Ours: the longest output of a model in models.toml is far below 1 MB."""

LARGEST_ERROR = 64 * 1024
"""Bytes of an error's body that are read; its status says nearly all."""


class TooLong(Exception):
    """An answer that no model gives: it goes on after LARGEST_ANSWER."""


@dataclass(slots=True)
class Watched:
    """Looks at the answer of one call, as a hook of its client. `begun`: a success has begun."""

    begun: bool = False

    async def __call__(self, response: httpx2.Response) -> None:
        """Bound what will be read of the response's body."""
        self.begun = response.is_success
        # Nothing compressed was asked for. What comes so all the same stays so, or a few of its
        # bytes could become gigabytes; compressed JSON is no JSON, and is reported as such.
        response.headers.pop("content-encoding", None)
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = (_Answer if self.begun else _Error)(response.stream)


@dataclass(slots=True)
class _Answer(httpx2.AsyncByteStream):
    """A success's body. Raises TooLong where it is longer than any answer."""

    inner: httpx2.AsyncByteStream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for part in self.inner:
            size += len(part)
            if size > LARGEST_ANSWER:
                raise TooLong
            yield part

    async def aclose(self) -> None:
        await self.inner.aclose()


@dataclass(slots=True)
class _Error(httpx2.AsyncByteStream):
    """An error's body: its beginning, or what of it came before the connection broke."""

    inner: httpx2.AsyncByteStream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        try:
            async for part in self.inner:
                yield part
                size += len(part)
                if size > LARGEST_ERROR:
                    return
        except httpx2.HTTPError:
            return

    async def aclose(self) -> None:
        await self.inner.aclose()
