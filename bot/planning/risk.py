"""How much depends on a reviewer's share being read well, and the clause that says why."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.finding import Evidence, Severity
from bot.domain.patch import FileDiff, FileKind
from bot.domain.plan import Change, Reviewer, Risk, Signal

GRAVE = frozenset({
    "authentication", "authorization", "session", "crypto", "secrets", "sql", "process",
    "deserialise", "redirect", "memory",
})  # fmt: skip
"""Signals of code where a mistake lets somebody in."""

SEVERAL = 3
"""Distinct grave signals in one file that make its share a high risk. Of 28 changes of eight public
repositories one has so many, of 56 of our own three; two signals have three and twelve of them."""

SLOW = frozenset({"loop-io", "query"})
"""Together in one file: a query for each turn of a loop, the costliest mistake there is a shape
for."""

REPORTED_ANYWAY = frozenset({"secrets", "gitleaks"})
"""Analysers whose findings are posted as they are: no reviewer has to read them well."""

Clause = tuple[Risk, str]
"""A risk, and why it is not normal ("" when it is)."""

NORMAL: Clause = (Risk.NORMAL, "")


def high(
    reviewer: Reviewer, change: Change, files: Sequence[FileDiff], called: Sequence[Signal]
) -> Clause | None:
    """High risk with its reason, or None. `called` are the signals that call `reviewer`."""
    live = {file.path for file in files if file.kind is not FileKind.TEST}
    for each in change.evidence:
        if each.path in live and _weighs(each, reviewer):
            said = f"{each.tool} reports {each.rule} as {each.severity.value}"
            return Risk.HIGH, f"{said} in {each.path} line {each.line}"
    for path in dict.fromkeys(each.path for each in called if each.path in live):
        here = [each for each in called if each.path == path]
        for grave, enough in ((GRAVE, SEVERAL), (SLOW, len(SLOW))):
            found = [each for each in here if each.name in grave]
            if len(found) >= enough:
                return Risk.HIGH, _together(found)
    return None


def _weighs(evidence: Evidence, reviewer: Reviewer) -> bool:
    return (
        evidence.category is reviewer.category
        and evidence.severity.at_least(Severity.HIGH)
        and evidence.tool not in REPORTED_ANYWAY
    )


def _together(found: Sequence[Signal]) -> str:
    """Signals of one file as one clause: "a.py touches authentication, builds or runs SQL"."""
    first, *rest = found[:SEVERAL]
    does = [first.because, *(each.because.removeprefix(f"{each.path} ") for each in rest)]
    last = "more" if len(found) > SEVERAL else does.pop()
    return f"{', '.join(does)} and {last}"
