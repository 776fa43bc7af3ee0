"""The Anthropic Messages API, or any endpoint that speaks it, as a LanguageModel."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bot.domain.money import Usage
from bot.errors import ConfigError, ModelFailure
from bot.llm.answer import Answer, Count
from bot.llm.failures import closed, late, of_status, unreachable, unreadable, visible_id
from bot.ports.model import Completion, LanguageModel, Prompt, Stop

if TYPE_CHECKING:
    from ssl import SSLContext

    from anthropic import AsyncAnthropic
    from anthropic.resources.messages import AsyncMessagesWithRawResponse

    from bot.llm.wire import Watched

VENDOR = "https://api.anthropic.com"
CONNECT_S = 10.0
"""Longest wait for a connection. Ours: a network that is there connects in well under a second."""
COUNT_S = 10.0
"""Longest wait for a count of tokens, without which a review does nearly as well."""

STOPS = {
    "end_turn": Stop.END,
    "stop_sequence": Stop.END,
    "max_tokens": Stop.TRUNCATED,
    "model_context_window_exceeded": Stop.TRUNCATED,
    "refusal": Stop.REFUSED,
}
"""The vendor's stop reasons in our words; all others are Stop.OTHER."""


@dataclass(frozen=True, slots=True)
class _Got:
    """A success, unread: its body, whether it calls itself JSON, the vendor's id of the request."""

    body: bytes
    json: bool
    request_id: str


@dataclass(frozen=True, slots=True)
class AnthropicModel:
    """A model behind the Messages API. `base_url` "": the vendor's. `timeout_s` bounds a call.

    Raises ConfigError for a key that no header can carry.
    """

    api_key: str = field(repr=False)
    base_url: str = ""
    timeout_s: float = 120

    def __post_init__(self) -> None:
        if not self.api_key or not self.api_key.isascii() or not self.api_key.isprintable():
            raise ConfigError(
                "The model API's key is empty or has characters no key has.",
                remedy="Set ANTHROPIC_API_KEY to the key alone, on one line.",
            )

    async def complete(self, prompt: Prompt) -> Completion:
        """Ask once; see the port."""
        asked = {"max_tokens": prompt.tier.max_output_tokens, **_request(prompt)}
        started = time.monotonic()
        got = await self._send(prompt, self.timeout_s, lambda api: api.create(**asked))
        return _completion(got, prompt.tier.model, time.monotonic() - started)

    async def count(self, prompt: Prompt) -> int | None:
        """Tokens of what `complete` would send; None on any failure. See the port."""
        try:
            return await self.counted(prompt)
        except ModelFailure:
            return None

    async def counted(self, prompt: Prompt) -> int:
        """The same, which costs nothing; raises ModelFailure that says why it could not be had."""
        asked, timeout_s = _request(prompt), min(COUNT_S, self.timeout_s)
        got = await self._send(prompt, timeout_s, lambda api: api.count_tokens(**asked))
        try:
            return Count.model_validate_json(got.body).input_tokens
        except ValidationError:
            raise unreadable(again=False) from None

    async def _send(
        self,
        prompt: Prompt,
        timeout_s: float,
        call: Callable[[AsyncMessagesWithRawResponse], Awaitable[Any]],
    ) -> _Got:
        await asyncio.to_thread(import_module, "anthropic")  # 1.5 s the first time
        import anthropic
        import httpx2

        from bot.llm.wire import Watched

        seen = Watched()
        try:
            async with self._client(timeout_s, seen) as client, asyncio.timeout(timeout_s):
                got = await call(client.messages.with_raw_response)
                kind = got.headers.get("content-type", "")
                reference = visible_id(got.request_id or "")
                return _Got(await got.read(), "json" in kind, reference)
        except anthropic.APIStatusError as error:
            words = error.api_message if isinstance(error.api_message, str) else ""
            headers = error.response.headers
            raise of_status(error.status_code, headers, words, prompt.tier.model) from None
        except (anthropic.APIConnectionError, httpx2.HTTPError, TimeoutError) as error:
            raise _unanswered(error, timeout_s, seen) from None
        except httpx2.InvalidURL:
            raise unreachable(again=False) from None

    def _client(self, timeout_s: float, seen: Watched) -> AsyncAnthropic:
        """A client of this call alone: a pool must not outlive the loop it was made on.

        It takes half a millisecond. Reviewers are asked side by side, so that they would not
        share a connection either.
        """
        import anthropic
        import httpx2

        return anthropic.AsyncAnthropic(
            api_key=self.api_key,
            base_url=self.base_url or VENDOR,
            max_retries=0,  # the SDK's own obey Retry-After without a limit
            # A connection that does not come is noticed first: nothing was sent, nothing is billed.
            timeout=httpx2.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s / 2)),
            http_client=anthropic.DefaultAsyncHttpxClient(
                verify=_trusted(),
                follow_redirects=False,  # code and key are for the address that was set
                headers={"accept-encoding": "identity"},
                event_hooks={"response": [seen]},
            ),
        )


