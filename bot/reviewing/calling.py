"""One question, until it is answered or given up: money first, then attempts, then another model.

Runs inside a remembered step, so waiting, the clock and the ledger are allowed here. Each attempt
is a row of the ledger, noted before it is made: whoever is killed in one leaves its worst case
behind, and no limit is passed, whatever happens.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from pydantic import TypeAdapter

from bot.domain.ledger import Budget, Entry, EntryState
from bot.domain.money import Price, cost
from bot.domain.plan import Tier
from bot.errors import FailureKind, ModelFailure, OverBudget, UpstreamError
from bot.ports.ledger import Ledger
from bot.ports.model import Completion, LanguageModel, Prompt
from bot.ports.steps import Steps
from bot.reviewing.asking import Ask, Got, Question
from bot.reviewing.worst import at_most, bytes_of, digest_of, over, text_of, tokens_of, worst_of

COMPLETION: TypeAdapter[Completion] = TypeAdapter(Completion)
FIRST_PAUSE_S = 0.5
MOST_PAID_FOR_NOTHING = 2
"""Attempts of one question that may have been billed and brought nothing; then it is given up."""
MOST_LOOKS = 10
"""Times one question looks whether another call has found out that a model is back. With pauses
that double twice each, up to the usual longest wait, about as long as one call may take."""
NOT_WAITED_FOR = frozenset({FailureKind.TIMEOUT, FailureKind.CIRCUIT})
"""Who did not answer in time, or is left alone, is not asked again while another may answer."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one question is tried. `attempts` counts those on one model; waits in seconds."""

    attempts: int = 3
    longest_wait_s: float = 20.0


@dataclass(frozen=True, slots=True)
class Account:
    """Who pays: a run of an installation (None: no App), within `budget`."""

    run: str
    installation_id: int | None
    budget: Budget


