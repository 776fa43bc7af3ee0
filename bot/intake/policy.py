"""`.github/ai-review.yml` becomes a RepoPolicy. It narrows what the operator allows, never widens.

Its text comes from whoever may write to the default branch: known, but not trusted with the
operator's money or time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pathspec import GitIgnoreSpec
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot.domain.changed import ABSENT, Blob
from bot.domain.finding import Severity
from bot.domain.own_files import POLICY
from bot.domain.pull import Forks, Instruction, RepoPolicy, ReviewerPolicy, Run
from bot.guard.redact import redact
from bot.intake.problems import at_line, nearest, sentences
from bot.intake.yaml_tree import Tree, read_tree


class FailAt(StrEnum):
    """A severity, or never."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"
    NEVER = "never"


def _glob(pattern: str) -> str:
    """Refuse a pattern that is none, or that takes long to match (many stars backtrack)."""
    parts = pattern.split("/")
    if parts.count("**") > 3 or any(part.count("*") > 3 for part in parts):
        raise ValueError("use at most three stars between slashes, and ** at most three times")
    try:
        GitIgnoreSpec.from_lines([pattern])
    except ValueError as error:
        raise ValueError("write a pattern as in .gitignore") from error
    return pattern


def _run_alone(value: Any) -> Any:
    """`security: never` is short for `security: {run: never}`, `security:` for no wishes."""
    if value is None:
        return {}
    return {"run": value} if isinstance(value, str) else value