def _unanswered(error: Exception, timeout_s: float, seen: Watched) -> ModelFailure:
    import anthropic
    import httpx2

    from bot.llm.wire import TooLong

    # The SDK wraps what it met. Our own timeout has a cause too: the cancellation it made.
    cause = error.__cause__ if isinstance(error, anthropic.APIConnectionError) else error
    if isinstance(cause, TooLong):
        return unreadable(again=False)
    if isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.ProxyError):
        return unreachable(again=True)
    if isinstance(cause, httpx2.UnsupportedProtocol | httpx2.LocalProtocolError):
        return unreachable(again=False)
    if isinstance(cause, TimeoutError | httpx2.TimeoutException):
        return late(timeout_s)
    return closed(begun=seen.begun)  # also what nobody foresaw: it may have been at work


@cache
def _trusted() -> SSLContext:
    """The certificates we trust, read once: reading them takes 26 ms and 0.9 MB a client."""
    import httpx2

    return httpx2.create_ssl_context()


def _request(prompt: Prompt) -> dict[str, Any]:
    """What is sent, but for the length of the answer."""
    output: dict[str, Any] = {"format": {"type": "json_schema", "schema": prompt.schema}}
    if prompt.tier.effort is not None:
        output["effort"] = prompt.tier.effort
    shared: dict[str, Any] = {"type": "text", "text": _encodable(prompt.shared)}
    if prompt.cache:  # one mark behind rules and shared: what precedes it is one entry
        shared["cache_control"] = {"type": "ephemeral"}
    brief = {"type": "text", "text": _encodable(prompt.brief)}
    return {
        "model": prompt.tier.model,
        "system": _encodable(prompt.rules),
        "messages": [{"role": "user", "content": [shared, brief]}],
        "output_config": output,
    }


def _encodable(text: str) -> str:
    """`text` without the halves of surrogate pairs that no UTF-8 can carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _completion(got: _Got, asked: str, seconds: float) -> Completion:
    """The answer in our words. `asked` is the model that was asked, if it does not say its name."""
    try:
        answer = Answer.model_validate_json(got.body)
    except ValidationError as error:
        broken = any(each["type"] == "json_invalid" for each in error.errors(include_input=False))
        raise unreadable(again=got.json and broken) from None
    return Completion(
        text=answer.text,
        usage=Usage(
            input_tokens=answer.usage.input_tokens,
            output_tokens=answer.usage.output_tokens,
            cache_read_tokens=answer.usage.cache_read_input_tokens or 0,
            cache_write_tokens=answer.usage.cache_creation_input_tokens or 0,
        ),
        stop=STOPS.get(answer.stop_reason or "", Stop.OTHER),
        model=answer.model or asked,
        request_id=got.request_id,
        seconds=round(seconds, 3),
    )


_: type[LanguageModel] = AnthropicModel
