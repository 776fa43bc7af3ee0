"""What becomes of our own comments at a later head. Nothing of anybody else is touched."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from bot.domain.fate import CommentRules, Fate, Mark, Marked
from bot.domain.plan import Change
from bot.domain.pull import PullRef
from bot.domain.review import Review
from bot.domain.thread import Hidden, Thread
from bot.errors import UpstreamError
from bot.ports.conversation import Conversation
from bot.ports.steps import Steps
from bot.ports.store import Runs
from bot.ports.wishes import Wishes
from bot.reporting.marks import remarked
from bot.reviewing.fates import fates
from bot.service.feedback import Feedback

MOST = 20
"""Comments changed, and reviews folded, in one run. GitHub takes about 80 such writes a minute of
everybody together; what is left over comes at the next head."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class CommentsLife:
    """The use case: one read of our threads, and a write for each comment that has to change.

    Done a second time it changes nothing, so it may be stopped anywhere. `wishes` None: nobody can
    have asked us to ignore anything.
    """

    talk: Conversation
    runs: Runs
    feedback: Feedback
    rules: CommentRules
    wishes: Wishes | None = None

    async def mark(
        self, steps: Steps, ref: PullRef, run: str, review: Review, change: Change
    ) -> None:
        """Tell our comments of earlier heads what became of their findings, and hear what people
        think of them.

        Where there is none, nobody is asked. It is a courtesy: what GitHub refuses is logged, and
        the review is ended all the same.
        """
        if not review.commented:
            return

        async def act() -> Marked:
            return await self._mark(ref, run, review, change)

        try:
            done = await steps.run("mark", Marked, act)
        except UpstreamError as error:
            log.warning("comments_not_marked", run=run, why=str(error))
            return
        if done.left:
            log.info("comments_left_to_the_next_run", run=run, comments=done.left)

    async def _mark(self, ref: PullRef, run: str, review: Review, change: Change) -> Marked:
        if await self._is_overtaken(ref, run):
            return Marked()
        told = await self.runs.posted(ref.repo_id, ref.number)
        dismissed = await self.wishes.dismissed(ref.repo_id) if self.wishes else ()
        ignored = {each.fingerprint: each.by.login for each in dismissed}
        # In a thread: searching a large change takes a second, and all reviews share one loop.
        known = await asyncio.to_thread(fates, told, review, change, ignored)
        threads = await self.talk.threads(ref)
        marks = {
            name: Mark(fate, ref.head_sha, ignored.get(name, "")) for name, fate in known.items()
        }
        marked = await self._each(ref, threads, marks)
        if self.rules.minimise:
            await self._fold(ref, run)
        stands = {
            name: fate is Fate.STANDS for name, fate in known.items() if fate is not Fate.UNKNOWN
        }
        await self.feedback.keep(ref, threads, stands)
        return marked

    async def _is_overtaken(self, ref: PullRef, run: str) -> bool:
        """Whether a later head's run has begun: it marks the comments, and must not be undone."""
        records = await self.runs.of_pull(ref.repo_id, ref.number)
        later = records[-1] if records else None
        return later is not None and later.id != run and later.head_sha != ref.head_sha

    async def _each(
        self, ref: PullRef, threads: tuple[Thread, ...], marks: Mapping[str, Mark]
    ) -> Marked:
        may_resolve = self.rules.resolve_threads
        changed = left = 0
        for thread in threads:
            mark = marks.get(thread.fingerprint)
            body = remarked(thread.body, mark) if mark else thread.body
            if mark is None or body == thread.body:
                continue
            if changed == MOST:
                left += 1
                continue
            # The thread first: once the comment says so, nobody looks at the thread again.
            over = mark.fate.over
            if may_resolve and thread.resolved is not over:
                may_resolve = await self.talk.resolve(ref, thread, over)
                if not may_resolve:
                    log.info("threads_not_resolved", why="the App may not: contents: write")
            changed += await self._rewrite(ref, thread, body)
        return Marked(changed, left)

    async def _rewrite(self, ref: PullRef, thread: Thread, body: str) -> bool:
        """Whether the comment says so now; False where GitHub refuses, as in a locked talk."""
        try:
            await self.talk.rewrite(ref, thread, body)
        except UpstreamError as error:
            if error.retry_after is not None:
                raise
            log.info("comment_not_marked", comment=thread.comment, why=str(error))
            return False
        return True

    async def _fold(self, ref: PullRef, run: str) -> None:
        """Minimise the reviews of earlier runs: what stands of them, the check lists."""
        older = [node for node, by in await self.talk.reviews(ref) if by != run]
        for node in older[:MOST]:
            if not await self.talk.hide(ref, node, Hidden.OUTDATED):
                return
