"""Which of the definitions a change calls are shown: the most called, as far as there is room."""

from __future__ import annotations

from collections.abc import Collection

from bot.diff.definitions import shown
from bot.diff.excerpt import touched_lines
from bot.diff.rows import visible
from bot.diff.tokens import tokens
from bot.domain.patch import FileDiff
from bot.domain.plan import Change, Definition

ALLOWANCE = 2_000
"""Tokens of definitions in one prompt. Measured on this repository's commits, 40 at a time: at the
median they add 6 to 11 % to the excerpts' characters; to every tenth commit a third to a half,
where few lines call much."""

FRAME_TOKENS = 300
"""The sentence and the boundaries around them, which may come twice."""

MOST_NAMED = 10
"""Definitions left out that are named one by one."""


def fitting_definitions(
    change: Change,
    paths: Collection[str],
    allowance: int = ALLOWANCE,
    beside: Collection[str] = (),
) -> tuple[tuple[Definition, ...], tuple[str, ...]]:
    """What is shown with the files of `paths`, within `allowance` tokens, most-called first.

    Then, in clauses, what there was no room for. Planning and prompt ask alike and hear the same.
    The files of `beside` stand before them in the same prompt, with their own definitions: those
    are not shown again, and their tokens are spent.
    """
    before = fitting_definitions(change, beside, allowance)[0] if beside else ()
    chosen: list[Definition] = []
    left_out: list[str] = []
    room = allowance - sum(tokens(shown(each)) for each in before)
    for each in _called(change, frozenset(paths), frozenset(beside)):
        if each in before:
            continue
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
    """Tokens the definitions take at most in a prompt that shows any of `paths`."""
    wanted = frozenset(paths)
    called = [each for each in change.definitions if not wanted.isdisjoint(each.called_in)]
    whole = sum(tokens(shown(each)) for each in called)
    return min(whole, allowance) + FRAME_TOKENS if called else 0


def _called(change: Change, paths: frozenset[str], beside: frozenset[str]) -> list[Definition]:
    """What the files of `paths` call, but for what the excerpts show."""
    seen = paths | beside
    files = {file.path: file for file in change.patch.files if file.path in seen}
    return [
        each
        for each in change.definitions
        if not paths.isdisjoint(each.called_in)
        and not (each.path in files and _touches(files[each.path], each.start, each.end))
    ]


def _touches(file: FileDiff, start: int, end: int) -> bool:
    """Whether the change adds or removes a line within `start`..`end` of the new version."""
    return any(start <= line <= end for line in touched_lines(file))
