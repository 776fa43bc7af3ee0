"""What earlier heads' reviews spare this one, and what it leaves to later ones."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter

from bot.domain.earlier import Earlier, Idle
from bot.domain.finding import Category, Finding, SetAside, Severity
from bot.domain.memory import Seen
from bot.domain.opinions import Mute
from bot.domain.patch import Patch
from bot.domain.plan import Change, Choice, Plan
from bot.domain.pull import ReviewerPolicy, Run
from bot.domain.review import Completed, Outcome
from bot.domain.wishes import Dismissal, by_fingerprint
from bot.planning.readable import readable
from bot.planning.select import reads
from bot.planning.shed import LADDER
from bot.ports.memory import Memory
from bot.ports.steps import Steps
from bot.ports.store import Texts
from bot.ports.wishes import Wishes
from bot.reviewing.carry import SHORT
from bot.reviewing.edited import as_told, unanswered
from bot.reviewing.keys import Share, Terms, catalogue
from bot.reviewing.merge import merge, reunited
from bot.reviewing.recall import Recalled, lessons, once, split, with_votes
from bot.service.case import Case
from bot.service.hearing import Heard

STOOD = "stood at the last head"
"""The key under which the memory has what stood there, whatever became of its blocks."""


@dataclass(frozen=True, slots=True)
class Memories:
    """What is remembered of a pull request: readings by key, and which findings have comments.

    `dismissed` are the findings people ignore, `mutes` the categories nobody wants to hear of, both
    in the whole repository.
    """

    seen: tuple[Seen, ...] = ()
    commented: frozenset[str] = field(default_factory=frozenset)
    dismissed: tuple[Dismissal, ...] = ()
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
    `wishes` None: nobody can have asked for anything. `muted` tells what a repository does not want
    to hear of.
    """

    memory: Memory
    texts: Texts
    rules: str
    wishes: Wishes | None = None
    muted: Muted = nothing_muted

    async def recall(self, steps: Steps, case: Case, choices: Sequence[Choice]) -> Before:
        """Part the change into what has to be read and what was."""
        # In threads: a large change takes seconds, and all reviews share one loop.
        shares, terms = _shares(choices, case), self._terms(case)
        what = await asyncio.to_thread(catalogue, case.change, shares, terms)

        async def act() -> str:
            keys = (STOOD,) if case.full else (*what.keys, STOOD)
            known = Memories(
                seen=await self.memory.recall(case.repo_id, case.number, keys),
                commented=await self.memory.commented(case.repo_id, case.number),
                dismissed=await self.wishes.dismissed(case.repo_id) if self.wishes else (),
                mutes=await self.muted(case.repo_id),
            )
            return await self.texts.keep(MEMORIES.dump_json(known).decode())

        known = Memories()
        if case.repo_id:
            kept = await steps.run("recall", str, act)
            known = MEMORIES.validate_json(await self.texts.read(kept))
        stood = next((each.findings for each in known.seen if each.key == STOOD), ())
        recalled = await asyncio.to_thread(split, case.change, what, known.seen, stood)
        return Before(
            whole=case.change,
            recalled=recalled,
            choices=_called(choices, recalled.woken),
            commented=known.commented,
            ignored=by_fingerprint(known.dismissed),
            mutes=known.mutes,
            stood=stood,
        )

    async def learn(
        self, steps: Steps, case: Case, before: Before, plan: Plan, heard: Heard
    ) -> None:
        """Keep what reviewers have read to the end. Before it is posted: it is paid for."""
        again = [each for each in heard.again if not _unsettled(each)]
        recalled, voted = with_votes(before.recalled, again, case.head_sha)
        stood = _stood(case, recalled, heard, before.unanswered(plan, heard.outcomes))
        seen = (*voted, *_lessons(case, recalled, plan, heard))
        if stood != before.stood:
            seen = (*seen, Seen(STOOD, "", case.head_sha, stood))

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

    `choices` are those that were made, and of who has to look again at what it found. `commented`
    are fingerprints of findings that have a comment of ours already, `ignored` the dismissals by
    fingerprint; `mutes` are what the repository does not want to hear of. `stood` are the findings
    worse than low of the last head that was reviewed.
    """

    whole: Change
    recalled: Recalled
    choices: tuple[Choice, ...]
    commented: frozenset[str]
    ignored: Mapping[str, Dismissal] = field(default_factory=dict)
    stood: tuple[Finding, ...] = ()
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
            recalled.formatted,
            {name: self._idle(name) for name, paths in recalled.fresh.items() if not paths},
        )

    def _idle(self, name: str) -> Idle:
        """Why a reviewer with a share has nothing to read."""
        paths = self.recalled.reused[name]
        if not any(path in self.recalled.formatted for path in paths):
            return Idle.KNOWN
        mine = (each.unit for each in self.recalled.units if each.seen)
        seen = any(each.reviewer == name and each.path in paths for each in mine)
        return Idle.BOTH if seen else Idle.FORM

    @property
    def carried(self) -> tuple[Finding, ...]:
        """Findings of earlier heads whose code is still there."""
        return self.recalled.carried

    @property
    def gone(self) -> tuple[SetAside, ...]:
        """Findings of earlier heads whose code is not."""
        return self.recalled.gone

    def unanswered(self, plan: Plan, outcomes: Sequence[Outcome]) -> tuple[Finding, ...]:
        """Findings of the last head in edited code that nobody has read to the end since."""
        pairs = zip(plan.assignments, outcomes, strict=True)
        done = [each for each, outcome in pairs if isinstance(outcome, Completed)]
        return unanswered(self.recalled.open, done, self.whole.patch)

    def in_doubt(self, plan: Plan, outcomes: Sequence[Outcome]) -> tuple[Finding, ...]:
        """The same, as they are told."""
        left = self.unanswered(plan, outcomes)
        return reunited([as_told(each, self.whole) for each in left])

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
    every = tuple(file.path for file in readable(case.change.patch, case.policy.ignore))
    return tuple(
        _share(each, case, every)
        for each in choices
        if each.chosen is not False or _wish(each, case) is not Run.NEVER
    )


def _share(choice: Choice, case: Case, every: Sequence[str]) -> Share:
    if choice.chosen is False:  # where a person named the reviewers, nobody else is to read
        return Share(choice.reviewer, (), 0, tuple(every), bound=bool(case.asked_for))
    paths = reads(choice.reviewer, case.change, case.policy)
    own = frozenset(paths)
    beside = tuple(each for each in every if each not in own)
    return Share(choice.reviewer, paths, _rank(choice), beside)


def _called(choices: Sequence[Choice], woken: Mapping[str, tuple[str, ...]]) -> tuple[Choice, ...]:
    """The choices, with those that have to look again at files where they found something."""
    return tuple(_with(each, woken.get(each.reviewer.name, ())) for each in choices)


def _with(choice: Choice, paths: Sequence[str]) -> Choice:
    if not paths:
        return choice
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    why = f"it found something in {paths[0]}{more}, and that reading no longer holds"
    before = (choice.reason,) if choice.chosen is not False else ()
    return replace(choice, chosen=True, reason="; ".join((*before, why)))


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


def _stood(
    case: Case, recalled: Recalled, heard: Heard, left: Sequence[Finding]
) -> tuple[Finding, ...]:
    """What stands at this head and is worse than low, each place by itself; and what is `left`."""
    carried = once(finding for each in recalled.units for finding in each.findings)
    here = (*merge((*carried, *heard.stood)), *left)
    worse = (each for each in here if each.severity is not Severity.LOW)
    return tuple(replace(each, since=each.since or case.head_sha[:SHORT]) for each in worse)


def _unsettled(finding: Finding) -> bool:
    """Whether votes on it failed: asked again, they may confirm it."""
    return "votes failed" in finding.doubt
