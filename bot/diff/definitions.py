"""The functions and classes a file defines, and how one of them is shown to a reviewer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ast_grep_py import SgNode

from bot.diff.enclosing import Lines, block
from bot.diff.grammars import CONTAINERS, FUNCTIONS, LAMBDAS
from bot.diff.rows import CUT, LONGEST, row, visible
from bot.diff.trees import Tree, look, said
from bot.domain.plan import Definition

MOST_ROWS = 40
MOST_CHARACTERS = 3_000
"""Of one definition; the rest is counted, not shown."""

_MOST_CALLERS = 3
_FOR_THE_MARK = 40

_SPECS = {"go": ("type_spec",)}
"""What has the name where that is another node than the container."""

_BODILESS = frozenset({"struct_specifier", "class_specifier", "enum_specifier"})
"""In C these are also how a type is only spoken of."""

_NO_OWNERS = frozenset({"exports", "module", "prototype", "this"})

_NAMES = ("name", "property", "key", "left", "declarator", "type")
_PLAIN = frozenset({"identifier", "simple_identifier", "type_identifier", "field_identifier"})
_DEEPEST = 10
"""Nodes between a C function and its name: one for each star of the type it returns."""

_MOST_MAKERS = 50
_MAKERS = frozenset({"__init__", "constructor", "initialize", "init", "__construct"})


@dataclass(frozen=True, slots=True)
class Defined:
    """Where a name is defined, in 1-based lines, both inclusive.

    `owner` is the class around it, "" outside of one. `local`: within a function, so that no
    other file can mean it. `container`: a class or the like.
    """

    name: str
    owner: str
    start: int
    end: int
    local: bool = False
    container: bool = False

    @property
    def title(self) -> str:
        """The name with its owner's: "Cart.total"."""
        return f"{self.owner}.{self.name}" if self.owner else self.name


def definitions(path: str, text: str) -> tuple[Defined, ...]:
    """Every named function and class of `text`, in its order; none where it cannot be parsed."""
    return look(path, text, defined, ())


def defined(tree: Tree) -> tuple[Defined, ...]:
    """The same of a parsed file."""
    language = tree.language
    kinds = _SPECS.get(language, CONTAINERS[language])
    found = [_Span.of(node, language, True) for node in tree.every(kinds)]
    found += [_Span.of(node, language, False) for node in tree.every(FUNCTIONS[language])]
    return tuple(_nested(sorted(found, key=lambda each: (each.first, -each.last))))


def by_name(found: Sequence[Defined]) -> dict[str, tuple[Defined, ...]]:
    """The definitions of each name. A class too long to be shown is followed to its constructor."""
    names: dict[str, list[Defined]] = {}
    makers: dict[str, list[Defined]] = {}
    for each in found:
        names.setdefault(each.name, []).append(each)
        if each.name in _MAKERS or (each.name == each.owner and not each.container):
            makers.setdefault(each.owner, []).append(each)
    return {
        name: tuple(_maker(each, makers.get(name, [])) for each in mine)
        for name, mine in names.items()
    }


def _maker(one: Defined, makers: Sequence[Defined]) -> Defined:
    if not one.container or one.end - one.start < MOST_ROWS:
        return one
    # Of many classes of one name only the first few are told apart: nobody writes more.
    inside = (each for each in makers[:_MOST_MAKERS] if one.start <= each.start <= one.end)
    return next(inside, one)


def definition(path: str, one: Defined, text: str, called_in: Sequence[str]) -> Definition:
    """`one` of `text`, as much of it as is shown: whole lines, the first ones."""
    kept: list[str] = []
    room = MOST_CHARACTERS
    for each in text.split("\n")[one.start - 1 : one.end][:MOST_ROWS]:
        line = _short(each.removesuffix("\r"))
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return Definition(path, one.title, one.start, one.end, "\n".join(kept), tuple(called_in))


def _short(line: str) -> str:
    """A line of at most 500 characters, which says what was cut."""
    if len(line) <= LONGEST:
        return line
    kept = LONGEST - _FOR_THE_MARK
    return f"{line[:kept]}{CUT}{len(line) - kept} characters]"


def shown(one: Definition) -> str:
    """A definition as reviewers read it: numbered rows as in an excerpt, and what was cut."""
    rows = one.text.split("\n")
    left = one.end - one.start + 1 - len(rows)
    called = ", ".join(map(visible, one.called_in[:_MOST_CALLERS]))
    more = len(one.called_in) - _MOST_CALLERS
    others = f" and {more} more" if more > 0 else ""
    said = [f"## {visible(one.path)}: {visible(one.name)} (called in {called}{others})"]
    said += [row(number, " ", each) for number, each in enumerate(rows, start=one.start)]
    if left:
        said.append(f"       ... [+{left} lines]")
    return "\n".join(said) + "\n"


@dataclass(frozen=True, slots=True)
class _Span:
    """A node that defines: its place in characters, its lines and its name.

    `adds`: it only adds to a class that is defined elsewhere.
    """

    first: int
    last: int
    lines: Lines
    owner: str
    name: str
    container: bool
    adds: bool

    @classmethod
    def of(cls, node: SgNode, language: str, container: bool) -> _Span:
        span, lines, kind = node.range(), block(node, language), node.kind()
        owner, name = _name(node)
        if kind in _BODILESS and node.field("body") is None:
            name = ""
        at = (span.start.index, span.end.index)
        adds = kind == "impl_item"
        return cls(*at, (lines.start, lines.end), owner, name, container, adds)


def _nested(spans: Sequence[_Span]) -> Iterator[Defined]:
    """Each with the class and function around it; one pass, however deep they nest."""
    around: list[_Span] = []
    for span in spans:
        while around and around[-1].last <= span.first:
            around.pop()
        outer = around[-1] if around else None
        owner = outer.name if outer is not None and outer.container else span.owner
        if span.name and not span.adds:
            local = outer is not None and not outer.container
            yield Defined(span.name, owner, *span.lines, local, span.container)
        around.append(span)


def _name(node: SgNode) -> tuple[str, str]:
    """Owner and name, where the definition says both (`int Cart::total()`); else "" for one.

    An anonymous function has the name of what it is assigned to.
    """
    holder: SgNode | None = node
    if node.kind() in LAMBDAS:
        holder = node.parent()
    for field in _NAMES:
        if holder is not None and (found := holder.field(field)) is not None:
            owner, name = _split(said(_declared(found)))
            return owner or _receiver(node), name
    plain = (each for each in node.children() if each.kind() in _PLAIN)
    return "", said(next(plain, None))


def _receiver(node: SgNode) -> str:
    """The type a Go method belongs to: the last name of `(c *Cart)`."""
    names = re.findall(r"\w+", said(node.field("receiver")).partition("[")[0])
    return names[-1] if names else ""


def _declared(node: SgNode) -> SgNode:
    """The name in a C declarator, behind its stars and before its parameters."""
    for _ in range(_DEEPEST):
        inner = node.field("declarator")
        if inner is None:
            break
        node = inner
    return node


def _split(text: str) -> tuple[str, str]:
    """`Cart::total` in two; no name for a destructor and for what is none."""
    *before, name = text.partition("<")[0].strip("\"'`#& \t").replace("::", ".").split(".")
    owners = [each for each in before if each not in _NO_OWNERS]
    return (owners[-1] if owners else ""), name if is_name(name) else ""


def is_name(text: str) -> bool:
    """Whether it is one in any of our languages: Ruby's `empty?` and jQuery's `$` are."""
    return text.rstrip("?!=").replace("$", "_").isidentifier()
