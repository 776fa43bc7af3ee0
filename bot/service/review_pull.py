"""The whole path of one review. Read this first.

A request and a patch become a plan; a plan becomes outcomes; outcomes become a review; a review
becomes comments and a check, and is posted; what happened becomes a run anyone can read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from bot.domain.asked import ReviewRequest
from bot.domain.plan import Change
from bot.domain.post import Receipt, ReviewPost
from bot.domain.pull import PullRef, PullRequest, RepoPolicy
from bot.domain.review import Review
from bot.domain.run import RunStatus
from bot.errors import UpstreamError
from bot.guard.addressed import addressed
from bot.guard.redact import redact
from bot.intake.own_files import PATHS, repo_policy
from bot.planning.gate import gate, needs_permission, nothing_to_read, says_skip
from bot.planning.readable import insisted
from bot.ports.code_host import CodeHost
from bot.ports.conversation import Conversation
from bot.ports.steps import Steps
from bot.ports.store import Runs, Texts
from bot.reporting.check import cancelled, skipped, unfinished
from bot.reporting.comments import review_post
from bot.service.case import Case
from bot.service.comments_life import CommentsLife
from bot.service.ending import Ending, Started
from bot.service.judging import Begin, Judge
from bot.service.patience import patiently, undivided
from bot.service.reading import CHANGE, Reader

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Opened:
    """What is known before the change is read.

    `may_write` None: nobody had to ask. `opted_out`: the pull request asks for no review, and may.
    `at`: when it was, in seconds since 1970. `paused_by` is the login of who paused the pull
    request, "" when nobody has. `spoken` says where the pull request's prose speaks to the
    reviewers, a sentence each.
    """

    pull: PullRequest
    policy: RepoPolicy
    may_write: bool | None
    opted_out: bool
    at: float
    paused_by: str = ""
    spoken: tuple[str, ...] = ()

    def why_not(self, asked: bool) -> str | None:
        """The reason not to review it, None to go on. `asked`: somebody who may asked for this."""
        return gate(
            self.pull,
            self.policy,
            may_write=self.may_write,
            asked=asked,
            paused_by=self.paused_by,
            opted_out=self.opted_out,
        )


@dataclass(frozen=True, slots=True)
class ReviewPull:
    """The use case.

    `judge` makes the review of what `reader` has read; `life` is told of it, for the comments of
    earlier heads. `now` gives seconds since 1970 and is asked inside steps only. `talk` None: there
    is nobody to answer.
    """

    host: CodeHost
    reader: Reader
    judge: Judge
    life: CommentsLife
    texts: Texts
    runs: Runs
    now: Callable[[], float]
    talk: Conversation | None = None

    async def __call__(self, steps: Steps, asked: ReviewRequest, run: str) -> None:
        """Review the head that was asked for; whatever happens, its check is concluded."""
        walk = Walk(self, steps, asked, run)
        try:
            await walk.walk()
        except UpstreamError as error:
            log.warning("review_unfinished", run=run, why=str(error))
            await walk.close(unfinished(str(error)), RunStatus.BLOCKED)

    async def opened(self, ref: PullRef) -> Opened:
        """The newest head and all that decides whether it is reviewed. Part of a step."""
        house, wishes = self.judge.house, self.judge.wishes
        opening = await self.host.opening(ref, PATHS, house.admits.folder)
        pull = opening.pull
        policy = repo_policy(opening.own, house.defaults, house.admits)
        skip, may_write = says_skip(pull), None
        if needs_permission(pull, policy) or (skip and not policy.author_may_skip):
            may_write = await self.host.may_write(pull.ref, pull.author)
        opted_out = skip and (policy.author_may_skip or bool(may_write))
        paused = await wishes.paused(ref.repo_id, ref.number) if wishes else None
        by = paused.by.login if paused else ""
        return Opened(_kept(pull), policy, may_write, opted_out, self.now(), by, spoken(pull))

    async def broken(self, steps: Steps, asked: ReviewRequest, run: str, why: str) -> None:
        """Conclude the check of a run that met a defect of ours."""
        said = unfinished(f"AI Review met a defect of its own ({why}); its log has the details.")
        await Walk(self, steps, asked, run).close(said, RunStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Walk(Ending):
    """One run on its way. Each `patiently` is a remembered step; between them only values."""

    use: ReviewPull

    async def walk(self) -> None:
        """From the request to the posted review."""
        shown = _Shown(self)
        if not self.asked.settle:
            await shown.begin()
        opened = await patiently(self.steps, "fetch", Opened, self._fetch)
        pull, policy = opened.pull, opened.policy
        shown.since(opened.at)
        if not pull.open or pull.ref.head_sha != self.asked.pull.head_sha:
            return await self.close(cancelled(_newer(pull)), RunStatus.CANCELLED, shown.started)
        if why := opened.why_not(self.asked.by_person):
            return await self.close(skipped(why), RunStatus.SKIPPED, shown.started)
        key = await patiently(self.steps, "read", str, lambda: self._read(opened))
        change = CHANGE.validate_json(await self.use.texts.read(key))
        change, why = self._readable(change, policy)
        if why and not change.evidence:
            said = skipped(why, (*policy.notes, *change.asides))
            return await self.close(said, RunStatus.SKIPPED, shown.started)
        review = await self.judge(change, policy, shown.begin)
        review = replace(review, notes=(*opened.spoken, *review.notes))
        post = review_post(review, self.run)
        if post is not None or review.calls:  # else it took no time, and nobody hears of it
            now = await patiently(self.steps, "still_head", PullRequest, self._look)
            if not now.open or now.ref.head_sha != pull.ref.head_sha:
                return await self.close(cancelled(_newer(now)), RunStatus.CANCELLED, shown.started)
        receipt = await self._post(pull, post) if post is not None else None
        await self.finish(review, receipt, shown.started, change)
        # Last: nobody waits for it, and no remembered step of a run that is under way follows it.
        return await self.use.life.mark(self.steps, self.asked.pull, self.run, review, change)

    async def judge(self, change: Change, policy: RepoPolicy, begin: Begin) -> Review:
        """From what was read to what it amounts to; `begin` comes before anybody is asked."""
        pull = self.asked.pull
        case = Case(
            run=self.run,
            change=change,
            policy=policy,
            head_sha=pull.head_sha,
            repo_id=pull.repo_id,
            number=pull.number,
            installation_id=pull.installation_id,
            asked_for=self.asked.asked_for,
            full=self.asked.full,
        )
        return await self.use.judge(self.steps, case, begin)

    async def start(self) -> Started:
        """Show that the review is under way; remembered."""
        return await patiently(self.steps, "start_check", Started, lambda: undivided(self._start))

    async def _post(self, pull: PullRequest, post: ReviewPost) -> Receipt:
        async def act() -> Receipt:
            receipt = await self.use.host.post_review(pull, self.run, post)
            ref = self.asked.pull
            await self.use.judge.memory.comment(ref.repo_id, ref.number, receipt.posted)
            return receipt

        return await patiently(self.steps, "post_review", Receipt, act)

    async def _start(self) -> Started:
        use, pull = self.use, self.asked.pull
        await use.runs.running(self.run)
        check = await use.host.start_check(pull, self.run, "Reviewing")
        await self.heed_cancel(check)
        return Started(check, use.now())

    async def _fetch(self) -> Opened:
        await self.use.runs.running(self.run)
        return await self.use.opened(self.asked.pull)

    def _readable(self, change: Change, policy: RepoPolicy) -> tuple[Change, str | None]:
        """The change, and why nobody has anything to read in it. Who insists has docs read, too."""
        why = nothing_to_read(change.patch, policy.ignore)
        if why is None or not self.asked.by_person:
            return change, why
        change = replace(change, patch=insisted(change.patch, policy.ignore))
        return change, nothing_to_read(change.patch, policy.ignore)

    async def _read(self, opened: Opened) -> str:
        change = await self.use.reader.read(opened.pull, opened.policy)
        return await self.use.texts.keep(CHANGE.dump_json(change).decode())

    async def _look(self) -> PullRequest:
        return _kept(await self.use.host.pull(self.asked.pull))


class _Shown:
    """Since when a walk is under way, and the check that shows it.

    Who opens a pull request looks for an answer, so its check is there at once. After a push it
    comes when somebody has to read: most pushes change little, and a check that ends as it begins
    is one call, not three. Everything here follows from remembered steps.
    """

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self.started = Started(None, 0.0)

    async def begin(self) -> None:
        """Make the check, once."""
        if self.started.check_id is None:
            made = await self._walk.start()
            self.started = replace(made, at=self.started.at or made.at)

    def since(self, at: float) -> None:
        """The walk's beginning, unless its check tells it."""
        self.started = replace(self.started, at=self.started.at or at)


def _kept(pull: PullRequest) -> PullRequest:
    """What is remembered of a pull request: no prose, and no secret in any name."""
    labels = tuple(redact(label).text for label in pull.labels)
    return replace(pull, title="", body="", head_ref="", labels=labels)


def spoken(pull: PullRequest) -> tuple[str, ...]:
    """A sentence where the prose of a pull request speaks to the reviewers, who never see it."""
    prose = {
        "title": pull.title,
        "description": pull.body,
        "branch": re.sub(r"[/_-]+", " ", pull.head_ref),
        "labels": "\n".join(pull.labels),
    }
    return tuple(
        f"Text in the pull request's {name} speaks to the reviewers, who are not shown it."
        for name, text in prose.items()
        if addressed(text)
    )


def _newer(pull: PullRequest) -> str:
    if not pull.open:
        return "The pull request was closed."
    return f"A newer head came: {pull.ref.head_sha[:7]}."
