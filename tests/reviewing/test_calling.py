"""One question until it is answered or given up: attempts, waits, fallback, and what is noted."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest

from bot.domain.ledger import Budget, EntryState
from bot.domain.money import Price, PriceStep, Usage
from bot.domain.plan import Tier
from bot.errors import FailureKind, ModelFailure, OverBudget
from bot.ports.model import Completion, Prompt, Stop
from bot.reviewing.asking import Question
from bot.reviewing.calling import MOST_LOOKS, Patience, through
from bot.reviewing.worst import bytes_of, digest_of
from bot.store.ledger_memory import LedgerInMemory
from tests.reviewing.calls import caller

STANDARD = Tier("standard", "middle", "medium", 1_000, fallback="cheap")
CHEAP = Tier("cheap", "small", None, 1_000)
TIERS = {each.name: each for each in (STANDARD, CHEAP)}


def price(each: str) -> Price:
    rate = Decimal(each)
    return Price((PriceStep(None, rate, rate * 5, rate * Decimal("1.25"), rate / 10),))


PRICES = {"middle": price("2"), "small": price("0.1")}
PROMPT = Prompt(STANDARD, "Rules.", "The change.", "Reviewer: security", {"type": "object"})
ASKED = Question("review:security", "security", PROMPT)


def fail(
    kind: FailureKind, *, again: bool = True, billed: bool = False, after: float | None = None
) -> ModelFailure:
    what = f"The model failed ({kind.value})."
    return ModelFailure(what, kind=kind, again=again, billed=billed, retry_after=after)


@dataclass
class Scripted:
    """A model that fails as told, then answers. `counts` is what it says of a prompt's tokens."""

    acts: dict[str, list[ModelFailure]] = field(default_factory=dict)
    counts: int | None = None
    asked: list[str] = field(default_factory=list)
    before: Callable[[], None] = lambda: None

    async def complete(self, prompt: Prompt) -> Completion:
        self.before()
        self.asked.append(prompt.tier.model)
        waiting = self.acts.get(prompt.tier.model, [])
        if waiting:
            raise waiting.pop(0)
        return Completion("{}", Usage(100, 10), Stop.END, prompt.tier.model, "req", 1.0)

    async def count(self, prompt: Prompt) -> int | None:
        return self.counts


def answering(model: Scripted, ledger: LedgerInMemory, **more: object):  # type: ignore[no-untyped-def]
    return caller(model, ledger, tiers=TIERS, prices=PRICES, **more)


BUSY = fail(FailureKind.CIRCUIT)
"""Not asked, because another call is trying whether the model is back."""
RATE = FailureKind.RATE_LIMIT
TIMEOUT = FailureKind.TIMEOUT
CLOSED = FailureKind.CONNECTION


@pytest.mark.parametrize(
    ("first", "second", "models", "waits"),
    [
        pytest.param([], [], "m", 0, id="answered at once"),
        pytest.param([fail(FailureKind.OVERLOADED)], [], "mm", 1, id="overloaded once"),
        pytest.param([fail(RATE, after=7.0)], [], "mm", 1, id="told to wait"),
        pytest.param([fail(RATE, after=900.0)], [], "ms", 0, id="told to wait too long: the other"),
        pytest.param([fail(FailureKind.SERVER)] * 3, [], "mmms", 2, id="three failures: the other"),
        pytest.param([fail(TIMEOUT, billed=True)], [], "ms", 0, id="timed out: the other"),
        pytest.param([fail(CLOSED, billed=True)], [], "mm", 1, id="closed, may be billed"),
        pytest.param([fail(FailureKind.CIRCUIT, again=False)], [], "ms", 0, id="left alone"),
        pytest.param([fail(FailureKind.CIRCUIT)], [], "ms", 0, id="being tried: the other"),
        pytest.param(
            [fail(FailureKind.CIRCUIT)] * 2, [BUSY, BUSY], "msmsm", 2, id="both being tried"
        ),
        pytest.param(
            [fail(FailureKind.CIRCUIT, again=False)] * 2, [BUSY], "msms", 1, id="one of them is"
        ),
        pytest.param([fail(FailureKind.REQUEST, again=False)], [], "ms", 0, id="refused as it is"),
    ],
)
async def test_what_is_tried_until_there_is_an_answer(
    first: list[ModelFailure], second: list[ModelFailure], models: str, waits: int
) -> None:
    model = Scripted({"middle": list(first), "small": list(second)})
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    got = await answering(model, LedgerInMemory(), sleep=sleep).call(ASKED)
    assert got.text == "{}"
    assert "".join(each[0] for each in model.asked) == models
    assert len(slept) == waits
    if waits and first[0].retry_after is not None:
        assert slept == [first[0].retry_after]


