"""The adapter against a real HTTP server that knows the vendor's rules."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.money import Usage
from bot.domain.plan import Tier
from bot.errors import ConfigError, FailureKind, ModelFailure
from bot.llm.anthropic import CONNECT_S, AnthropicModel
from bot.llm.wire import LARGEST_ANSWER, LARGEST_ERROR, Watched
from bot.ports.model import Prompt, Stop
from bot.reviewing.reply import schema
from tests.fakes import messages_api
from tests.fakes.model import FakeModel
from tests.fakes.observed import Observed, clock
from tests.fakes.script import COUNT

KEY = "sk-" + "k" * 20
LIMIT_S = 62.5
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


def client(fake: FakeModel, key: str = KEY) -> Observed:
    """The adapter, with a limit that passes only for what the fake holds."""
    return Observed(fake, AnthropicModel(key, fake.url, timeout_s=LIMIT_S))


async def failure(fake: FakeModel, prompt: Prompt = PROMPT, key: str = KEY) -> ModelFailure:
    """How one attempt fails, in one sentence that holds neither key nor code."""
    with pytest.raises(ModelFailure) as caught:
        await client(fake, key).complete(prompt)
    said = str(caught.value)
    assert KEY not in said
    assert "def pay" not in said
    assert "\n" not in said
    assert caught.value.__cause__ is None
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
    assert call.headers["accept-encoding"] == "identity"


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
        (None, Stop.OTHER),
    ],
)
async def test_stop_reasons(model: FakeModel, reason: str | None, stop: Stop) -> None:
    model.stop("security", reason)
    assert (await client(model).complete(PROMPT)).stop is stop


async def test_a_refusal_has_no_text_and_is_paid(model: FakeModel) -> None:
    model.refuse("security")
    got = await client(model).complete(PROMPT)
    assert (got.text, got.stop) == ("", Stop.REFUSED)
    assert got.usage.sent > 0


async def test_an_answer_without_content_is_an_answer(model: FakeModel) -> None:
    model.empty("security")
    got = await client(model).complete(PROMPT)
    assert (got.text, got.stop) == ("", Stop.END)
    assert got.usage.sent > 0


async def test_an_answer_is_made_from_the_request(model: FakeModel) -> None:
    model.reply("security", lambda body: f"for {body['model']}")
    assert (await client(model).complete(PROMPT)).text == "for claude-sonnet-5-5"


KIND = FailureKind


@pytest.mark.parametrize(
    ("act", "options", "kind", "billed", "again"),
    [
        pytest.param("fail", {"status": 400}, KIND.REQUEST, False, False, id="400"),
        pytest.param("fail", {"status": 413}, KIND.REQUEST, False, False, id="413"),
        pytest.param("fail", {"status": 307}, KIND.REQUEST, False, False, id="sent elsewhere"),
        pytest.param("fail", {"status": 429}, KIND.RATE_LIMIT, False, True, id="429"),
        pytest.param("fail", {"status": 500}, KIND.SERVER, False, True, id="500"),
        pytest.param("fail", {"status": 503}, KIND.SERVER, False, True, id="503"),
        pytest.param("overload", {}, KIND.OVERLOADED, False, True, id="529"),
        pytest.param("hang", {}, KIND.TIMEOUT, True, True, id="no answer in time"),
        pytest.param("drop", {}, KIND.CONNECTION, True, True, id="closed before"),
        pytest.param("drop", {"text": "middle"}, KIND.CONNECTION, True, True, id="closed amid"),
        pytest.param("sever", {}, KIND.CONNECTION, True, True, id="reset before"),
        pytest.param("sever", {"text": "middle"}, KIND.CONNECTION, True, True, id="reset amid"),
        pytest.param("cut", {}, KIND.UNREADABLE, True, True, id="half a body"),
        pytest.param("page", {}, KIND.UNREADABLE, True, False, id="page"),
        pytest.param("long", {}, KIND.UNREADABLE, True, False, id="absurdly long"),
        pytest.param("long", {"status": 500}, KIND.SERVER, False, True, id="absurdly long error"),
    ],
)
async def test_one_call_is_one_attempt_and_says_how_it_failed(
    model: FakeModel,
    act: str,
    options: dict[str, Any],
    kind: FailureKind,
    billed: bool,
    again: bool,
) -> None:
    getattr(model, act)("security", **options)
    error = await failure(model)
    model.release()
    assert (error.kind, error.billed, error.again) == (kind, billed, again)
    assert error.retry_after is None
    assert model.asked == 1


@pytest.mark.parametrize(
    ("act", "text", "says"),
    [
        ("drop", "", "closed the connection before it answered."),
        ("drop", "middle", "closed the connection in the middle of its answer."),
        ("sever", "", "closed the connection before it answered."),
        ("sever", "middle", "closed the connection in the middle of its answer."),
    ],
)
async def test_a_broken_connection_says_when_it_broke(
    model: FakeModel, act: str, text: str, says: str
) -> None:
    getattr(model, act)("security", text=text)
    assert str(await failure(model)) == f"The model API {says}"


@pytest.mark.parametrize("status", [400, 429, 500, 529])
async def test_the_wait_that_is_asked_for_is_told(model: FakeModel, status: int) -> None:
    model.fail("security", status, retry_after="70")
    assert (await failure(model)).retry_after == 70


@pytest.mark.parametrize(("status", "said"), [(500, "false"), (400, "true")])
async def test_the_other_side_knows_best_whether_to_ask_again(
    model: FakeModel, status: int, said: str
) -> None:
    model.fail("security", status, headers={"x-should-retry": said})
    assert (await failure(model)).again is (said == "true")


async def test_a_failure_names_its_request(model: FakeModel) -> None:
    model.fail("security", 500)
    said = "The model API failed with HTTP status 500 (request req_fake000001)."
    assert str(await failure(model)) == said


async def test_what_the_api_says_is_read_and_not_repeated(model: FakeModel) -> None:
    model.fail("security", 400, text="prompt is too long: 9 > 8 def pay")
    assert "longer than claude-sonnet-5-5 takes" in str(await failure(model))


async def test_a_wrong_key_is_the_operators_to_fix(model: FakeModel) -> None:
    error = await failure(model, key="sk-" + "w" * 20)
    assert "Check ANTHROPIC_API_KEY" in str(error)
    assert error.kind is FailureKind.REQUEST


async def test_an_unknown_model_is_named(model: FakeModel) -> None:
    tier = replace(PROMPT.tier, model="claude-nobody-1")
    error = await failure(model, replace(PROMPT, tier=tier))
    assert "does not know model claude-nobody-1" in str(error)


async def test_an_answer_that_does_not_come_says_how_long_it_was_waited_for(
    model: FakeModel,
) -> None:
    model.hang("security")
    error = await failure(model)
    assert str(error) == "The model API did not answer within 62.5 s."
    model.release()


@pytest.mark.parametrize("status", [200, 500])
async def test_of_an_absurdly_long_answer_little_is_read(model: FakeModel, status: int) -> None:
    model.long("security", 500_000_000, status=status)
    await failure(model)
    taken = model.poured.get(timeout=5)
    most = LARGEST_ANSWER if status == 200 else LARGEST_ERROR
    assert taken < most + 12_000_000  # what the system's buffers on both sides hold


async def test_an_answer_near_the_bound_is_read_whole(model: FakeModel) -> None:
    model.long("security", LARGEST_ANSWER - 10_000)
    assert len((await client(model).complete(PROMPT)).text) > LARGEST_ANSWER - 10_000


async def test_an_error_whose_body_breaks_off_is_that_error(model: FakeModel) -> None:
    model.raw("security", b'{"type":', status=529, headers={"content-length": "100"})
    error = await failure(model)
    assert (error.kind, error.billed) == (FailureKind.OVERLOADED, False)


async def test_an_answer_that_trickles_in_is_waited_for_no_longer(model: FakeModel) -> None:
    model.trickle("security")
    loop, skip = asyncio.get_running_loop(), clock()
    model.on_byte = lambda: loop.call_soon_threadsafe(skip, LIMIT_S / 4)  # no byte is late
    assert (await failure(model)).kind is FailureKind.TIMEOUT
    model.on_byte = lambda: None
    model.release()


async def test_code_is_not_carried_elsewhere(model: FakeModel) -> None:
    model.fail("security", 307, headers={"location": f"{model.url}/v1/messages"})
    assert "sends elsewhere" in str(await failure(model))
    assert model.asked == 1


@pytest.mark.parametrize("status", [200, 500])
async def test_what_comes_compressed_is_not_unpacked(model: FakeModel, status: int) -> None:
    bomb = gzip.compress(json.dumps(WHOLE).encode() + b" " * 20_000_000)
    model.raw("security", bomb, status=status, headers={"content-encoding": "gzip"})
    error = await failure(model)
    assert error.kind is (FailureKind.UNREADABLE if status == 200 else FailureKind.SERVER)


WHOLE = {"usage": {"input_tokens": 3, "output_tokens": 5}}


@pytest.mark.parametrize(
    ("body", "again"),
    [
        pytest.param(b"", True, id="nothing"),
        pytest.param(b"[" * 1_000_000, True, id="nested without end"),
        pytest.param(b'{"usage": {"input_tokens": 3, "outp', True, id="half"),
        pytest.param(b"\xff\xfe", True, id="no text"),
        pytest.param(b'"hello"', False, id="a word"),
        pytest.param(b'{"type": "error", "error": {"type": "api_error"}}', False, id="an error"),
        pytest.param(b'{"choices": [{"text": "hi"}]}', False, id="another vendor's"),
        pytest.param({**WHOLE, "content": "hello"}, False, id="content of another shape"),
        pytest.param({**WHOLE, "content": [1]}, False, id="blocks of another shape"),
        pytest.param({**WHOLE, "model": "m" * 1000}, False, id="a name without end"),
        pytest.param(
            {"usage": {"input_tokens": -1, "output_tokens": 5}}, False, id="fewer than no tokens"
        ),
        pytest.param(
            {"usage": {"input_tokens": 3, "output_tokens": 10**30}}, False, id="endless tokens"
        ),
    ],
)
async def test_what_is_not_a_message_is_an_error(
    model: FakeModel, body: bytes | dict[str, Any], again: bool
) -> None:
    model.raw("security", body if isinstance(body, bytes) else json.dumps(body).encode())
    error = await failure(model)
    assert "is not a message" in str(error)
    assert (error.kind, error.billed, error.again) == (FailureKind.UNREADABLE, True, again)


async def test_the_least_that_is_a_message(model: FakeModel) -> None:
    blocks = [
        {"type": "thinking", "thinking": "hm"},
        {"type": "text", "text": "a"},
        {"type": "new", "text": {"odd": 1}},
        {"type": "text", "text": "b"},
    ]
    model.raw("security", json.dumps({**WHOLE, "content": blocks}).encode())
    got = await client(model).complete(PROMPT)
    assert (got.text, got.stop, got.model) == ("ab", Stop.OTHER, "claude-sonnet-5-5")
    assert got.usage == Usage(3, 5)


async def test_nobody_at_the_address() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, never listening: connections are refused
        nobody = AnthropicModel(KEY, f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(ModelFailure, match="could not be reached") as caught:
            await nobody.complete(PROMPT)
    error = caught.value
    assert (error.kind, error.billed, error.again) == (FailureKind.CONNECTION, False, True)


@pytest.mark.parametrize("address", ["no-scheme.example", "http://a\0b", "ftp://127.0.0.1"])
async def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(ModelFailure, match="Check the network and ANTHROPIC_BASE_URL") as caught:
        await AnthropicModel(KEY, address).complete(PROMPT)
    error = caught.value
    assert (error.kind, error.billed, error.again) == (FailureKind.CONNECTION, False, False)


def reported(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set when a connection is asked for on the running loop."""
    asked, loop = asyncio.Event(), asyncio.get_running_loop()
    connect = loop.sock_connect

    async def noted(sock: socket.socket, address: Any) -> None:
        asked.set()
        await connect(sock, address)

    monkeypatch.setattr(loop, "sock_connect", noted)
    return asked


