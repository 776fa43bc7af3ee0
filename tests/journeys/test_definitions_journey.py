"""A definition of an unchanged file on its way through the whole system to the model's prompt."""

from __future__ import annotations

import pytest

from bot.sandbox import RepoScene
from tests.fakes.model import FakeModel
from tests.journeys.system import System, wait_for

pytestmark = pytest.mark.slow

TOKEN = "gh" + "p_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
PRICES = f"""KEY = "{TOKEN}"


def price(item):
    headers = {{"Authorization": "{TOKEN}"}}
    return ask(item, headers)
"""
CALLS = """from src.prices import price


def total(items):
    return sum(price(item) for item in items)
"""


def test_it_reaches_the_prompt_with_line_numbers_and_without_its_secret(
    system: System, model: FakeModel, repo: RepoScene
) -> None:
    repo.commit("main", {"src/prices.py": PRICES}, "Prices")
    repo.branch("calls", "main")
    repo.commit("calls", {"src/total.py": CALLS}, "Total")
    number = repo.open_pull(head="calls", author="mia")
    wait_for(lambda: [each for each in repo.pull(number).checks if each.conclusion])
    prompt = str(model.of("security")[0].body)
    assert "## src/prices.py: price (called in src/total.py)" in prompt
    assert "     4   def price(item):" in prompt
    assert "     5       headers = " in prompt
    assert "     6       return ask(item, headers)" in prompt
    assert "«redacted" in prompt
    assert TOKEN not in prompt
