"""What was read before and need not be read again, and what was found there.

A rebase, a push that only formats, and files nobody touched are known: their blocks have the keys
they had (see bot/reviewing/keys.py). What is known is not shown again unless its hunk holds
something new, and what was found there stays found as long as its code is there.

The order: `catalogue` names what there is, `Memory.recall` is asked for its keys, `split` parts
the change. After a reviewer has completed, `lessons` says what `Memory.learn` should keep.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.finding import Finding, SetAside, Trial
from bot.domain.memory import Seen
from bot.domain.patch import Patch, Side
from bot.domain.plan import Assignment, Change
from bot.reviewing.carry import SHORT, carry
from bot.reviewing.edited import Ground, sift, with_files, woken
from bot.reviewing.keys import Catalogue, Share, Unit
from bot.reviewing.merge import merge, reunited

GONE = "its code is gone"
OUT_OF_SIGHT = "its code was not read this time"

Place = tuple[str, int]
"""A path, and the index of a hunk in it."""


@dataclass(frozen=True, slots=True)
class Known:
    """A unit, what is remembered of it (None: it is fresh), and what was found there, in place.

    What was found is that of all readings there were, lesser ones included.
    """

    unit: Unit
    seen: Seen | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Recalled:
    """A change, parted.

    `change` holds the hunks in which anything is fresh for anybody; None when nothing is. `fresh`
    are the files each reviewer has to read, by its name; `reused` those of its share in which
    nothing is fresh for it. `woken` are those of the fresh ones that it reads only because of what
    it found there. `carried` are the findings that stand from earlier, `gone` those whose code is
    no longer there, `open` those nobody has answered (see bot/reviewing/edited.py).

    `reused_lines` are changed lines that nobody reads again; `formatted` counts, by path, those
    nobody reads because only their formatting changed. Neither counts what stands in a hunk of
    `change`. `units` is for `lessons`.
    """

    change: Change | None
    fresh: Mapping[str, tuple[str, ...]]
    reused: Mapping[str, tuple[str, ...]]
    carried: tuple[Finding, ...]
    gone: tuple[SetAside, ...]
    open: tuple[Finding, ...]
    woken: Mapping[str, tuple[str, ...]]
    reused_lines: int
    formatted: Mapping[str, int]
    units: tuple[Known, ...]


def split(
    change: Change, what: Catalogue, seen: Sequence[Seen], stood: Sequence[Finding] = ()
) -> Recalled:
    """Part a change into what has to be read and what was; `seen` is what the memory knows.

    Every finding of a block that is known is in `carried` or in `gone`, also of who is not chosen;
    of those that `stood` at the last head the others are as bot/reviewing/edited.py says.
    """
    by_key = {each.key: each for each in seen}
    gone: list[SetAside] = []
    units = tuple(_known(unit, by_key, change, gone) for unit in what.units)
    stands = once(finding for each in units for finding in each.findings)
    known = Counter(each.fingerprint for each in (*stands, *(one.finding for one in gone)))
    ground = Ground(change.patch, what.shares, _news(units))
    open_, undone = sift(stood, known, ground)
    called = woken(open_, ground)
    widened = (with_files(each, called.get(each.reviewer.name, ())) for each in what.shares)
    shares = tuple(share for share in widened if share.paths)
    fresh = {share.reviewer.name: _fresh(share, units) for share in shares}
    shown = {
        (each.unit.path, each.unit.block.hunk)
        for each in units
        if each.seen is None and each.unit.path in fresh.get(each.unit.reviewer, ())
    }
    reused_lines, formatted = _left_out(change, replace(what, shares=shares), shown)
    return Recalled(
        change=_shown(change, shown) if shown else None,
        fresh=fresh,
        reused={each.reviewer.name: _reused(each, fresh) for each in shares},
        carried=reunited(stands),
        gone=(*dict.fromkeys(gone), *undone),
        open=open_,
        woken=called,
        reused_lines=reused_lines,
        formatted=formatted,
        units=units,
    )


def _known(unit: Unit, by_key: Mapping[str, Seen], change: Change, gone: list[SetAside]) -> Known:
    seen = [by_key[each] for each in unit.keys if each in by_key]
    stands: list[Finding] = []
    # Each reading of the same code may have found what the others did not.
    for reading in (*seen, *(by_key[each] for each in unit.lesser if each in by_key)):
        for finding in reading.findings:
            carried = carry(finding, reading, unit.block, change)
            if carried is None:
                earlier = replace(finding, since=finding.since or reading.head_sha[:SHORT])
                gone.append(SetAside(earlier, _why_gone(finding, change)))
            else:
                stands.append(carried)
    return Known(unit, seen[0] if seen else None, once(stands))


def once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Without those that are remembered of two readings; the copy that was voted on is kept."""
    found: dict[tuple[str, Side, int], Finding] = {}
    for each in findings:
        place = each.fingerprint, each.side, each.line
        if place not in found or (each.votes and not found[place].votes):
            found[place] = each
    return tuple(found.values())