@dataclass(frozen=True, slots=True)
class Caller:
    """Makes the calls of one run.

    `tiers` by name, for fallbacks; `prices` and `contexts` (tokens) by model. `now` is seconds
    since 1970, `keep` makes a raw answer fit to be kept: short enough, and without secrets.
    """

    model: LanguageModel
    ledger: Ledger
    account: Account
    tiers: Mapping[str, Tier]
    prices: Mapping[str, Price]
    now: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    keep: Callable[[Completion], Completion]
    contexts: Mapping[str, int] = field(default_factory=dict)
    patience: Patience = Patience()

    async def call(self, question: Question) -> Completion:
        """The answer. Raises ModelFailure when nobody answers, OverBudget when none may be asked.

        A model that cannot be had is followed by the one its tier falls back to, once. What was
        asked of the first is then the second's to answer, within the same budget. Where neither
        may be asked because another call is trying them, it waits for what that call finds. What
        either has answered before the process died is not asked of the other again.
        """
        for tier in self._tiers(question.prompt):
            bought = await self._bought(question, tier)
            if bought is not None:
                return bought
        for look in range(1, MOST_LOOKS + 1):
            failures: list[ModelFailure] = []
            try:
                return await self._either(question, failures)
            except ModelFailure as error:
                if look == MOST_LOOKS or not _kept_out(failures):
                    raise
                await self.sleep(self._pause(question, look, error))
        raise AssertionError("unreachable: the last look returns or raises")

    async def _either(self, question: Question, failures: list[ModelFailure]) -> Completion:
        """The answer of the model asked for, else of the other. Raises the first one's failure.

        Where the budget ends the attempts before they are used up, that failure says so, too.
        """
        spent = ""
        for tier in self._tiers(question.prompt):
            try:
                return await self._persist(question, tier, failures)
            except ModelFailure:
                if sum(each.billed for each in failures) >= MOST_PAID_FOR_NOTHING:
                    break
            except OverBudget as error:
                if not failures:
                    raise
                spent = error.what  # the other model may be cheap enough
        raise failures[0].saying(spent) if spent else failures[0]

    def _tiers(self, prompt: Prompt) -> Iterator[Tier]:
        """The tier asked for, then the one it falls back to where the prompt fits that model."""
        yield prompt.tier
        other = self.tiers.get(prompt.tier.fallback)
        if other is None or other.model == prompt.tier.model:
            return
        needs = tokens_of(text_of(prompt)) + other.max_output_tokens
        if needs <= self.contexts.get(other.model, needs):
            yield other

    async def _persist(
        self, question: Question, tier: Tier, failures: list[ModelFailure]
    ) -> Completion:
        """Ask one model, again after the wait it asks for, or one that doubles and is spread.

        Notes what failed in `failures`, those of another model before included.
        """
        for attempt in range(1, self.patience.attempts + 1):
            try:
                return await self._attempt(question, tier)
            except ModelFailure as error:
                failures.append(error)
                pause = self._pause(question, attempt, error)
                paid = sum(each.billed for each in failures) >= MOST_PAID_FOR_NOTHING
                last = attempt == self.patience.attempts or error.kind in NOT_WAITED_FOR
                if last or paid or not error.again or pause > self.patience.longest_wait_s:
                    raise
                await self.sleep(pause)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _pause(self, question: Question, attempt: int, error: ModelFailure) -> float:
        if error.retry_after is not None:
            return error.retry_after
        longest: float = FIRST_PAUSE_S * 4 ** (attempt - 1)
        # Spread by name, not by chance: callers that failed together do not come back together.
        spread = hashlib.sha256(f"{self.account.run} {question.name} {attempt}".encode()).digest()
        return min(longest, self.patience.longest_wait_s) * (0.5 + spread[0] / 510)

    async def _bought(self, question: Question, tier: Tier) -> Completion | None:
        """What that tier has answered already; None where it was not asked, or did not."""
        digest = digest_of(_on(tier, question.prompt))
        bought = await self.ledger.paid(self.account.run, question.name, digest)
        if bought is None or bought.answer is None:
            return None
        return COMPLETION.validate_json(bought.answer)

    async def _attempt(self, question: Question, tier: Tier) -> Completion:
        prompt = _on(tier, question.prompt)
        entry = await self._reserve(question, prompt, digest_of(prompt))
        try:
            completion = self.keep(await self.model.complete(prompt))
        except ModelFailure as error:
            state = EntryState.LOST if error.billed else EntryState.RELEASED
            note = f"no answer ({error.kind.value})"
            await self.ledger.settle(replace(entry, state=state, note=note))
            raise
        await self.ledger.settle(self._settled(entry, completion, tier))
        return completion

    async def _reserve(self, question: Question, prompt: Prompt, digest: str) -> Entry:
        """Note the call at its worst case; where that does not fit, at the vendor's own count."""
        account, price = self.account, self.prices.get(prompt.tier.model)
        entry = Entry(
            run=account.run,
            call=question.name,
            attempt=1,
            reviewer=question.asker,
            model=prompt.tier.model,
            reserved=worst_of(prompt, bytes_of(prompt), price),
            at=self.now(),
            installation_id=account.installation_id,
            digest=digest,
            estimated=tokens_of(text_of(prompt)),
        )
        refused = await self.ledger.reserve(entry, account.budget)
        if refused is not None and price is not None:
            counted = await self.model.count(prompt)
            if counted is not None:
                entry = replace(entry, reserved=worst_of(prompt, at_most(counted), price))
                refused = await self.ledger.reserve(entry, account.budget)
        if refused is not None:
            raise OverBudget(over(refused, account.budget))
        return entry

    def _settled(self, entry: Entry, completion: Completion, tier: Tier) -> Entry:
        price = self.prices.get(completion.model) or self.prices.get(tier.model)
        return replace(
            entry,
            state=EntryState.SETTLED,
            model=completion.model,
            usage=completion.usage,
            cost=cost(completion.usage, price),
            seconds=completion.seconds,
            request_id=completion.request_id,
            answer=COMPLETION.dump_json(completion).decode(),
        )


def through(steps: Steps, caller: Caller, at_once: int) -> Ask:
    """Ask by remembered steps named like the questions, at most `at_once` calls at a time.

    All questions of one round share the first word of their names ("review:security"); one whose
    name is a word alone ("triage") is asked by itself.
    """
    free = asyncio.Semaphore(at_once)

    async def call(question: Question) -> Completion:
        async with free:
            return await caller.call(question)

    async def ask(questions: Sequence[Question]) -> tuple[Got, ...]:
        word, _, rest = questions[0].name.partition(":") if questions else ("", "", "")
        got: tuple[Completion | BaseException, ...] = ()
        if rest:
            key = len(word) + 1
            got = await steps.map(word, Completion, call, questions, lambda each: each.name[key:])
        elif questions:
            got = (await _alone(steps, word, partial(call, questions[0])),)
        # What is no answer is an UpstreamError: steps let nothing else through.
        return tuple(each for each in got if isinstance(each, Completion | UpstreamError))

    return ask


async def _alone(
    steps: Steps, name: str, act: Callable[[], Awaitable[Completion]]
) -> Completion | UpstreamError:
    try:
        return await steps.run(name, Completion, act)
    except UpstreamError as error:
        return error


def _kept_out(failures: Sequence[ModelFailure]) -> bool:
    """Whether nobody was asked, and somebody else is trying one of the models just now."""
    alone = all(each.kind is FailureKind.CIRCUIT for each in failures)
    return alone and any(each.again for each in failures)


def _on(tier: Tier, prompt: Prompt) -> Prompt:
    """The prompt as that tier is asked it. Who stands in for another finds nothing in a cache."""
    return prompt if tier is prompt.tier else replace(prompt, tier=tier, cache=False)
