"""What was read before and need not be read again, and what was found there.

A rebase, a push that only formats, and files nobody touched are known: their blocks have the keys
they had (see bot/reviewing/keys.py). What is known is not shown again unless its hunk holds
something new, and what was found there stays found as long as its code is there.

The order: `catalogue` names what there is, `Memory.recall` is asked for its keys, `split` parts
the change. After a reviewer has completed, `lessons` says what `Memory.learn` should keep.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.finding import Finding, SetAside, Trial
from bot.domain.memory import Seen
from bot.domain.patch import Patch, Side
from bot.domain.plan import Assignment, Change
from bot.reviewing.carry import SHORT, carry
from bot.reviewing.keys import Catalogue, Unit
from bot.reviewing.merge import merge

GONE = "its code is gone"
OUT_OF_SIGHT = "its code was not read this time"

Place = tuple[str, int]
"""A path, and the index of a hunk in it."""


@dataclass(frozen=True, slots=True)
class Known:
    """A unit, what is remembered of it (None: it is fresh), and what was found there, in place."""

    unit: Unit
    seen: Seen | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Recalled:
    """A change, parted.

    `change` holds the hunks in which anything is fresh for anybody; None when nothing is. `fresh`
    are the files each reviewer has to read, by its name; `reused` those of its share in which
    nothing is fresh for it. `carried` are the findings that stand from earlier, `gone` those whose
    code is no longer there. `reused_lines` are changed lines that nobody reads again, and
    `formatted_lines` those nobody reads because only their formatting changed; neither counts
    what stands in a hunk of `change`. `units` is for `lessons`.
    """

    change: Change | None
    fresh: Mapping[str, tuple[str, ...]]
    reused: Mapping[str, tuple[str, ...]]
    carried: tuple[Finding, ...]
    gone: tuple[SetAside, ...]
    reused_lines: int
    formatted_lines: int
    units: tuple[Known, ...]


def split(change: Change, what: Catalogue, seen: Sequence[Seen]) -> Recalled:
    """Part a change into what has to be read and what was; `seen` is what the memory knows.

    Every finding of a block that is known is in `carried` or in `gone`, also of who is idle.
    """
    by_key = {each.key: each for each in seen}
    gone: list[SetAside] = []
    units = tuple(_known(unit, by_key, change, gone) for unit in what.units)
    shares = tuple(share for share in what.shares if not share.idle)
    fresh = {share.reviewer.name: _fresh(share.reviewer.name, units) for share in shares}
    shown = {
        (each.unit.path, each.unit.block.hunk)
        for each in units
        if each.seen is None and each.unit.reviewer in fresh
    }
    reused = {
        share.reviewer.name: tuple(
            path for path in share.paths if path not in fresh[share.reviewer.name]
        )
        for share in shares
    }
    reused_lines, formatted_lines = _left_out(change, what, shown)
    return Recalled(
        change=_shown(change, shown) if shown else None,
        fresh=fresh,
        reused=reused,
        carried=tuple(finding for each in units for finding in each.findings),
        gone=tuple(gone),
        reused_lines=reused_lines,
        formatted_lines=formatted_lines,
        units=units,
    )


def _known(unit: Unit, by_key: Mapping[str, Seen], change: Change, gone: list[SetAside]) -> Known:
    seen = next((by_key[each] for each in unit.keys if each in by_key), None)
    if seen is None:
        return Known(unit)
    stands: list[Finding] = []
    for finding in seen.findings:
        carried = carry(finding, seen, unit.block, change)
        if carried is None:
            earlier = replace(finding, since=finding.since or seen.head_sha[:SHORT])
            gone.append(SetAside(earlier, _why_gone(finding, change)))
        else:
            stands.append(carried)
    return Known(unit, seen, tuple(stands))


def _why_gone(finding: Finding, change: Change) -> str:
    """Without the file's text, only what the diff shows of it can be searched."""
    return GONE if change.text_of(finding.path) is not None else OUT_OF_SIGHT


