"""Many reviews at once on one ledger, with models that say and cost what chance wants.

The Judge is the real one. Simulated are the vendor, the clock, deaths of workers, and whose turn
it is. Nothing here asks the code it tests what is right: `Purse` adds up what the vendor may bill,
from the moment it is asked, and `Walk` notes what was said and heard.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bot.domain.ledger import Budget, Entry, EntryState, Room, Scope
from bot.domain.memory import Seen
from bot.domain.money import Price, Usage
from bot.domain.review import Review
from bot.engine.steps import KeptSteps
from bot.errors import FailureKind, ModelFailure
from bot.ports.model import Completion, LanguageModel, Prompt
from bot.reviewing.worst import bytes_of, digest_of
from bot.service.case import Case
from bot.service.house import House
from bot.service.judging import Judge
from bot.store.ledger_memory import LedgerInMemory
from bot.store.memories_in_memory import MemoryInMemory
from bot.store.memory import RunsInMemory, TextsInMemory
from bot.store.opinions_in_memory import OpinionsInMemory
from tests.fakes.agreeing import asker_of
from tests.service.pulls import Piece
from tests.service.sayings import Rows, Said, Setting, Temper, say
from tests.store.simulation import Purse

ASKED: ContextVar[Entry] = ContextVar("ASKED")
"""The reservation under which a call is made."""

Key = tuple[str, str]
"""A call of a run by its name and its digest."""


class Killed(BaseException):
    """The worker died. Nothing it does afterwards has an effect."""


class AtOnce(ThreadPoolExecutor):
    """Threads that are none: what is handed over is done before anything else."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001  a future hands on whatever it is
            done.set_exception(error)
        return done


def simulate(walks: Coroutine[Any, Any, None]) -> None:
    """Run to the end on one loop, in an order that depends on nothing but the walks."""
    with asyncio.Runner() as runner:
        runner.get_loop().set_default_executor(AtOnce(1))
        runner.run(walks)


@dataclass
class World:
    """What all reviews share. `prices` are the vendor's and the house's."""

    house: House
    temper: Temper
    seed: int
    clock: float
    ledger: LedgerInMemory = field(default_factory=LedgerInMemory)
    memory: MemoryInMemory = field(default_factory=MemoryInMemory)
    texts: TextsInMemory = field(default_factory=TextsInMemory)
    happened: Counter[str] = field(default_factory=Counter)
    walks: list[Walk] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"turns {self.seed}")
        self.purse = Purse(False, {}, Counter())

    async def turn(self) -> None:
        """Let others go first, some times or never."""
        for _ in range(self.chance.choice((0, 0, 1, 1, 2, 5))):
            await asyncio.sleep(0)

    def now(self) -> float:
        """The clock moves whenever it is looked at."""
        self.clock += self.chance.random()
        return self.clock

    async def sleep(self, seconds: float) -> None:
        self.clock += seconds
        await self.turn()


@dataclass
class Walk:
    """One review, from its case to its end, through the deaths of its workers.

    `deaths` are the effects after which each worker dies; the last one lives. `heard` is what was
    said in answers that were bought and kept, `kept` the steps that are remembered, `begun` the
    names of steps in the order in which each worker began them.
    """

    world: World
    case: Case
    rows: Rows
    files: Mapping[str, tuple[Piece, ...]]
    deaths: Sequence[int] = ()
    kept: dict[str, str] = field(default_factory=dict)
    begun: list[list[str]] = field(default_factory=list)
    said: dict[Key, Said] = field(default_factory=dict)
    heard: dict[Key, Said] = field(default_factory=dict)
    paid: dict[Key, tuple[Usage, str]] = field(default_factory=dict)
    recalled: tuple[Seen, ...] = ()
    asked: int = 0
    tries: Counter[str] = field(default_factory=Counter)
    left: int | None = None
    review: Review | None = None

    @property
    def budget(self) -> Budget:
        """The house's, or less where the repository says so."""
        own, lower = self.world.house.budget, self.case.policy.budget_usd
        return own if lower is None else replace(own, run_usd=min(own.run_usd, lower))

    def effect(self) -> None:
        """Something is about to be done, or was. Raises Killed where the worker is dead."""
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                raise Killed

    def judge(self, model: LanguageModel | None) -> Judge:
        """The real one, on parts that can be watched and die."""
        world, ledger, memory = self.world, WatchedLedger(self), WatchedMemory(self)
        runs, opinions = RunsInMemory(), OpinionsInMemory()
        return Judge(
            world.house,
            model,
            ledger,
            memory,
            world.texts,
            runs,
            world.now,
            world.sleep,
            opinions,
        )

    async def live(self) -> Review:
        """The review, whoever dies on the way to it."""
        for left in (*self.deaths, None):
            self.left = left
            try:
                self.review = await self.judge(Vendor(self))(self.steps(), self.case)
            except Killed:
                self.world.happened["killed"] += 1
        assert self.review is not None
        return self.review

    def steps(self) -> KeptSteps:
        """Steps that are remembered from worker to worker."""
        begun: list[str] = []
        self.begun.append(begun)

        async def remember(name: str, perform: Callable[[], Awaitable[str]]) -> str:
            begun.append(name)
            if name not in self.kept:
                outcome = await perform()
                await self.world.turn()
                self.effect()
                self.kept[name] = outcome
            return self.kept[name]

        return KeptSteps(remember)


