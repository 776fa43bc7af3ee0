"""The configuration that ships: what it names exists, and nothing it uses is unpriced."""

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.money import Usage, cost
from bot.domain.plan import Tier
from bot.settings.files import load_prices, load_tiers
from tests.fakes import messages_api

CONFIG = Path(__file__).parents[2] / "config"
PRICES = load_prices()


@pytest.mark.parametrize("tier", load_tiers().values(), ids=lambda tier: tier.name)
def test_a_tiers_model_is_known_and_priced(tier: Tier) -> None:
    assert tier.model in PRICES
    assert tier.model in messages_api.NEWEST


@pytest.mark.parametrize(
    ("model", "usage", "usd"),
    [
        pytest.param("claude-haiku-5-5", Usage(100_000), "0.01", id="short prompt"),
        pytest.param("claude-haiku-5-5", Usage(100_001), "0.0500005", id="long prompt"),
        pytest.param("claude-haiku-5-5", Usage(1, 0, 100_000), "0.0050005", id="cache counts"),
        pytest.param("claude-sonnet-5-5", Usage(1000, 1000, 1000, 1000), "0.0146", id="all kinds"),
        pytest.param("claude-opus-5-5", Usage(0, 1000), "0.02", id="output"),
    ],
)
def test_prices_to_the_cent(model: str, usage: Usage, usd: str) -> None:
    assert cost(usage, PRICES[model]) == Decimal(usd)


def test_prices_say_where_they_are_from_and_when_they_were_read() -> None:
    file = tomllib.loads((CONFIG / "pricing.toml").read_text(encoding="utf-8"))
    assert "Pricing" in file["source"]
    assert file["checked"].year >= 2026


def test_every_reviewer_names_a_tier_that_exists() -> None:
    tiers = set(load_tiers())
    for path in (CONFIG / "reviewers").glob("[a-z]*.md"):
        front = tomllib.loads(path.read_text(encoding="utf-8").split("+++")[1])
        assert front["tier"] in tiers
