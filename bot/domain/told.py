"""A finding as a pull request was told of it, for who asks about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from bot.domain.command import Unclear
from bot.domain.finding import Finding
from bot.domain.run import Found

SHORTEST = 6
"""Digits of a fingerprint that are enough to name a finding, where no other begins alike."""
DIGITS = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Told:
    """A finding of a pull request, as the newest run that had it left it at `head_sha`.

    `whole` is it with its trial and its votes; None: only what `found` says is known any more.
    """

    found: Found
    head_sha: str
    whole: Finding | None = None
    kind: Literal["told"] = "told"


def point(name: str, known: Sequence[Told]) -> Told | Unclear:
    """The finding that `name` means: a fingerprint, the beginning of one, or path:line."""
    said = name.strip().strip("`").removeprefix("./")
    if len(said) >= SHORTEST and DIGITS.issuperset(said.lower()):
        return _only(name, [each for each in known if begins(each.found.fingerprint, said)])
    path, colon, line = said.rpartition(":")
    if colon and line.isdecimal():
        there = [each for each in known if each.found.path == path]
        near = _nearest(path, known) if not there else ""
        return _only(name, [each for each in there if each.found.line == int(line)], near)
    why = "A finding is named by six or more digits of its fingerprint, or by path:line."
    return Unclear(name[:60], why)


def begins(fingerprint: str, name: str) -> bool:
    """Whether `name` is enough of the fingerprint to name it."""
    return len(name) >= SHORTEST and fingerprint.startswith(name.lower())


def _only(name: str, there: Sequence[Told], nearest: str = "") -> Told | Unclear:
    if len(there) == 1:
        return there[0]
    if not there:
        return Unclear(name[:60], "No finding of this pull request is called that.", nearest)
    names = ", ".join(each.found.fingerprint[:8] for each in there[:5])
    return Unclear(name[:60], f"{len(there)} findings are called that: {names}.")


def _nearest(path: str, known: Sequence[Told]) -> str:
    """The place whose path is most like it; "" when none is."""
    places = {each.found.path: f"{each.found.path}:{each.found.line}" for each in known}
    close = get_close_matches(path, places, 1)
    return places[close[0]] if close else ""
