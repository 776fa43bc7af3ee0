"""Which comments of a refused review are to blame, found with few calls.

GitHub takes a review whole or not at all and does not say which comment it minds. So halves of it
are tried, and those that fail are halved again; what can be inferred is not tried.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from bot.domain.post import CommentPost

Group = Sequence[CommentPost]

Try = Callable[[Group], Awaitable[str | None]]
"""Tries a group and leaves no trace; GitHub's words when it refuses, None when it would take it."""

TAKEN_COSTS = 2
REFUSED_COSTS = 1
"""Calls of a try: a draft that was taken must be deleted again."""

UNTRIED = "not tried any further: too many comments of this review were refused"


class Search:
    """Sorts comments into `taken` and `refused` (with GitHub's words), each in the order asked.

    At most `calls` are spent. What is not tried by then counts as refused, so that the others are
    not lost with it.
    """

    def __init__(self, attempt: Try, calls: int) -> None:
        self._attempt = attempt
        self._calls = calls
        self.taken: list[CommentPost] = []
        self.refused: list[tuple[CommentPost, str]] = []

    async def isolate(self, group: Group, said: str) -> None:
        """Sort a group that was refused with the words `said`."""
        if len(group) == 1 or said == UNTRIED:
            self.refused.extend((each, said) for each in group)
            return
        first, second = group[: len(group) // 2], group[len(group) // 2 :]
        of_first = await self._try(first)
        of_second = said if of_first is None else await self._try(second)
        for half, words in ((first, of_first), (second, of_second)):
            if words is None:
                self.taken.extend(half)
            else:
                await self.isolate(half, words)

    async def _try(self, group: Group) -> str | None:
        if self._calls < TAKEN_COSTS:
            return UNTRIED
        said = await self._attempt(group)
        self._calls -= TAKEN_COSTS if said is None else REFUSED_COSTS
        return said