@dataclass
class WatchedLedger:
    """The ledger as one walk sees it: others take turns before and after it decides."""

    walk: Walk

    async def reserve(self, entry: Entry, budget: Budget) -> Scope | None:
        await self._effect()
        refused = await self.walk.world.ledger.reserve(entry, budget)
        if refused is None:
            ASKED.set(entry)
        else:
            self.walk.world.happened[f"refused: {refused.name}"] += 1
        await self._effect()
        return refused

    async def settle(self, entry: Entry) -> None:
        await self._effect()
        await self.walk.world.ledger.settle(entry)
        key = entry.call, entry.digest
        if entry.state is EntryState.SETTLED:
            assert key not in self.walk.heard, "an answer was bought twice"
            self.walk.heard[key] = self.walk.said[key]
        await self._effect()

    async def paid(self, run: str, call: str, digest: str) -> Entry | None:
        await self.walk.world.turn()
        return await self.walk.world.ledger.paid(run, call, digest)

    async def of_run(self, run: str) -> tuple[Entry, ...]:
        return await self.walk.world.ledger.of_run(run)

    async def room(self, run: str, installation_id: int | None, at: float, budget: Budget) -> Room:
        return await self.walk.world.ledger.room(run, installation_id, at, budget)

    async def bias(self, model: str) -> float:
        return await self.walk.world.ledger.bias(model)

    async def lose(self, run: str) -> int:
        return await self.walk.world.ledger.lose(run)

    async def forget(self, installation_id: int, repo_ids: tuple[int, ...]) -> None:
        await self.walk.world.ledger.forget(installation_id, repo_ids)

    async def _effect(self) -> None:
        await self.walk.world.turn()
        self.walk.effect()


@dataclass
class WatchedMemory:
    """The memory as one walk sees it."""

    walk: Walk

    async def recall(self, repo_id: int, number: int, keys: Sequence[str]) -> tuple[Seen, ...]:
        self.walk.recalled = await self.walk.world.memory.recall(repo_id, number, keys)
        return self.walk.recalled

    async def learn(self, repo_id: int, number: int, seen: Sequence[Seen]) -> None:
        self.walk.effect()
        await self.walk.world.memory.learn(repo_id, number, seen)

    async def commented(self, repo_id: int, number: int) -> frozenset[str]:
        return await self.walk.world.memory.commented(repo_id, number)

    async def comment(self, repo_id: int, number: int, fingerprints: Sequence[str]) -> None:
        await self.walk.world.memory.comment(repo_id, number, fingerprints)