async def test_a_connection_that_does_not_come_is_not_billed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as deaf, contextlib.ExitStack() as waiting:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for _ in range(3):  # the queue of connections is full: another waits for ever
            other = waiting.enter_context(socket.socket())
            other.setblocking(False)
            other.connect_ex(deaf.getsockname())
        model = AnthropicModel(KEY, f"http://127.0.0.1:{deaf.getsockname()[1]}", timeout_s=600)
        skip, connecting = clock(), reported(monkeypatch)
        call = asyncio.create_task(model.complete(PROMPT))
        await connecting.wait()
        skip(CONNECT_S + 1)
        with pytest.raises(ModelFailure, match="could not be reached") as caught:
            await call
    assert (caught.value.kind, caught.value.billed) == (FailureKind.CONNECTION, False)


def test_without_an_address_the_vendor_is_asked() -> None:
    client = AnthropicModel(KEY)._client(5, Watched())
    assert str(client.base_url) == "https://api.anthropic.com"


async def test_a_call_that_is_stopped_ends(model: FakeModel) -> None:
    model.hang("security")
    task = asyncio.create_task(AnthropicModel(KEY, model.url, timeout_s=60).complete(PROMPT))
    while not model.together:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    model.release()


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


async def test_the_count_is_of_what_would_be_sent(model: FakeModel) -> None:
    api = client(model)
    count = await api.count(PROMPT)
    assert count == (await api.complete(PROMPT)).usage.sent
    [counted], [called] = model.counts, model.calls
    assert counted.body == {key: called.body[key] for key in called.body if key != "max_tokens"}


async def test_a_cached_prompt_counts_as_much(model: FakeModel) -> None:
    api, prompt = client(model), replace(PROMPT, cache=True)
    await api.complete(prompt)
    read = (await api.complete(prompt)).usage
    assert read.cache_read_tokens
    assert await api.count(prompt) == read.sent


@pytest.mark.parametrize("act", ["fail", "drop", "sever", "cut", "page", "long", "hang"])
async def test_without_a_count_there_is_none(model: FakeModel, act: str) -> None:
    getattr(model, act)(COUNT)
    assert await client(model).count(PROMPT) is None
    model.release()
    await asyncio.to_thread(model.settle, 0)
    assert len(model.counts) == 1


async def test_a_refused_count_is_none(model: FakeModel) -> None:
    assert await AnthropicModel("sk-" + "w" * 20, model.url).count(PROMPT) is None
    assert [each.status for each in model.counts] == [401]


def test_the_key_is_not_in_the_representation() -> None:
    assert KEY not in repr(AnthropicModel(KEY, "http://127.0.0.1"))
