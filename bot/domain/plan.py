"""Who reads what, with which model, for how much, and why not the others."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot.domain.finding import Category, Evidence, Severity
from bot.domain.money import Usd
from bot.domain.patch import FileKind, Patch


@dataclass(frozen=True, slots=True)
class Signal:
    """A cheap fact about the change that calls a reviewer. `because` is shown to the author."""

    name: str
    because: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class HeadText:
    """The head version of one changed file, secrets already replaced."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class ToolReport:
    """What one static analyser did. `incomplete` says in short sentences what it could not read.

    `paths` are the files it has read whole.
    """

    tool: str
    version: str
    files: int
    evidence: tuple[Evidence, ...] = ()
    incomplete: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """A function or class that the change calls, as the head version has it, secrets replaced.

    `start` and `end` are 1-based lines of `path`, both inclusive; `text` is those lines, cut where
    they are many. `called_in` are the changed files that call it.
    """

    path: str
    name: str
    start: int
    end: int
    text: str
    called_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """All that was read of a pull request, secrets replaced. The input of every decision.

    `texts` holds head versions where they could be had. `redacted` counts replaced secrets.
    `definitions` is what the change calls, found in the repository at the same commit;
    `not_shown` says in short clauses which definitions there was no room for. `asides` are
    sentences on what the change does to the files that tell us what to do.
    """

    patch: Patch
    texts: tuple[HeadText, ...] = ()
    signals: tuple[Signal, ...] = ()
    tools: tuple[ToolReport, ...] = ()
    redacted: int = 0
    definitions: tuple[Definition, ...] = ()
    not_shown: tuple[str, ...] = ()
    asides: tuple[str, ...] = ()

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Everything the analysers say, on changed lines only."""
        return tuple(each for tool in self.tools for each in tool.evidence)

    def text_of(self, path: str) -> str | None:
        """Head version of a file, or None when it was not read."""
        return next((each.text for each in self.texts if each.path == path), None)


class Risk(StrEnum):
    """How much depends on a reviewer's share being read well. Decides the tier."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A reviewer as its file in config/reviewers describes it.

    `tier` is the one for normal risk, `tier_low` and `tier_high` those for the others, "" where
    they are the same. `signals` name what calls it whatever the files' kinds.
    `skip_kinds` are kinds of file it never reads on its own account. `floor` is the least
    severity it may report. `brief` is what the model is told, last in the prompt.
    """

    name: str
    category: Category
    tier: str
    signals: tuple[str, ...]
    skip_kinds: tuple[FileKind, ...]
    floor: Severity
    max_findings: int
    brief: str
    tier_low: str = ""
    tier_high: str = ""

    def tier_for(self, risk: Risk) -> str:
        """The name of the tier that reads a share of that risk."""
        own = {Risk.LOW: self.tier_low, Risk.HIGH: self.tier_high}.get(risk, "")
        return own or self.tier


@dataclass(frozen=True, slots=True)
class Choice:
    """Whether a reviewer reads the change, and the sentence that says why.

    `chosen` None: the rules leave it open, and `reason` says what they know. `risk` is that of
    its share, with a clause that says why it is not normal ("" when it is).
    """

    reviewer: Reviewer
    chosen: bool | None
    reason: str
    risk: Risk = Risk.NORMAL
    risk_because: str = ""

    @classmethod
    def yes(cls, reviewer: Reviewer, reason: str) -> Choice:
        """It reads."""
        return cls(reviewer, True, reason)

    @classmethod
    def open(cls, reviewer: Reviewer, reason: str) -> Choice:
        """The rules cannot say."""
        return cls(reviewer, None, reason)

    @classmethod
    def no(cls, reviewer: Reviewer, reason: str) -> Choice:
        """It does not."""
        return cls(reviewer, False, reason)


@dataclass(frozen=True, slots=True)
class Tier:
    """A named choice of model. `effort` is the vendor's word, None where the model takes none.

    `fallback` names the tier that is asked when this one's model cannot be had, "" for none.
    """

    name: str
    model: str
    effort: str | None
    max_output_tokens: int
    fallback: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One reviewer's share.

    `paths` are the files it reads, in the patch's order. `prompt_tokens` is the estimate for the
    whole prompt; `estimate` its worst-case price, None when the model's price is unknown.
    `part` is the number of the part of the change it belongs to, 0 where the change is one.
    """

    reviewer: Reviewer
    tier: Tier
    paths: tuple[str, ...]
    reason: str
    instructions: str
    prompt_tokens: int
    estimate: Usd | None
    risk: Risk = Risk.NORMAL
    part: int = 0

    @property
    def name(self) -> str:
        """The reviewer, and the part where there are several: "security", "security@2"."""
        return f"{self.reviewer.name}@{self.part}" if self.part else self.reviewer.name


class Width(StrEnum):
    """How much code around the change is shown, widest first."""

    DEFINITIONS = "definitions"  # the functions around it, and the definitions it calls
    FUNCTIONS = "functions"  # the functions around it
    HUNKS = "hunks"  # the lines of the diff


@dataclass(frozen=True, slots=True)
class Part:
    """A coherent share of a large change, read by itself. `name` says what it is ("bot/github").

    Parts are numbered from 1; every path that is read belongs to one.
    """

    number: int
    name: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Skip:
    """A reviewer that does not run, and why."""

    reviewer: str
    why: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A file nobody reads.

    `lines` counts its changed lines, None when unknown. `by_rule`: left out on purpose (docs,
    generated, ignored by the policy), which does not keep a review from being a success.
    """

    path: str
    lines: int | None
    why: str
    by_rule: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the change is read, in changed lines of the files that could be counted.

    `reused_lines` of the read ones were read at an earlier head and have not changed since.
    `formatted_lines` changed in their formatting alone: they are not among the read ones, and keep
    no review from being a success.
    """

    changed_lines: int
    read_lines: int
    unread: tuple[Unread, ...] = ()
    reused_lines: int = 0
    formatted_lines: int = 0

    @property
    def complete(self) -> bool:
        """Whether all that should be read is read."""
        return all(each.by_rule for each in self.unread)


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole decision. `static_only`: no model key, so the analysers are the reviewers.

    `parts` is empty where the change is read as one. `notes` are sentences on how it came about:
    what was given up for the budget, how triage decided. `cut`: something was given up for it.
    `allowance` is the room for definitions in a prompt, in tokens. `everyone_tokens` is what it
    would take to show the whole diff to every reviewer there is.
    """

    assignments: tuple[Assignment, ...]
    skipped: tuple[Skip, ...]
    coverage: Coverage
    estimate: Usd | None
    static_only: bool = False
    budget_usd: Decimal | None = None
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()
    width: Width = Width.DEFINITIONS
    cut: bool = False
    allowance: int = 2_000
    everyone_tokens: int = 0
