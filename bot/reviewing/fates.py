"""What became of the findings of earlier heads. Pure: what was told, review and change in.

Nothing is called over because nobody looked: a reviewer that failed, was left out or was not given
the file leaves what it said as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol

from bot.diff.gone import gone
from bot.diff.quote import is_among
from bot.domain.fate import Fate
from bot.domain.finding import Finding
from bot.domain.patch import FileDiff, Side
from bot.domain.plan import Change
from bot.domain.review import Completed, Review
from bot.domain.run import Found
from bot.reviewing.recall import GONE


class Placed(Protocol):
    """What has a place in the code, and quotes it."""

    @property
    def path(self) -> str:
        """Its file."""
        ...

    @property
    def quote(self) -> str:
        """The text of its line."""
        ...


def fates(
    told: Sequence[Found], review: Review, change: Change, ignored: Collection[str] = ()
) -> Mapping[str, Fate]:
    """The fate of every finding that was `told` on a line or stands now, by its fingerprint.

    `ignored` are the fingerprints of those a person wants to hear no more of.
    """
    known = {each.fingerprint: _of_standing(each) for each in review.findings}
    over = frozenset(gone(told, change))
    for each in told:
        if each.fingerprint not in known:
            known[each.fingerprint] = _fate(each, review, change, over)
    return {**known, **dict.fromkeys(ignored, Fate.IGNORED)}


def _of_standing(finding: Finding) -> Fate:
    return Fate.UNKNOWN if finding.open else Fate.STANDS


def _fate(found: Found, review: Review, change: Change, over: Collection[str]) -> Fate:
    asides = [each for each in review.set_aside if each.finding.fingerprint == found.fingerprint]
    if any(each.muted or not each.finding.since for each in asides):  # it may well be true
        return Fate.UNKNOWN
    if any(_same_place(found, each) for each in review.findings):  # said anew in other words
        return Fate.UNKNOWN
    if found.fingerprint in over or any(each.why == GONE for each in asides):
        return Fate.FIXED
    if _away(found, change):
        return Fate.AWAY
    disputed = (each.finding for each in review.set_aside if not each.finding.since)
    if any(_same_place(found, each) for each in disputed):
        return Fate.UNKNOWN
    return Fate.ANSWERED if _read_again(found, review) else Fate.UNKNOWN


def _same_place(found: Found, other: Placed) -> bool:
    mine, theirs = "".join(found.quote.split()), "".join(other.quote.split())
    return bool(mine) and (found.path, mine) == (other.path, theirs)


def _away(found: Found, change: Change) -> bool:
    """Whether the change leaves that code alone now: it is as the base branch has it."""
    if any("file list" in each.tool for each in change.tools):  # GitHub did not list every file
        return False
    file = change.patch.file(found.path)
    if file is None:
        return not any(each.previous_path == found.path for each in change.patch.files)
    text = change.text_of(found.path)
    if found.side is Side.LEFT or file.unread is not None or text is None:
        return False
    if not found.quote.strip() or not is_among(text.split("\n"), found.quote):
        return False
    return not is_among(_shown(file), found.quote)


def _shown(file: FileDiff) -> Iterator[str]:
    return (line.text for line in file.lines() if line.new is not None)


def _read_again(found: Found, review: Review) -> bool:
    """Whether one who reported it has read its file to the end, in this run."""
    done = {each.reviewer for each in review.outcomes if isinstance(each, Completed)}
    return any(
        each.name in done and each.reviewer.name in found.sources and found.path in each.paths
        for each in review.plan.assignments
    ) or any(
        found.path in each.paths and any(said.startswith(f"{each.tool}:") for said in found.sources)
        for each in review.tools
    )
