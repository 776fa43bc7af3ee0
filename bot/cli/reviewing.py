"""What `ai-review review` does between its options and its output."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot import wiring
from bot.cli.progress import Progress
from bot.cli.show import markdown
from bot.cli.subject import Subject, github, known_reviewers, read_here, read_pull, run_of
from bot.cli.target import Pull, Target
from bot.domain.asked import ReviewRequest
from bot.domain.finding import Severity
from bot.domain.pull import RepoPolicy
from bot.domain.review import Review, Verdict
from bot.domain.run import RunStatus
from bot.engine.steps import KeptSteps
from bot.github.failures import Forbidden
from bot.reporting.facts import RunFacts
from bot.service.review_change import empty_review, unfinished
from bot.service.review_in_ci import review_in_ci
from bot.store.memory import RunsInMemory

if TYPE_CHECKING:
    from bot.github.host import GitHubHost
    from bot.settings import Settings

CLEAN, FOUND, INCOMPLETE = 0, 1, 3


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller wants besides the target. `fail_on` None: what the policy says."""

    agents: tuple[str, ...] = ()
    fail_on: str | None = None
    post: bool = False

    def amend(self, policy: RepoPolicy) -> RepoPolicy:
        """The policy, with the caller's severity in place of its own."""
        if self.fail_on is None:
            return policy
        return replace(policy, fail_at=None if self.fail_on == "never" else Severity(self.fail_on))


@dataclass(frozen=True, slots=True)
class Ended:
    """How it went. `note` stands for a review there is none of; `told` goes to standard error."""

    review: Review
    facts: RunFacts
    code: int
    note: str = ""
    told: tuple[str, ...] = ()


async def review(target: Target, settings: Settings, wish: Wish) -> Ended:
    """Review the target, and post where that was asked. Raises BotError."""
    known_reviewers(wish.agents, settings)
    began = time.monotonic()
    with Progress() as progress:
        if not isinstance(target, Pull):
            subject = await read_here(target, settings)
            return await _shown(subject, settings, wish, progress, began)
        host = github(settings)
        try:
            if wish.post:
                return await _posted(target, host, settings, wish, progress)
            subject = await read_pull(target, host, settings)
            return await _shown(subject, settings, wish, progress, began)
        finally:
            host.close()


async def _shown(
    subject: Subject | None, settings: Settings, wish: Wish, progress: Progress, began: float
) -> Ended:
    if subject is None:
        return Ended(empty_review(), _facts(None, began), CLEAN, "Nothing changed.")
    case = replace(subject.case(wish.agents), policy=wish.amend(subject.policy))
    review = await wiring.judge_here(settings)(KeptSteps(watch=progress.watch), case)
    return Ended(review, _facts(subject, began), exit_code(review, wish.agents))


async def _posted(
    target: Pull, host: GitHubHost, settings: Settings, wish: Wish, progress: Progress
) -> Ended:
    began = time.monotonic()
    ref = await host.find(target.repo, target.number)
    run = run_of(ref)
    try:
        await host.start_check(ref, run, "Reviewing")
    except Forbidden as error:
        subject = await read_pull(target, host, settings)
        ended = await _shown(subject, settings, wish, progress, began)
        return replace(ended, told=_summarised(ended, settings, str(error)))
    runs = RunsInMemory()
    use = wiring.review_pull(settings, wiring.judge_here(settings, runs), host)
    asked = ReviewRequest(ref, "ci", asked_for=wish.agents)
    review = await review_in_ci(use, KeptSteps(watch=progress.watch), asked, run, wish.amend)
    record = await runs.get(run)
    status = record.status if record else RunStatus.FAILED
    facts = replace(_facts(None, began), run=run, repo=ref.repo, head_sha=ref.head_sha)
    note = record.note if record else ""
    if review is None:
        code = CLEAN if status is RunStatus.SKIPPED else INCOMPLETE
        return Ended(empty_review(), facts, code, note)
    if status is not RunStatus.COMPLETED:  # made, but it did not get to where it belongs
        code = FOUND if review.verdict is Verdict.FAILURE else INCOMPLETE
        return Ended(review, facts, code, told=(f"Not posted. {note}",))
    return Ended(review, facts, exit_code(review, wish.agents))


def exit_code(review: Review, asked_for: tuple[str, ...] = ()) -> int:
    """1 for findings that fail, else 3 for what is incomplete, else 0."""
    if review.verdict is Verdict.FAILURE:
        return FOUND
    return INCOMPLETE if unfinished(review, asked_for) else CLEAN


def _summarised(ended: Ended, settings: Settings, why: str) -> tuple[str, ...]:
    """Put the review where a token that may only read still can: the step's own summary."""
    said = f"The token may not write to the pull request, so nothing was posted there. {why}"
    path = settings.step_summary
    if path is None:
        return (said,)
    try:
        with path.open("a", encoding="utf-8", errors="replace") as file:
            file.write(markdown(ended.review, ended.facts) + "\n")
    except OSError as error:
        return said, f"The job's summary cannot be written either: {error.strerror}."
    return said, "The review stands in the job's summary."


def _facts(subject: Subject | None, began: float) -> RunFacts:
    return RunFacts(
        run=subject.run if subject else "",
        repo=subject.name if subject else "",
        head_sha=subject.head_sha if subject else "",
        seconds=time.monotonic() - began,
        receipt=None,
        version=wiring.own_version(),
    )
