"""A file's syntax tree, or none where making it could take long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ast_grep_py import SgNode, SgRoot

from bot.diff.grammars import language_of

T = TypeVar("T")

# Beyond these a parser can be made to run for many seconds, and no thread runs meanwhile. Hostile
# text of the two below takes time by the cube of its length (measured: 128 kB of C++ 71 s, of
# shell 39 s; 16 kB of C++ 0.5 s), that of others by the square.
MAX_BYTES = 64 * 1024
MAX_BYTES_OF = {"cpp": 16 * 1024, "bash": 16 * 1024}
MAX_COLUMNS = 20_000
MOST_SAID = 200
"""Characters of a name, with what stands before it; longer expressions are no names.

A chain of 13,000 calls holds each of its parts: copying them all took 0.6 s."""


@dataclass(frozen=True, slots=True)
class Tree:
    """One parsed file. Only good in the thread that made it; `rows` counts its lines."""

    path: str
    language: str
    root: SgNode
    rows: int

    def every(self, kinds: Sequence[str]) -> Sequence[SgNode]:
        """All nodes of these kinds."""
        return self.root.find_all(any=[{"kind": each} for each in kinds]) if kinds else ()


def look(path: str, text: str, see: Callable[[Tree], T], otherwise: T) -> T:
    """What `see` finds in the tree of `text`.

    `otherwise` when the language is unknown, the file is over 64 kB (C++ and shell: 16 kB), a line
    over 20,000 columns, or the parser gives up.
    """
    language = language_of(path)
    rows = text.split("\n")
    if language is None or max(map(len, rows)) > MAX_COLUMNS:
        return otherwise
    if len(text) > MAX_BYTES_OF.get(language, MAX_BYTES):
        return otherwise
    try:
        whole = text.encode("utf-8", "replace").decode("utf-8")
        return see(Tree(path, language, SgRoot(whole, language).root(), len(rows)))
    except RuntimeError:
        return otherwise
    except BaseException as error:
        # A panic inside the Rust parser derives from BaseException and its class cannot be
        # imported. It says nothing about our own state: the text was only read.
        if type(error).__name__ != "PanicException":
            raise
        return otherwise


def said(node: SgNode | None) -> str:
    """The node's text; "" for none, and for one too long to be a name."""
    if node is None:
        return ""
    span = node.range()
    return node.text() if span.end.index - span.start.index <= MOST_SAID else ""
