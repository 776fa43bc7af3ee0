"""The stages people are shown stand in the order in which a review passes them."""

from __future__ import annotations

from bot.domain.stages import WALK, stage_of
from tests.journeys.test_kills import WALK as GOLDEN


def test_the_golden_walk_passes_the_stages_in_their_order() -> None:
    passed = list(dict.fromkeys(stage_of(step) for step in GOLDEN))
    assert passed == [each for each in WALK if each in passed]
