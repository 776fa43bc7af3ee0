"""The panel on the plain runner, over the real adapter, against a server on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.money import NO_TOKENS, Usage
from bot.domain.plan import Plan
from bot.domain.pull import RepoPolicy
from bot.domain.review import Completed, Failed, Outcome
from bot.domain.run import RunStatus
from bot.engine.steps import LARGEST, KeptSteps
from bot.llm.anthropic import AnthropicModel
from bot.ports.model import Completion, Stop
from bot.reviewing.caching import saving, waves
from bot.reviewing.panel import convene, fitting, without_secrets
from bot.reviewing.prompt import prompts
from tests.fakes.model import FakeModel
from tests.reviewing.making import PRICES, a_change, a_plan, assignment, claim

CHANGE = a_change()
TOKEN = "ghp_" + "a" * 36
ALL = ("security", "performance", "quality")


@pytest.fixture
def model() -> Iterator[FakeModel]:
    with FakeModel() as fake:
        yield fake


async def ask(
    model: FakeModel, plan: Plan, timeout_s: float = 5.0, steps: KeptSteps | None = None
) -> tuple[Outcome, ...]:
    asked = prompts(plan, CHANGE, "run", b"k" * 32, RepoPolicy(), "Rules.")
    api = AnthropicModel("key", model.url, timeout_s=timeout_s)
    return await convene(steps or KeptSteps(), api, plan, asked, CHANGE, PRICES)


async def test_reviewers_are_asked_side_by_side_and_answer_in_the_plans_order(
    model: FakeModel,
) -> None:
    model.answer("quality", [claim(title="third")])
    outcomes = await ask(model, a_plan(*ALL))
    assert [each.reviewer for each in outcomes] == list(ALL)
    assert all(isinstance(each, Completed) for each in outcomes)
    last = outcomes[-1]
    assert isinstance(last, Completed)
    assert [each.title for each in last.findings] == ["third"]


async def test_each_call_is_priced(model: FakeModel) -> None:
    [outcome] = await ask(model, a_plan("security"))
    [call] = outcome.calls
    assert call.request_id == "req_fake000001"
    expected = (call.usage.input_tokens * 2 + call.usage.output_tokens * 10) / Decimal(1_000_000)
    assert call.cost == expected
    assert call.cost


async def test_an_unlisted_model_is_unknown_not_free(model: FakeModel) -> None:
    plan = a_plan("security")
    tier = replace(plan.assignments[0].tier, model="claude-opus-5-5")
    [outcome] = await ask(model, replace(plan, assignments=(assignment(tier=tier),)))
    assert outcome.calls[0].cost is None


async def test_the_shared_prefix_is_byte_identical_on_the_wire(model: FakeModel) -> None:
    await ask(model, a_plan(*ALL))
    assert len(model.calls) == 3
    assert len({call.prefix for call in model.calls}) == 1


async def test_nonsense_buys_exactly_one_more_call(model: FakeModel) -> None:
    model.nonsense("security", "I would be happy to help!", times=1)
    model.answer("security", [claim()])
    security, quality = await ask(model, a_plan("security", "quality"))
    assert isinstance(security, Completed)
    assert len(security.findings) == 1
    assert len(security.calls) == len(model.of("security")) == 2
    assert len(quality.calls) == len(model.of("quality")) == 1
    brief = model.of("security")[1].body["messages"][0]["content"][-1]["text"]
    assert "could not be used: The answer is not JSON." in brief
    assert "happy to help" not in brief


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("nonsense", "not in the agreed form. The answer is not JSON."),
        ("truncate", "not in the agreed form. The answer was cut off at its length limit."),
    ],
)
async def test_twice_unreadable_is_failed_and_both_calls_are_paid(
    model: FakeModel, how: str, why: str
) -> None:
    getattr(model, how)("security")
    security, quality = await ask(model, a_plan("security", "quality"))
    assert isinstance(security, Failed)
    assert why in security.why
    assert len(security.calls) == len(model.of("security")) == 2
    assert isinstance(quality, Completed)


async def test_a_refusal_is_failed_and_not_asked_again(model: FakeModel) -> None:
    model.refuse("security")
    security, quality = await ask(model, a_plan("security", "quality"))
    assert isinstance(security, Failed)
    assert "refused" in security.why
    assert len(security.calls) == len(model.of("security")) == 1
    assert isinstance(quality, Completed)


async def test_one_that_fails_leaves_the_others(model: FakeModel) -> None:
    model.fail("security", 500)
    model.hang("performance")
    outcomes = await ask(model, a_plan(*ALL), timeout_s=1.0)
    assert [type(each) for each in outcomes] == [Failed, Failed, Completed]
    security, performance = outcomes[:2]
    assert isinstance(security, Failed)
    assert isinstance(performance, Failed)
    assert "HTTP status 500" in security.why
    assert "did not answer within 1 s" in performance.why


async def test_a_failure_of_the_second_try_keeps_the_first_calls_bill(model: FakeModel) -> None:
    model.nonsense("security", times=1)
    model.fail("security", 401)
    [outcome] = await ask(model, a_plan("security"))
    assert isinstance(outcome, Failed)
    assert "ANTHROPIC_API_KEY" in outcome.why
    assert len(outcome.calls) == 1


async def test_steps_have_the_same_names_every_time(model: FakeModel) -> None:
    names: list[str] = []

    async def watch(name: str, status: RunStatus, why: str) -> None:
        if status is RunStatus.RUNNING:
            names.append(name)

    model.nonsense("performance", times=1)
    await ask(model, a_plan(*ALL), steps=KeptSteps(watch=watch))
    assert names == [
        "review:security",
        "review:performance",
        "review:quality",
        "review-again:performance",
    ]


async def test_a_remembered_answer_is_not_bought_again(model: FakeModel) -> None:
    kept: dict[str, str] = {}

    async def remember(name: str, perform: object) -> str:
        if name not in kept:
            kept[name] = await perform()  # type: ignore[operator]
        return kept[name]

    model.nonsense("security", times=1)
    first = await ask(model, a_plan(*ALL), steps=KeptSteps(remember))
    bought = len(model.calls)
    again = await ask(model, a_plan(*ALL), steps=KeptSteps(remember))
    assert again == first
    assert len(model.calls) == bought == 4


async def test_where_it_pays_one_goes_ahead_and_the_others_read_its_cache(
    model: FakeModel,
) -> None:
    long = tuple(assignment(name, prompt_tokens=40_000) for name in ALL)
    # The plan's estimate decides; the prompt itself only has to reach the vendor's minimum.
    plan = replace(a_plan(), assignments=long)
    asked = prompts(plan, CHANGE, "run", b"k" * 32, RepoPolicy(), "Rules. " * 1000)
    api = AnthropicModel("key", model.url)
    outcomes = await convene(KeptSteps(), api, plan, asked, CHANGE, PRICES)
    usages = [each.calls[0].usage for each in outcomes]
    assert usages[0].cache_write_tokens > 1024
    assert [each.cache_read_tokens for each in usages[1:]] == [usages[0].cache_write_tokens] * 2
    assert model.calls[0].reviewer == "security"


def test_a_small_change_is_not_worth_a_wait() -> None:
    plan = a_plan(*ALL)
    asked = prompts(plan, CHANGE, "run", b"k" * 32, RepoPolicy(), "Rules.")
    [wave] = waves(list(zip(plan.assignments, asked, strict=True)), PRICES)
    assert [index for index, _ in wave] == [0, 1, 2]
    assert not any(prompt.cache for _, prompt in wave)


@pytest.mark.parametrize(
    ("tokens", "readers", "prices", "usd"),
    [
        pytest.param(30_000, 3, PRICES, Decimal("0.099"), id="three"),
        pytest.param(30_000, 2, PRICES, Decimal("0.042"), id="two"),
        pytest.param(30_000, 1, PRICES, None, id="alone"),
        pytest.param(4_000, 3, PRICES, None, id="too short to be cached"),
        pytest.param(30_000, 3, {}, None, id="price unknown"),
    ],
)
def test_what_going_ahead_saves(
    tokens: int, readers: int, prices: dict[str, object], usd: Decimal | None
) -> None:
    assert saving(tokens, readers, assignment(), prices) == usd  # type: ignore[arg-type]


@pytest.mark.parametrize("letter", ["a", "é", "\U0001f600", '"'])
def test_an_answer_too_long_to_be_remembered_is_cut_and_says_so(letter: str) -> None:
    long = Completion(letter * 70_000, NO_TOKENS, Stop.END, "m" * 50, "r" * 60, 1.5)
    cut = fitting(long)
    assert cut.stop is Stop.TRUNCATED
    assert len(json.dumps(cut.text)) + 500 < LARGEST
    assert len(cut.text) > 3_000


def test_an_answer_that_fits_is_left_alone() -> None:
    short = Completion("{}", Usage(1, 1), Stop.REFUSED, "m", "r", 0.1)
    assert fitting(short) is short


@pytest.mark.parametrize(
    ("answer", "safe"),
    [
        pytest.param('{"findings": [ ]}', '{"findings": [ ]}', id="clean, not written anew"),
        pytest.param(
            json.dumps({"findings": [{"body": f'use "{TOKEN}"\n'}]}),
            json.dumps({"findings": [{"body": 'use "«redacted: GitHub token»"\n'}]}),
            id="in a string",
        ),
        pytest.param(
            json.dumps({TOKEN: 1}), '{"\\u00abredacted: GitHub token\\u00bb": 1}', id="key"
        ),
        pytest.param(f"Here: {TOKEN}", "Here: «redacted: GitHub token»", id="no JSON"),
        pytest.param("[" * 100_000, "[" * 100_000, id="nested without end"),
    ],
)
def test_an_answer_is_kept_without_the_secrets_in_it(answer: str, safe: str) -> None:
    assert without_secrets(answer) == safe