async def test_waits_double_and_are_spread_the_same_way_at_every_replay() -> None:
    async def waits() -> list[float]:
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        model = Scripted({"middle": [fail(FailureKind.SERVER)] * 4})
        patience = Patience(attempts=5)
        await answering(model, LedgerInMemory(), sleep=sleep, patience=patience).call(ASKED)
        return slept

    first = await waits()
    assert first == await waits()
    for nth, each in enumerate(first):
        assert 0.5 <= each / min(0.5 * 4**nth, 20) <= 1


async def test_when_nobody_answers_the_first_models_reason_is_told() -> None:
    model = Scripted(
        {"middle": [fail(FailureKind.OVERLOADED)] * 3, "small": [fail(FailureKind.SERVER)] * 3}
    )
    with pytest.raises(ModelFailure, match="overloaded"):
        await answering(model, LedgerInMemory()).call(ASKED)
    assert Counter(model.asked) == {"middle": 3, "small": 3}


async def test_who_is_kept_out_does_not_look_for_ever_nor_for_one_that_rests() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    for again, looks in ((True, MOST_LOOKS), (False, 1)):
        slept.clear()
        kept_out = [fail(FailureKind.CIRCUIT, again=again)] * 99
        model = Scripted({"middle": kept_out, "small": list(kept_out)})
        with pytest.raises(ModelFailure, match="circuit"):
            await answering(model, LedgerInMemory(), sleep=sleep).call(ASKED)
        assert Counter(model.asked) == {"middle": looks, "small": looks}
        assert len(slept) == looks - 1
        assert sum(slept) < 180


@pytest.mark.parametrize(
    ("budget_usd", "models", "why"),
    [
        pytest.param("0.02", "ms", None, id="the cheap one fits"),
        pytest.param(
            "0.0145",
            "m",
            "The model failed (connection). Nothing more was asked: the review could have cost "
            "more than its limit of $0.0145.",
            id="nothing fits",
        ),
    ],
)
async def test_where_the_budget_ends_the_attempts_the_first_failure_is_told(
    budget_usd: str, models: str, why: str | None
) -> None:
    model = Scripted({"middle": [fail(CLOSED, billed=True)]})
    asked = answering(model, LedgerInMemory(), budget=Budget(Decimal(budget_usd))).call(ASKED)
    if why is None:
        assert (await asked).model == "small"
    else:
        with pytest.raises(ModelFailure) as caught:
            await asked
        assert str(caught.value) == why
    assert "".join(each[0] for each in model.asked) == models


@pytest.mark.parametrize(
    ("first", "second", "models"),
    [
        pytest.param([fail(CLOSED, billed=True)] * 3, [], "mm", id="on one model"),
        pytest.param(
            [fail(TIMEOUT, billed=True)], [fail(CLOSED, billed=True)] * 3, "ms", id="on two"
        ),
    ],
)
async def test_two_that_may_be_billed_and_brought_nothing_are_enough(
    first: list[ModelFailure], second: list[ModelFailure], models: str
) -> None:
    model = Scripted({"middle": list(first), "small": list(second)})
    with pytest.raises(ModelFailure):
        await answering(model, LedgerInMemory()).call(ASKED)
    assert "".join(each[0] for each in model.asked) == models


async def test_a_model_whose_context_is_too_small_is_no_fallback() -> None:
    model = Scripted({"middle": [fail(FailureKind.REQUEST, again=False)]})
    narrow = answering(model, LedgerInMemory(), contexts={"small": 1_001})
    with pytest.raises(ModelFailure):
        await narrow.call(ASKED)
    assert model.asked == ["middle"]


@pytest.mark.parametrize(
    ("failure", "state", "spent"),
    [
        pytest.param(fail(FailureKind.SERVER), EntryState.RELEASED, False, id="not billed"),
        pytest.param(
            fail(TIMEOUT, again=False, billed=True), EntryState.LOST, True, id="may be billed"
        ),
    ],
)
async def test_every_attempt_is_noted_and_counts_what_it_may_have_cost(
    failure: ModelFailure, state: EntryState, spent: bool
) -> None:
    ledger = LedgerInMemory()
    await answering(Scripted({"middle": [failure]}), ledger).call(ASKED)
    lost, paid = await ledger.of_run("run")
    assert (lost.state, paid.state) == (state, EntryState.SETTLED)
    assert bool(lost.counts(Decimal(1))) is spent
    assert failure.kind.value in lost.note
    assert paid.cost == paid.counts(Decimal(1))
    assert paid.cost is not None
    assert paid.reserved is not None
    assert paid.cost <= paid.reserved
    assert paid.usage == Usage(100, 10)
    assert (paid.reviewer, paid.call, paid.request_id) == ("security", "review:security", "req")


