"""What commands do that concern the whole pull request: review, plan, pause, cancel, status."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import StrEnum
from typing import Protocol

from bot.domain.asked import COMMANDED, CommentRef, ReviewRequest, Spoken
from bot.domain.command import Command, Unclear, Verb
from bot.domain.pull import PullRef, PullRequest
from bot.domain.run import REVIEWER, FoundStatus, RunRecord, RunStatus
from bot.domain.wishes import Pause
from bot.ports.conversation import Conversation
from bot.ports.steps import Steps
from bot.ports.wishes import Wishes
from bot.reporting import answers as words
from bot.reporting.plan_answer import plan_answer
from bot.service.approval import covers
from bot.service.case import Case
from bot.service.known import newest_of_head
from bot.service.patience import patiently
from bot.service.review_pull import ReviewPull

LIVE = (RunStatus.PENDING, RunStatus.RUNNING)
NOTICED = "pull_request.noticed"
"""The trigger of a run that somebody's command made us aware of, and that nobody asked for."""
TOLD = (FoundStatus.POSTED, FoundStatus.LISTED, FoundStatus.CARRIED)


class Reviews(Protocol):
    """Starts and stops reviews."""

    async def review(self, steps: Steps, asked: ReviewRequest) -> None:
        """Have a head reviewed."""
        ...

    async def stop(self, steps: Steps, pull: PullRef, why: str) -> bool:
        """Stop what runs; whether anything did."""
        ...


class End(StrEnum):
    """How a command ended."""

    DONE = "done"
    STARTED = "started"  # a review, which tells how it ended once it has
    UNCLEAR = "unclear"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Deed:
    """What became of a command, and the answer in Markdown, "" for none.

    `said` is what was not understood of it: it is told with the others, in one answer. `to` is
    where the answer goes; None: where the command was written.
    """

    end: End
    answer: str = ""
    said: tuple[Unclear, ...] = ()
    to: CommentRef | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """What commands need.

    `help_text` makes of the App's name ("" when it is not known) every command with what it does,
    as Markdown.
    """

    use: ReviewPull
    talk: Conversation
    wishes: Wishes
    help_text: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Doing:
    """One command on its way. `steps` are its own; `report`: its review tells its comment."""

    office: Office
    steps: Steps
    spoken: Spoken
    command: Command
    reviews: Reviews
    report: bool = True

    async def review(self) -> Deed:
        """Review the newest head now, unless it has its review."""
        if strange := await self._strange():
            return Deed(End.UNCLEAR, said=strange)
        pull = await self._pull()
        if not pull.open:
            return Deed(End.UNCLEAR, "The pull request is closed, so it is not reviewed.")
        if self.command.verb is not Verb.FULL:
            answer = await self.steps.run("standing", str, lambda: self._standing(pull))
            if answer:
                return Deed(End.DONE, answer)
        if pull.from_fork and not await self._covered(pull):
            return Deed(End.UNCLEAR, words.too_new(pull.ref.head_sha))
        asked = ReviewRequest(
            pull.ref,
            COMMANDED + self.command.verb.value,
            again=True,
            asked_for=self.command.names,
            full=self.command.verb is Verb.FULL,
            comment=self.spoken.comment if self.report else None,
        )
        await self.reviews.review(self.steps, asked)
        return Deed(End.STARTED)

    async def _covered(self, pull: PullRequest) -> bool:
        """Whether what was asked holds for this head; one that is new is noted for the next try."""
        use = self.office.use

        async def act() -> bool:
            return await covers(use, pull, self.spoken.at)

        covered = await patiently(self.steps, "covers", bool, act)
        if not covered:  # without a run of its own it would stay unknown, however often one asks
            await self.reviews.review(self.steps, ReviewRequest(pull.ref, NOTICED))
        return covered

    async def _standing(self, pull: PullRequest) -> str:
        """What is answered where the head has its review, or is getting it; "" otherwise."""
        record = await newest_of_head(self.office.use.runs, pull.ref)
        if record is None:
            return ""
        if record.status in LIVE and not self.command.names and _past_the_gate(record):
            return words.under_way(record, checks_of(pull))
        whole = record.status is RunStatus.COMPLETED and await self._still_true(record)
        if whole and set(self.command.names) <= _ran(record):
            return words.reviewed_already(record, checks_of(pull))
        return ""

    async def _still_true(self, record: RunRecord) -> bool:
        """Whether nobody failed, and what is ignored is what was ignored then."""
        if any(each.status is RunStatus.FAILED for each in record.decisions):
            return False
        dismissed = await self.office.wishes.dismissed(record.repo_id)
        now = {each.fingerprint for each in dismissed}
        then = {each.fingerprint for each in record.found if each.ignored}
        told = {each.fingerprint for each in record.found if each.status in TOLD}
        return then <= now and not told & now

    async def plan(self) -> Deed:
        """Who would read the newest head, for how much at most. Asks no model."""

        async def act() -> str:
            use = self.office.use
            opened = await use.opened(self.spoken.pull)
            skipped, head = opened.why_not(asked=False) or "", opened.pull.ref.head_sha
            change = await use.reader.read(opened.pull, opened.policy)
            case = Case("plan", change, opened.policy, head, asked_for=self.command.names)
            return plan_answer(use.judge.propose(case), head, skipped)

        if strange := await self._strange():
            return Deed(End.UNCLEAR, said=strange)
        return Deed(End.DONE, await patiently(self.steps, "plan", str, act))

    async def pause(self) -> Deed:
        """Review no push from now on."""

        async def act() -> bool:
            pause = Pause(self.spoken.by, self.office.use.now())
            return await self.office.wishes.pause(self.spoken.pull, pause)

        kept = await self.steps.run("keep", bool, act)
        return Deed(End.DONE if kept else End.FAILED, words.paused(kept))

    async def resume(self) -> Deed:
        """Review pushes again."""
        pull, wishes = self.spoken.pull, self.office.wishes
        # Looked at in a step of its own: after a crash the second try would find nothing.
        was = await self.steps.run(
            "look", Pause | None, lambda: wishes.paused(pull.repo_id, pull.number)
        )

        async def act() -> bool:
            await wishes.resume(pull)
            return True

        await self.steps.run("keep", bool, act)
        return Deed(End.DONE, words.resumed(was))

    async def cancel(self) -> Deed:
        """Stop what runs."""
        why = f"Cancelled by {self.spoken.by.login}."
        return Deed(
            End.DONE,
            words.stopped(await self.reviews.stop(self.steps, self.spoken.pull, why)),
        )

    async def status(self) -> Deed:
        """Where the newest head stands."""

        async def act() -> str:
            use, wishes, ref = self.office.use, self.office.wishes, self.spoken.pull
            pull = await use.host.pull(ref)
            record = await newest_of_head(use.runs, pull.ref)
            dismissed = await wishes.dismissed(ref.repo_id)
            here = sum(each.number == ref.number for each in dismissed)
            pause = await wishes.paused(ref.repo_id, ref.number)
            said = words.status(
                pull.ref.head_sha, record, checks_of(pull), pause, (here, len(dismissed))
            )
            records = await use.runs.of_pull(ref.repo_id, ref.number)
            return f"{said}\n{words.spent(records)}" if records else said

        return Deed(End.DONE, await patiently(self.steps, "look", str, act))

    async def help(self) -> Deed:
        """Every command."""
        return Deed(End.DONE, self.office.help_text(self.spoken.slug))

    async def not_yet(self) -> Deed:
        """Commands that write code."""
        return Deed(End.UNCLEAR, words.not_yet(self.command))

    async def _strange(self) -> tuple[Unclear, ...]:
        """What is said of names that no reviewer bears, neither ours nor the repository's own."""
        use, names = self.office.use, self.command.names
        known = {each.name for each in use.judge.house.reviewers}

        async def read() -> tuple[str, ...]:
            policy = (await use.opened(self.spoken.pull)).policy
            return tuple(each.name for each in policy.own_reviewers)

        if not known.issuperset(names):
            known |= set(await patiently(self.steps, "reviewers", tuple[str, ...], read))
        strange = [each for each in names if each not in known]
        return (_no_reviewer(strange, sorted(known)),) if strange else ()

    async def _pull(self) -> PullRequest:
        async def read() -> PullRequest:
            pull = await self.office.use.host.pull(self.spoken.pull)
            return replace(pull, title="", body="", head_ref="", labels=())  # prose is not kept

        return await patiently(self.steps, "head", PullRequest, read)


