"""Which spans of a paragraph may leave a mark in it.

What is live may be spread over several spans: `@[bob](//x)` reads `@bob` once the link is gone. A
span without a mark is therefore nothing but its words, which are read with those around them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from markdown_it.tree import SyntaxTreeNode as Node

from bot.guard.words import LIVE, allowed

TEXT = frozenset({"text", "text_special", "html_inline"})
ATOMS = TEXT | {"code_inline", "softbreak", "hardbreak"}
EMPHASIS = {"strong": "**", "em": "*", "s": "~~"}


@dataclass(slots=True)
class Spans:
    """The words of one paragraph in a row, and the spans of it that keep their marks.

    Links keep theirs where they lead to `hosts`, emphasis where nothing live reaches across its
    edge, and nothing else does.
    """

    hosts: tuple[str, ...]
    text: str = ""
    edges: dict[Node, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, nodes: Iterable[Node], hosts: tuple[str, ...]) -> Spans:
        """The spans among `nodes`, which are those of a whole paragraph."""
        found = cls(hosts)
        found._read(nodes, struck=False)
        crossed = set(found._crossed())
        found.edges = {node: at for node, at in found.edges.items() if not crossed & {*at}}
        return found

    def plain(self, nodes: Iterable[Node]) -> Iterator[Node]:
        """`nodes` with those that leave no mark replaced by what is in them."""
        for node in nodes:
            if node.type in ATOMS or node in self.edges:
                yield node
            else:
                yield from self.plain(node.children)

    def _read(self, nodes: Iterable[Node], *, struck: bool) -> None:
        for node in nodes:
            if node.type in ATOMS:
                self.text += _shown(node)
                continue
            start = len(self.text)
            self._read(node.children, struck=struck or node.type == "s")
            if self._marks(node, self.text[start:], struck):
                self.edges[node] = (start, len(self.text))

    def _marks(self, node: Node, inner: str, struck: bool) -> bool:
        if node.type != "link":
            return node.type in EMPHASIS and not (struck and node.type == "s")
        within = {child.type for each in node.children for child in each.walk()}
        if "](" in inner or within & {"link", "image"}:
            return False
        return bool(inner.strip() and allowed(str(node.attrs.get("href", "")), self.hosts))

    def _crossed(self) -> Iterator[int]:
        """Every place in the text that is within something live."""
        start = 0
        for line in self.text.split("\n"):
            for match in LIVE.finditer(line):
                yield from range(start + match.start() + 1, start + match.end())
            start += len(line) + 1


def _shown(node: Node) -> str:
    """What stands for a node in the row: code is a box, which nothing reaches across."""
    if node.type in TEXT:
        return node.content
    if node.type == "code_inline":
        return "\N{WHITE SQUARE}" if node.content.strip() else node.content
    return "\n"
