"""The panel on plain steps, over the real adapter, against a server on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.ledger import Entry
from bot.domain.money import NO_TOKENS, Price, Usage
from bot.domain.plan import Plan
from bot.domain.pull import RepoPolicy
from bot.domain.review import Completed, Failed, Outcome
from bot.domain.run import RunStatus
from bot.engine.steps import KeptSteps
from bot.guard.material import boundary
from bot.llm.anthropic import AnthropicModel
from bot.ports.model import Completion, Stop
from bot.reviewing.caching import Worth, saving, waves
from bot.reviewing.panel import Panel, convene
from bot.reviewing.prompt import prompts
from bot.reviewing.raw import LARGEST_ANSWER, fitting, without_secrets
from bot.store.ledger_memory import LedgerInMemory
from tests.fakes.model import FakeModel
from tests.fakes.observed import Observed
from tests.fakes.script import Act
from tests.reviewing.calls import asking
from tests.reviewing.making import PRICES, a_change, a_plan, assignment, claim

pytestmark = pytest.mark.slow
CHANGE = a_change()
KEY = b"k" * 32
TOKEN = "ghp_" + "a" * 36
ALL = ("security", "performance", "quality")


@pytest.fixture
def model() -> Iterator[FakeModel]:
    with FakeModel() as fake:
        yield fake


async def convened(
    model: FakeModel,
    plan: Plan,
    *,
    steps: KeptSteps | None = None,
    rules: str = "Rules.",
    ledger: LedgerInMemory | None = None,
) -> tuple[tuple[Outcome, ...], tuple[str, ...]]:
    asked = prompts(plan, CHANGE, "run", KEY, RepoPolicy(), rules)
    api = Observed(model, AnthropicModel("key", model.url, timeout_s=60))
    ask = asking(api, steps, ledger=ledger)
    mark = boundary(KEY, "run")
    return await convene(Panel(ask, asked, CHANGE, mark, PRICES, Worth()), plan)


async def outcomes_of(model: FakeModel, plan: Plan, **more: Any) -> tuple[Outcome, ...]:
    return (await convened(model, plan, **more))[0]


async def entries_of(ledger: LedgerInMemory, reviewer: str) -> list[Entry]:
    return [each for each in await ledger.of_run("run") if each.reviewer == reviewer]


async def test_reviewers_are_asked_side_by_side_and_answer_in_the_plans_order(
    model: FakeModel,
) -> None:
    model.answer("quality", [claim(title="third")])
    outcomes = await outcomes_of(model, a_plan(*ALL))
    assert [each.reviewer for each in outcomes] == list(ALL)
    assert all(isinstance(each, Completed) for each in outcomes)
    last = outcomes[-1]
    assert isinstance(last, Completed)
    assert [each.title for each in last.findings] == ["third"]


async def test_each_call_is_priced_in_the_ledger(model: FakeModel) -> None:
    ledger = LedgerInMemory()
    await outcomes_of(model, a_plan("security"), ledger=ledger)
    [call] = await entries_of(ledger, "security")
    assert call.request_id == "req_fake000001"
    expected = (call.usage.input_tokens * 2 + call.usage.output_tokens * 10) / Decimal(1_000_000)
    assert call.cost == expected > 0


async def test_the_shared_prefix_is_byte_identical_on_the_wire(model: FakeModel) -> None:
    await outcomes_of(model, a_plan(*ALL))
    assert len(model.calls) == 3
    assert len({call.prefix for call in model.calls}) == 1


async def test_nonsense_buys_exactly_one_more_call(model: FakeModel) -> None:
    model.nonsense("security", "I would be happy to help!", times=1)
    model.answer("security", [claim()])
    security, _ = await outcomes_of(model, a_plan("security", "quality"))
    assert isinstance(security, Completed)
    assert len(security.findings) == 1
    assert len(model.of("security")) == 2
    assert len(model.of("quality")) == 1
    brief = model.of("security")[1].body["messages"][0]["content"][-1]["text"]
    assert "could not be used: The answer is not JSON." in brief
    assert "happy to help" not in brief


async def test_twice_unreadable_is_failed(model: FakeModel) -> None:
    model.nonsense("security")
    security, quality = await outcomes_of(model, a_plan("security", "quality"))
    assert isinstance(security, Failed)
    assert "answered twice, not in the agreed form. The answer is not JSON." in security.why
    assert len(model.of("security")) == 2
    assert isinstance(quality, Completed)


def cut(text: str, times: int | None = 1) -> Act:
    return Act("truncate", text=text, times=times)


def cut_off(*whole: Mapping[str, object]) -> str:
    """An answer that ends in the middle of the finding behind these."""
    return json.dumps({"findings": list(whole)})[:-2] + ', {"path": "src/ca'


async def test_an_answer_cut_off_goes_on_behind_its_last_whole_finding(model: FakeModel) -> None:
    model.act("security", cut(cut_off(claim(title="first"))))
    model.answer("security", [claim(title="second", line=4, quote="def total(order):")])
    [outcome] = await outcomes_of(model, a_plan("security"))
    assert isinstance(outcome, Completed)
    assert {each.title for each in outcome.findings} == {"first", "second"}
    brief = model.of("security")[1].body["messages"][0]["content"][-1]["text"]
    assert "was cut off" in brief
    assert "first" in brief


async def test_one_cut_off_before_its_first_finding_is_asked_by_halves(model: FakeModel) -> None:
    model.truncate("security", times=1)
    [outcome] = await outcomes_of(model, a_plan("security"))
    assert isinstance(outcome, Completed)
    briefs = [call.body["messages"][0]["content"][-1]["text"] for call in model.of("security")[1:]]
    asked = [("src/cart.py" in each, "src/util.py" in each) for each in briefs]
    assert sorted(asked) == [(False, True), (True, False)]


async def test_who_is_asked_again_still_sees_the_code_that_it_alone_reads(
    model: FakeModel,
) -> None:
    model.act("security", cut(cut_off(claim())))
    model.truncate("performance", times=1)
    few = assignment("quality", paths=("src/cart.py",))
    both = (assignment("security"), assignment("performance"))
    await outcomes_of(model, replace(a_plan(), assignments=(*both, few)))
    asked = [*model.of("security"), *model.of("performance")]
    shown = ["return x + x" in json.dumps(each.body) for each in asked]
    assert shown == [True] * 5  # two for the one that goes on, three for the one that is halved


async def test_cut_off_again_and_again_it_fails_and_keeps_what_it_said(model: FakeModel) -> None:
    model.act("security", cut(cut_off(claim()), times=None))
    [outcome] = await outcomes_of(model, a_plan("security"))
    assert isinstance(outcome, Failed)
    assert outcome.why == "The answer was cut off at its length limit."
    assert outcome.findings
    assert len(model.of("security")) == 3


@pytest.mark.parametrize("claims", ['{"path": "src/cart.py"}', "1, [2]", '{"a": NaN}'])
async def test_claims_before_the_cut_that_are_none_cost_nobody_else_the_review(
    model: FakeModel, claims: str
) -> None:
    model.act("security", cut('{"findings": [' + claims + ', {"pa', times=None))
    security, quality = await outcomes_of(model, a_plan("security", "quality"))
    assert security == Failed("security", "The answer was cut off at its length limit.")
    assert len(model.of("security")) == 3  # nothing of it can be used: once more by halves
    assert isinstance(quality, Completed)


@pytest.mark.parametrize("reason", ["pause_turn", "something_new", None])
async def test_one_that_stopped_in_an_unknown_way_has_not_read_to_the_end(
    model: FakeModel, reason: str | None
) -> None:
    model.stop("security", reason)
    [outcome] = await outcomes_of(model, a_plan("security"))
    assert isinstance(outcome, Failed)
    assert outcome.why.endswith("The model stopped in a way that is not known.")
    assert len(model.of("security")) == 2


async def test_one_half_that_fails_fails_the_whole(model: FakeModel) -> None:
    model.truncate("security", times=1)
    model.answer("security", [claim()], times=1)
    model.refuse("security")
    [outcome] = await outcomes_of(model, a_plan("security"))
    assert isinstance(outcome, Failed)
    assert "refused" in outcome.why


async def test_a_refusal_is_failed_and_not_asked_again(model: FakeModel) -> None:
    model.refuse("security")
    security, quality = await outcomes_of(model, a_plan("security", "quality"))
    assert isinstance(security, Failed)
    assert "refused" in security.why
    assert len(model.of("security")) == 1
    assert isinstance(quality, Completed)


async def test_one_that_fails_leaves_the_others(model: FakeModel) -> None:
    model.fail("security", 500)
    model.hang("performance")
    outcomes = await outcomes_of(model, a_plan(*ALL))
    assert [type(each) for each in outcomes] == [Failed, Failed, Completed]
    security, performance = outcomes[:2]
    assert isinstance(security, Failed)
    assert isinstance(performance, Failed)
    assert "HTTP status 500" in security.why
    assert "did not answer within 60 s" in performance.why


async def test_a_failure_of_the_second_try_keeps_the_first_calls_bill(model: FakeModel) -> None:
    ledger = LedgerInMemory()
    model.nonsense("security", times=1)
    model.fail("security", 401)
    [outcome] = await outcomes_of(model, a_plan("security"), ledger=ledger)
    assert isinstance(outcome, Failed)
    assert "ANTHROPIC_API_KEY" in outcome.why
    paid = [each for each in await entries_of(ledger, "security") if each.counts(Decimal(1))]
    assert len(paid) == 1


async def test_steps_have_the_same_names_every_time(model: FakeModel) -> None:
    names: list[str] = []

    async def watch(name: str, status: RunStatus, why: str) -> None:
        if status is RunStatus.RUNNING:
            names.append(name)

    model.nonsense("performance", times=1)
    await outcomes_of(model, a_plan(*ALL), steps=KeptSteps(watch=watch))
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
    first = await outcomes_of(model, a_plan(*ALL), steps=KeptSteps(remember))
    bought = len(model.calls)
    again = await outcomes_of(model, a_plan(*ALL), steps=KeptSteps(remember))
    assert again == first
    assert len(model.calls) == bought == 4


async def test_where_it_pays_one_goes_ahead_and_the_others_read_its_cache(
    model: FakeModel,
) -> None:
    long = tuple(assignment(name, prompt_tokens=40_000) for name in ALL)
    # The plan's estimate decides; the prompt itself only has to reach the vendor's minimum.
    plan = replace(a_plan(), assignments=long)
    ledger = LedgerInMemory()
    rules = "Rules. " * 2_500
    _, notes = await convened(model, plan, rules=rules, ledger=ledger)
    usages = {each.reviewer: each.usage for each in await ledger.of_run("run")}
    written = usages["security"].cache_write_tokens
    assert written > 4096
    assert usages["performance"].cache_read_tokens == written
    assert usages["quality"].cache_read_tokens == written
    assert model.calls[0].reviewer == "security"
    assert all("cache_control" in str(call.body["messages"]) for call in model.calls)
    [note] = notes
    assert note.startswith("security goes first: 2 more read about")


@pytest.mark.parametrize(
    ("tokens", "prices", "why"),
    [
        pytest.param(900, PRICES, "what its 3 readers share is too short", id="short"),
        pytest.param(9_000, PRICES, "and the wait is worth $0.05", id="saves too little"),
        pytest.param(40_000, {}, "its price is unknown", id="unknown price"),
    ],
)
async def test_where_nothing_is_cached_it_says_why(
    tokens: int, prices: Mapping[str, Price], why: str
) -> None:
    plan = replace(
        a_plan(), assignments=tuple(assignment(name, prompt_tokens=tokens) for name in ALL)
    )
    asked = prompts(plan, CHANGE, "run", KEY, RepoPolicy(), "Rules. " * 2_000)
    order = waves(list(zip(plan.assignments, asked, strict=True)), prices, Worth())
    [wave] = order.waves
    assert [index for index, _ in wave] == [0, 1, 2]
    assert not any(prompt.cache for _, prompt in wave)
    [note] = order.notes
    assert why in note


@pytest.mark.parametrize(
    ("tokens", "readers", "prices", "usd"),
    [
        pytest.param(30_000, 3, PRICES, Decimal("0.099"), id="three"),
        pytest.param(30_000, 2, PRICES, Decimal("0.042"), id="two"),
        pytest.param(30_000, 1, PRICES, Decimal("-0.015"), id="alone it costs"),
        pytest.param(30_000, 3, {}, None, id="price unknown"),
    ],
)
def test_what_going_ahead_saves(
    tokens: int, readers: int, prices: dict[str, Price], usd: Decimal | None
) -> None:
    assert saving(tokens, readers, assignment(), prices) == usd


@pytest.mark.parametrize("letter", ["a", "é", "\U0001f600", '"'])
def test_an_answer_too_long_to_be_remembered_is_cut_and_says_so(letter: str) -> None:
    long = Completion(letter * 70_000, NO_TOKENS, Stop.END, "m" * 50, "r" * 60, 1.5)
    cut = fitting(long)
    assert cut.stop is Stop.TRUNCATED
    assert len(json.dumps(cut.text)) <= LARGEST_ANSWER
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
        pytest.param("[" * 900 + "]" * 900, "[" * 900 + "]" * 900, id="nested too deep"),
    ],
)
def test_an_answer_is_kept_without_the_secrets_in_it(answer: str, safe: str) -> None:
    assert without_secrets(answer) == safe
