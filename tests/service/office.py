"""One installation to try the model API's faults on: a sandbox GitHub, a fake model, many runs.

Everything between the two servers is real and wired as in wiring.py, but for this: the analysers
have nothing to say (a machine may have others), a head is read once, and nobody waits: neither
between attempts, nor for an answer that does not come.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from bot.domain.asked import ReviewRequest
from bot.domain.ledger import Entry, EntryState
from bot.domain.plan import Change, HeadText, ToolReport
from bot.domain.pull import PullRef, PullRequest, RepoPolicy
from bot.domain.run import RunRecord
from bot.engine.steps import KeptSteps
from bot.llm.anthropic import AnthropicModel
from bot.llm.breaker import Breaker
from bot.ports.analyzers import Analyzers
from bot.sandbox import RepoScene, Sandbox
from bot.sandbox.state import CheckRun, ReviewComment
from bot.service.house import House
from bot.service.judging import Judge
from bot.service.reading import Reader
from bot.service.review_pull import ReviewPull
from bot.settings import load, load_defaults
from bot.store.ledger_memory import LedgerInMemory
from bot.store.memories_in_memory import MemoryInMemory
from bot.store.memory import RunsInMemory, TextsInMemory
from bot.wiring import judge_here, review_pull
from tests.fakes.model import FakeModel
from tests.fakes.observed import Observed

LIMIT_S = load_defaults().run.call_timeout_s
"""How long a call may take."""
ROUNDS = ("-again", "-last")
"""How the names of later rounds end, in their order."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What a run came to, as its author and its operator see it.

    `calls` are the messages the server was asked for, by asker. `waits` are seconds slept between
    attempts. Ids of requests read "req_…" in all that is said, for they count on.
    """

    check: CheckRun
    record: RunRecord
    entries: tuple[Entry, ...]
    calls: Counter[str]
    counts: int
    waits: tuple[float, ...]

    @property
    def title(self) -> str:
        return _masked(self.check.title or "")

    @property
    def summary(self) -> str:
        """As it reads where Markdown is shown."""
        return _masked(re.sub(r"\\(.)", r"\1", self.check.summary or ""))

    def row(self, who: str) -> str:
        """What the table says of a reviewer or a role; "" where it has no row."""
        rows = [row.split(" | ") for row in self.summary.splitlines() if row.startswith("| ")]
        return next((row[1] for row in rows if row[0] == f"| {who}" and len(row) > 2), "")

    @property
    def notes(self) -> tuple[str, ...]:
        """How it was decided, a sentence each."""
        _, _, rest = self.summary.partition("<summary>How it was decided</summary>")
        told = rest.partition("</details>")[0].splitlines()
        return tuple(row.removeprefix("- ") for row in told if row.startswith("- "))

    def attempts(self, who: str) -> str:
        """Every attempt the ledger noted for somebody, a letter each.

        S settled: an answer, paid. L lost: no answer, may have been billed. R released: failed,
        not billed. x: not made, the model is left alone. A blank: the fallback is asked. + another
        question of the same round, / the next round.
        """
        rounds: dict[str, dict[str, list[Entry]]] = {}
        for each in self.entries:
            if each.reviewer == who:
                word, _, rest = each.call.partition(":")
                rounds.setdefault(word, {}).setdefault(rest, []).append(each)
        said = (rounds[word] for word in sorted(rounds, key=_nth))
        return "/".join("+".join(_letters(one[name]) for name in sorted(one)) for one in said)

    @property
    def ledger(self) -> Counter[EntryState]:
        return Counter(each.state for each in self.entries)


def _masked(text: str) -> str:
    return re.sub(r"req_fake\d+", "req_…", text)


def _nth(word: str) -> int:
    return next((nth for nth, each in enumerate(ROUNDS, start=1) if word.endswith(each)), 0)


def _letters(tries: Sequence[Entry]) -> str:
    said, model = "", tries[0].model
    for each in tries:
        said += " " if each.model != model else ""
        said += "x" if "circuit" in each.note else each.state.value[0].upper()
        model = each.model
    return said


class Quiet:
    """Analysers that find nothing."""

    async def examine(
        self, texts: Sequence[HeadText], kinds: dict[str, Any]
    ) -> tuple[ToolReport, ...]:
        return ()


@dataclass
class ReadOnce:
    """A reader that remembers each head, for nothing here is about reading."""

    reader: Reader
    known: dict[str, Change] = field(default_factory=dict)

    async def read(self, pull: PullRequest, policy: RepoPolicy) -> Change:
        head = pull.ref.head_sha
        if head not in self.known:
            self.known[head] = await self.reader.read(pull, policy)
        return self.known[head]


@dataclass
class Office:
    """One process that reviews, with its breaker and its store. `clock`: seconds, the breaker's."""

    fake: FakeModel
    github: Sandbox
    repo: RepoScene
    review: ReviewPull
    api: Observed
    clock: float = 0.0
    waits: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        """Wait no time, but for what is on its way: in a real wait it would come."""
        self.waits.append(seconds)
        if flying := set(self.api.flying):
            await asyncio.wait(flying)

    def with_house(self, **changes: Any) -> Office:
        """The same office under another house."""
        house = replace(self.house, **changes)
        self.review = replace(self.review, judge=replace(self.review.judge, house=house))
        return self

    def with_budget(self, usd: str) -> Office:
        """The same office, whose reviews may cost so many dollars at most."""
        most = Decimal(usd)
        return self.with_house(
            budget=replace(self.house.budget, run_usd=most),
            desk=replace(self.house.desk, budget_usd=most),
            defaults=replace(self.house.defaults, budget_usd=most),
        )

    def with_tier(self, reviewer: str, tier: str) -> Office:
        """The same office, whose reviewer of that name reads on that tier, whatever the risk."""
        reviewers = [
            replace(each, tier=tier, tier_low=tier, tier_high=tier)
            if each.name == reviewer
            else each
            for each in self.house.reviewers
        ]
        return self.with_house(reviewers=tuple(reviewers))

    @property
    def house(self) -> House:
        return self.review.judge.house

    def one_by_one(self) -> Office:
        """Everybody is asked after the one before, so that who fails fifth is always the same."""
        return self.with_house(panel=replace(self.house.panel, at_once=1))

    def forget_readings(self) -> None:
        """Remember no reading, as of another pull request."""
        self.review = replace(
            self.review, judge=replace(self.review.judge, memory=MemoryInMemory())
        )

    def asked(self, number: int = 1, trigger: str = "pull_request.opened") -> ReviewRequest:
        pull = self.repo.pull(number)
        installation = self.github.installation.id
        ref = PullRef(self.repo.full_name, self.repo.id, number, pull.head_sha, installation)
        return ReviewRequest(ref, trigger, again=trigger.startswith("check_run"))

    async def walk(self, run: str, number: int = 1, asked: ReviewRequest | None = None) -> Ended:
        """Review the pull request to the end of its check, whatever comes."""
        self.waits.clear()
        before, counted = len(self.fake.calls), len(self.fake.counts)
        asked_before = self.fake.asked
        steps = KeptSteps(sleep=self.sleep)
        self.api.watch()
        await self.review(steps, asked or self.asked(number), run)
        record = await self.review.runs.get(run)
        assert record is not None
        entries = await self.review.judge.ledger.of_run(run)
        made = sum("circuit" not in each.note for each in entries)
        self.fake.on_hold = lambda: None
        self.fake.release()
        await asyncio.to_thread(self.fake.settle, asked_before + made)
        return Ended(
            check=next(each for each in self.repo.pull(number).checks if each.external_id == run),
            record=record,
            entries=entries,
            calls=Counter(each.reviewer for each in self.fake.calls[before:]),
            counts=len(self.fake.counts) - counted,
            waits=tuple(self.waits),
        )