@dataclass
class Vendor:
    """A model's API for one walk. It bills what it may, which is known before it is asked."""

    walk: Walk

    async def complete(self, prompt: Prompt) -> Completion:
        walk, world, entry = self.walk, self.walk.world, ASKED.get()
        walk.asked += 1
        key = entry.call, digest_of(prompt)
        assert key not in walk.heard, "what is answered is asked again"
        await self._is_noted(entry, prompt)
        nth = walk.tries[entry.call]
        walk.tries[entry.call] += 1
        chance = random.Random(f"{world.seed} {walk.case.run} {entry.call} {nth}")
        price = world.house.desk.prices.get(prompt.tier.model)
        most = _most(prompt, price, walk.budget)
        assert entry.reserved is None or entry.reserved >= most, "the reservation is too small"
        world.purse.take(entry, walk.budget, most)
        usage = _usage(prompt, chance)
        bill = most if price is None else exact(usage, price)
        await world.turn()
        oddity = world.temper.oddity(chance)
        if oddity in FAILURES:
            failure = _failure(oddity, chance)
            world.happened[oddity] += 1
            spent = bill if failure.billed else Decimal(0)
            world.purse.give_back(entry, walk.budget, most - spent)
            walk.effect()
            raise failure
        setting = Setting(
            prompt, chance, world.temper, _reviewers(world.house), walk.rows, _token(world)
        )
        said = say(entry.reviewer, setting, oddity)
        world.happened[oddity or "answered"] += 1
        walk.said[key], walk.paid[key] = said, (usage, prompt.tier.model)
        world.purse.give_back(entry, walk.budget, most - bill)
        walk.effect()
        model = prompt.tier.model + chance.choice(("", "", "-20270101"))
        return Completion(said.text, usage, said.stop, model, f"req_{walk.asked}", 0.5)

    async def count(self, prompt: Prompt) -> int | None:
        """An estimate, says the vendor: up to 2 % are missing."""
        await self.walk.world.turn()
        sent = _sent(prompt)
        return None if sent % 3 == 0 else sent - sent * (sent % 3) // 102

    async def _is_noted(self, entry: Entry, prompt: Prompt) -> None:
        """No call without a row of the ledger that is open for exactly this prompt."""
        assert asker_of({"messages": [{"content": [{"text": prompt.brief}]}]}) == entry.reviewer
        [*_, newest] = [
            each
            for each in await self.walk.world.ledger.of_run(self.walk.case.run)
            if each.call == entry.call
        ]
        assert newest.state is EntryState.RESERVED
        assert newest.digest == digest_of(prompt)


@dataclass
class Silence:
    """A model nobody may ask."""

    async def complete(self, prompt: Prompt) -> Completion:
        raise AssertionError("a model was asked")

    async def count(self, prompt: Prompt) -> int | None:
        raise AssertionError("a model was asked to count")


FAILURES = {f"fails: {each.value}": each for each in FailureKind}


def _failure(oddity: str, chance: random.Random) -> ModelFailure:
    return ModelFailure(
        "The model API did not answer.",
        kind=FAILURES[oddity],
        retry_after=chance.choice((None, None, 0.0, 3.0, 90.0)),
        billed=chance.random() < 0.4,
        again=chance.random() < 0.7,
    )


def _reviewers(house: House) -> dict[str, Any]:
    return {each.name: each for each in house.reviewers}


def _token(world: World) -> str:
    world.happened["answers"] += 1
    return f"t{world.happened['answers']}x"


def _sent(prompt: Prompt) -> int:
    """Tokens of a prompt as the vendor counts them; at most one a byte."""
    most = bytes_of(prompt)
    return max(1, most * (int(digest_of(prompt)[:4], 16) % 100 + 1) // 100)


def _usage(prompt: Prompt, chance: random.Random) -> Usage:
    """What one answer takes: all that is sent, and no more output than was allowed."""
    sent, out = _sent(prompt), chance.randint(0, prompt.tier.max_output_tokens)
    if not prompt.cache:
        return Usage(sent, out)
    cached = chance.randint(0, sent)
    return chance.choice(
        (Usage(sent, out), Usage(sent - cached, out, cached), Usage(sent - cached, out, 0, cached))
    )


def _most(prompt: Prompt, price: Price | None, budget: Budget) -> Decimal:
    """The most that the vendor can bill for the prompt; all there is where its price is unknown."""
    if price is None:
        return max(budget.run_usd, Decimal("1e-12"))
    sent, out = _sent(prompt), prompt.tier.max_output_tokens
    ways = [Usage(sent, out)]
    if prompt.cache:
        ways += [Usage(0, out, sent), Usage(0, out, 0, sent)]
    return max(exact(each, price) for each in ways)


def exact(usage: Usage, price: Price) -> Decimal:
    """Dollars of one call, to the last digit."""
    prompt = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    step = next(
        (each for each in price.steps if each.up_to is None or prompt <= each.up_to),
        price.steps[-1],
    )
    millionths = (
        Fraction(step.input) * usage.input_tokens
        + Fraction(step.output) * usage.output_tokens
        + Fraction(step.cache_write) * usage.cache_write_tokens
        + Fraction(step.cache_read) * usage.cache_read_tokens
    )
    pico = millionths * 10**6
    assert pico.denominator == 1
    return Decimal(pico.numerator).scaleb(-12)
