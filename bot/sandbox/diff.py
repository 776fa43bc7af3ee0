"""What changed between two commits, and which lines of it a comment may name. Git says so."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from bot.sandbox.git import Git

_HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_STATUS = {
    "A": "added",
    "D": "removed",
    "M": "modified",
    "R": "renamed",
    "C": "copied",
    "T": "changed",
}
# https://docs.github.com/repositories/creating-and-managing-repositories/repository-limits
MOST_LINES = 20_000
MOST_BYTES_A_FILE = 500_000
MOST_BYTES = 1_000_000
MOST_FILES_IN_A_DIFF = 300
MOST_FILES_LISTED = 3_000


@dataclass(frozen=True)
class Place:
    """A line inside a hunk: which hunk, its 1-based distance from the first `@@`, its text."""

    hunk: int
    position: int
    text: str


@dataclass(frozen=True)
class Changed:
    """One changed file. `patch` None: binary, too large, or nothing but a mode or a name changed.

    `places` maps (side, line) to where it is in the patch; LEFT holds context and deleted lines,
    RIGHT context and added ones.
    """

    path: str
    status: str
    sha: str
    additions: int
    deletions: int
    patch: str | None
    previous: str | None = None
    places: dict[tuple[str, int], Place] = field(default_factory=dict, compare=False, repr=False)

    def hunk_up_to(self, place: Place) -> str:
        """The part of the patch a comment on `place` shows: its hunk down to its line."""
        lines = (self.patch or "").split("\n")[: place.position + 1]
        start = max(i for i, line in enumerate(lines) if line.startswith("@@"))
        return "\n".join(lines[start:])


@lru_cache(maxsize=256)
def changed_files(git: Git, base: str, head: str) -> tuple[Changed, ...]:
    """The files that differ between two commits, with patches as the API would give them."""
    found, lines, size = [], 0, 0
    for file in _every_file(git, base, head):
        own_lines, own_size = (file.patch or "").count("\n"), len((file.patch or "").encode())
        fits = own_lines < MOST_LINES and own_size <= MOST_BYTES_A_FILE
        if fits and lines + own_lines < MOST_LINES and size + own_size <= MOST_BYTES:
            lines, size = lines + own_lines, size + own_size
            found.append(file)
        else:
            found.append(replace(file, patch=None, places={}))
    return tuple(found)


@lru_cache(maxsize=64)
def whole_diff(git: Git, base: str, head: str) -> bytes:
    """The diff as `application/vnd.github.diff` gives it."""
    quoted = ("-c", "core.quotePath=true")  # here, and only here, the API quotes names as git does
    return git.run(*quoted, "diff", *_RENAMES, "--patch", "--full-index", base, head)


def too_large(git: Git, base: str, head: str) -> str | None:
    """Why the diff media type is refused, None when it is not."""
    files, diff = _every_file(git, base, head), whole_diff(git, base, head)
    if len(files) > MOST_FILES_IN_A_DIFF:
        return f"the diff exceeded the maximum number of files ({MOST_FILES_IN_A_DIFF})"
    if diff.count(b"\n") > MOST_LINES:
        return f"the diff exceeded the maximum number of lines ({MOST_LINES})"
    return "the diff is too large" if len(diff) > MOST_BYTES else None


def carried(git: Git, old: str, new: str, path: str, line: int) -> int | None:
    """Where line `line` of `path` in `old` is in `new`; None when it was changed or removed."""
    offset = 0
    asked = ("--literal-pathspecs", "diff", "--no-renames", "--unified=0", old, new, "--", path)
    patch = git.text(*asked)
    for match in filter(None, map(_HUNK.match, patch.splitlines())):
        start, length, _, added = (int(n) if n is not None else 1 for n in match.groups())
        first = start if length else start + 1
        if line < first:
            break
        if line < first + length:
            return None
        offset += added - length
    return line + offset


_RENAMES = ("--find-renames", "--no-color", "--no-ext-diff", "--no-textconv", "--src-prefix=a/")


@lru_cache(maxsize=256)
def _every_file(git: Git, base: str, head: str) -> tuple[Changed, ...]:
    asked = ("diff", *_RENAMES, "--full-index")
    raw = git.run(*asked, "--raw", "-z", "--no-abbrev", base, head).decode(errors="replace")
    counts = _counts(git.run(*asked, "--numstat", "-z", base, head).decode(errors="replace"))
    sections = _sections(whole_diff(git, base, head).decode(errors="replace"))
    found, fields, at = [], iter(raw.split("\0")[:-1]), 0
    for facts in fields:
        _, _, _, new, letter = facts.split(" ")
        status = _STATUS[letter[0]]
        previous = next(fields) if letter[0] in "RC" else None
        path = next(fields)
        used = 2 if letter[0] == "T" else 1  # a change of type is written as removed, then added
        section = sections[at] if used == 1 else ""
        at += used
        added, deleted = counts[path]
        patch = _patch(section)
        sha = new if status != "removed" else facts.split(" ")[2]
        places = _places(patch) if patch else {}
        found.append(Changed(path, status, sha, added, deleted, patch, previous, places))
    return tuple(found)


def _counts(printed: str) -> dict[str, tuple[int, int]]:
    found, fields = {}, iter(printed.split("\0")[:-1])
    for facts in fields:
        added, deleted, path = facts.split("\t", 2)
        if not path:  # a rename: the two names follow
            next(fields)
            path = next(fields)
        found[path] = (0, 0) if added == "-" else (int(added), int(deleted))
    return found


def _sections(diff: str) -> list[str]:
    parts = re.split(r"^(?=diff --git )", diff, flags=re.MULTILINE)
    return [part for part in parts if part]


def _patch(section: str) -> str | None:
    start = section.find("\n@@ ")
    return section[start + 1 :].removesuffix("\n") if start >= 0 else None


def _places(patch: str) -> dict[tuple[str, int], Place]:
    found: dict[tuple[str, int], Place] = {}
    hunk = old = new = 0
    for position, text in enumerate(patch.split("\n")):
        if match := _HUNK.match(text):
            hunk, old, new = hunk + 1, int(match[1]), int(match[3])
            continue
        place = Place(hunk, position, text)
        if text[:1] in ("", " ", "-"):
            found["LEFT", old] = place
            old += 1
        if text[:1] in ("", " ", "+"):
            found["RIGHT", new] = place
            new += 1
    return found
