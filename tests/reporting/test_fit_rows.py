from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reporting.fit import Block, fit
from tests.examples import examples

ROWS = st.lists(st.text("aé\U0001f600", min_size=1, max_size=40), max_size=60).map(tuple)
BLOCKS = st.lists(
    st.builds(Block, st.just("head"), ROWS, st.sampled_from(["", "tail"])), max_size=5
)


@examples(100)
@given(BLOCKS, st.integers(300, 3_000))
def test_a_page_fits_and_says_how_many_rows_it_lost(blocks: list[Block], limit: int) -> None:
    page = fit(blocks, limit)
    assert len(page.encode()) <= limit
    lost = sum(int(line.split()[1]) for line in page.splitlines() if line.startswith("and "))
    shown = [line for line in page.splitlines() if line[:1] in ("a", "é", "\U0001f600")]
    kept = [line for line in shown if not line.startswith("and ")]
    assert len(kept) + lost == sum(len(each.rows) for each in blocks)


def test_a_later_block_keeps_its_first_rows_beside_a_long_one() -> None:
    long, short = Block("long", ("x" * 50,) * 500), Block("short", ("y",) * 5)
    page = fit((long, short), 2_000)
    assert page.count("\ny") == 5
    assert "more" in page


def test_a_frame_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="needs more than 10 bytes"):
        fit((Block("a long head of a page"),), 10)
