"""From a plan to findings that stand: ask the panel, refute, agree, bring the parts together.

Stages follow each other, and within a stage everybody is asked side by side. Between two stages
stands a gate (see bot/reviewing/gates.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from bot.domain.finding import Finding, SetAside
from bot.domain.plan import Change, Plan
from bot.domain.review import Outcome
from bot.domain.wishes import Dismissal
from bot.guard.material import boundary
from bot.reviewing import gates
from bot.reviewing.asking import Ask
from bot.reviewing.briefs import Court
from bot.reviewing.merge import merge
from bot.reviewing.panel import Panel, convene
from bot.reviewing.prompt import prompts
from bot.reviewing.silence import silence
from bot.reviewing.synthesis import Synthesis, synthesise
from bot.reviewing.verify import Refuted, refute
from bot.reviewing.vote import Voted, vote
from bot.service.case import Case
from bot.service.house import House

NOTHING: Mapping[str, Dismissal] = MappingProxyType({})
"""Nobody ignores anything."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the stages have made of a plan. `notes`, `overview`: as in Review.

    `findings` are those that stand, of this head and carried; `stood` those of this head, before
    what is one in several parts was told as one, each with the one it is told in. `again` are
    those of the carried that were voted on at this head, for it would have them fail the check.
    """

    outcomes: tuple[Outcome, ...]
    stood: tuple[Finding, ...]
    findings: tuple[Finding, ...]
    set_aside: tuple[SetAside, ...]
    notes: tuple[str, ...]
    overview: str = ""
    again: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Hearing:
    """One case before the panel. `ask` makes the calls, as remembered steps."""

    house: House
    case: Case
    ask: Ask

    async def __call__(
        self,
        plan: Plan,
        fresh: Change,
        carried: tuple[Finding, ...] = (),
        ignored: Mapping[str, Dismissal] = NOTHING,
    ) -> Heard:
        """Every stage in turn. What fails is told in the outcomes and notes, never raised.

        `fresh` is what of the change is read now; `carried` are findings of earlier heads, which
        stand already and are voted on where they never were. On what is `ignored` (dismissals by
        fingerprint) nobody votes; it stays among the findings, to be set aside at the end.
        """
        outcomes, notes = await convene(self._panel(plan, fresh), plan)
        gates.heard(plan, outcomes)
        said = [finding for each in outcomes for finding in each.findings]
        dropped = [each for one in outcomes for each in one.set_aside]
        refuted = await self._refute(merge(said))
        told, quiet = silence(refuted.kept, ignored)
        told_before, quiet_before = silence(carried, ignored)
        voted = await self._vote((*told, *told_before))
        # Last: what is united is tried by itself first, and the overview is of what stands.
        stand, stands = voted.findings[: len(told)], voted.findings[len(told) :]
        whole = await self._together(plan, stand)
        hushed = tuple(each.finding for each in (*quiet, *quiet_before))
        why_not = (whole.why_not,) if whole.why_not else ()
        within = (replace(each, within=whole.within.get(each, "")) for each in stand)
        return Heard(
            outcomes=outcomes,
            stood=(*within, *(each.finding for each in quiet)),
            findings=(*whole.findings, *stands, *hushed),
            set_aside=(*dropped, *refuted.set_aside, *whole.set_aside),
            notes=(*notes, *refuted.unchecked, *voted.failed, *why_not),
            overview=whole.overview or "",
            again=tuple(new for old, new in zip(told_before, stands, strict=True) if new != old),
        )

    async def _refute(self, drafts: tuple[Finding, ...]) -> Refuted:
        court = self._court(self.house.panel.refuter_tier)
        refuted = await refute(self.ask, drafts, self.case.change, court)
        tried = (*refuted.kept, *(each.finding for each in refuted.set_aside))
        gates.none_lost("refute", drafts, tried)
        return refuted

    async def _vote(self, findings: tuple[Finding, ...]) -> Voted:
        voted = await vote(
            self.ask,
            findings,
            self.case.change,
            self._court(self.house.panel.voter_tier),
            self.case.policy.fail_at,
            self.house.panel.votes,
        )
        gates.none_lost("vote", findings, voted.findings)
        return voted

    def _panel(self, plan: Plan, fresh: Change) -> Panel:
        house, case = self.house, self.case
        asked = prompts(plan, fresh, case.run, house.key, case.policy, house.rules)
        return Panel(self.ask, asked, fresh, self._mark, house.desk.prices, house.worth)

    async def _together(self, plan: Plan, said: tuple[Finding, ...]) -> Synthesis:
        """The findings of all parts, those that are one told as one."""
        if not plan.parts:
            return Synthesis(said)
        parts = {path: part.number for part in plan.parts for path in part.paths}
        court = self._court(self.house.panel.synthesis_tier)
        return await synthesise(self.ask, said, court, parts)

    def _court(self, tier: str) -> Court:
        return Court(self.house.desk.tier(tier), self.house.briefs, self._mark)

    @property
    def _mark(self) -> str:
        return boundary(self.house.key, self.case.run)
