"""The Anthropic Messages API, or any endpoint that speaks it, as a LanguageModel."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any

from bot.domain.money import Usage
from bot.errors import ConfigError, UpstreamError
from bot.llm.failures import LATER_S, Failure, of_status
from bot.ports.model import Completion, LanguageModel, Prompt, Stop

if TYPE_CHECKING:
    from ssl import SSLContext

    from anthropic import AsyncAnthropic
    from anthropic.types import Message

STOPS = {
    "end_turn": Stop.END,
    "stop_sequence": Stop.END,
    "max_tokens": Stop.TRUNCATED,
    "model_context_window_exceeded": Stop.TRUNCATED,
    "refusal": Stop.REFUSED,
}
"""The vendor's stop reasons in our words; all others are Stop.OTHER."""

FIRST_PAUSE_S = 0.5


@dataclass(frozen=True, slots=True)
class AnthropicModel:
    """A model behind the Messages API.

    `timeout_s` bounds one attempt, `max_wait_s` one pause between attempts: who asks us to wait
    longer is told RateLimited at once. `jitter` gives the share of a pause to take, 0 to 1.
    """

    api_key: str = field(repr=False)
    base_url: str
    timeout_s: float = 120
    max_wait_s: float = 20
    max_attempts: int = 3
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random

    def __post_init__(self) -> None:
        if not self.api_key or not self.api_key.isascii() or not self.api_key.isprintable():
            raise ConfigError(
                "The model API's key is empty or has characters no key has.",
                remedy="Set ANTHROPIC_API_KEY to the key alone, on one line.",
            )

    async def complete(self, prompt: Prompt) -> Completion:
        """Ask once, with a bounded number of attempts; see the port."""
        await asyncio.to_thread(import_module, "anthropic")  # 1.5 s the first time
        started = time.monotonic()
        for attempt in range(1, self.max_attempts + 1):
            got = await self._attempt(prompt)
            if not isinstance(got, Failure):
                return _completion(got, time.monotonic() - started)
            pause_s = self._pause(attempt, got)
            if not got.again or attempt == self.max_attempts or pause_s > self.max_wait_s:
                raise got.error
            await self.sleep(pause_s)
        raise AssertionError("max_attempts must be at least 1")

    def _pause(self, attempt: int, failure: Failure) -> float:
        if failure.wait_s is not None:
            return failure.wait_s
        longest: float = min(self.max_wait_s, FIRST_PAUSE_S * 4 ** (attempt - 1))
        return longest * (0.5 + self.jitter() / 2)

    async def _attempt(self, prompt: Prompt) -> Message | Failure:
        import anthropic
        import httpx2

        try:
            # A client of its own: a connection pool must not outlive the loop it was made on.
            async with anthropic.AsyncAnthropic(
                api_key=self.api_key,
                base_url=self.base_url,
                max_retries=0,  # the SDK's own obey Retry-After without a limit
                timeout=self.timeout_s,
                http_client=anthropic.DefaultAsyncHttpxClient(verify=_trusted()),
            ) as client:
                async with asyncio.timeout(self.timeout_s):
                    message = await _ask(client, prompt)
        except anthropic.APIStatusError as error:
            words = error.api_message or ""
            return of_status(error.status_code, error.response.headers, words, prompt.tier.model)
        except (anthropic.APIConnectionError, httpx2.HTTPError, TimeoutError) as error:
            return self._unanswered(error)
        except (JSONDecodeError, UnicodeDecodeError, anthropic.AnthropicError):
            return _unreadable()
        return message if _is_message(message) else _unreadable()

    def _unanswered(self, error: Exception) -> Failure:
        import httpx2

        cause = error.__cause__ if isinstance(error.__cause__, httpx2.HTTPError) else error
        if isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout):
            return Failure(_unreachable(), again=True)
        if isinstance(cause, httpx2.UnsupportedProtocol | httpx2.LocalProtocolError):
            return Failure(_unreachable())
        if isinstance(cause, TimeoutError | httpx2.TimeoutException):
            # The vendor may be at work, and be paid, for an answer nobody waits for: not again.
            what = f"The model API did not answer within {self.timeout_s:g} s."
            return Failure(UpstreamError(what, retry_after=LATER_S))
        if "complete message body" in str(cause):  # it had begun: that answer is paid
            what = "The model API closed the connection in the middle of its answer."
            return Failure(UpstreamError(what, retry_after=LATER_S))
        what = "The model API closed the connection before it answered."
        return Failure(UpstreamError(what, retry_after=LATER_S), again=True)


@cache
def _trusted() -> SSLContext:
    """The certificates we trust, read once: reading them takes 26 ms and 0.9 MB a client."""
    import httpx2

    return httpx2.create_ssl_context()


def _unreachable() -> UpstreamError:
    return UpstreamError(
        "The model API could not be reached.",
        remedy="Check the network and ANTHROPIC_BASE_URL.",
        retry_after=LATER_S,
    )


def _unreadable() -> Failure:
    return Failure(
        UpstreamError(
            "The model API's answer is not a message.",
            remedy="Check that ANTHROPIC_BASE_URL names the API itself and no proxy's page.",
            retry_after=LATER_S,
        )
    )


async def _ask(client: AsyncAnthropic, prompt: Prompt) -> Message:
    output: dict[str, Any] = {"format": {"type": "json_schema", "schema": prompt.schema}}
    if prompt.tier.effort is not None:
        output["effort"] = prompt.tier.effort
    shared: dict[str, Any] = {"type": "text", "text": _encodable(prompt.shared)}
    if prompt.cache:  # one mark behind rules and shared: what precedes it is one entry
        shared["cache_control"] = {"type": "ephemeral"}
    brief = {"type": "text", "text": _encodable(prompt.brief)}
    arguments: dict[str, Any] = {
        "system": _encodable(prompt.rules),
        "messages": [{"role": "user", "content": [shared, brief]}],
        "output_config": output,
    }
    message: Message = await client.messages.create(
        model=prompt.tier.model, max_tokens=prompt.tier.max_output_tokens, **arguments
    )
    return message


def _encodable(text: str) -> str:
    """`text` without the halves of surrogate pairs that no UTF-8 can carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _is_message(message: object) -> bool:
    """The SDK returns what it got, also a page of HTML as a str."""
    usage = getattr(message, "usage", None)
    return isinstance(getattr(usage, "input_tokens", None), int) and isinstance(
        getattr(usage, "output_tokens", None), int
    )


def _completion(message: Message, seconds: float) -> Completion:
    usage = message.usage
    return Completion(
        text="".join(each.text for each in message.content or () if each.type == "text"),
        usage=Usage(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cache_read_tokens=usage.cache_read_input_tokens or 0,
            cache_write_tokens=usage.cache_creation_input_tokens or 0,
        ),
        stop=STOPS.get(message.stop_reason or "", Stop.OTHER),
        model=message.model,
        request_id=message._request_id or "",
        seconds=round(seconds, 3),
    )


_: type[LanguageModel] = AnthropicModel
