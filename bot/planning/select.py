"""Which reviewers read a change, and why. A pure table of rules, the first that applies decides."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.finding import Category
from bot.domain.patch import FileDiff
from bot.domain.plan import Change, Choice, Reviewer, Signal
from bot.domain.pull import RepoPolicy, ReviewerPolicy, Run
from bot.planning.readable import in_words, kind_in_words, readable, why_nothing
from bot.planning.signals import evidence_signal

ONLY_WHEN_CALLED = frozenset({Category.PERFORMANCE})
"""Reviewers that need a signal. Without one, performance is the quality reviewer's business: its
signals find 59 % of performance work at best, and an own reviewer for the rest does not pay."""


def choose(
    reviewer: Reviewer, change: Change, policy: RepoPolicy, asked_for: Sequence[str] = ()
) -> Choice:
    """Say whether `reviewer` should read `change`, and why.

    `asked_for` names the reviewers a person asked for; empty means the plan decides.
    """
    if asked_for and reviewer.name not in asked_for:
        return Choice.no(reviewer, f"only {' and '.join(asked_for)} was asked for")
    files = readable(change.patch, policy.ignore)
    if not files:
        return Choice.no(reviewer, why_nothing(change.patch, policy.ignore))
    if asked_for:
        return Choice.yes(reviewer, "asked for by name")
    wish = policy.reviewers.get(reviewer.name, ReviewerPolicy()).run
    if wish is Run.NEVER:
        return Choice.no(reviewer, "the repository's policy never runs it")
    if wish is Run.ALWAYS:
        return Choice.yes(reviewer, "the repository's policy always runs it")
    return _by_rule(reviewer, change, files)


def _by_rule(reviewer: Reviewer, change: Change, files: Sequence[FileDiff]) -> Choice:
    called = _calls(reviewer, change, files)
    if called:  # risk beats size: three lines near authentication are read
        return Choice.yes(reviewer, called[0].because)
    if reviewer.category in ONLY_WHEN_CALLED:
        return Choice.no(reviewer, f"nothing in the change points at {reviewer.category.value}")
    for file in files:
        if file.kind not in reviewer.skip_kinds:
            return Choice.yes(reviewer, f"{file.path} is {kind_in_words(file.kind)}")
    return Choice.no(reviewer, f"only {in_words({file.kind for file in files})} changed")


def _calls(reviewer: Reviewer, change: Change, files: Sequence[FileDiff]) -> tuple[Signal, ...]:
    """The signals that call `reviewer`, from files that are read."""
    paths = {file.path for file in files} | {None}
    names = {*reviewer.signals, evidence_signal(reviewer.category)}
    return tuple(each for each in change.signals if each.name in names and each.path in paths)


def select(
    reviewers: Sequence[Reviewer],
    change: Change,
    policy: RepoPolicy,
    asked_for: Sequence[str] = (),
) -> tuple[Choice, ...]:
    """A choice for every reviewer, in the order given."""
    return tuple(choose(reviewer, change, policy, asked_for) for reviewer in reviewers)


def reads(reviewer: Reviewer, change: Change, policy: RepoPolicy) -> tuple[str, ...]:
    """The paths `reviewer` reads once it is chosen, in the patch's order.

    Its own kinds of file and every file whose signal calls it. Where that leaves none, it was
    wanted for what there is, and reads all of it.
    """
    files = readable(change.patch, policy.ignore)
    called = {signal.path for signal in _calls(reviewer, change, files)}
    own = [
        file.path for file in files if file.kind not in reviewer.skip_kinds or file.path in called
    ]
    return tuple(own or [file.path for file in files])
