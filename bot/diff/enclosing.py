"""Which function a line belongs to, read from the syntax tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ast_grep_py import SgNode

from bot.diff.grammars import (
    CONTAINERS,
    FUNCTIONS,
    INDENTED,
    LAMBDAS,
    SIGNATURE,
    WRAPPERS,
)
from bot.diff.trees import Tree, look

_LONGEST_SIGNATURE = 8

Lines = tuple[int, int]
"""First and last line, 1-based, both inclusive."""


@dataclass(frozen=True, slots=True)
class Block:
    """A function or class. `head` is the last line of its signature."""

    start: int
    end: int
    head: int


@dataclass(frozen=True, slots=True)
class Outline:
    """The innermost function and class of every line; index 0 is line 1, None outside of any."""

    functions: tuple[Block | None, ...] = ()
    containers: tuple[Block | None, ...] = ()

    def around(self, line: int, limit: int = 80) -> Lines | None:
        """The function that holds `line`; None outside of one, or if longer than `limit` lines."""
        found = _at(self.functions, line)
        if found is None or found.end - found.start >= limit:
            return None
        return found.start, found.end

    def spans(self, line: int, limit: int = 80) -> tuple[Lines, ...]:
        """What to show around `line`: its class's first lines and its function.

        Of a function longer than `limit`: the signature, and `limit`/4 lines either side.
        """
        found, owner = _at(self.functions, line), _at(self.containers, line)
        spans = [] if owner is None else [(owner.start, owner.head)]
        if found is not None and found.end - found.start < limit:
            spans.append((found.start, found.end))
        elif found is not None:
            spans.append((found.start, found.head))
            spans.append((max(found.start, line - limit // 4), min(found.end, line + limit // 4)))
        return tuple(spans)


NOTHING = Outline()


def enclosing(path: str, text: str, line: int, limit: int = 80) -> Lines | None:
    """First and last line of the function around `line`; see `Outline.around` for None.

    Parses the whole text: for more than one line of a file, keep its `outline`.
    """
    return outline(path, text).around(line, limit)


def outline(path: str, text: str) -> Outline:
    """Parse `text` once, to answer for each of its lines.

    An outline of nothing where `look` sees none.
    """
    return look(path, text, outline_of, NOTHING)


def outline_of(tree: Tree) -> Outline:
    """The outline of a parsed file."""
    functions = [
        found
        for node in tree.every(FUNCTIONS[tree.language])
        if (found := block(node, tree.language)).end > found.start or node.kind() not in LAMBDAS
    ]
    containers = [block(node, tree.language) for node in tree.every(CONTAINERS[tree.language])]
    return Outline(_innermost(functions, tree.rows), _innermost(containers, tree.rows))


def block(node: SgNode, language: str) -> Block:
    """The lines of a function or class, with what it is wrapped in (decorators, `export`)."""
    whole = node
    while (parent := whole.parent()) is not None and parent.kind() in WRAPPERS:
        whole = parent
    start, end = whole.range().start.line + 1, whole.range().end.line + 1
    head = _head(node, language)
    return Block(start, end, min(head, end, start + _LONGEST_SIGNATURE - 1))


def _head(node: SgNode, language: str) -> int:
    """The signature's last line: where its parts end, or where the brace of the body stands."""
    if language not in INDENTED:
        body = node.field("body")
        return (node if body is None else body).range().start.line + 1
    parts = [part for name in SIGNATURE if (part := node.field(name)) is not None]
    return max((part.range().end.line for part in parts), default=node.range().start.line) + 1


def _innermost(blocks: Iterable[Block], count: int) -> tuple[Block | None, ...]:
    """For each line the last block begun and not yet ended; one pass, however deep they nest."""
    waiting = sorted(blocks, key=lambda block: (-block.start, block.end))
    opened: list[Block] = []
    found: list[Block | None] = []
    for line in range(1, count + 1):
        while waiting and waiting[-1].start <= line:
            opened.append(waiting.pop())
        while opened and opened[-1].end < line:
            opened.pop()
        found.append(opened[-1] if opened else None)
    return tuple(found)


def _at(blocks: Sequence[Block | None], line: int) -> Block | None:
    return blocks[line - 1] if 1 <= line <= len(blocks) else None
