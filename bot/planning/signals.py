"""Cheap facts about a change that call a reviewer. They may raise attention, never lower it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.finding import Category, Evidence
from bot.domain.patch import FileDiff, FileKind, Mark, Patch
from bot.domain.plan import Signal
from bot.planning.loops import works_in_a_loop
from bot.planning.readable import NOBODY
from bot.planning.rules import LOOP, RULES, Rule

MAX_LINE = 2_000
"""Characters of a line that are looked at: longer lines are data or minified code."""


def evidence_signal(category: Category) -> str:
    """Name of the signal an analyser's finding of that category gives."""
    return f"{category.value}-evidence"


def signals(patch: Patch, evidence: Sequence[Evidence] = ()) -> tuple[Signal, ...]:
    """What the change touches, by its paths and its added and removed lines, riskiest first.

    Documents, tests, generated and vendored code give no signal of their own; what the analysers
    say does, wherever it is. At most one signal of a name for each file.
    """
    found = list(_of_evidence(evidence))
    live = [file for file in patch.files if file.kind not in NOBODY | {FileKind.TEST}]
    texts = [(file, _changed(file)) for file in live]
    for rule in RULES:
        found += [_signal(rule, file) for file, text in texts if rule.fits(file.path, text)]
    found += [_signal(LOOP, file) for file in live if works_in_a_loop(file)]
    return tuple(found)


def _signal(rule: Rule, file: FileDiff) -> Signal:
    return Signal(rule.name, f"{file.path} {rule.does}", file.path)


def _changed(file: FileDiff) -> str:
    """Added and removed lines in lower case: a check that is taken out is a risk, too."""
    return "\n".join(
        line.text[:MAX_LINE].lower() for line in file.lines() if line.mark is not Mark.CONTEXT
    )


def _of_evidence(evidence: Sequence[Evidence]) -> Iterator[Signal]:
    seen: set[tuple[Category, str]] = set()
    for each in evidence:
        if (each.category, each.path) not in seen:
            seen.add((each.category, each.path))
            because = f"{each.tool} reports {each.rule} in {each.path}"
            yield Signal(evidence_signal(each.category), because, each.path)
