"""Which pull request, what it is, and what its repository wants."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from bot.domain.finding import Severity
from bot.domain.plan import Reviewer


@dataclass(frozen=True, slots=True)
class PullRef:
    """One head of one pull request.

    `repo` is "owner/name"; `repo_id` GitHub's number, which survives a rename.
    `installation_id` is None in CI, where a token stands in for the App.
    """

    repo: str
    repo_id: int
    number: int
    head_sha: str
    installation_id: int | None = None


@dataclass(frozen=True, slots=True)
class PullRequest:
    """What GitHub says of a pull request, read anew for each run. `title`, `body`: untrusted.

    `private`: not everybody can see the repository.
    """

    ref: PullRef
    title: str
    body: str
    author: str
    author_id: int
    author_is_bot: bool
    draft: bool
    open: bool
    base_ref: str
    base_sha: str
    head_ref: str
    default_branch: str
    from_fork: bool
    labels: tuple[str, ...]
    changed_files: int
    url: str
    private: bool = False


class Forks(StrEnum):
    """When a fork's pull request by somebody without write access is reviewed."""

    ALWAYS = "always"
    ON_REQUEST = "on_request"
    NEVER = "never"


class Run(StrEnum):
    """Whether a reviewer runs: the plan decides, always, or never."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class ReviewerPolicy:
    """What a repository wants of one reviewer. `instructions` are its writers' words."""

    run: Run = Run.AUTO
    instructions: str = ""


@dataclass(frozen=True, slots=True)
class Instruction:
    """Words for every reviewer of files that match one of `paths` (gitignore globs)."""

    paths: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Guide:
    """A repository's notes for those who work on it. `left_out`: bytes cut from their end."""

    path: str
    text: str
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class RepoPolicy:
    """`.github/ai-review.yml` of the default branch, and what stands beside it.

    `fail_at` None means never: the check is advisory. `budget_usd` None: the operator's alone.
    `problem` is one sentence when the file could not be used and defaults stand in, else "".

    `guidance`: whether reviewers are shown the repository's notes, which are `guides`.
    `attributes` are the lines of `.gitattributes` that say what is generated or vendored.
    `own_reviewers` are the repository's. `notes` say in sentences what could not be used of all
    that. `author_may_skip` is the operator's: whoever opens a pull request may opt out.
    """

    reviewers: dict[str, ReviewerPolicy] = field(default_factory=dict)
    comment_at: Severity = Severity.LOW
    fail_at: Severity | None = Severity.HIGH
    max_comments: int = 10
    ignore: tuple[str, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    drafts: bool = False
    bots: bool = False
    forks: Forks = Forks.ON_REQUEST
    skip_labels: tuple[str, ...] = ("skip-ai-review",)
    budget_usd: Decimal | None = None
    problem: str = ""
    guidance: bool = True
    guides: tuple[Guide, ...] = ()
    attributes: str = ""
    own_reviewers: tuple[Reviewer, ...] = ()
    notes: tuple[str, ...] = ()
    author_may_skip: bool = False
