"""The adapter against a real HTTP server that knows the vendor's rules."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.plan import Tier
from bot.errors import ConfigError, RateLimited, UpstreamError
from bot.llm.anthropic import AnthropicModel
from bot.ports.model import Prompt, Stop
from bot.reviewing.reply import schema
from tests.fakes import messages_api
from tests.fakes.model import FakeModel

KEY = "sk-" + "k" * 20
CODE = "def pay(amount): ...  # the change\n" * 200
PROMPT = Prompt(
    tier=Tier("standard", "claude-sonnet-5-5", "medium", 12_000),
    rules="Rules.",
    shared=CODE,
    brief="Reviewer: security\n\nLook.",
    schema=schema(),
)
FINDING = {
    "path": "a.py",
    "line": 1,
    "end_line": 1,
    "severity": "high",
    "title": "t",
    "body": "b",
    "quote": "q",
    "suggestion": None,
    "confidence": 0.5,
}


@pytest.fixture
def model() -> Iterator[FakeModel]:
    with FakeModel(key=KEY) as fake:
        yield fake


class Naps:
    """A clock's sleep that only remembers."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


def client(fake: FakeModel, naps: Naps | None = None, **options: Any) -> AnthropicModel:
    return AnthropicModel(
        KEY, fake.url, timeout_s=options.pop("timeout_s", 5.0), sleep=naps or Naps(), **options
    )


async def failure(fake: FakeModel, prompt: Prompt = PROMPT, **options: Any) -> UpstreamError:
    with pytest.raises(UpstreamError) as caught:
        await client(fake, **options).complete(prompt)
    said = str(caught.value)
    assert KEY not in said
    assert "def pay" not in said
    assert "\n" not in said
    return caught.value


async def test_an_answer_comes_back_raw_with_what_it_cost(model: FakeModel) -> None:
    model.answer("security", [FINDING])
    got = await client(model).complete(PROMPT)
    assert json.loads(got.text) == {"findings": [FINDING]}
    assert (got.stop, got.model) == (Stop.END, "claude-sonnet-5-5")
    assert got.request_id == "req_fake000001"
    assert got.usage.sent > len(CODE) // 5
    assert got.usage.output_tokens == len(got.text) // 4
    assert got.seconds > 0


async def test_what_goes_over_the_wire(model: FakeModel) -> None:
    await client(model).complete(PROMPT)
    [call] = model.calls
    assert set(call.body) == {"model", "max_tokens", "system", "messages", "output_config"}
    assert call.body["max_tokens"] == 12_000
    assert call.body["output_config"] == {
        "format": {"type": "json_schema", "schema": schema()},
        "effort": "medium",
    }
    [message] = call.body["messages"]
    assert message["content"] == [
        {"type": "text", "text": CODE},
        {"type": "text", "text": PROMPT.brief},
    ]
    assert call.headers["anthropic-version"] == messages_api.VERSION
    assert call.headers["authorization"] == f"Bearer {KEY}"


async def test_a_tier_without_effort_sends_none(model: FakeModel) -> None:
    tier = Tier("cheap", "claude-haiku-4-5", None, 100)
    await client(model).complete(replace(PROMPT, tier=tier))
    assert "effort" not in model.calls[0].body["output_config"]


async def test_the_cache_is_written_once_and_read_by_the_next(model: FakeModel) -> None:
    ask = client(model).complete
    first = await ask(replace(PROMPT, cache=True))
    second = await ask(replace(PROMPT, cache=True, brief="Reviewer: quality"))
    assert first.usage.cache_write_tokens == second.usage.cache_read_tokens > 1024
    assert (first.usage.cache_read_tokens, second.usage.cache_write_tokens) == (0, 0)
    assert model.calls[0].prefix == model.calls[1].prefix


@pytest.mark.parametrize(
    ("reason", "stop"),
    [
        ("end_turn", Stop.END),
        ("stop_sequence", Stop.END),
        ("max_tokens", Stop.TRUNCATED),
        ("model_context_window_exceeded", Stop.TRUNCATED),
        ("refusal", Stop.REFUSED),
        ("tool_use", Stop.OTHER),
        ("pause_turn", Stop.OTHER),
        ("something_new", Stop.OTHER),
    ],
)
async def test_stop_reasons(model: FakeModel, reason: str, stop: Stop) -> None:
    model.stop("security", reason)
    assert (await client(model).complete(PROMPT)).stop is stop


async def test_a_refusal_has_no_text_and_is_paid(model: FakeModel) -> None:
    model.refuse("security")
    got = await client(model).complete(PROMPT)
    assert (got.text, got.stop) == ("", Stop.REFUSED)
    assert got.usage.sent > 0


