"""What a review that is shown on a terminal amounts to: whether it is whole, and the empty one."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.money import ZERO
from bot.domain.plan import Coverage, Plan
from bot.domain.review import Failed, Review, Verdict
from bot.planning.plan import NO_KEY


def unfinished(review: Review, asked_for: Sequence[str] = ()) -> bool:
    """Whether somebody failed, or something was not read or judged that should have been.

    A reviewer asked for by name that has no key to run with has not done its part either.
    """
    keyless = {each.reviewer for each in review.plan.skipped if each.why == NO_KEY}
    return (
        any(isinstance(each, Failed) for each in review.outcomes)
        or any(each.incomplete for each in review.tools)
        or not review.plan.coverage.complete
        or review.unjudged > 0
        or not keyless.isdisjoint(asked_for)
    )


def empty_review() -> Review:
    """The review of a change that holds nothing."""
    nothing = Plan((), (), Coverage(0, 0), ZERO)
    return Review(Verdict.SUCCESS, (), (), (), (), nothing)
