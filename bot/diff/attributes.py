"""`.gitattributes`: what a repository says its own files are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.diff.globs import Glob, glob_of
from bot.diff.quoting import unquote

GENERATED = "linguist-generated"
VENDORED = "linguist-vendored"
DOCUMENTATION = "linguist-documentation"
_KNOWN = (GENERATED, VENDORED, DOCUMENTATION)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line that speaks of an attribute we know. A state of None takes an earlier one back."""

    glob: Glob
    states: tuple[tuple[str, bool | None], ...]


@dataclass(frozen=True, slots=True)
class Attributes:
    """The rules of one `.gitattributes` at the root of a repository, in the file's order."""

    rules: tuple[Rule, ...] = ()

    def says(self, attribute: str, path: str) -> bool | None:
        """True or False as the last matching rule says; None when no rule speaks of it."""
        for rule in reversed(self.rules):
            for name, state in reversed(rule.states):
                if name == attribute and rule.glob.matches(path):
                    return state
        return None


def parse_attributes(text: str) -> Attributes:
    """Read the lines that set linguist-generated, linguist-vendored or linguist-documentation.

    Never raises. A line git would not honour counts for nothing: the files it names are then
    read like any other.
    """
    rules: list[Rule] = []
    for row in text.removeprefix("\ufeff").split("\n"):
        rule = _rule(row.strip())
        if rule is not None:
            rules.append(rule)
    return Attributes(tuple(rules))


def _rule(row: str) -> Rule | None:
    if not row or row.startswith("#"):
        return None
    pattern, words = _split(row)
    states = tuple(each for word in words.split() if (each := _state(word)) is not None)
    # Git keeps "[attr]" for macros and forbids "!" here; a folder's name does not name its files.
    if not states or pattern.startswith(("!", "[attr]")) or pattern.endswith("/"):
        return None
    glob = glob_of(pattern)
    return None if glob is None else Rule(glob, states)


def _split(row: str) -> tuple[str, str]:
    if row.startswith('"'):
        quoted = re.match(r'"(?:[^"\\]|\\.)*"', row)
        if quoted is not None:
            return unquote(quoted[0]), row[quoted.end() :]
    pattern, *words = row.split(None, 1)
    return pattern, words[0] if words else ""


def _state(word: str) -> tuple[str, bool | None] | None:
    """`name`, `-name`, `!name` or `name=value`; any value but "false" counts as set."""
    name, _, value = word.lstrip("-!").partition("=")
    if name not in _KNOWN:
        return None
    if word.startswith("!"):
        return name, None
    return name, not (word.startswith("-") or value == "false")
