"""Where the estimate would give something up, the vendor's own count decides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.money import Usage
from bot.domain.pull import RepoPolicy
from bot.engine.steps import KeptSteps
from bot.ports.model import Completion, Prompt, Stop
from bot.service.case import Case
from bot.service.judging import Judge
from bot.settings import load
from bot.store.ledger_memory import LedgerInMemory
from bot.wiring import judge_here
from tests.reviewing.making import a_change

CASE = Case("run", a_change(), RepoPolicy())


@dataclass
class Counting:
    """A model that finds nothing, and counts a prompt as `of` says of our estimate."""

    tokens: int

    async def complete(self, prompt: Prompt) -> Completion:
        usage = Usage(self.tokens, 10)
        return Completion('{"findings": []}', usage, Stop.END, prompt.tier.model, "req_1", 0.1)

    async def count(self, prompt: Prompt) -> int | None:
        return self.tokens


class Biased(LedgerInMemory):
    """Has seen short prompts that were much longer than we thought."""

    async def bias(self, model: str) -> float:
        return 3.0


@pytest.fixture
def house(tmp_path: Path) -> Judge:
    return judge_here(load({"AI_REVIEW_HOME": str(tmp_path)}, env_file=None))


async def test_what_the_vendor_counted_is_not_raised_by_what_we_misjudged_before(
    house: Judge,
) -> None:
    desk = replace(house.house.desk, static_only=False)
    plain = replace(house, house=replace(house.house, desk=desk)).propose(CASE)
    assert plain.estimate is not None
    budget = Decimal(plain.estimate) * Decimal("1.1")
    bound = replace(house.house, desk=replace(desk, budget_usd=budget))
    counts = max(each.prompt_tokens for each in plain.assignments)
    judge = replace(house, house=bound, model=Counting(counts), ledger=Biased())
    made = (await judge(KeptSteps(), CASE)).plan
    assert [each.tier for each in made.assignments] == [each.tier for each in plain.assignments]
    assert made.width is plain.width