@dataclass
class Building:
    """What all offices share: both servers and the repository.

    `played` are walks that several tests look at, by what goes wrong and for whom.
    """

    fake: FakeModel
    github: Sandbox
    repo: RepoScene
    review: ReviewPull
    runs: int = 0
    played: dict[tuple[str, str], Ended] = field(default_factory=dict)

    def office(self, failures: int = 5) -> Office:
        """A process with an empty store, a whole breaker and a model that has nothing to say.

        `failures` in a row and a model is left alone.
        """
        self.fake.reset()
        api = Observed(self.fake, AnthropicModel("k" * 24, self.fake.url, LIMIT_S))
        made = Office(self.fake, self.github, self.repo, self.review, api)
        runs, texts = RunsInMemory(), TextsInMemory()
        judge: Judge = replace(
            self.review.judge,
            model=Breaker(api, failures=failures, now=lambda: made.clock),
            ledger=LedgerInMemory(),
            memory=MemoryInMemory(),
            texts=texts,
            runs=runs,
            sleep=made.sleep,
        )
        made.review = replace(self.review, judge=judge, texts=texts, runs=runs)
        return made

    def comments_of(self, ended: Ended) -> list[ReviewComment]:
        """What a run has said on lines."""
        mark = f"<!-- ai-review:run={ended.record.id} -->"
        pull = self.repo.pull(ended.record.number)
        mine = {each.id for each in pull.reviews if mark in each.body}
        return [each for each in pull.comments if each.review_id in mine]

    def opened(self, head: dict[str, str]) -> int:
        """The number of a new pull request that nobody has reviewed."""
        self.runs += 1
        self.repo.branch(f"own-{self.runs}")
        self.repo.commit(f"own-{self.runs}", head, f"Change {self.runs}")
        return self.repo.open_pull(head=f"own-{self.runs}", author="mia")

    def run(self) -> str:
        """A name no run has had."""
        self.runs += 1
        return f"run-{self.runs}"


@contextmanager
def built(
    folder: Path, base: dict[str, str], heads: Sequence[dict[str, str]]
) -> Iterator[Building]:
    """A building whose repository has one pull request for each of `heads`, numbered from 1."""
    import_module("anthropic.resources.messages")  # slow, and within the first call's time limit
    with Sandbox(folder / "github") as github, FakeModel() as fake:
        repo = github.create_repo("acme/shop", files=base)
        for nth, head in enumerate(heads, start=1):
            repo.branch(f"change-{nth}")
            repo.commit(f"change-{nth}", head, "Change")
            repo.open_pull(head=f"change-{nth}", author="mia")
        settings = load(
            {
                "APP_ID": str(github.app.id),
                "PRIVATE_KEY": github.app.private_key,
                "GITHUB_API_URL": github.url,
                "AI_REVIEW_HOME": str(folder),
                "ANTHROPIC_API_KEY": "k" * 24,
                "ANTHROPIC_BASE_URL": fake.url,
            },
            env_file=None,
        )
        review = review_pull(settings, judge_here(settings))
        examiner = replace(review.reader.examiner, analyzers=Quiet())
        reader = cast(Reader, ReadOnce(replace(review.reader, examiner=examiner)))
        yield Building(fake, github, repo, replace(review, reader=reader))


_: type[Analyzers] = Quiet
