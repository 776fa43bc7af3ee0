"""YAML as plain text values with their lines. Nothing is constructed, so nothing can go off.

Scalars stay text ("1.00" loses no digit, "no" does not become False); whoever knows what a
setting is converts it. Aliases are refused, which rules out documents that grow when read.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import yaml

from bot.intake.problems import Place, dotted

LARGEST = 32_768
"""Characters. Far more than a policy needs, little enough to parse in a moment."""
DEEPEST = 8
"""Levels of nesting."""

Value = str | None | list["Value"] | dict[str, "Value"]


@dataclass(frozen=True, slots=True)
class Tree:
    """A document. `value` None: empty, or not readable at all, which `problems` then says."""

    value: Value = None
    lines: dict[Place, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    def line_of(self, place: Place) -> int | None:
        """The line, from 1, of the nearest key that was written down; None when there is none."""
        written = (place[:length] for length in range(len(place), 0, -1))
        return next((self.lines[each] for each in written if each in self.lines), None)


def read_tree(text: str) -> Tree:
    """Read a document nobody vouches for."""
    if len(text) > LARGEST:
        return Tree(problems=(f"it has more than {LARGEST} characters. Shorten it.",))
    try:
        node = yaml.compose(text, Loader=_Plain)
    except _Refused as error:
        return Tree(problems=(str(error),))
    except yaml.YAMLError as error:
        return Tree(problems=(_syntax(error),))
    reading = _Reading()
    value = None if node is None else reading.value(node, ())
    return Tree(value, reading.lines, tuple(reading.problems))


class _Refused(yaml.YAMLError):
    """It is YAML, but not such as we read."""


class _Plain(yaml.SafeLoader):
    """Composes nodes without aliases and not too deep; looks at each event before the next."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        line = mark.line + 1
        if self.check_event(yaml.AliasEvent):
            raise _Refused(f"line {line}: aliases (*name) are not read here. Write the value out.")
        if self.depth > DEEPEST:
            raise _Refused(f"line {line}: it is nested deeper than {DEEPEST} levels. Flatten it.")
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


@dataclass(frozen=True, slots=True)
class _Reading:
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def value(self, node: yaml.Node, place: Place) -> Value:
        if isinstance(node, yaml.SequenceNode):
            return [self._entry(each, (*place, i)) for i, each in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        plain = isinstance(node, yaml.ScalarNode) and node.style is None
        return None if plain and node.value in ("", "~", "null") else str(node.value)

    def _entry(self, node: yaml.Node, place: Place) -> Value:
        self.lines[place] = node.start_mark.line + 1
        return self.value(node, place)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self.problems.append(f"line {line}: a key must be a word. Correct it.")
                continue
            here = (*place, key.value)
            if key.value in found:
                first = self.lines[here]
                self.problems.append(
                    f"line {line}: {dotted(here)} stands on line {first} already. Remove one."
                )
                continue
            self.lines[here] = line
            found[key.value] = self.value(value, here)
        return found


def _syntax(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        words = error.problem or error.context or "it cannot be read"
        return f"line {error.problem_mark.line + 1}: not YAML: {words}. Correct that line."
    return "it holds characters that YAML does not allow. Remove them."
