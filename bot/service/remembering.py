"""What earlier heads' reviews spare this one, and what it leaves to later ones."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter

from bot.domain.finding import Category, Finding, SetAside
from bot.domain.memory import Seen
from bot.domain.opinions import Mute
from bot.domain.patch import Patch
from bot.domain.plan import Change, Choice, Earlier, Plan
from bot.domain.pull import ReviewerPolicy, Run
from bot.domain.review import Completed
from bot.planning.select import reads
from bot.planning.shed import LADDER
from bot.ports.memory import Memory
from bot.ports.steps import Steps
from bot.ports.store import Texts
from bot.reviewing.keys import Share, Terms, catalogue
from bot.reviewing.recall import Recalled, lessons, split
from bot.service.case import Case
from bot.service.hearing import Heard


@dataclass(frozen=True, slots=True)
class Memories:
    """What is remembered of a pull request: readings by key, and which findings have comments.

    `mutes` are what its repository does not want to hear of.
    """

    seen: tuple[Seen, ...] = ()
    commented: frozenset[str] = field(default_factory=frozenset)
    mutes: tuple[Mute, ...] = ()


Muted = Callable[[int], Awaitable[tuple[Mute, ...]]]
"""Tells what the repository of that id does not want to hear of."""


async def nothing_muted(_: int) -> tuple[Mute, ...]:
    """Every category is heard."""
    return ()


MEMORIES: TypeAdapter[Memories] = TypeAdapter(Memories)


@dataclass(frozen=True, slots=True)
class Remembering:
    """The memory of one pull request, as one case uses it.

    Where there is no pull request there is no memory: everything is new, and nothing is kept.
    `muted` tells what a repository does not want to hear of.
    """

    memory: Memory
    texts: Texts
    rules: str
    muted: Muted = nothing_muted

    async def recall(self, steps: Steps, case: Case, choices: Sequence[Choice]) -> Before:
        """Part the change into what has to be read and what was."""
        # In threads: a large change takes seconds, and all reviews share one loop.
        shares, terms = _shares(choices, case), self._terms(case)
        what = await asyncio.to_thread(catalogue, case.change, shares, terms)

        async def act() -> str:
            seen = await self.memory.recall(case.repo_id, case.number, what.keys)
            commented = await self.memory.commented(case.repo_id, case.number)
            known = Memories(seen, commented, await self.muted(case.repo_id))
            return await self.texts.keep(MEMORIES.dump_json(known).decode())

        known = Memories()
        if case.repo_id:
            kept = await steps.run("recall", str, act)
            known = MEMORIES.validate_json(await self.texts.read(kept))
        recalled = await asyncio.to_thread(split, case.change, what, known.seen)
        return Before(case.change, recalled, choices, known.commented, known.mutes)

    async def learn(
        self, steps: Steps, case: Case, before: Before, plan: Plan, heard: Heard
    ) -> None:
        """Keep what reviewers have read to the end. Before it is posted: it is paid for."""
        seen = tuple(_lessons(case, before.recalled, plan, heard))

        async def act() -> bool:
            await self.memory.learn(case.repo_id, case.number, seen)
            return True

        if case.repo_id and seen:
            await steps.run("learn", bool, act)

    def _terms(self, case: Case) -> Terms:
        return Terms(self.rules, case.policy, len(LADDER) - 1)


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of a change before anybody reads it.

    `commented` are fingerprints of findings that have a comment of ours already; `mutes` are what
    the repository does not want to hear of.
    """

    whole: Change
    recalled: Recalled
    choices: Sequence[Choice]
    commented: frozenset[str]
    mutes: tuple[Mute, ...] = ()

    @property
    def fresh(self) -> Change:
        """What of the change has to be read; one without files when all was."""
        return self.recalled.change or replace(self.whole, patch=Patch())

    @property
    def earlier(self) -> Earlier:
        """The same, as a plan takes it."""
        recalled = self.recalled
        left = {path for paths in recalled.fresh.values() for path in paths}
        reused = {path for paths in recalled.reused.values() for path in paths}
        return Earlier(
            self.whole,
            recalled.fresh,
            frozenset(reused - left),
            recalled.reused_lines,
            recalled.formatted_lines,
        )

    @property
    def carried(self) -> tuple[Finding, ...]:
        """Findings of earlier heads whose code is still there."""
        return self.recalled.carried

    @property
    def gone(self) -> tuple[SetAside, ...]:
        """Findings of earlier heads whose code is not."""
        return self.recalled.gone

    @property
    def judged(self) -> frozenset[tuple[Category, str]]:
        """Categories and paths that a reviewer has read whole at an earlier head."""
        by_name = {each.reviewer.name: each.reviewer.category for each in self.choices}
        # What only changed its form is reused as well, but nobody has ever read it.
        known = {(each.unit.reviewer, each.unit.path) for each in self.recalled.units if each.seen}
        return frozenset(
            (by_name[name], path)
            for name, paths in self.recalled.reused.items()
            for path in paths
            if (name, path) in known
        )


def _shares(choices: Sequence[Choice], case: Case) -> tuple[Share, ...]:
    """One for each reviewer. Who is not chosen now may have been before, and found something.

    Unless the repository wants to hear nothing of it: then it has no share.
    """
    return tuple(
        Share(each.reviewer, reads(each.reviewer, case.change, case.policy), 0, idle=True)
        if each.chosen is False
        else Share(each.reviewer, reads(each.reviewer, case.change, case.policy), _rank(each))
        for each in choices
        if each.chosen is not False or _wish(each, case) is not Run.NEVER
    )


def _wish(choice: Choice, case: Case) -> Run:
    return case.policy.reviewers.get(choice.reviewer.name, ReviewerPolicy()).run


def _rank(choice: Choice) -> int:
    """How well the tier of its risk reads: 0 for the least. On no ladder: the best."""
    tier = choice.reviewer.tier_for(choice.risk)
    return len(LADDER) - 1 - (LADDER.index(tier) if tier in LADDER else 0)


def _lessons(case: Case, recalled: Recalled, plan: Plan, heard: Heard) -> Iterable[Seen]:
    done = {each.reviewer for each in heard.outcomes if isinstance(each, Completed)}
    for assignment in plan.assignments:
        if assignment.name not in done:
            continue
        name, paths = assignment.reviewer.name, frozenset(assignment.paths)
        mine = [each for each in heard.stood if name in each.sources and each.path in paths]
        aside = [each for each in heard.set_aside if name in each.finding.sources]
        open_ = [each.finding for each in aside if each.unjudged]
        open_ += [each for each in mine if _unsettled(each)]
        kept = [each for each in mine if not _unsettled(each)]
        yield from lessons(recalled, assignment, kept, case.head_sha, open_)


def _unsettled(finding: Finding) -> bool:
    """Whether votes on it failed: asked again, they may confirm it."""
    return "votes failed" in finding.doubt
