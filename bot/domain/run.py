"""The readable record of one review: its stages, decisions, calls, findings and end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.finding import IGNORED, Category, Severity
from bot.domain.patch import Side
from bot.domain.review import Call


class RunStatus(StrEnum):
    """Where a run stands. `blocked`: it needs a person."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more comes."""
        return self not in (RunStatus.PENDING, RunStatus.RUNNING)


CANCEL_CHECK = "cancel_check"
"""Step noted of a run once who cancelled it has ended its check."""
CHECK_ENDED = "check_ended"
"""Step noted of a cancelled run once its check was seen to be at its end."""


@dataclass(frozen=True, slots=True)
class StepEvent:
    """One step of a run began, ended or failed. `at` is seconds since 1970; `why` if it failed."""

    run: str
    step: str
    status: RunStatus
    at: float
    why: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Something that was decided on the way, and why.

    `subject` is whom or what it is about: "reviewer security", "reviewer security@2" where the
    change is read in parts, "refuter", "vote", "plan", "review". `why` may hold names of files,
    and the words of a model: untrusted.
    """

    subject: str
    status: RunStatus
    why: str


REVIEWER = "reviewer "
"""How the subject of a decision about a reviewer begins; its name follows."""


class FoundStatus(StrEnum):
    """What became of a finding."""

    POSTED = "posted"  # it has an inline comment of this run
    LISTED = "listed"  # it stands in the check's list only
    SET_ASIDE = "set aside"  # it is not posted
    CARRIED = "carried"  # it was told at an earlier head and still stands
    GONE = "gone"  # it was told at an earlier head, and its code is not found any more


@dataclass(frozen=True, slots=True)
class Found:
    """One finding as the record keeps it. `title`, `quote`, `path` and `why` are untrusted.

    `sources`, `path`, `line`, `side`, `title`, `quote`: as in Finding. `why` says in a clause why
    it is not posted, or where its comment sits. `accepted`: whether its author or a person took it
    up; None: nobody knows, which is never the same as accepted. `refuted`: whether an attempt of
    this run to prove it wrong succeeded; None: nobody tried, or nobody could be had.
    """

    fingerprint: str
    sources: tuple[str, ...]
    severity: Severity
    category: Category
    path: str
    line: int
    title: str
    quote: str
    status: FoundStatus
    why: str = ""
    accepted: bool | None = None
    side: Side = Side.RIGHT
    refuted: bool | None = None

    @property
    def ignored(self) -> bool:
        """Whether it is set aside because somebody ignores it."""
        return self.why.startswith(IGNORED)

    @property
    def finders(self) -> tuple[str, ...]:
        """Who found it: reviewers and tools, without the tools' rules, in order of their names."""
        return tuple(sorted({source.partition(":")[0] for source in self.sources}))


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One review as people read it.

    `started` and `finished` are seconds since 1970, `finished` None while it runs. `cost_usd` is a
    decimal number as text, None when a price is unknown or nothing was paid yet (see `calls`).
    `note` is one sentence: the check's title, or why it was skipped, cancelled or failed.
    `findings` counts those that stand; `found` holds those set aside, too. `planned_tokens` is the
    estimate for all prompts of the plan, `everyone_tokens` the plan's for showing everything to
    everybody; both are 0 where there is no plan.
    """

    id: str
    repo: str
    repo_id: int
    number: int
    head_sha: str
    installation_id: int | None
    trigger: str
    status: RunStatus
    started: float
    finished: float | None = None
    verdict: str = ""
    note: str = ""
    findings: int = 0
    cost_usd: str | None = None
    calls: tuple[Call, ...] = ()
    steps: tuple[StepEvent, ...] = ()
    decisions: tuple[Decision, ...] = ()
    found: tuple[Found, ...] = ()
    planned_tokens: int = 0
    everyone_tokens: int = 0


def run_id(repo_id: int, number: int, head_sha: str, attempt: int) -> str:
    """Id of a run, its workflow and its check's `external_id`."""
    return f"{repo_id}-{number}-{head_sha}-{attempt}"
