"""The review of a change that is shown to whoever asked for it, and posted nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.money import ZERO
from bot.domain.plan import Change, Coverage, Plan
from bot.domain.pull import RepoPolicy
from bot.domain.review import Failed, Outcome, Review, Verdict
from bot.planning.plan import NO_KEY, plan
from bot.planning.select import select
from bot.ports.model import LanguageModel
from bot.ports.steps import Steps
from bot.reviewing.conclude import conclude
from bot.reviewing.panel import convene
from bot.reviewing.prompt import prompts
from bot.service.review_pull import House


@dataclass(frozen=True, slots=True)
class ReviewChange:
    """The use case. `model` None: no key, so the analysers are the reviewers."""

    house: House
    model: LanguageModel | None

    def plan(self, change: Change, policy: RepoPolicy, asked_for: Sequence[str] = ()) -> Plan:
        """Who would read `change`, why, and for how much. Asks no model."""
        choices = select(self.house.reviewers, change, policy, asked_for)
        return plan(choices, change, policy, self.house.desk)

    async def __call__(
        self, steps: Steps, planned: Plan, change: Change, policy: RepoPolicy, run: str
    ) -> Review:
        """Do what `planned` says. A reviewer that fails is in the review, never raised."""
        house = self.house
        outcomes: tuple[Outcome, ...] = ()
        if self.model is not None and planned.assignments:
            asked = prompts(planned, change, run, house.key, policy, house.rules)
            outcomes = await convene(steps, self.model, planned, asked, change, house.desk.prices)
        return conclude(planned, outcomes, change, policy)


def unfinished(review: Review, asked_for: Sequence[str] = ()) -> bool:
    """Whether somebody failed, or something was not read that should have been.

    A reviewer asked for by name that has no key to run with has not done its part either.
    """
    keyless = {each.reviewer for each in review.plan.skipped if each.why == NO_KEY}
    return (
        any(isinstance(each, Failed) for each in review.outcomes)
        or any(each.incomplete for each in review.tools)
        or not review.plan.coverage.complete
        or not keyless.isdisjoint(asked_for)
    )


def empty_review() -> Review:
    """The review of a change that holds nothing."""
    nothing = Plan((), (), Coverage(0, 0), ZERO)
    return Review(Verdict.SUCCESS, (), (), (), (), nothing)
