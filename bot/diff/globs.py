"""Git's path patterns, matched in time that no choice of name or pattern can blow up."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass

_ANY = re.compile(r".*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Glob:
    """One pattern, a part for each folder. None stands for any number of folders."""

    parts: tuple[re.Pattern[str] | None, ...]

    def matches(self, path: str) -> bool:
        """Whether the pattern names this very path, not merely a folder above it.

        After a mismatch only the last `**` is tried again, one folder on: nothing earlier could
        help, so the work is at most the product of the two lengths.
        """
        names = path.split("/")
        at, part = 0, 0
        retry: tuple[int, int] | None = None
        while at < len(names):
            if part < len(self.parts) and self.parts[part] is None:
                part += 1
                retry = (at, part)
            elif part < len(self.parts) and _fits(self.parts[part], names[at]):
                at, part = at + 1, part + 1
            elif retry is not None:
                at, part = retry[0] + 1, retry[1]
                retry = (at, part)
            else:
                return False
        return part == len(self.parts)


def _fits(part: re.Pattern[str] | None, name: str) -> bool:
    return part is not None and part.fullmatch(name) is not None


def glob_of(pattern: str) -> Glob | None:
    """Read a pattern of `.gitattributes`; None for one that is broken.

    Without a slash it names files in any folder, with one it starts at the root.
    """
    words = pattern.removeprefix("/").split("/")
    if "/" not in pattern:
        words.insert(0, "**")
    parts: list[re.Pattern[str] | None] = []
    for word in words:
        if word == "**" and len(words) > 1:
            parts.append(None)
            continue
        part = _part(word)
        if part is None:
            return None
        parts.append(part)
    if parts[-1] is None:
        parts.append(_ANY)  # "docs/**" names what is in docs, never docs itself
    return Glob(tuple(parts))


def _part(word: str) -> re.Pattern[str] | None:
    """One folder's or file's pattern. fnmatch never goes back over a star once it has matched."""
    if "[[" in word:  # character classes by name: nobody has missed them
        return None
    word = re.sub(r"\\(.)", _literal, word.replace("[^", "[!"), flags=re.DOTALL)
    try:
        return re.compile(fnmatch.translate(word))
    except re.error:
        return None


def _literal(escaped: re.Match[str]) -> str:
    return escaped[1] if escaped[1] in "!^" else f"[{escaped[1]}]"
