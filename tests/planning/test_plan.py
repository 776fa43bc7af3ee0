from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.money import Price, PriceStep, Usage, cost
from bot.domain.patch import FileKind
from bot.domain.plan import Change, Choice, Plan, Tier
from bot.domain.pull import Instruction, RepoPolicy, ReviewerPolicy
from bot.errors import ConfigError
from bot.planning.desk import Desk
from bot.planning.plan import plan
from bot.planning.select import select
from bot.planning.shed import Limit
from tests.examples import examples
from tests.planning.changes import PERFORMANCE, QUALITY, SECURITY, change, file, reviewer

PANEL = (SECURITY, PERFORMANCE, QUALITY)
PLAIN = RepoPolicy()
LOOP = change(file("a.py", FileKind.SOURCE, "+for a in b:", "+    await pay(a)"))


def price(each: int) -> Price:
    step = PriceStep(None, Decimal(each), Decimal(each * 5), Decimal(each), Decimal(0))
    return Price((step,))


TIERS = {
    "deep": Tier("deep", "large", "high", 10_000),
    "standard": Tier("standard", "middle", None, 10_000),
    "cheap": Tier("cheap", "small", None, 10_000),
}
PRICES = {"large": price(20), "middle": price(4), "small": price(1)}
DESK = Desk(TIERS, PRICES, Decimal("10.00"))


def planned(
    desk: Desk = DESK, seen: Change = LOOP, policy: RepoPolicy = PLAIN, asked: Sequence[str] = ()
) -> Plan:
    return plan(select(PANEL, seen, policy, asked), seen, policy, desk)


def who(made: Plan) -> list[tuple[str, str]]:
    return [(each.reviewer.name, each.tier.name) for each in made.assignments]


def test_everybody_chosen_is_assigned_with_a_worst_case_price() -> None:
    made = planned()
    assert who(made) == [
        ("security", "standard"),
        ("performance", "standard"),
        ("quality", "standard"),
    ]
    for each in made.assignments:
        usage = Usage(each.prompt_tokens, each.tier.max_output_tokens)
        assert each.estimate == cost(usage, PRICES["middle"])
        assert each.prompt_tokens > 2_000
    assert made.estimate == sum(each.estimate or 0 for each in made.assignments)
    assert made.coverage.complete


def test_who_is_not_chosen_is_skipped_with_its_reason() -> None:
    made = planned(seen=change(file("t.py", FileKind.TEST)))
    assert [(each.reviewer, each.why) for each in made.skipped] == [
        ("security", "only tests changed"),
        ("performance", "only tests changed"),
    ]


def test_a_choice_that_is_still_open_reads() -> None:
    made = planned(seen=change(file("a.py")))
    assert ("performance", "standard") in who(made)
    assert made.skipped == ()


@pytest.mark.parametrize(
    ("budget", "left"),
    [
        pytest.param("0.72", ["standard", "standard", "standard"], id="fits"),
        pytest.param("0.60", ["standard", "standard", "cheap"], id="quality gives up its tier"),
        pytest.param("0.40", ["standard", "cheap", "cheap"], id="then performance"),
        pytest.param("0.20", ["cheap", "cheap", "cheap"], id="then security"),
        pytest.param("0.13", ["cheap", "cheap"], id="then quality goes"),
        pytest.param("0.07", ["cheap"], id="then performance goes"),
        pytest.param("0.01", [], id="then nobody is left"),
    ],
)
def test_what_is_given_up_first(budget: str, left: list[str]) -> None:
    made = planned(replace(DESK, budget_usd=Decimal(budget)))
    assert [each.tier.name for each in made.assignments] == left
    names = ["security", "performance", "quality"][: len(left)]
    assert [each.reviewer.name for each in made.assignments] == names
    assert (made.estimate or 0) <= Decimal(budget)


def test_a_lower_tier_says_why() -> None:
    made = planned(replace(DESK, budget_usd=Decimal("0.60")))
    assert made.assignments[-1].reason.endswith(
        "; on the cheap tier instead of standard, to stay within the budget of $0.60"
    )


def test_a_dropped_reviewer_says_why_and_the_review_is_not_whole() -> None:
    made = planned(replace(DESK, budget_usd=Decimal("0.07")))
    assert {each.reviewer for each in made.skipped} == {"quality", "performance"}
    assert all("budget of $0.07" in each.why for each in made.skipped)
    assert not made.coverage.complete
    assert made.coverage.unread[0].by_rule is False


@pytest.mark.parametrize(
    ("left", "said"),
    [
        pytest.param(
            "0.10", ["Only $0.10 may be spent: that is what the day leaves."], id="it costs a seat"
        ),
        pytest.param("9.99", [], id="it binds and costs nothing"),
    ],
)
def test_what_a_day_leaves_is_told_where_it_costs_something(left: str, said: list[str]) -> None:
    day = replace(DESK, left=Limit(Decimal(left), "what the day leaves"))
    assert [each for each in planned(day).notes if "may be spent" in each] == said


def test_an_unknown_price_counts_as_the_whole_budget() -> None:
    made = planned(replace(DESK, prices={}))
    assert who(made) == [("security", "standard")]
    assert made.estimate is None
    assert all("middle is unknown" in each.why for each in made.skipped)


