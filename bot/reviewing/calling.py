"""One question, until it is answered or given up: money first, then attempts, then another model.

Runs inside a remembered step, so waiting, the clock and the ledger are allowed here. Each attempt
is a row of the ledger, noted before it is made: whoever is killed in one leaves its worst case
behind, and no limit is passed, whatever happens.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache, partial

from pydantic import TypeAdapter

from bot.diff.tokens import tokens
from bot.domain.ledger import Budget, Entry, EntryState, Scope
from bot.domain.money import Price, Usd, cost, worst_case
from bot.domain.plan import Tier
from bot.errors import FailureKind, ModelFailure, OverBudget, UpstreamError
from bot.ports.ledger import Ledger
from bot.ports.model import Completion, LanguageModel, Prompt
from bot.ports.steps import Steps
from bot.reviewing.asking import Ask, Got, Question

COMPLETION: TypeAdapter[Completion] = TypeAdapter(Completion)
FRAME_BYTES = 2_000
"""The vendor's own frame around a request, and the instructions it adds for a schema. Ours."""
COUNT_MARGIN_PERCENT = 2
"""How much more than the vendor counts a prompt may turn out to be. Ours."""
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
        may be asked because another call is trying them, it waits for what that call finds.
        """
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
        needs = _tokens(_text(prompt)) + other.max_output_tokens
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

    async def _attempt(self, question: Question, tier: Tier) -> Completion:
        prompt = question.prompt
        if tier is not prompt.tier:
            prompt = replace(prompt, tier=tier, cache=False)
        account, digest = self.account, digest_of(prompt)
        bought = await self.ledger.paid(account.run, question.name, digest)
        if bought is not None and bought.answer is not None:
            return COMPLETION.validate_json(bought.answer)
        entry = await self._reserve(question, prompt, digest)
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
            reserved=_worst(prompt, bytes_of(prompt), price),
            at=self.now(),
            installation_id=account.installation_id,
            digest=digest,
            estimated=_tokens(_text(prompt)),
        )
        refused = await self.ledger.reserve(entry, account.budget)
        if refused is not None and price is not None:
            counted = await self.model.count(prompt)
            if counted is not None:
                entry = replace(entry, reserved=_worst(prompt, at_most(counted), price))
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


def digest_of(prompt: Prompt) -> str:
    """A name for exactly this prompt on exactly this model."""
    parts = [prompt.tier.model, prompt.tier.effort, prompt.tier.max_output_tokens]
    text = json.dumps([*parts, prompt.rules, prompt.shared, prompt.brief, prompt.schema])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def bytes_of(prompt: Prompt) -> int:
    """Bytes of the prompt, which its tokens cannot pass: a byte-level tokenizer makes at most one
    of each byte.
    """
    whole = _text(prompt) + json.dumps(prompt.schema)
    return len(whole.encode("utf-8", "surrogatepass")) + FRAME_BYTES


_tokens = lru_cache(maxsize=8)(tokens)
"""Every attempt weighs the same prompt: a large one takes a tenth of a second."""


def at_most(counted: int) -> int:
    """Tokens that a prompt may be billed for: the vendor calls its own count an estimate."""
    return -(-counted * (100 + COUNT_MARGIN_PERCENT) // 100)


def _text(prompt: Prompt) -> str:
    return "\n".join((prompt.rules, prompt.shared, prompt.brief))


def _worst(prompt: Prompt, sent: int, price: Price | None) -> Usd | None:
    return worst_case(sent, prompt.tier.max_output_tokens, price, cache=prompt.cache)


def over(scope: Scope, budget: Budget) -> str:
    """Why a call was not made, in a sentence that is true of a first one and of another one."""
    limit: Decimal | None = {
        Scope.RUN: budget.run_usd,
        Scope.DAY: budget.day_usd,
        Scope.MONTH: budget.month_usd,
        Scope.INSTALLATION_DAY: budget.installation_day_usd,
        Scope.INSTALLATION_MONTH: budget.installation_month_usd,
    }[scope]
    why = f"the {scope.value} could have cost more than its limit of ${limit}"
    return f"Nothing more was asked: {why}."