def _news(units: Sequence[Known]) -> dict[tuple[str, str], bool]:
    """By reviewer and path, whether any block there is new to it."""
    news: dict[tuple[str, str], bool] = {}
    for each in units:
        where = each.unit.reviewer, each.unit.path
        news[where] = news.get(where, False) or each.seen is None
    return news


def _why_gone(finding: Finding, change: Change) -> str:
    """Without the file's text, only what the diff shows of it can be searched."""
    return GONE if change.text_of(finding.path) is not None else OUT_OF_SIGHT


def _fresh(share: Share, units: Sequence[Known]) -> tuple[str, ...]:
    mine = (each for each in units if each.seen is None and _reads(share, each.unit))
    return tuple(dict.fromkeys(each.unit.path for each in mine))


def _reused(share: Share, fresh: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(path for path in share.paths if path not in fresh[share.reviewer.name])


def _reads(share: Share, unit: Unit) -> bool:
    return unit.reviewer == share.reviewer.name and unit.path in share.paths


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


def _left_out(change: Change, what: Catalogue, shown: set[Place]) -> tuple[int, Mapping[str, int]]:
    """Changed lines of hunks that are not shown: those in known blocks, and all others by path."""
    paths = {path for share in what.shares for path in share.paths}
    known: dict[Place, dict[object, int]] = defaultdict(dict)
    for unit in what.units:
        block = unit.block
        known[unit.path, block.hunk][block.new, block.old] = block.rows
    reused, rest = 0, Counter[str]()
    for file in change.patch.files:
        for nth, hunk in enumerate(file.hunks):
            if file.path in paths and (file.path, nth) not in shown:
                changed = sum(row[:1] in ("+", "-") for row in hunk.body)
                rows = sum(known[file.path, nth].values())
                reused += rows
                rest[file.path] += changed - rows
    return reused, +rest


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


def with_votes(
    recalled: Recalled, voted: Sequence[Finding], head_sha: str
) -> tuple[Recalled, tuple[Seen, ...]]:
    """The same with the votes on findings that were `carried`, and what to remember of them.

    Each of several places that are told as one has the votes on it.
    """
    by_claim = {each.within or each.fingerprint: each for each in voted}

    def now(finding: Finding) -> Finding:
        new = by_claim.get(finding.within or finding.fingerprint)
        return finding if new is None else replace(finding, votes=new.votes, doubt=new.doubt)

    units = tuple(replace(each, findings=tuple(map(now, each.findings))) for each in recalled.units)
    pairs = zip(recalled.units, units, strict=True)
    changed = [new for old, new in pairs if new.seen and new != old]
    return replace(recalled, units=units), tuple(_seen(each, (), head_sha) for each in changed)


def _home(finding: Finding, units: Sequence[Known]) -> Unit | None:
    """The first block of its file that it touches, else the nearest; None if there is none."""
    there = (each.unit for each in units if each.unit.path == finding.path)
    return min(there, key=lambda unit: _distance(finding, unit), default=None)


def _distance(finding: Finding, unit: Unit) -> int:
    """Lines between a finding and a block, 0 when they touch."""
    start, end = unit.block.new if finding.side is Side.RIGHT else unit.block.old
    return max(start - finding.end_line, finding.line - end, 0)


def _seen(known: Known, found: Sequence[Finding], head_sha: str) -> Seen:
    """A unit as it is remembered, with what was found before; one that was known keeps its key."""
    unit, before = known.unit, known.seen
    return Seen(
        key=before.key if before else unit.keys[0],
        reviewer=unit.reviewer,
        head_sha=head_sha,
        findings=merge((*known.findings, *found)) if known.findings else tuple(found),
        line=unit.block.new[0],
    )
