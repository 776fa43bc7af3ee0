"""Finding the comments GitHub minds: every set of bad ones, within the calls allowed."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.patch import Anchor
from bot.domain.post import CommentPost
from bot.github.isolate import REFUSED_COSTS, TAKEN_COSTS, UNTRIED, Group, Search
from tests.examples import examples


def comments(count: int) -> list[CommentPost]:
    return [CommentPost(Anchor("f", n + 1, n + 1), "b", f"{n}") for n in range(count)]


class AllOrNothing:
    """Takes a group whole or not at all, and counts the calls."""

    def __init__(self, bad: set[int]) -> None:
        self.bad = {str(n) for n in bad}
        self.calls = 0

    async def __call__(self, group: Group) -> str | None:
        wrong = any(each.fingerprint in self.bad for each in group)
        self.calls += REFUSED_COSTS if wrong else TAKEN_COSTS
        return "not in the diff" if wrong else None


def search(count: int, bad: set[int], calls: int) -> tuple[Search, AllOrNothing]:
    attempt = AllOrNothing(bad)
    found = Search(attempt, calls)
    asyncio.run(found.isolate(comments(count), "refused"))
    return found, attempt


@examples(60)
@given(st.integers(1, 20), st.data(), st.integers(0, 60))
def test_none_is_lost_none_bad_is_taken_and_the_calls_hold(
    count: int, data: st.DataObject, calls: int
) -> None:
    bad = data.draw(st.sets(st.integers(0, count - 1), min_size=1))
    found, attempt = search(count, bad, calls)
    taken = [int(each.fingerprint) for each in found.taken]
    refused = [int(each.fingerprint) for each, _ in found.refused]
    assert sorted(taken + refused) == list(range(count))
    assert not bad & set(taken)
    assert taken == sorted(taken)
    assert refused == sorted(refused)
    assert attempt.calls <= calls


def test_one_bad_comment_of_ten_is_found_within_twelve_calls() -> None:
    for bad in range(10):
        found, attempt = search(10, {bad}, 12)
        assert [each.fingerprint for each, _ in found.refused] == [str(bad)]
        assert attempt.calls <= 10


def test_what_was_not_tried_says_so() -> None:
    found, _ = search(8, {0, 2, 4, 6}, 3)
    assert UNTRIED in {why for _, why in found.refused}


def test_a_single_refused_comment_costs_nothing_to_find() -> None:
    found, attempt = search(1, {0}, 12)
    assert [why for _, why in found.refused] == ["refused"]
    assert attempt.calls == 0
