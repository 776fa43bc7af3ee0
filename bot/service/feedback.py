"""What people think of our comments: thumbs, and threads resolved while the code stayed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.asked import Person
from bot.domain.finding import Category
from bot.domain.opinions import Opinion
from bot.domain.pull import PullRef
from bot.domain.run import RunStatus
from bot.domain.thread import Thread
from bot.ports.conversation import Conversation
from bot.ports.memory import Memory
from bot.ports.opinions import Opinions
from bot.ports.store import Runs
from bot.reporting.marks import is_over

MOST_ASKED = 30
"""People whose permission is asked for at one time: a crowd of strangers must not cost a rate
limit. Those beyond are asked for the next time."""


@dataclass(frozen=True, slots=True)
class Said:
    """One person's word on one finding, before anybody asked whether it counts."""

    fingerprint: str
    by: Person
    accepted: bool
    by_thumb: bool


def voices(thread: Thread, stands: bool) -> Iterator[Said]:
    """What people say of a thread's finding, one word each. `stands`: its code is as it was.

    Who resolves a thread while the code stays has turned the finding down; a thumb of the same
    person says it better. Who shows both thumbs has said nothing.
    """
    liked = {each.id: each for each in thread.liked}
    disliked = {each.id: each for each in thread.disliked}
    for person in liked.keys() ^ disliked.keys():
        by = liked.get(person) or disliked[person]
        yield Said(thread.fingerprint, by, person in liked, by_thumb=True)
    closer = thread.resolved_by_id
    if stands and thread.resolved and closer and closer not in liked.keys() | disliked.keys():
        by = Person(closer, thread.resolved_by)
        yield Said(thread.fingerprint, by, accepted=False, by_thumb=False)


@dataclass(frozen=True, slots=True)
class Feedback:
    """The use case. `now` gives seconds since 1970; all of it belongs inside a step."""

    talk: Conversation
    memory: Memory
    runs: Runs
    opinions: Opinions
    now: Callable[[], float]

    async def collect(self, ref: PullRef, *, closed: bool = False) -> int:
        """Read our threads and keep what people think; how many opinions there are now.

        Asks GitHub nothing where no comment of ours is. `closed`: nothing more will be changed, so
        that what was resolved and left as it was is turned down for good.
        """
        if not await self.memory.commented(ref.repo_id, ref.number):
            return 0
        reviewed = await self._is_reviewed(ref)
        threads = await self.talk.threads(ref)
        stands = {
            each.fingerprint: reviewed and not is_over(each.body)
            for each in threads
            # What was pushed since nobody has looked at: it may have mended what was resolved.
            if reviewed or not each.resolved
        }
        return await self.keep(ref, threads, stands, closed=closed)

    async def keep(
        self,
        ref: PullRef,
        threads: Sequence[Thread],
        stands: Mapping[str, bool],
        *,
        closed: bool = False,
    ) -> int:
        """Keep what people think of these threads; how many opinions there are now.

        `stands` tells of a finding whether its code is as it was; of one that is not in it,
        nothing is kept anew and nothing is dropped.
        """
        told = await self.runs.posted(ref.repo_id, ref.number)
        categories = {each.fingerprint: each.category for each in told}
        heard = [each for each in threads if each.fingerprint in stands.keys() & categories.keys()]
        said = [word for each in heard for word in voices(each, stands[each.fingerprint])]
        if not said and not await self.opinions.of_pull(ref.repo_id, ref.number):
            return 0
        whole = await self._weighed(ref, said, categories)
        names = tuple(dict.fromkeys(each.fingerprint for each in heard))
        await self.opinions.put(ref.repo_id, ref.number, names, whole)
        await self._record(ref, whole, closed=closed)
        return len(whole)

    async def _is_reviewed(self, ref: PullRef) -> bool:
        """Whether the newest review that came to its end is of this head."""
        done = [
            each
            for each in await self.runs.of_pull(ref.repo_id, ref.number)
            if each.status is RunStatus.COMPLETED
        ]
        return bool(done) and done[-1].head_sha == ref.head_sha

    async def _weighed(
        self, ref: PullRef, said: Sequence[Said], categories: Mapping[str, Category]
    ) -> tuple[Opinion, ...]:
        """Each with when it was first seen, and whether it counts; asked once for each person."""
        known = await self.opinions.of_pull(ref.repo_id, ref.number)
        at, may = self.now(), dict[int, bool]()
        found: dict[tuple[str, int], Opinion] = {}
        for each in said:
            by = each.by.id
            made = Opinion(
                fingerprint=each.fingerprint,
                person=by,
                category=categories[each.fingerprint],
                accepted=each.accepted,
                counts=False,
                at=at,
                by_thumb=each.by_thumb,
            )
            before = next((old for old in known if old.same(made)), None)
            if before is None and by not in may and len(may) < MOST_ASKED:
                may[by] = await self.talk.may_command(ref, each.by)
            if before is not None:
                found[each.fingerprint, by] = before
            elif by in may:
                found[each.fingerprint, by] = replace(made, counts=may[by])
        return tuple(found.values())

    async def _record(self, ref: PullRef, whole: Sequence[Opinion], *, closed: bool) -> None:
        """Tell the record of findings. What it knows stays: its sums never fall."""
        by_finding: defaultdict[str, list[bool]] = defaultdict(list)
        for each in whole:
            # A resolved thread may still be mended before the pull request ends.
            if each.counts and (each.by_thumb or closed):
                by_finding[each.fingerprint].append(each.accepted)
        taken = [name for name, said in by_finding.items() if 2 * said.count(True) > len(said)]
        turned = [name for name, said in by_finding.items() if 2 * said.count(False) > len(said)]
        await self.runs.accept(ref.repo_id, ref.number, taken)
        await self.runs.turn_down(ref.repo_id, ref.number, turned)