@pytest.mark.parametrize("status", [429, 500, 503, 529])
async def test_a_passing_failure_is_tried_again(model: FakeModel, status: int) -> None:
    model.fail("security", status, times=2)
    naps = Naps()
    got = await client(model, naps, jitter=lambda: 1.0).complete(PROMPT)
    assert got.stop is Stop.END
    assert [call.status for call in model.calls] == [status, status, 200]
    assert naps.taken == [0.5, 2.0]


async def test_attempts_are_bounded(model: FakeModel) -> None:
    model.fail("security", 500)
    error = await failure(model)
    assert "HTTP status 500 (request req_fake000003)" in str(error)
    assert len(model.calls) == 3
    assert error.retry_after


async def test_retry_after_is_honoured(model: FakeModel) -> None:
    model.fail("security", 429, times=1, retry_after="7")
    naps = Naps()
    await client(model, naps).complete(PROMPT)
    assert naps.taken == [7.0]


async def test_who_asks_for_too_long_a_wait_is_told_to_the_caller(model: FakeModel) -> None:
    model.fail("security", 429, retry_after="70")
    naps = Naps()
    error = await failure(model, naps=naps)
    assert isinstance(error, RateLimited)
    assert error.retry_after == 70
    assert naps.taken == []
    assert len(model.calls) == 1


async def test_a_wrong_key_is_the_operators_to_fix(model: FakeModel) -> None:
    wrong = AnthropicModel("sk-" + "w" * 20, model.url, sleep=Naps())
    with pytest.raises(UpstreamError, match="Check ANTHROPIC_API_KEY"):
        await wrong.complete(PROMPT)
    assert len(model.calls) == 1


async def test_an_unknown_model_is_named(model: FakeModel) -> None:
    tier = replace(PROMPT.tier, model="claude-nobody-1")
    error = await failure(model, replace(PROMPT, tier=tier))
    assert "does not know model claude-nobody-1" in str(error)
    assert len(model.calls) == 1


async def test_an_answer_that_does_not_come_is_not_bought_twice(model: FakeModel) -> None:
    model.hang("security")
    error = await failure(model, timeout_s=0.2)
    assert str(error) == "The model API did not answer within 0.2 s."
    model.release()


async def test_a_connection_closed_without_a_word_is_tried_again(model: FakeModel) -> None:
    model.drop("security", times=1)
    assert (await client(model).complete(PROMPT)).stop is Stop.END
    assert len(model.calls) == 2


async def test_a_connection_closed_in_mid_answer_is_not_bought_twice(model: FakeModel) -> None:
    model.drop("security", text="middle")
    error = await failure(model)
    assert "closed the connection in the middle of its answer" in str(error)
    assert len(model.calls) == 1


@pytest.mark.parametrize("how", ["cut", "page"])
async def test_what_is_not_a_message_is_an_error(model: FakeModel, how: str) -> None:
    getattr(model, how)("security")
    error = await failure(model)
    assert "is not a message" in str(error)
    assert len(model.calls) == 1


async def test_nobody_at_the_address() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, never listening: connections are refused
        naps = Naps()
        nobody = AnthropicModel(KEY, f"http://127.0.0.1:{taken.getsockname()[1]}", sleep=naps)
        with pytest.raises(UpstreamError, match="could not be reached"):
            await nobody.complete(PROMPT)
    assert len(naps.taken) == 2


async def test_an_address_that_is_none() -> None:
    with pytest.raises(UpstreamError, match="Check the network and ANTHROPIC_BASE_URL"):
        await AnthropicModel(KEY, "no-scheme.example", sleep=Naps()).complete(PROMPT)


async def test_text_no_encoding_can_carry_is_sent_without_it(model: FakeModel) -> None:
    await client(model).complete(replace(PROMPT, shared="a\ud800b"))
    assert model.calls[0].body["messages"][0]["content"][0]["text"] == "a?b"


async def test_a_developers_profile_and_environment_do_not_interfere(
    model: FakeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-" + "e" * 20)
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "e" * 20)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    await client(model).complete(PROMPT)
    assert model.calls[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("key", ["", "two\nlines", "schlüssel"])
def test_a_key_no_header_can_carry_is_refused_at_once(key: str) -> None:
    with pytest.raises(ConfigError, match="ANTHROPIC_API_KEY") as caught:
        AnthropicModel(key, "http://127.0.0.1")
    assert not key or key not in str(caught.value)


def test_the_key_is_not_in_the_representation() -> None:
    assert KEY not in repr(AnthropicModel(KEY, "http://127.0.0.1"))