def test_an_unknown_price_gives_way_to_a_known_one() -> None:
    made = planned(replace(DESK, prices={"small": price(1)}))
    assert {tier for _, tier in who(made)} == {"cheap"}
    assert len(made.assignments) == 3


def test_an_unknown_price_does_not_fit_a_budget_of_nothing() -> None:
    assert planned(replace(DESK, prices={}, budget_usd=Decimal(0))).assignments == ()


def test_an_own_model_that_costs_nothing_runs_on_a_budget_of_nothing() -> None:
    free = dict.fromkeys(("middle",), price(0))
    assert len(planned(replace(DESK, prices=free, budget_usd=Decimal(0))).assignments) == 3


@pytest.mark.parametrize(("wish", "budget"), [("0.50", "0.50"), ("99.00", "10.00")])
def test_a_repository_may_lower_the_budget_and_never_raise_it(wish: str, budget: str) -> None:
    made = planned(policy=RepoPolicy(budget_usd=Decimal(wish)))
    assert made.budget_usd == Decimal(budget)


def test_without_a_key_nobody_is_assigned_and_nothing_counts_as_read() -> None:
    made = planned(replace(DESK, static_only=True))
    assert (made.assignments, made.static_only, made.estimate) == ((), True, Decimal(0))
    assert {each.why for each in made.skipped} == {"no model key: static analysers only"}
    assert made.coverage.read_lines == 0
    assert not made.coverage.complete


def test_files_without_room_are_named_as_unread_and_risky_ones_come_first() -> None:
    rows = tuple(f"+total_{at} = price * count" for at in range(400))
    seen = change(
        file("a.py", FileKind.SOURCE, *rows),
        file("b.py", FileKind.SOURCE, *rows),
        file("login.py", FileKind.SOURCE, *rows),
    )
    desk = replace(DESK, contexts=dict.fromkeys(PRICES, 34_000))
    made = planned(desk, seen)
    assert made.assignments[0].paths == ("a.py", "login.py")
    [unread] = made.coverage.unread
    assert (unread.path, unread.why) == ("b.py", "did not fit into the model's context")
    assert (unread.lines, unread.by_rule) == (400, False)
    assert made.coverage.read_lines == 800


def test_a_reviewer_none_of_whose_files_fits_does_not_run() -> None:
    made = planned(replace(DESK, contexts=dict.fromkeys(PRICES, 10_100)))
    assert made.assignments == ()
    assert all("none of its files fits" in each.why for each in made.skipped)
    assert not made.coverage.complete


def test_no_prompt_is_planned_beyond_its_context() -> None:
    rows = tuple(f"+total_{at} = price * count" for at in range(100))
    seen = change(*(file(f"{at}.py", FileKind.SOURCE, *rows) for at in range(30)))
    made = planned(replace(DESK, contexts=dict.fromkeys(PRICES, 40_000)), seen)
    for each in made.assignments:
        assert each.prompt_tokens + each.tier.max_output_tokens <= 40_000


def test_a_reviewer_gets_the_instructions_meant_for_it() -> None:
    policy = RepoPolicy(
        reviewers={"quality": ReviewerPolicy(instructions="We use structlog.")},
        instructions=(Instruction(("*.py",), "Mind the units."),),
    )
    made = planned(policy=policy)
    assert [each.instructions for each in made.assignments] == ["", "", "We use structlog."]
    assert made.assignments[0].prompt_tokens > planned().assignments[0].prompt_tokens


def test_a_tier_nobody_defined_is_the_operators_to_fix() -> None:
    choices = [Choice.yes(reviewer("security", "enormous"), "asked")]
    with pytest.raises(ConfigError, match="enormous"):
        plan(choices, LOOP, PLAIN, DESK)


@examples(60)
@given(
    st.decimals(0, 2, places=3),
    st.dictionaries(st.sampled_from(sorted(PRICES)), st.integers(0, 50).map(price)),
    st.lists(st.sampled_from(sorted(TIERS)), min_size=3, max_size=3),
)
def test_no_plan_costs_more_than_its_budget_and_nobody_disappears(
    budget: Decimal, prices: dict[str, Price], tiers: list[str]
) -> None:
    panel = [replace(each, tier=tier) for each, tier in zip(PANEL, tiers, strict=True)]
    desk = replace(DESK, prices=prices, budget_usd=budget)
    made = plan(select(panel, LOOP, PLAIN), LOOP, PLAIN, desk)
    known = [each.estimate for each in made.assignments if each.estimate is not None]
    assert sum(known, Decimal(0)) <= budget
    assert len(made.assignments) - len(known) <= 1
    told = {each.reviewer.name for each in made.assignments} | {
        each.reviewer for each in made.skipped
    }
    assert told == {"security", "performance", "quality"}


def test_a_line_that_is_shown_in_part_keeps_the_plan_from_being_whole() -> None:
    long = change(file("a.py", FileKind.SOURCE, "+x = '" + "a" * 500 + "'; eval(asked)"))
    assert not planned(seen=long).coverage.complete
    assert planned(seen=change(file("a.py", FileKind.SOURCE, "+" + "a" * 500))).coverage.complete