def _fresh(reviewer: str, units: Sequence[Known]) -> tuple[str, ...]:
    mine = (each for each in units if each.seen is None and each.unit.reviewer == reviewer)
    return tuple(dict.fromkeys(each.unit.path for each in mine))


def _shown(change: Change, shown: set[Place]) -> Change:
    """The change with these hunks alone."""
    files = (
        replace(
            file,
            hunks=tuple(hunk for nth, hunk in enumerate(file.hunks) if (file.path, nth) in shown),
        )
        for file in change.patch.files
    )
    return replace(change, patch=Patch(tuple(file for file in files if file.hunks)))


def _left_out(change: Change, what: Catalogue, shown: set[Place]) -> tuple[int, int]:
    """Changed lines of hunks that are not shown: those in known blocks, and all others."""
    paths = {path for share in what.shares if not share.idle for path in share.paths}
    known: dict[Place, dict[object, int]] = defaultdict(dict)
    for unit in what.units:
        block = unit.block
        known[unit.path, block.hunk][block.new, block.old] = block.rows
    reused, rest = 0, 0
    for file in change.patch.files:
        for nth, hunk in enumerate(file.hunks):
            if file.path in paths and (file.path, nth) not in shown:
                changed = sum(row[:1] in ("+", "-") for row in hunk.body)
                rows = sum(known[file.path, nth].values())
                reused, rest = reused + rows, rest + changed - rows
    return reused, rest


def lessons(
    recalled: Recalled,
    assignment: Assignment,
    kept: Sequence[Finding],
    head_sha: str,
    unsettled: Sequence[Finding] = (),
) -> tuple[Seen, ...]:
    """What to remember once the reviewer of `assignment` has completed; never after it failed.

    `kept` are its own findings that stand. Each goes to the first block it touches, else to the
    nearest of its file, and every fresh block of its files is remembered with those that went
    there. A block with a finding nobody could check, or with one of `unsettled` (claims that were
    neither kept nor answered, such as those over the reviewer's limit), is not remembered at all:
    it is read again. What is found anew in a known block joins what was.
    """
    paths, name = frozenset(assignment.paths), assignment.reviewer.name
    mine = [
        each for each in recalled.units if each.unit.reviewer == name and each.unit.path in paths
    ]
    fresh = [each for each in mine if each.seen is None]
    unchecked = [each for each in kept if each.trial is Trial.UNCHECKED]
    again = {_home(each, fresh) for each in (*unchecked, *unsettled)}
    found: defaultdict[Unit | None, list[Finding]] = defaultdict(list)
    for each in kept:
        if each.trial is not Trial.UNCHECKED:
            found[_home(each, mine)].append(each)
    return tuple(
        _seen(each, found[each.unit], head_sha)
        for each in mine
        if (found[each.unit] if each.seen else each.unit not in again)
    )


def _home(finding: Finding, units: Sequence[Known]) -> Unit | None:
    """The first block of its file that it touches, else the nearest; None if there is none."""
    there = (each.unit for each in units if each.unit.path == finding.path)
    return min(there, key=lambda unit: _distance(finding, unit), default=None)


def _distance(finding: Finding, unit: Unit) -> int:
    """Lines between a finding and a block, 0 when they touch."""
    start, end = unit.block.new if finding.side is Side.RIGHT else unit.block.old
    return max(start - finding.end_line, finding.line - end, 0)


def _seen(known: Known, found: Sequence[Finding], head_sha: str) -> Seen:
    """A unit as it is remembered; one that was known keeps its key and what was found before."""
    unit, before = known.unit, known.seen
    return Seen(
        key=before.key if before else unit.keys[0],
        reviewer=unit.reviewer,
        head_sha=head_sha,
        findings=merge((*known.findings, *found)) if before else tuple(found),
        line=unit.block.new[0],
    )
