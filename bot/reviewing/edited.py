"""What stood at the last head and whose reading no longer holds: who answers it.

A finding of a block that is as it was is carried (see bot/reviewing/recall.py). One whose block was
edited, or whose reviewer is told something else now, is answered by a reviewer that reported it and
has read all of the file as it is now, at this head or before. Until then it is open, however often
its reviewer is left out or fails: that code was changed is no sign that it was mended. So a
reviewer that would not read is chosen for the file, and where nothing comes of that either, the
finding is told as not looked at again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.diff.quote import is_among
from bot.domain.finding import UNANSWERED, Finding, SetAside
from bot.domain.patch import FileDiff, Mark, Patch
from bot.domain.plan import Assignment, Change
from bot.reviewing.carry import placed
from bot.reviewing.keys import Share

NO_FILE = "the change no longer touches its file"
NO_CODE = "the change no longer touches its code"
LEFT_OUT = "its file is now left out by rule"

LEAST = 8
"""Characters of a row, blanks left out, that tell which code it was; see bot/diff/quote.py."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a change offers to look at.

    `news` says, by reviewer and path, whether a block of it is new to that reviewer; without an
    entry there is no block.
    """

    patch: Patch
    shares: Sequence[Share]
    news: Mapping[tuple[str, str], bool]

    def file(self, finding: Finding) -> FileDiff | None:
        """The file of a finding: its own, the one it was renamed to, or where its code went.

        None: the change neither touches its file nor adds its code elsewhere.
        """
        files = self.patch.files
        own = self.patch.file(finding.path)
        own = own or next((each for each in files if each.previous_path == finding.path), None)
        if own is not None and (own.hunks or own.unread is not None):
            return own
        return next((each for each in files if _adds(each, finding.quote)), own)

    def owners(self, finding: Finding) -> list[Share]:
        """The reviewers that reported it, as far as the repository still wants to hear them."""
        return [each for each in self.shares if each.reviewer.name in finding.sources]


def _adds(file: FileDiff, quote: str) -> bool:
    if len("".join(quote.split())) < LEAST:
        return False
    return is_among((each.text for each in file.lines() if each.mark is Mark.ADDED), quote)


def sift(
    stood: Iterable[Finding], known: Mapping[str, int], ground: Ground
) -> tuple[tuple[Finding, ...], tuple[SetAside, ...]]:
    """Part what `stood` at the last head into what is open, and what the change took back.

    In neither are those that are carried or gone already (`known` counts them by fingerprint),
    those that were answered, and those nobody is left to answer for.
    """
    open_: list[Finding] = []
    gone: list[SetAside] = []
    found: Counter[str] = Counter()
    for finding in stood:
        found[finding.fingerprint] += 1
        owners = ground.owners(finding)
        if not owners or found[finding.fingerprint] <= known.get(finding.fingerprint, 0):
            continue
        why = _why_gone(ground.file(finding), owners, ground)
        if why:
            gone.append(SetAside(finding, why))
        elif not _answered(finding, owners, ground):
            open_.append(finding)
    return tuple(open_), tuple(gone)


def _why_gone(file: FileDiff | None, owners: Sequence[Share], ground: Ground) -> str:
    if file is None:
        return NO_FILE
    if file.unread is not None:  # nobody can tell
        return ""
    if not any(file.path in (*each.paths, *each.beside) for each in owners):
        return LEFT_OUT if file.changed_lines else NO_CODE
    there = any((each.reviewer.name, file.path) in ground.news for each in owners)
    return "" if there else NO_CODE


def _answered(finding: Finding, owners: Sequence[Share], ground: Ground) -> bool:
    file = ground.file(finding)
    path = finding.path if file is None else file.path
    return any(ground.news.get((each.reviewer.name, path)) is False for each in owners)


def woken(open_: Iterable[Finding], ground: Ground) -> dict[str, tuple[str, ...]]:
    """Files that somebody reads only because of what it found there, by the reviewer's name."""
    found: dict[str, tuple[str, ...]] = {}
    for finding in open_:
        file, owners = ground.file(finding), ground.owners(finding)
        if file is None or any(file.path in each.paths for each in owners):
            continue
        free = (each for each in owners if file.path in each.beside and not each.bound)
        first = next((each.reviewer.name for each in free), None)
        if first is not None:
            found[first] = tuple(dict.fromkeys((*found.get(first, ()), file.path)))
    return found


def with_files(share: Share, more: Sequence[str]) -> Share:
    """The share, those files of `beside` included."""
    beside = tuple(each for each in share.beside if each not in more)
    return replace(share, paths=(*share.paths, *more), beside=beside)


def unanswered(
    open_: Iterable[Finding], done: Iterable[Assignment], patch: Patch
) -> tuple[Finding, ...]:
    """What is still open once the assignments in `done` were read to the end."""
    ground = Ground(patch, (), {})
    read = {(each.reviewer.name, path) for each in done for path in each.paths}
    return tuple(
        finding
        for finding in open_
        if (file := ground.file(finding)) is None
        or not any((source, file.path) in read for source in finding.sources)
    )


def as_told(finding: Finding, change: Change) -> Finding:
    """An open finding as it is told: in doubt, and where its code is as far as that is there."""
    file = Ground(change.patch, (), {}).file(finding)
    path = finding.path if file is None else file.path
    return replace(placed(replace(finding, path=path), change), doubt=UNANSWERED, suggestion=None)
