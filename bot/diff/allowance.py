"""Which of the definitions a change calls are shown: the most called, as far as there is room."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.diff.definitions import shown
from bot.diff.rows import visible
from bot.diff.tokens import tokens
from bot.domain.patch import FileDiff, Mark
from bot.domain.plan import Change, Definition

ALLOWANCE = 2_000
"""Tokens of definitions shown with one part of a change."""

MOST_NAMED = 10
"""Definitions left out that are named one by one."""


def fitting_definitions(
    change: Change, paths: Collection[str], allowance: int = ALLOWANCE
) -> tuple[tuple[Definition, ...], tuple[str, ...]]:
    """What is shown beside the files of `paths`, within `allowance` tokens, most-called first.

    Then, in clauses, what there was no room for. Planning and prompt ask alike and hear the same.
    """
    chosen: list[Definition] = []
    left_out: list[str] = []
    room = allowance
    for each in called_from(change, paths):
        size = tokens(shown(each))
        if size <= room:
            chosen.append(each)
            room -= size
        else:
            left_out.append(f"{visible(each.name)} in {visible(each.path)}")
    if len(left_out) > MOST_NAMED:
        left_out[MOST_NAMED:] = [f"{len(left_out) - MOST_NAMED} more definitions"]
    return tuple(chosen), tuple(left_out)


def most_tokens(change: Change, paths: Collection[str], allowance: int = ALLOWANCE) -> int:
    """Tokens the definitions take at most beside any of `paths`, however these are shared out."""
    whole = sum(tokens(shown(each)) for each in called_from(change, paths))
    return min(whole, allowance)


def called_from(change: Change, paths: Collection[str]) -> Sequence[Definition]:
    """What the files of `paths` call, but for what their own excerpts show."""
    wanted = frozenset(paths)
    files = {file.path: file for file in change.patch.files if file.path in wanted}
    return [
        each
        for each in change.definitions
        if not wanted.isdisjoint(each.called_in)
        and not (each.path in files and touches(files[each.path], each.start, each.end))
    ]


def touches(file: FileDiff, start: int, end: int) -> bool:
    """Whether the change adds or removes a line within `start`..`end` of the new version."""
    at = 0
    for line in file.lines():
        at = at if line.new is None else line.new
        if line.mark is not Mark.CONTEXT and start <= at <= end:
            return True
    return False
