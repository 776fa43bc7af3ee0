"""Which reviewers read a change, and why. A pure table of rules, the first that applies decides.

What the rules cannot decide stays open, for triage. That is only performance, on source that gives
no signal: its signals find 59 % of performance work at best. Security is never open. Missing it is
dear, and code without a signal is read by its cheap tier, at about what asking would cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.diff.inert import Touched, touched
from bot.domain.finding import Category
from bot.domain.patch import FileDiff, FileKind
from bot.domain.plan import Change, Choice, Reviewer, Risk, Signal
from bot.domain.pull import RepoPolicy, ReviewerPolicy, Run
from bot.planning.readable import in_words, kind_in_words, readable, why_nothing
from bot.planning.risk import NORMAL, Clause, high
from bot.planning.signals import evidence_signal

OPEN_UNLESS_CALLED = frozenset({Category.PERFORMANCE})
"""What reviewers may have nothing to say about ordinary code."""

READS_COMMENTS = frozenset({Category.QUALITY})
"""Who reads a change of nothing but comments: one that is now untrue misleads whoever comes next.
A comment cannot be slow, nor be attacked."""

MOST_PARSED = 128_000
"""Characters of a change's files that are parsed to see whether only comments changed. Hostile
code of 64 kB can hold the parser for half a second; what is beyond counts as code."""


@dataclass(frozen=True, slots=True)
class _Case:
    """What is known before any reviewer is looked at. `inert` None: code changed."""

    change: Change
    files: tuple[FileDiff, ...]
    policy: RepoPolicy
    inert: Touched | None


def select(
    reviewers: Sequence[Reviewer],
    change: Change,
    policy: RepoPolicy,
    asked_for: Sequence[str] = (),
) -> tuple[Choice, ...]:
    """A choice for every reviewer, in the order given, with the risk of its share.

    `asked_for` names the reviewers a person asked for; empty means the rules decide.
    """
    files = readable(change.patch, policy.ignore)
    case = _Case(change, files, policy, _inert(change, files))
    return tuple(_choose(reviewer, case, asked_for) for reviewer in reviewers)


def choose(
    reviewer: Reviewer, change: Change, policy: RepoPolicy, asked_for: Sequence[str] = ()
) -> Choice:
    """Whether one reviewer should read `change`, and why; see `select`."""
    return select((reviewer,), change, policy, asked_for)[0]


def _choose(reviewer: Reviewer, case: _Case, asked_for: Sequence[str]) -> Choice:
    if asked_for and reviewer.name not in asked_for:
        return Choice.no(reviewer, f"only {' and '.join(asked_for)} was asked for")
    if not case.files:
        return Choice.no(reviewer, why_nothing(case.change.patch, case.policy.ignore))
    wish = case.policy.reviewers.get(reviewer.name, ReviewerPolicy()).run
    if asked_for:
        return _wanted(reviewer, case, "asked for by name")
    if wish is Run.NEVER:
        return Choice.no(reviewer, "the repository's policy never runs it")
    if wish is Run.ALWAYS:
        return _wanted(reviewer, case, "the repository's policy always runs it")
    return _by_rule(reviewer, case)


def _wanted(reviewer: Reviewer, case: _Case, reason: str) -> Choice:
    """Somebody wants it: it reads, and nothing makes that a low risk."""
    called = _calls(reviewer, case.change, case.files)
    clause = high(reviewer, case.change, case.files, called) or NORMAL
    return _with(Choice.yes(reviewer, reason), clause)


def _by_rule(reviewer: Reviewer, case: _Case) -> Choice:
    called = _calls(reviewer, case.change, case.files)
    evidence = [each for each in called if each.name == evidence_signal(reviewer.category)]
    if case.inert is not None and not evidence:
        return _on_inert(reviewer, case.inert)
    if called:  # risk beats size: three lines near authentication are read
        first = (evidence or called)[0]
        clause = high(reviewer, case.change, case.files, called) or NORMAL
        return _with(Choice.yes(reviewer, first.because), clause)
    return _by_kind(reviewer, case)


def _on_inert(reviewer: Reviewer, inert: Touched) -> Choice:
    why = f"only {inert.value} changed"
    if inert is Touched.COMMENTS and reviewer.category in READS_COMMENTS:
        because = "no code changed"
        return _with(Choice.yes(reviewer, f"{why}, which may be untrue"), (Risk.LOW, because))
    return Choice.no(reviewer, why)


def _by_kind(reviewer: Reviewer, case: _Case) -> Choice:
    """Nothing calls it: the kinds of the files decide."""
    own = [file for file in case.files if file.kind not in reviewer.skip_kinds]
    if not own:
        return Choice.no(reviewer, f"only {in_words({file.kind for file in case.files})} changed")
    kinds = {file.kind for file in own}
    low = "only tests changed" if kinds == {FileKind.TEST} else "no signal calls it"
    if reviewer.category not in OPEN_UNLESS_CALLED:
        reason = f"{own[0].path} is {kind_in_words(own[0].kind)}"
        return _with(Choice.yes(reviewer, reason), (Risk.LOW, low))
    points = f"nothing in the change points at {reviewer.category.value}"
    if FileKind.SOURCE not in kinds:
        return Choice.no(reviewer, f"{points}, and no source changed")
    return _with(Choice.open(reviewer, points), (Risk.LOW, low))


def _with(choice: Choice, clause: Clause) -> Choice:
    risk, because = clause
    return replace(choice, risk=risk, risk_because=because)


def _inert(change: Change, files: Sequence[FileDiff]) -> Touched | None:
    """Comments or blanks, where all of `files` changed nothing else; None as soon as one did.

    A secret that was replaced by another reads the same before and after: then nobody can tell.
    """
    if change.redacted:
        return None
    room, found = MOST_PARSED, Touched.BLANKS
    for file in files:
        head = change.text_of(file.path)
        room -= len(head or "")
        what = touched(file, head if room >= 0 else None)
        if what is Touched.CODE:
            return None
        found = Touched.COMMENTS if what is Touched.COMMENTS else found
    return found if files else None


def _calls(reviewer: Reviewer, change: Change, files: Sequence[FileDiff]) -> tuple[Signal, ...]:
    """The signals that call `reviewer`, from files that are read."""
    paths = {file.path for file in files} | {None}
    names = {*reviewer.signals, evidence_signal(reviewer.category)}
    return tuple(each for each in change.signals if each.name in names and each.path in paths)


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
