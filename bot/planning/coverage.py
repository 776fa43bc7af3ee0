"""How much of a change is read, and why not the rest."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.domain.patch import FileDiff, Mark
from bot.domain.plan import Change, Coverage, Unread
from bot.domain.pull import RepoPolicy
from bot.guard.never_send import is_never_sent
from bot.planning.readable import kind_in_words, rule_against


def coverage(
    change: Change,
    paths_read: Collection[str],
    policy: RepoPolicy,
    missed: Mapping[str, str] | None = None,
    longest: int | None = None,
) -> Coverage:
    """Count the changed lines of `change` that the reviewers of `paths_read` see.

    `missed` says, by path, why somebody who should read a file does not. Such a file is named as
    unread even when another reviewer reads it, and keeps the review from being a success. So does
    a line of more than `longest` characters, of which nobody sees the end; None: all is seen.
    """
    read = frozenset(paths_read)
    missed = missed or {}
    unread = tuple(
        entry
        for file in change.patch.files
        if (entry := _unread(file, file.path in read, policy, missed.get(file.path))) is not None
        or (entry := _cut(file, longest)) is not None
    )
    counted = [(file.path, file.changed_lines or 0) for file in change.patch.files]
    return Coverage(
        changed_lines=sum(lines for _, lines in counted),
        read_lines=sum(lines for path, lines in counted if path in read)
        - sum(_too_long(file, longest) for file in change.patch.files if file.path in read),
        unread=unread,
    )


def _unread(file: FileDiff, read: bool, policy: RepoPolicy, missed: str | None) -> Unread | None:
    rule = rule_against(file, policy.ignore)
    if rule:
        return Unread(file.path, file.changed_lines, rule, by_rule=True)
    if file.unread is not None:
        return Unread(file.path, file.changed_lines, file.unread, by_rule=False)
    if not file.changed_lines:  # moved, or its mode changed
        return None
    if is_never_sent(file.path):
        why = "a file of its name may hold keys, so its lines are shown to nobody"
        return Unread(file.path, file.changed_lines, why, by_rule=False)
    if missed:
        return Unread(file.path, file.changed_lines, missed, by_rule=False)
    if not read:
        why = f"no chosen reviewer reads {kind_in_words(file.kind)}"
        return Unread(file.path, file.changed_lines, why, by_rule=True)
    return None


def _cut(file: FileDiff, longest: int | None) -> Unread | None:
    many = _too_long(file, longest)
    if not many or longest is None:
        return None
    lines = "a changed line is" if many == 1 else f"{many} changed lines are"
    why = f"{lines} longer than {longest} characters, and the end is not shown"
    return Unread(file.path, many, why, by_rule=False)


def _too_long(file: FileDiff, longest: int | None) -> int:
    """How many changed lines are shown only in part."""
    if longest is None:
        return 0
    changed = (line.text.removesuffix("\r") for line in file.lines() if line.mark in _CHANGED)
    return sum(len(text) > longest for text in changed)


_CHANGED = (Mark.ADDED, Mark.REMOVED)
