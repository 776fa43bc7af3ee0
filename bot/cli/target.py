"""Which change a command is about: options, and what they may not say together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from bot.errors import UserError

F = TypeVar("F", bound=Callable[..., Any])

SEVERITIES = ("low", "medium", "high", "critical", "never")


@dataclass(frozen=True, slots=True)
class Local:
    """The working tree here, against where it left `base` (None: the default branch)."""

    base: str | None


@dataclass(frozen=True, slots=True)
class DiffFile:
    """A diff in the file `name`; "-" is standard input."""

    name: str


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull request on GitHub. `repo` is "owner/name"."""

    repo: str
    number: int


Target = Local | DiffFile | Pull

_OPTIONS = (
    click.option("--base", metavar="REF", help="The working tree against where it left REF."),
    click.option("--diff", metavar="FILE", help="A diff in FILE, or - for standard input."),
    click.option(
        "--repo", metavar="OWNER/NAME", help="A pull request on GitHub, with --pr-number."
    ),
    click.option("--pr-number", type=click.IntRange(min=1), metavar="N", help="Its number."),
    click.option("--agents", default="", metavar="A,B", help="These reviewers and no others."),
)


def target_options(command: F) -> F:
    """The options that say which change, and who reads it."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def target_of(
    base: str | None, diff: str | None, repo: str | None, pr_number: int | None
) -> Target:
    """The one change that was named. Raises UserError when it is none, or more than one."""
    if (repo is None) != (pr_number is None):
        raise UserError(
            "A pull request has a repository and a number.",
            remedy="Give --repo OWNER/NAME and --pr-number N together.",
        )
    named = [
        flag
        for flag, value in (("--base", base), ("--diff", diff), ("--repo", repo))
        if value is not None
    ]
    if len(named) > 1:
        raise UserError(
            f"{' and '.join(named)} name different changes.", remedy="Give only one of them."
        )
    if repo is not None and pr_number is not None:
        return Pull(repo, pr_number)
    return Local(base) if diff is None else DiffFile(diff)


def names_of(agents: str) -> tuple[str, ...]:
    """The names in "security, quality", each once."""
    return tuple(dict.fromkeys(agents.replace(",", " ").split()))
