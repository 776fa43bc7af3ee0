"""One comment for one problem, however many sources name it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bot.diff.rows import visible as in_one_row
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
    return tuple(united(group) for group in groups)


def _places(finding: Finding) -> tuple[Place, ...]:
    """The stretches of lines it is near to; two findings without a common one are far apart."""
    first, last = finding.line - NEAR, finding.end_line + NEAR
    stretches = range(first // STRETCH, last // STRETCH + 1)
    return tuple((finding.path, finding.side, each) for each in stretches)


def _same(one: Finding, other: Finding) -> bool:
    if (one.path, one.side) != (other.path, other.side):
        return False
    alike = _alike(one.title, other.title)
    if set(one.sources) & set(other.sources):
        here = one.line == other.line and one.category is other.category
        # One source that says two things means two things, unless it said one at an earlier head
        # and reads that code again only because something new stands beside it.
        return here and (alike or bool(one.since) is not bool(other.since))
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


def united(group: Sequence[Finding]) -> Finding:
    """One finding for several that are one problem, at the place of the one told at most length.

    One of an earlier head goes first: it may have a comment, and keeps its fingerprint.

    It fails a check exactly where one of them does, so a doubt of one does not excuse another. It
    stood if one of them did.
    """
    return under(main_of(group), group)


def tells(one: Finding, other: Finding) -> bool:
    """Whether what was united into `one`, at its place, may have been `other`.

    Its words are there or alike, its sources are named, and only a doubt makes it less bad.
    """
    return (
        (one.path, one.side) == (other.path, other.side)
        and set(other.sources) <= set(one.sources)
        and (one.severity.at_least(other.severity) or bool(other.doubt))
        and (_alike(one.title, other.title) or other.title in one.body)
    )


def main_of(group: Sequence[Finding]) -> Finding:
    """The one under which the others of a group are told."""
    return max(group, key=lambda each: (bool(each.since), len(each.body)))


def reunited(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings of earlier heads as they were told: those `within` another one under it.

    Where that one is gone the first of them takes its place. Nothing else is united.
    """
    heads = {each.within for each in findings}
    groups: dict[str, list[Finding]] = {}
    for nth, each in enumerate(findings):
        head = each.within or each.fingerprint
        taken = any(not one.within for one in groups.get(head, ()))
        if not each.within and (taken or head not in heads):
            head = str(nth)
        groups.setdefault(head, []).append(each)
    return tuple(
        under(min(group, key=lambda each: bool(each.within)), group) for group in groups.values()
    )


def under(main: Finding, group: Sequence[Finding]) -> Finding:
    """The whole group as one finding, at the place of `main`, which is one of it."""
    if len(group) == 1:
        return group[0]
    others = [each for each in group if each is not main]
    sure = [each.confidence for each in group if each.confidence is not None]
    place = (main.path, main.line, main.end_line)
    fixes = [each.suggestion for each in group if (each.path, each.line, each.end_line) == place]
    worst = max(group, key=lambda each: each.severity.rank)
    firm = max(
        (each for each in group if not each.doubt),
        key=lambda each: each.severity.rank,
        default=worst,
    )
    told = [said for each in others for said in (_also(each, main), *_told_before(each, main))]
    if firm.severity is not worst.severity:
        told.append(f"Reported as {worst.severity.value}, too: {worst.doubt}.")
    return replace(
        main,
        severity=firm.severity,
        body="\n\n".join([main.body, *dict.fromkeys(filter(None, told))]),
        sources=tuple(dict.fromkeys(source for each in group for source in each.sources)),
        suggestion=main.suggestion or next(filter(None, fixes), None),
        confidence=max(sure, default=None),
        trial=max((each.trial for each in group), key=_TRIALS.index),
        votes=tuple(dict.fromkeys(vote for each in group for vote in each.votes)),
        doubt=firm.doubt,
        since=main.since if all(each.since for each in group) else "",
    )


_TRIALS = (Trial.NOT_NEEDED, Trial.UNCHECKED, Trial.STOOD)


_HERE = "Also reported here"
_TOLD = re.compile(rf"{_HERE}: |Also at `|Reported as ")
"""How a paragraph begins that tells of another finding, as it was united before."""


def _also(other: Finding, main: Finding) -> str:
    """What is told of a finding that goes under another one; "" where that says it all."""
    alike = _alike(other.title, main.title)
    by = f"{other.title} ({', '.join(other.sources)})"
    if _elsewhere(other, main):
        return f"{_at(other)}." if alike else f"{_at(other)}: {by}."
    return "" if alike else f"{_HERE}: {by}."


def _told_before(other: Finding, main: Finding) -> Iterator[str]:
    """What a finding that goes under another one told of others itself."""
    for paragraph in other.body.split("\n\n"):
        if _TOLD.match(paragraph):
            there = _elsewhere(other, main)
            yield paragraph.replace(_HERE, _at(other), 1) if there else paragraph


def _at(other: Finding) -> str:
    return f"Also at `{in_one_row(other.path)}:{other.line}`"


def _elsewhere(other: Finding, main: Finding) -> bool:
    """Whether who reads `main` does not see where the other one is."""
    if (other.path, other.side) != (main.path, main.side):
        return True
    return not main.line - NEAR <= other.line <= main.end_line + NEAR
