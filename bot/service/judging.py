"""From what was read to what it amounts to: choose, plan, ask, refute, agree, conclude.

The same on the server and on a laptop. Every effect is a step; between them only values.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from pydantic import TypeAdapter

from bot.diff.tokens import tokens
from bot.domain.calls import as_call
from bot.domain.decided import decisions
from bot.domain.earlier import Earlier
from bot.domain.ledger import Budget, EntryState
from bot.domain.opinions import Mute
from bot.domain.plan import Choice, Plan
from bot.domain.pull import RepoPolicy
from bot.domain.review import Call, Review
from bot.guard.material import boundary
from bot.planning.desk import Desk
from bot.planning.plan import plan
from bot.planning.select import select
from bot.planning.shed import Limit
from bot.planning.triage import Answer, NotAsked, decided, note, opened, question, read_triage
from bot.planning.worth import Means
from bot.ports.ledger import Ledger
from bot.ports.memory import Memory
from bot.ports.model import LanguageModel
from bot.ports.opinions import Opinions
from bot.ports.steps import Steps
from bot.ports.store import Runs, Texts
from bot.ports.wishes import Wishes
from bot.reviewing import gates
from bot.reviewing.asking import Ask, Got, NoAnswer, Question, answers
from bot.reviewing.calling import Account, Caller, through
from bot.reviewing.conclude import Judged, conclude
from bot.reviewing.mutes import mutes
from bot.reviewing.prompt import guidance, prompts
from bot.reviewing.raw import kept
from bot.reviewing.worst import at_most
from bot.service.case import Case
from bot.service.hearing import Hearing
from bot.service.house import House
from bot.service.remembering import Before, Remembering

TRIAGE = "triage"
PLAN: TypeAdapter[Plan] = TypeAdapter(Plan)
Sleep = Callable[[float], Awaitable[None]]
Begin = Callable[[], Awaitable[None]]


async def at_once() -> None:
    """Nothing has to happen before somebody is asked."""


@dataclass(frozen=True, slots=True)
class Judge:
    """The stages of one review, in order, with a gate between them.

    `model` None: no key, so the analysers are the reviewers. `now` gives seconds since 1970; it
    and `sleep` are used inside steps only. `wishes` None: nobody can have asked for anything.
    """

    house: House
    model: LanguageModel | None
    ledger: Ledger
    memory: Memory
    texts: Texts
    runs: Runs
    now: Callable[[], float]
    sleep: Sleep
    opinions: Opinions
    wishes: Wishes | None = None

    def propose(self, case: Case) -> Plan:
        """Who would read the change, why, and for how much at most. Asks no model, counts nothing.

        What the rules leave open is planned as if it were chosen.
        """
        choices = self._choices(case)
        asked = question(choices, case.change, case.policy, self._means(case))
        if isinstance(asked, NotAsked):
            choices = decided(choices, asked)
        return plan(choices, case.change, case.policy, self._seated(case))

    def _choices(self, case: Case) -> tuple[Choice, ...]:
        everybody = (*self.house.reviewers, *case.policy.own_reviewers)
        return select(everybody, case.change, case.policy, case.asked_for)

    def _means(self, case: Case) -> Means:
        house, desk = self.house, self._seated(case)
        shared = desk.rules_text_tokens
        return Means(desk.tiers, desk.prices, house.triage, shared, house.key, case.run)

    async def __call__(self, steps: Steps, case: Case, begin: Begin = at_once) -> Review:
        """The review of the case. A reviewer that fails is in it, never raised.

        `begin` comes before anything is asked of a model, and before each time: where nobody has
        to read anything it never comes.
        """
        # In a thread: a hostile change takes the parser a second, and all reviews share one loop.
        choices = await asyncio.to_thread(self._choices, case)
        if self.model is None:
            return await self._by_analysers(steps, case, choices)
        ask = _announced(self._ask(steps, case, self.model), begin)
        choices, said = await self._settled(ask, case, choices)
        before = await self._memory.recall(steps, case, choices)
        planned = await self._planned(steps, case, before.choices, before)
        hearing = Hearing(self.house, case, ask)
        heard = await hearing(planned, before.fresh, before.carried, before.ignored)
        await self._memory.learn(steps, case, before, planned, heard)
        stand = (*heard.findings, *before.in_doubt(planned, heard.outcomes))
        judged = Judged(
            plan=planned,
            outcomes=heard.outcomes,
            findings=stand,
            set_aside=(*heard.set_aside, *before.gone),
            read_before=before.judged,
            commented=before.commented,
            ignored=before.ignored,
            mutes=before.mutes,
            calls=await steps.run("tally", tuple[Call, ...], partial(self.calls, case.run)),
            notes=(*said, *planned.notes, *heard.notes),
            overview=heard.overview,
        )
        review = conclude(judged, case.change, case.policy)
        gates.concluded(review, stand, case.change)
        return review

    async def _by_analysers(self, steps: Steps, case: Case, choices: tuple[Choice, ...]) -> Review:
        before = await self._memory.recall(steps, case, ())
        planned = await self._planned(steps, case, choices, None)
        judged = Judged(
            planned,
            commented=before.commented,
            ignored=before.ignored,
            mutes=before.mutes,
            notes=planned.notes,
        )
        return conclude(judged, case.change, case.policy)

    @property
    def _memory(self) -> Remembering:
        return Remembering(self.memory, self.texts, self.house.rules, self.wishes, self._muted)

    async def _muted(self, repo_id: int) -> tuple[Mute, ...]:
        rules = self.house.mutes
        return mutes(await self.opinions.counted(repo_id, rules.since(self.now())), rules)

    async def _settled(
        self, ask: Ask, case: Case, choices: tuple[Choice, ...]
    ) -> tuple[tuple[Choice, ...], tuple[str, ...]]:
        """What the rules leave open is decided by triage, where asking it pays; and how it was."""
        means = self._means(case)
        asked = await asyncio.to_thread(question, choices, case.change, case.policy, means)
        if asked is None:
            return choices, ()
        answer: Answer
        if isinstance(asked, NotAsked):
            answer = asked
        else:
            undecided = opened(choices)
            [got] = await answers(
                ask,
                [Question(TRIAGE, TRIAGE, asked)],
                lambda _, text: read_triage(text, undecided),
            )
            answer = got.why if isinstance(got, NoAnswer) else got
        model = "" if isinstance(asked, NotAsked) else asked.tier.model
        return decided(choices, answer), (note(choices, answer, model),)

    async def _planned(
        self, steps: Steps, case: Case, choices: tuple[Choice, ...], before: Before | None
    ) -> Plan:
        # Remembered whole: settings that change under a running review must not change its plan.
        kept_plan = await steps.run("plan", str, partial(self._plan, case, choices, before))
        planned = PLAN.validate_json(await self.texts.read(kept_plan))
        gates.planned(planned, choices, case.change)
        return planned

    def _ask(self, steps: Steps, case: Case, model: LanguageModel) -> Ask:
        account = Account(case.run, case.installation_id, self.budget(case.policy))
        return self.asking(steps, model, account)

    def asking(self, steps: Steps, model: LanguageModel, account: Account) -> Ask:
        """What asks `model`, paid from `account`, as remembered steps."""
        house, desk = self.house, self.house.desk
        caller = Caller(
            model=model,
            ledger=self.ledger,
            account=account,
            tiers=desk.tiers,
            prices=desk.prices,
            now=self.now,
            sleep=self.sleep,
            keep=kept,
            contexts=desk.contexts,
            patience=house.patience,
        )
        return through(steps, caller, house.panel.at_once)

    def budget(self, policy: RepoPolicy) -> Budget:
        """The operator's limits; a repository may lower that of one review."""
        own = self.house.budget
        if policy.budget_usd is None:
            return own
        return replace(own, run_usd=min(own.run_usd, policy.budget_usd))

    async def _plan(self, case: Case, choices: tuple[Choice, ...], before: Before | None) -> str:
        desk = await self._desk(case)
        earlier = None if before is None else before.earlier
        fresh = case if before is None else replace(case, change=before.fresh)
        made = partial(plan, choices, fresh.change, case.policy)
        planned = await asyncio.to_thread(made, desk, earlier)
        if planned.cut and self.model is not None:
            counted = await self._counted(self.model, fresh, choices, desk, earlier)
            planned = await asyncio.to_thread(made, counted, earlier)
        said = decisions(planned, None)
        prompt_tokens = sum(each.prompt_tokens for each in planned.assignments)
        await self.runs.decided(case.run, said, prompt_tokens, planned.everyone_tokens)
        return await self.texts.keep(PLAN.dump_json(planned).decode())

    async def _desk(self, case: Case) -> Desk:
        """The operator's desk as it is now: what is left to spend, and how far we misjudge."""
        desk = self._seated(case)
        if self.model is None:
            return desk
        budget = self.budget(case.policy)
        room = await self.ledger.room(case.run, case.installation_id, self.now(), budget)
        models = {tier.model for tier in desk.tiers.values()}
        bias = {model: await self.ledger.bias(model) for model in sorted(models)}
        return replace(desk, bias=bias, left=Limit(room.usd, f"what the {room.scope.value} leaves"))

    def _seated(self, case: Case) -> Desk:
        """The operator's desk, with the repository's notes among what all reviewers share."""
        desk = self.house.desk
        shared = tokens(guidance(case.policy, boundary(self.house.key, case.run)))
        return replace(desk, rules_text_tokens=desk.rules_text_tokens + shared)

    async def _counted(
        self,
        model: LanguageModel,
        case: Case,
        choices: tuple[Choice, ...],
        desk: Desk,
        earlier: Earlier | None,
    ) -> Desk:
        """The desk with the vendor's own count of the largest prompt by our estimate, if any.

        Asked only where the estimate made the plan give something up: it is an upper bound, and
        the prompt may well fit.
        """
        plenty = replace(desk, budget_usd=Decimal("Infinity"), left=None, bias={})
        policy = replace(case.policy, budget_usd=None)
        whole = plan(choices, case.change, policy, plenty, earlier)
        if not whole.assignments:
            return desk
        largest = max(whole.assignments, key=lambda each: each.prompt_tokens)
        one = replace(whole, assignments=(largest,))
        asked = prompts(one, case.change, case.run, self.house.key, case.policy, self.house.rules)
        counted = await model.count(asked[0])
        if counted is None:
            return desk
        # What was counted need not be raised by what we misjudged of that model before.
        bias = {name: by for name, by in desk.bias.items() if name != largest.tier.model}
        return replace(desk, bias=bias, counted=at_most(counted) / largest.prompt_tokens)

    async def calls(self, run: str) -> tuple[Call, ...]:
        """Every call of a run that was paid or may have been, as the ledger has them."""
        return tuple(
            as_call(each)
            for each in await self.ledger.of_run(run)
            if each.state is not EntryState.RELEASED
        )


def _announced(ask: Ask, begin: Begin) -> Ask:
    async def asked(questions: Sequence[Question]) -> tuple[Got, ...]:
        await begin()
        return await ask(questions)

    return asked
