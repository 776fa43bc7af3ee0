"""One comment for one problem, however many sources name it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from bot.domain.finding import Finding, Trial
from bot.domain.patch import Side

NEAR = 2
"""How many lines apart two sources may place the same problem."""

ALIKE = 0.5
"""The share of words two claims must have in common to be one claim. Ours."""

STRETCH = 16
"""Lines searched together for findings to unite. Only speed depends on it."""

Place = tuple[str, Side, int]

_IDLE_WORDS = frozenset(("a", "an", "and", "are", "as", "by", "for", "from", "in", "into", "is"))
"""Words that two claims share without being about the same thing."""


def merge(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Unite findings that make the same claim about the same place, in the order they came.

    A merged finding has all sources, the worst severity and the longest body; a claim in other
    words than its title is told at the end of its body, so that nothing said is lost.
    """
    groups: list[list[Finding]] = []
    nearby: defaultdict[Place, list[tuple[int, Finding]]] = defaultdict(list)
    for finding in findings:
        places = _places(finding)
        around = (each for place in places for each in nearby[place])
        # The first group of those that take it: what is elsewhere in the file need not be asked.
        home = min((nth for nth, each in around if _same(finding, each)), default=len(groups))
        if home == len(groups):
            groups.append([])
        groups[home].append(finding)
        for place in places:
            nearby[place].append((home, finding))
    return tuple(_united(group) for group in groups)


def _places(finding: Finding) -> tuple[Place, ...]:
    """The stretches of lines it is near to; two findings without a common one are far apart."""
    first, last = finding.line - NEAR, finding.end_line + NEAR
    stretches = range(first // STRETCH, last // STRETCH + 1)
    return tuple((finding.path, finding.side, each) for each in stretches)


def _same(one: Finding, other: Finding) -> bool:
    if (one.path, one.side) != (other.path, other.side):
        return False
    alike = _alike(one.title, other.title)
    if set(one.sources) & set(other.sources):  # one source that says two things means two things
        return alike and one.line == other.line and one.category is other.category
    apart = max(one.line, other.line) - min(one.end_line, other.end_line)
    if apart <= 0 and one.category is other.category:
        return True
    return apart <= NEAR and (alike or _names(one) >= _names(other) > set())


def _alike(one: str, other: str) -> bool:
    words, others = _words(one), _words(other)
    return bool(words) and len(words & others) >= ALIKE * len(words | others)


def _words(title: str) -> set[str]:
    return set(re.findall(r"[a-z0-9_]+", title.lower())) - _IDLE_WORDS


def _names(finding: Finding) -> set[str]:
    """What a title puts in code marks: the identifiers it is about."""
    return set(re.findall(r"`([^`\s]+)`", finding.title))


def _united(group: list[Finding]) -> Finding:
    if len(group) == 1:
        return group[0]
    main = max(group, key=lambda each: len(each.body))
    others = [each for each in group if each is not main]
    also = [
        f"Also reported here: {each.title} ({', '.join(each.sources)})."
        for each in others
        if not _alike(each.title, main.title)
    ]
    sure = [each.confidence for each in group if each.confidence is not None]
    place = (main.line, main.end_line)
    fixes = [each.suggestion for each in group if (each.line, each.end_line) == place]
    severity = max((each.severity for each in group), key=lambda each: each.rank)
    worst = [each for each in group if each.severity is severity]
    return replace(
        main,
        severity=severity,
        body="\n\n".join([main.body, *also]),
        sources=tuple(dict.fromkeys(source for each in group for source in each.sources)),
        suggestion=main.suggestion or next(filter(None, fixes), None),
        confidence=max(sure, default=None),
        trial=_trial(group),
        votes=max((each.votes for each in group), key=len),
        # What fails the check by the word of one source does not pass by the doubts of another.
        doubt=worst[0].doubt if all(each.doubt for each in worst) else "",
        since=main.since if all(each.since for each in group) else "",
    )


def _trial(group: list[Finding]) -> Trial:
    """That of those who were tried; an attempt that succeeded is not here any more."""
    found = {each.trial for each in group}
    return next(
        (each for each in (Trial.STOOD, Trial.UNCHECKED) if each in found), Trial.NOT_NEEDED
    )
