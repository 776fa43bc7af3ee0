"""`.gitattributes`: what a repository says its own files are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pathspec import GitIgnoreSpec

from bot.diff.quoting import unquote

GENERATED = "linguist-generated"
VENDORED = "linguist-vendored"
DOCUMENTATION = "linguist-documentation"
_KNOWN = (GENERATED, VENDORED, DOCUMENTATION)

# The patterns become regular expressions that run on names a stranger chose; each wildcard adds
# a factor of the name's length to the worst case.
_MOST_WILDCARDS = 5
_MOST_RULES = 2_000


@dataclass(frozen=True, slots=True)
class Rule:
    """One line that speaks of an attribute we know. A state of None takes an earlier one back."""

    pattern: re.Pattern[str]
    states: tuple[tuple[str, bool | None], ...]

    def matches(self, path: str) -> bool:
        """Whether the pattern names this very path; a folder's name does not name its files."""
        found = self.pattern.match(path)
        return found is not None and found.groupdict().get("ps_d") is None


@dataclass(frozen=True, slots=True)
class Attributes:
    """The rules of one `.gitattributes` at the root of a repository, in the file's order."""

    rules: tuple[Rule, ...] = ()

    def says(self, attribute: str, path: str) -> bool | None:
        """True or False as the last matching rule says; None when no rule speaks of it."""
        for rule in reversed(self.rules):
            for name, state in reversed(rule.states):
                if name == attribute and rule.matches(path):
                    return state
        return None


def parse_attributes(text: str) -> Attributes:
    """Read the lines that set linguist-generated, linguist-vendored or linguist-documentation.

    Never raises. A line git would not honour, or one with more than 5 wildcards, counts for
    nothing: the files it names are then read like any other.
    """
    rules: list[Rule] = []
    for row in text.removeprefix("\ufeff").split("\n"):
        rule = _rule(row.strip())
        if rule is not None:
            rules.append(rule)
    return Attributes(tuple(rules[-_MOST_RULES:]))


def _rule(row: str) -> Rule | None:
    if not row or row.startswith("#"):
        return None
    glob, words = _split(row)
    states = tuple(each for word in words.split() if (each := _state(word)) is not None)
    if not states or not _usable(glob):
        return None
    pattern = _pattern(glob)
    return None if pattern is None else Rule(pattern, states)


def _usable(glob: str) -> bool:
    """Git forbids "!" patterns here, keeps "[attr]" for macros, and "name/" matches no file."""
    return not (
        glob.startswith(("!", "[attr]"))
        or glob.endswith("/")
        or sum(map(glob.count, "*?[")) > _MOST_WILDCARDS
    )


def _split(row: str) -> tuple[str, str]:
    if row.startswith('"'):
        quoted = re.match(r'"(?:[^"\\]|\\.)*"', row)
        if quoted is not None:
            return unquote(quoted[0]), row[quoted.end() :]
    glob, *words = row.split(None, 1)
    return glob, words[0] if words else ""


def _state(word: str) -> tuple[str, bool | None] | None:
    """`name`, `-name`, `!name` or `name=value`; any value but "false" counts as set."""
    name, _, value = word.lstrip("-!").partition("=")
    if name not in _KNOWN:
        return None
    if word.startswith("!"):
        return name, None
    return name, not (word.startswith("-") or value == "false")


def _pattern(glob: str) -> re.Pattern[str] | None:
    try:
        [pattern] = GitIgnoreSpec.from_lines([glob]).patterns
    except ValueError:
        return None
    found = pattern.regex
    return found if isinstance(found, re.Pattern) else None
