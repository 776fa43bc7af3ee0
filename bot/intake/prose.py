"""The lines a person wrote in their own words: no code, quote, HTML, table, heading or link."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

PARSER = (
    MarkdownIt("commonmark", {"html": True})
    .enable(["table", "strikethrough"])
    .disable(["text_join"])  # so that an escaped character can be told from a plain one
)
NOT_THEIRS = ("blockquote", "table", "heading")
"""Blocks whose text is not a person's own prose, with all that stands in them."""
LINKS = ("link_open", "link_close")
BREAKS = ("softbreak", "hardbreak")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of prose, nearly as it was typed.

    `head` is how it begins, as far as it is plain text: "" where it begins with code, a link, an
    escaped character or anything else that is more than text. `text` is all of it: emphasis keeps
    its marks (a path may hold them), inline code loses its backticks, HTML and images are gone.
    """

    head: str
    text: str


def lines(markdown: str) -> Iterator[Line]:
    """The lines of every paragraph, those in lists too, that belong to no quote."""
    skipped = 0
    for token in PARSER.parse(markdown):
        if token.type.startswith(NOT_THEIRS):
            skipped += token.nesting
        elif token.type == "inline" and not skipped:
            yield from _lines(token.children or [])


def _lines(tokens: Iterable[Token]) -> Iterator[Line]:
    """A paragraph's lines. A break inside a link's words begins no line of prose."""
    line: list[Token] = []
    in_links = 0
    for token in tokens:
        if token.type in LINKS:
            in_links += token.nesting
        if token.type in BREAKS and not in_links:
            yield _line(line)
            line = []
        else:
            line.append(token)
    yield _line(line)


def _line(tokens: list[Token]) -> Line:
    plain = bool(tokens) and tokens[0].type == "text"
    return Line(tokens[0].content if plain else "", "".join(map(_written, tokens)))


def _written(token: Token) -> str:
    match token.type:
        case "text" | "text_special" | "code_inline":
            return token.content
        case "strong_open" | "strong_close" | "em_open" | "em_close" | "s_open" | "s_close":
            return token.markup
        case "softbreak" | "hardbreak":
            return " "
        case _:
            return ""