async def test_an_attempt_is_noted_before_it_is_made() -> None:
    ledger, seen = LedgerInMemory(), []
    model = Scripted()

    async def look() -> None:
        seen.extend(await ledger.of_run("run"))

    loop = asyncio.get_running_loop()
    tasks: list[asyncio.Task[None]] = []
    model.before = lambda: tasks.append(loop.create_task(look()))
    original = model.complete

    async def complete(prompt: Prompt) -> Completion:
        got = await original(prompt)
        await tasks[0]
        return got

    model.complete = complete  # type: ignore[method-assign]
    await answering(model, ledger).call(ASKED)
    assert [each.state for each in seen] == [EntryState.RESERVED]


async def test_a_call_without_room_for_its_worst_case_is_not_made() -> None:
    model, ledger = Scripted(), LedgerInMemory()
    with pytest.raises(
        OverBudget, match=r"the review could have cost more than its limit of \$0.001"
    ):
        await answering(model, ledger, budget=Budget(Decimal("0.001"))).call(ASKED)
    assert model.asked == []
    assert await ledger.of_run("run") == ()


async def test_the_vendors_count_decides_where_our_bound_does_not_fit() -> None:
    long = replace(PROMPT, shared="word " * 4_000)  # 20,000 bytes, some 4,000 tokens
    worst = Decimal(bytes_of(long) * 2 + 10_000) / 1_000_000
    counted = Decimal(4_080 * 2 + 10_000) / 1_000_000  # 2 % more, for it is an estimate
    budget = Budget((worst + counted) / 2)
    for counts, made in ((4_000, True), (None, False), (40_000, False)):
        model, ledger = Scripted(counts=counts), LedgerInMemory()
        question = replace(ASKED, prompt=long)
        if made:
            await answering(model, ledger, budget=budget).call(question)
            [entry] = await ledger.of_run("run")
            assert entry.reserved == counted
        else:
            with pytest.raises(OverBudget):
                await answering(model, ledger, budget=budget).call(question)
        assert bool(model.asked) is made


async def test_an_unknown_price_takes_the_whole_budget() -> None:
    model, ledger = Scripted(), LedgerInMemory()
    ask = caller(model, ledger, budget=Budget(Decimal(1)), prices={})
    await ask.call(ASKED)
    with pytest.raises(OverBudget):
        await ask.call(replace(ASKED, name="review:quality"))


async def test_an_answer_that_was_paid_is_not_bought_again() -> None:
    model, ledger = Scripted(), LedgerInMemory()
    first = await answering(model, ledger).call(ASKED)
    again = await answering(model, ledger).call(ASKED)
    assert again == first
    assert len(model.asked) == 1
    other = replace(ASKED, prompt=replace(PROMPT, brief="Reviewer: security. Again."))
    await answering(model, ledger).call(other)
    assert len(model.asked) == 2


async def test_what_the_other_model_answered_is_not_asked_of_the_first_again() -> None:
    ledger = LedgerInMemory()
    down = Scripted({"middle": [fail(FailureKind.CIRCUIT, again=False)]})
    first = await answering(down, ledger).call(ASKED)
    healthy = Scripted()
    assert await answering(healthy, ledger).call(ASKED) == first
    assert healthy.asked == []


async def test_one_that_died_in_a_call_counts_at_its_worst() -> None:
    ledger = LedgerInMemory()

    class Killed(BaseException):
        """The process is gone."""

    def die() -> None:
        raise Killed

    with pytest.raises(Killed):
        await answering(Scripted(before=die), ledger).call(ASKED)
    await answering(Scripted(), ledger).call(ASKED)
    lost, paid = await ledger.of_run("run")
    assert (lost.state, paid.state) == (EntryState.LOST, EntryState.SETTLED)
    assert lost.counts(Decimal(1)) == lost.reserved


async def test_at_most_so_many_calls_at_a_time() -> None:
    running = most = 0

    class Slow(Scripted):
        async def complete(self, prompt: Prompt) -> Completion:
            nonlocal running, most
            running += 1
            most = max(most, running)
            for _ in range(5):
                await asyncio.sleep(0)
            running -= 1
            return await Scripted.complete(self, prompt)

    from bot.engine.steps import KeptSteps

    ask = through(KeptSteps(), answering(Slow(), LedgerInMemory()), at_once=2)
    got = await ask([replace(ASKED, name=f"review:{nth}") for nth in range(6)])
    assert len(got) == 6
    assert most == 2


@pytest.mark.parametrize(
    "change",
    [
        {"rules": "Other."},
        {"shared": "Other."},
        {"brief": "Other."},
        {"tier": CHEAP},
        {"tier": replace(STANDARD, effort="high")},
    ],
)
def test_another_prompt_has_another_name(change: dict[str, object]) -> None:
    assert digest_of(replace(PROMPT, **change)) != digest_of(PROMPT)  # type: ignore[arg-type]