def checks_of(pull: PullRequest) -> str:
    """Where the pull request's checks are shown."""
    return f"{pull.url}/checks"


def _past_the_gate(record: RunRecord) -> bool:
    """Whether it was decided to review: a run that waits may still be skipped as a draft's."""
    return any(each.step == "read" for each in record.steps)


def _ran(record: RunRecord) -> frozenset[str]:
    """Reviewers that have read the head, now or, where nothing was new for them, before."""
    done = (each for each in record.decisions if each.status is RunStatus.COMPLETED)
    names = (each.subject for each in done if each.subject.startswith(REVIEWER))
    return frozenset(each.removeprefix(REVIEWER).partition("@")[0] for each in names)


def _no_reviewer(strange: list[str], known: list[str]) -> Unclear:
    close = get_close_matches(strange[0], known, 1)
    return Unclear(
        strange[0][:60], words.unknown_reviewers(strange, known), close[0] if close else ""
    )


Perform = Callable[[Doing], Awaitable[Deed]]
DEEDS: dict[Verb, Perform] = {
    Verb.REVIEW: Doing.review,
    Verb.FULL: Doing.review,
    Verb.PLAN: Doing.plan,
    Verb.PAUSE: Doing.pause,
    Verb.RESUME: Doing.resume,
    Verb.CANCEL: Doing.cancel,
    Verb.STATUS: Doing.status,
    Verb.HELP: Doing.help,
    Verb.FIX: Doing.not_yet,
    Verb.TESTS: Doing.not_yet,
    Verb.IMPLEMENT: Doing.not_yet,
}
