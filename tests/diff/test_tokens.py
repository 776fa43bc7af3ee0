from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.diff.tokens import tokens
from tests.examples import examples

CODE = """
def total(self, order_id: int) -> Decimal:
    return sum(line.price for line in self.lines)
"""


def test_no_text_has_no_tokens() -> None:
    assert tokens("") == 0


def test_code_costs_about_three_characters_a_token_raised_for_the_newer_tokenizer() -> None:
    assert 1.4 < len(CODE) / tokens(CODE) < 2.6


@pytest.mark.parametrize(
    ("text", "least"),
    [
        pytest.param("漢字" * 100, 200, id="letters outside ASCII cost a token each at least"),
        pytest.param("deadbeef" * 100, 300, id="no vocabulary holds a long word"),
        pytest.param("8" * 300, 100, id="digits come in threes"),
        pytest.param("!@$%^&*" * 50, 150, id="marks that mean nothing"),
    ],
)
def test_what_no_vocabulary_holds_is_not_underrated(text: str, least: int) -> None:
    assert tokens(text) >= least


@examples(80)
@given(st.text(max_size=300), st.text(max_size=300))
def test_a_longer_text_never_costs_less(one: str, other: str) -> None:
    assert tokens(one + other) >= max(tokens(one), tokens(other)) - 4


@examples(80)
@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_only_what_is_there_costs(text: str) -> None:
    assert (tokens(text) > 0) == bool(text)