Glob = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_glob)]
Words = Annotated[str, Field(max_length=2000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Reviewer(_Strict):
    """What is wanted of one reviewer."""

    run: Annotated[Run, Field(description="auto: the plan decides.")] = Run.AUTO
    instructions: Annotated[Words, Field(description="What it is to mind in every file.")] = ""


class _Instruction(_Strict):
    """What every reviewer of certain files is to mind."""

    paths: Annotated[
        tuple[Glob, ...],
        Field(min_length=1, max_length=50, description="Patterns as in .gitignore."),
    ]
    text: Annotated[
        str, Field(min_length=1, max_length=2000, description="What to mind in those files.")
    ]


NARROWEST = (Forks.NEVER, Forks.ON_REQUEST, Forks.ALWAYS)
_AS_WRITTEN = (
    "comment_at",
    "max_comments",
    "ignore",
    "drafts",
    "bots",
    "forks",
    "skip_labels",
    "guidance",
)
"""Settings that mean in the file what they mean in a RepoPolicy."""


_REVIEWERS = {"performance": "never", "quality": {"instructions": "We use structlog."}}
_INSTRUCTIONS = [{"paths": ["api/**"], "text": "Every endpoint needs an authorisation check."}]


def _about(said: str, example: Any) -> Any:
    """What an editor shows of a setting."""
    return Field(description=said, examples=[example])


class PolicyFile(_Strict):
    """The file as written. None: not written, so the default holds."""

    reviewers: Annotated[
        Annotated[
            dict[str, Annotated[_Reviewer, BeforeValidator(_run_alone)]], Field(max_length=50)
        ]
        | None,
        _about("Reviewers by name: auto, always or never, or a map of options.", _REVIEWERS),
    ] = None
    comment_at: Annotated[
        Severity | None, _about("Least severity that gets an inline comment.", "low")
    ] = None
    fail_at: Annotated[
        FailAt | None, _about("Least severity that fails the check; never: it advises.", "high")
    ] = None
    max_comments: Annotated[
        Annotated[int, Field(ge=0, le=50)] | None,
        _about("Inline comments of one review; further findings go to its summary.", 10),
    ] = None
    ignore: Annotated[
        Annotated[tuple[Glob, ...], Field(max_length=200)] | None,
        _about("Files nobody reads: patterns as in .gitignore.", ["docs/**", "**/*.gen.go"]),
    ] = None
    instructions: Annotated[
        Annotated[tuple[_Instruction, ...], Field(max_length=50)] | None,
        _about("What to mind in certain files.", _INSTRUCTIONS),
    ] = None
    drafts: Annotated[bool | None, _about("Whether drafts are reviewed.", False)] = None
    bots: Annotated[
        bool | None, _about("Whether pull requests opened by bots are reviewed.", False)
    ] = None
    forks: Annotated[
        Forks | None,
        _about("Pull requests from forks by people without write access.", "on_request"),
    ] = None
    skip_labels: Annotated[
        Annotated[tuple[str, ...], Field(max_length=50)] | None,
        _about("Labels that keep a pull request from being reviewed.", ["skip-ai-review"]),
    ] = None
    guidance: Annotated[
        bool | None, _about("Whether reviewers are shown AGENTS.md and CLAUDE.md.", True)
    ] = None
    budget_usd: Annotated[
        Annotated[Decimal, Field(ge=0, allow_inf_nan=False, max_digits=12)] | None,
        _about("US dollars one review may cost; at most what the operator allows.", 0.5),
    ] = None

    def over(self, defaults: RepoPolicy) -> RepoPolicy:
        """`defaults`, with what was written in their place; the budget only ever shrinks."""
        written = {name: getattr(self, name) for name in _AS_WRITTEN}
        policy = replace(defaults, **{k: v for k, v in written.items() if v is not None})
        if self.fail_at is not None:
            never = self.fail_at is FailAt.NEVER
            policy = replace(policy, fail_at=None if never else Severity(self.fail_at.value))
        wanted = {
            name: ReviewerPolicy(each.run, each.instructions)
            for name, each in (self.reviewers or {}).items()
        }
        texts = tuple(Instruction(each.paths, each.text) for each in self.instructions or ())
        limits = [each for each in (self.budget_usd, defaults.budget_usd) if each is not None]
        return replace(
            policy,
            reviewers={**defaults.reviewers, **wanted},
            instructions=(*defaults.instructions, *texts),
            budget_usd=min(limits, default=None),
        )


def policy_of(found: Blob, defaults: RepoPolicy) -> RepoPolicy:
    """The policy of what is at the file's place, which may be anything."""
    if found.text is None and found.why != ABSENT:
        problem = f"{POLICY} is not used: it is {found.why}. Make it a plain text file."
        return replace(defaults, problem=problem)
    return parse_policy(found.text, defaults)


def parse_policy(text: str | None, defaults: RepoPolicy) -> RepoPolicy:
    """The repository's policy; `text` None: it has none.

    A file with anything wrong is not used at all: `defaults` stand in, and `problem` says in one
    sentence what to correct.
    """
    if text is None:
        return defaults
    file, problems = _validated(read_tree(text))
    if problems:
        more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
        problem = f"{POLICY} is not used: {redact(problems[0]).text}{more}"
        return replace(defaults, problem=problem)
    policy = _without_secrets(file.over(defaults))
    # Strangers' pull requests cost the operator: a repository may let in fewer of them, not more.
    return replace(policy, forks=min(policy.forks, defaults.forks, key=NARROWEST.index))


def _without_secrets(policy: RepoPolicy) -> RepoPolicy:
    """Its words are shown to models and kept: a token in them would be, too."""
    wishes = {
        name: replace(each, instructions=redact(each.instructions).text)
        for name, each in policy.reviewers.items()
    }
    said = tuple(replace(each, text=redact(each.text).text) for each in policy.instructions)
    return replace(policy, reviewers=wishes, instructions=said)


def check_policy(text: str, reviewers: Collection[str] = ()) -> tuple[str, ...]:
    """Everything that is wrong with a policy file, each with its line and what to do.

    `reviewers` are the names there are; empty: names are not checked.
    """
    tree = read_tree(text)
    file, problems = _validated(tree)
    unknown = set(file.reviewers or {}) - set(reviewers) if reviewers else set()
    return problems + tuple(
        f"{at_line(tree.line_of(('reviewers', name)))}there is no reviewer {name}. "
        + nearest(name, tuple(sorted(reviewers)))
        for name in sorted(unknown)
    )


def _validated(tree: Tree) -> tuple[PolicyFile, tuple[str, ...]]:
    """The file, an empty one in place of a wrong one, and all that is wrong with it."""
    if tree.value is None:
        return PolicyFile(), tree.problems
    if not isinstance(tree.value, dict):
        return PolicyFile(), ("it is not a list of settings. Write lines like `fail_at: high`.",)
    try:
        return PolicyFile.model_validate(tree.value), tree.problems
    except ValidationError as error:
        return PolicyFile(), (*tree.problems, *sentences(error, PolicyFile, tree.line_of))
