"""A large change in coherent parts: by folder, and by what belongs together.

A test stays with what it tests and a file with what it imports, as long as both fit into a part.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from bot.diff.kinds import kind_of
from bot.domain.patch import FileDiff, FileKind
from bot.domain.plan import Change, Part

_IMPORTS = re.compile(
    r"^\s*(?:from|import|use|require|require_relative|include|export|const|let|var|#include|@import)"
    r"\b|\brequire\(|\bfrom\s+['\"]"
)
_WORD = re.compile(r"[A-Za-z0-9_]+")
_NOT_A_NAME = frozenset({"index", "main", "init", "__init__", "mod", "test", "tests", "lib", "src"})
"""Stems too common to tell whom an import speaks of."""

MOST_ROWS = 400
"""Rows of a file that are searched for imports: they stand at its beginning or in its hunks."""


def parts(
    change: Change, paths: Sequence[str], sizes: Mapping[str, int], most: int
) -> tuple[Part, ...]:
    """Share out `paths` among parts of at most `most` tokens; none when all fit into one.

    `sizes` gives tokens by path. A file larger than `most` is a part by itself. Every path is in
    exactly one part, and the same change gives the same parts.
    """
    if sum(sizes[path] for path in paths) <= most:
        return ()
    packed = list(_packed(_clusters(change, paths, sizes, most), sizes, most))
    return tuple(Part(nth, _name(each), each) for nth, each in enumerate(packed, start=1))


def _clusters(
    change: Change, paths: Sequence[str], sizes: Mapping[str, int], most: int
) -> list[tuple[str, ...]]:
    """Paths that belong together, each group within `most`; ordered by folder, then name."""
    home = {path: path for path in paths}
    members = {path: [path] for path in paths}
    for one, other in _ties(change, paths):
        first, second = home[one], home[other]
        if first == second:
            continue
        both = members[first] + members[second]
        if sum(sizes[path] for path in both) <= most:
            for path in members.pop(second):
                home[path] = first
            members[first] = both
    return sorted((tuple(sorted(each, key=_by_folder)) for each in members.values()), key=_first)


def _ties(change: Change, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs that belong together: tests with what they test first, then importers."""
    by_stem: dict[str, list[str]] = {}
    for path in sorted(paths, key=_by_folder):
        by_stem.setdefault(_stem(path), []).append(path)
    for alike in by_stem.values():
        tested = [path for path in alike if not _is_test(path)]
        yield from (
            (one, other)
            for one, other in pairwise(tested)
            if posixpath.dirname(one) == posixpath.dirname(other)
        )
        yield from ((tested[0], path) for path in alike if tested and _is_test(path))
    wanted = frozenset(paths)
    for file in change.patch.files:
        if file.path in wanted:
            for word in sorted(_imported(file, change.text_of(file.path))):
                for other in by_stem.get(word, ()):
                    if other != file.path and word not in _NOT_A_NAME:
                        yield other, file.path


def _is_test(path: str) -> bool:
    return kind_of(path) is FileKind.TEST


def _stem(path: str) -> str:
    """The name a file and its test share: "tests/test_cart.py" and "src/cart.py" give "cart"."""
    stem = posixpath.basename(path).lower().partition(".")[0]
    return re.sub(r"^(?:test|spec)[_-]|[_-](?:test|tests|spec)$", "", stem) or stem


def _imported(file: FileDiff, text: str | None) -> set[str]:
    """Words of the lines that import something."""
    rows = [line.text for line in file.lines()] if text is None else text.split("\n")
    found: set[str] = set()
    for row in rows[:MOST_ROWS]:
        if _IMPORTS.search(row[:300]):
            found |= {word.lower() for word in _WORD.findall(row[:300])}
    return found


def _packed(
    clusters: Sequence[tuple[str, ...]], sizes: Mapping[str, int], most: int
) -> Iterator[tuple[str, ...]]:
    """Clusters side by side while they fit; neighbours by folder share a part."""
    current: tuple[str, ...] = ()
    filled = 0
    for cluster in clusters:
        size = sum(sizes[path] for path in cluster)
        if current and filled + size > most:
            yield current
            current, filled = (), 0
        current, filled = current + cluster, filled + size
    if current:
        yield current


def _name(paths: Sequence[str]) -> str:
    """What a part is called: the folder all its files are in, else the first of their folders."""
    if len(paths) == 1:
        return paths[0]
    folders = sorted({posixpath.dirname(path) for path in paths})
    whole = posixpath.commonpath(folders) if all(folders) else ""
    if whole:
        return whole
    first = next((each for each in folders if each), "the top folder")
    more = len({each.partition("/")[0] for each in folders}) - 1
    return f"{first} and {more} more" if more > 0 else first


def _by_folder(path: str) -> tuple[str, str]:
    return posixpath.dirname(path), path


def _first(cluster: tuple[str, ...]) -> tuple[str, str]:
    return _by_folder(cluster[0])
