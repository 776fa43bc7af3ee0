"""Paths of the repository where an imported name may be defined: never one outside of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

MOST_ALTERNATIVES = 8
"""Paths one import may stand for, of which the repository has one at most."""

MOST_IMPORTS = 1_000
"""Of one file."""

LONGEST = 300
DEEPEST = 40
"""Characters and folders of a path that is still believed."""

_UNFIT = re.compile(r"[\x00-\x1f\x7f\\\ud800-\udfff]")

Place = tuple[str, ...]
"""Alternatives for one file, likeliest first."""


@dataclass(frozen=True, slots=True)
class Import:
    """A name a file gets from elsewhere.

    `local` is the name here, "*" where an import brings in names it does not say; `original` the
    name there. `home` is the file that defines it, `itself` the one it stands for where the name
    is a module; either may be (). `sure`: the text tells where it is, if it is in the repository.
    """

    local: str
    original: str
    home: Place = ()
    itself: Place = ()
    sure: bool = True


def normal(*parts: str) -> str | None:
    """The parts joined as a path from the repository's root, "." and ".." resolved.

    None where it would lead outside, or is no path people write.
    """
    kept: list[str] = []
    for each in "/".join(part for part in parts if part).split("/"):
        if each == "..":
            if not kept:
                return None
            kept.pop()
        elif each not in ("", "."):
            kept.append(each)
    path = "/".join(kept)
    absolute = any(part.startswith("/") for part in parts)
    if absolute or not kept or len(path) > LONGEST or len(kept) > DEEPEST:
        return None
    return None if _UNFIT.search(path) or ".git" in map(str.lower, kept) else path


def place(paths: Iterable[str | None]) -> Place:
    """The alternatives among `paths` that are paths, each once, no more than 8."""
    return tuple(dict.fromkeys(path for path in paths if path))[:MOST_ALTERNATIVES]


def folder(path: str) -> str:
    """The folder a file is in, "" for the root."""
    return path.rpartition("/")[0]


@lru_cache(maxsize=4)
def by_name(known: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Paths by the file's name."""
    return _grouped(known, lambda path: path.rpartition("/")[2])


@lru_cache(maxsize=4)
def by_folder(known: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Paths by their folder."""
    return _grouped(known, folder)


def _grouped(known: tuple[str, ...], key: Callable[[str], str]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for path in known:
        found.setdefault(key(path), []).append(path)
    return {name: tuple(paths) for name, paths in found.items()}
