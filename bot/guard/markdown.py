"""Somebody's Markdown, read and written anew with nothing live left in it.

Text is parsed, and only what is known to be harmless is written again: paragraphs, lists, quotes,
tables, emphasis and code. Raw HTML is not read as such, so it comes out as the words it is made of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode as Node

from bot.guard.spans import EMPHASIS, TEXT, Spans
from bot.guard.words import (
    BACKTICKS,
    allowed,
    code_span,
    defused,
    glued,
    no_block,
    uncommanding,
    words,
)

PARSER = (
    MarkdownIt("commonmark", {"html": False})
    .enable(["table", "strikethrough"])
    .disable(["html_block", "html_inline", "reference"])
)
_COLOURED = """
bash batch c c# c++ clojure cmake console cpp cs csharp css dart diff docker dockerfile
elixir elm erl erlang ex f# fish fortran fsharp go golang gradle graphql groovy h
haskell hcl hpp hs html http ini java javascript jinja js json json5 jsonc jsx julia
kotlin kt latex less lisp lua make makefile markdown md mdx nginx nim nix objc ocaml
perl php plaintext powershell proto protobuf ps1 py pycon python python3 r rb rego rs
rst ruby rust sass scala scss sh shell sol solidity sql svelte svg swift tcl terraform
text tf toml ts tsx txt typescript vb vim vue xml yaml yml zig zsh
"""
LANGUAGES = frozenset(_COLOURED.split())
"""What may follow a fence: names that only colour the text. Of others GitHub draws diagrams, maps
and formulas, or makes a button that commits."""

Hosts = tuple[str, ...]


def rewritten(text: str, hosts: Hosts) -> str:
    """`text` again, with nothing live in it but links to `hosts`."""
    return _blocks(Node(PARSER.parse(text)).children, hosts, "\n\n")


def code_block(text: str, language: str = "") -> str:
    """`text` between fences that nothing inside can close."""
    longest = max(map(len, BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    body = uncommanding(defused(text)).removesuffix("\n")
    return f"{fence}{language}\n{body}\n{fence}" if body else f"{fence}{language}\n{fence}"


def language_of(info: str) -> str:
    """The language a code block may carry, "" for none or one that is more than a colour."""
    name = re.split(r"[\s`{,:]", info.strip().lower(), maxsplit=1)[0]
    return name if name in LANGUAGES else ""


def _blocks(nodes: Iterable[Node], hosts: Hosts, between: str) -> str:
    return between.join(filter(None, (_block(node, hosts) for node in nodes)))


def _block(node: Node, hosts: Hosts) -> str:
    write = BLOCKS.get(node.type)
    return write(node, hosts) if write else _blocks(node.children, hosts, "\n\n")


def _paragraph(node: Node, hosts: Hosts) -> str:
    lines = (line.strip() for line in _inline(node.children, hosts).split("\n"))
    return "\n".join(map(no_block, filter(None, lines)))


def _heading(node: Node, hosts: Hosts) -> str:
    """Never larger than the headings of the post it stands in."""
    title = _one_line(node, hosts)
    return f"{'#' * max(4, int(node.tag[1:]))} {title}" if title else ""


def _one_line(node: Node, hosts: Hosts) -> str:
    return " ".join(_inline(node.children, hosts).split())


def _code(node: Node, hosts: Hosts) -> str:
    return code_block(node.content, language_of(node.info))


def _quote(node: Node, hosts: Hosts) -> str:
    inner = _blocks(node.children, hosts, "\n\n")
    return "\n".join(f"> {line}".rstrip() for line in inner.split("\n")) if inner else ""


def _list(node: Node, hosts: Hosts) -> str:
    number = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
    loose = any(
        child.type == "paragraph" and not child.hidden
        for item in node.children
        for child in item.children
    )
    items: list[str] = []
    for item in node.children:
        marker = "- " if number is None else f"{number}. "
        simple = not loose and all(
            each.type.endswith(("paragraph", "list")) for each in item.children
        )
        inner = _blocks(item.children, hosts, "\n" if simple else "\n\n")
        if inner:
            items.append(marker + inner.replace("\n", "\n" + " " * len(marker)))
            number = None if number is None else number + 1
    return ("\n\n" if loose else "\n").join(items)


def _table(node: Node, hosts: Hosts) -> str:
    rows = [
        [_cell(cell, hosts) for cell in row.children]
        for part in node.children
        for row in part.children
    ]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def _cell(node: Node, hosts: Hosts) -> str:
    """One line. Parsers disagree on several backslashes before a pipe, so there is just one."""
    return re.sub(r"\\*\|", r"\\|", _one_line(node, hosts))


BLOCKS: dict[str, Callable[[Node, Hosts], str]] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "fence": _code,
    "code_block": _code,
    "blockquote": _quote,
    "bullet_list": _list,
    "ordered_list": _list,
    "table": _table,
    "hr": lambda node, hosts: "***",
}


def _inline(nodes: Iterable[Node], hosts: Hosts) -> str:
    return _written(nodes, Spans.of(nodes, hosts))


def _written(nodes: Iterable[Node], spans: Spans) -> str:
    """Inline nodes. Neighbouring text is joined first: what is live may be spread over several."""
    parts: list[str] = []
    text: list[str] = []
    for node in spans.plain(nodes):
        if node.type in TEXT:
            text.append(node.content)
            continue
        parts += words("".join(text), spans.hosts), _span(node, spans)
        text = []
    return glued([*parts, words("".join(text), spans.hosts)])


def _span(node: Node, spans: Spans) -> str:
    match node.type:
        case "code_inline":
            return code_span(node.content)
        case "softbreak" | "hardbreak":
            return "\n"
        case "link":
            url = allowed(str(node.attrs["href"]), spans.hosts)
            return f"[{_written(node.children, spans)}]({url})"
        case _:
            return _around(EMPHASIS[node.type], _written(node.children, spans))


def _around(mark: str, inner: str) -> str:
    """Blanks stay outside: beside one, no mark is read as such."""
    core = inner.strip()
    lead, _, trail = inner.partition(core) if core else (inner, "", "")
    return f"{lead}{mark}{core}{mark}{trail}" if core else inner
