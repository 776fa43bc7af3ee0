"""What a change calls: looked for in the files at hand, then in a few more, asked for at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from bot.diff.callees import Atlas, Surveyed, Target, places, survey, survey_change
from bot.diff.calls import Called
from bot.diff.definitions import definition
from bot.diff.grammars import language_of
from bot.diff.kinds import kind_of
from bot.diff.places import Place
from bot.diff.trees import MAX_BYTES, MAX_BYTES_OF
from bot.domain.changed import ABSENT, Blob
from bot.domain.patch import FileKind, FileStatus
from bot.domain.plan import Change, Definition
from bot.errors import UpstreamError
from bot.guard.never_send import is_never_sent
from bot.guard.redact import Redacted, redact
from bot.planning.readable import matches

MOST_FILES = 10
"""Files outside the change that are read; each may be asked for by up to 8 names, so that all of
them are one call."""

MOST_TRIED = 300
"""Imports that are weighed for being read; most changes have a tenth of them."""

MOST_DEFINITIONS = 40
"""Kept of one change. Many times what is shown; the most called come first."""

MOST_SURVEYED = 500_000
"""Characters of a change that are searched. C++ and shell count fourfold, as hostile code of those
takes the parser that much longer."""

CODE = (FileKind.SOURCE, FileKind.TEST)

Fetch = Callable[[Sequence[str]], Awaitable[Sequence[Blob]]]
"""Reads files at the change's own commit, in the order asked. May raise UpstreamError."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The rest of the repository. `ignore`: globs of what the policy keeps from reviewers."""

    fetch: Fetch
    ignore: tuple[str, ...] = ()


@dataclass(slots=True)
class _Search:
    """What was found so far, by what is called; `open` are the calls nobody could place."""

    found: dict[Target, dict[str, int]] = field(default_factory=dict)
    open: list[tuple[Called, Surveyed]] = field(default_factory=list)

    def look(self, calls: Iterable[tuple[Called, Surveyed]], atlas: Atlas) -> None:
        """Place each call; one whose definition its own excerpt shows is done with."""
        self.open = []
        for call, here in calls:
            target = atlas.target(call, here)
            if target is None:
                self.open.append((call, here))
            elif target[0] != here.path or not here.shows(target[1]):
                callers = self.found.setdefault(target, {})
                callers[here.path] = callers.get(here.path, 0) + call.count

    def ranked(self) -> list[tuple[Target, dict[str, int]]]:
        """Most-called first."""
        return sorted(self.found.items(), key=lambda each: -sum(each[1].values()))


async def with_definitions(change: Change, around: Surroundings | None = None) -> Change:
    """`change` with the definitions its added lines call, and with clauses on what is missing.

    `around` None: only the files of the change are searched. At most one call is made, and only
    where something is still missing. That it fails is told, never raised.
    """
    atlas, search, said = await asyncio.to_thread(_at_hand, change)
    texts = {each.path: Redacted(each.text, ()) for each in change.texts}
    wanted: tuple[str, ...] = ()
    if around:
        wanted, beyond = await asyncio.to_thread(_wanted, change, search, atlas, around.ignore)
        said += beyond
    if around and wanted:
        try:
            blobs = await around.fetch(wanted)
        except UpstreamError as error:
            said += (f"what is called outside of the change ({error})",)
        else:
            more, unread = await asyncio.to_thread(_readable, blobs)
            texts |= more
            said += unread
            await asyncio.to_thread(_again, search, atlas, more)
    return _filled(change, search, texts, said)


def _at_hand(change: Change) -> tuple[Atlas, _Search, tuple[str, ...]]:
    """Survey the files of the change itself."""
    known = tuple(file.path for file in change.patch.files if file.status is not FileStatus.REMOVED)
    texts = {each.path: each.text for each in change.texts if not is_never_sent(each.path)}
    surveys: list[Surveyed] = []
    room, beyond = MOST_SURVEYED, 0
    for file in change.patch.files:
        text = texts.get(file.path, "")
        weight = len(text) * MAX_BYTES // MAX_BYTES_OF.get(language_of(file.path) or "", MAX_BYTES)
        if weight > room:
            beyond += 1
        elif text and (found := survey_change(file, text, known)) is not None:
            surveys.append(found)
            room -= weight
    atlas, search = Atlas(surveys), _Search()
    search.look(((call, here) for here in surveys for call in here.called), atlas)
    return atlas, search, (f"what {beyond} more files of the change call",) if beyond else ()


def _wanted(
    change: Change, search: _Search, atlas: Atlas, ignore: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Paths to ask for, those first that most calls depend on; and a clause where there are more.

    A place the text is sure of comes before one that is guessed.
    """
    weights: Counter[tuple[Place, bool]] = Counter()
    for call, caller in search.open:
        for each in places(call, caller):
            weights[each] += call.count
    here = {each.path for each in change.texts} | atlas.files.keys()
    gone = {file.path for file in change.patch.files if file.status is FileStatus.REMOVED}
    asked: dict[Place, None] = {}
    ranked = sorted(weights, key=lambda each: (each[1], weights[each]), reverse=True)
    for place, sure in ranked[:MOST_TRIED]:
        if not here.isdisjoint(place):
            continue
        fit = tuple(path for path in place if path not in gone and _may_ask(path, ignore))
        if len(asked) == MOST_FILES and sure and fit and fit not in asked:
            return _flat(asked), (f"what is called in more than {MOST_FILES} other files",)
        if len(asked) < MOST_FILES and fit:
            asked[fit] = None
    return _flat(asked), ()


def _flat(asked: Iterable[Place]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for place in asked for path in place))


def _may_ask(path: str, ignore: tuple[str, ...]) -> bool:
    """Whether the file may be read at all, as far as its name tells."""
    return (
        language_of(path) is not None
        and kind_of(path) in CODE
        and not is_never_sent(path)
        and not matches(path, ignore)
        and redact(path).text == path
    )


def _readable(blobs: Sequence[Blob]) -> tuple[dict[str, Redacted], tuple[str, ...]]:
    """The texts that may be searched, without secrets, by path; and which were left aside."""
    texts: dict[str, Redacted] = {}
    said: list[str] = []
    for blob in blobs:
        if blob.text is None:
            said += [] if blob.why == ABSENT else [f"what is called in {blob.path} ({blob.why})"]
        elif len(blob.text) > MAX_BYTES:
            said.append(f"what is called in {blob.path} (too long to be searched)")
        elif kind_of(blob.path, blob.text) in CODE and len(texts) < MOST_FILES:
            texts[blob.path] = redact(blob.text)
    return texts, tuple(said)


def _again(search: _Search, atlas: Atlas, texts: dict[str, Redacted]) -> None:
    """Look once more for what is still open, in the files that were read since."""
    surveys = [survey(path, each.text) for path, each in texts.items()]
    wider = Atlas([*atlas.files.values(), *(each for each in surveys if each is not None)])
    search.look(list(search.open), wider)


def _filled(
    change: Change, search: _Search, texts: dict[str, Redacted], said: tuple[str, ...]
) -> Change:
    ranked = search.ranked()
    kept: list[Definition] = []
    masked = 0
    for (path, one), callers in ranked[:MOST_DEFINITIONS]:
        kept.append(definition(path, one, texts[path].text, list(callers)))
        masked += sum(one.start <= line <= one.end for line, _ in texts[path].spots)
    if len(ranked) > MOST_DEFINITIONS:
        said = (*said, f"{len(ranked) - MOST_DEFINITIONS} definitions that are seldom called")
    return replace(
        change, definitions=tuple(kept), not_shown=said, redacted=change.redacted + masked
    )
