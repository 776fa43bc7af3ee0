"""Markdown as people wrote it, to HTML that is safe to show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from html import escape, unescape
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

# All HTML a body may hold: without attributes, but for an open <details>.
_PIECE = re.compile(
    r"<!--.*?(?:-->|\Z)|<(/?)(details|summary|sub|sup|br|code)(?=[\s/>])([^<>]*)>",
    re.DOTALL | re.IGNORECASE,
)
_OPEN = re.compile(r"\sopen(?:[\s=/]|$)", re.IGNORECASE)
_SCHEMES = ("", "http", "https", "mailto")


def markdown(text: str | None, replaces: Sequence[str] | None = None) -> Markup:
    """`text` as HTML; no tag, attribute or address in it is the writer's own choice.

    `replaces`: the lines a suggestion block in it would replace. None: a comment that can suggest
    nothing, whose suggestion blocks are shown as code.
    """
    reader, env = _reader(), {"replaces": replaces}
    tokens = _tidied(reader.parse(text or "", env))
    html = reader.renderer.render(tokens, reader.options, env)
    return Markup(html)  # noqa: S704  _tidied and the rules below are what makes it safe


def safe_address(address: str | None) -> str | None:
    """`address` if a link may lead there, None if it may not."""
    if not address:
        return None
    try:
        return address if urlsplit(address.strip()).scheme.lower() in _SCHEMES else None
    except ValueError:
        return None


class _Reader(MarkdownIt):
    """Makes a link only of an address it may lead to."""

    def validateLink(self, url: str) -> bool:
        return safe_address(url) is not None


@cache
def _reader() -> MarkdownIt:
    reader = _Reader("commonmark", {"html": True, "breaks": True, "xhtmlOut": False})
    reader.enable(["table", "strikethrough"])
    for name, rule in _RULES.items():
        reader.add_render_rule(name, rule)
    return reader


def _tidied(tokens: list[Token]) -> list[Token]:
    """Reduce HTML to what is allowed, each tag closed within the block that opened it."""
    tidied: list[Token] = []
    opened: list[list[str]] = [[]]
    for token in tokens:
        if token.nesting == -1:
            tidied.append(_closing(opened.pop()))
        if token.type in ("html_block", "html_inline"):
            token.content = _allowed(token.content, opened[-1])
        elif token.children:
            token.children = _tidied(token.children)
        if "style" in token.attrs:  # an aligned cell; inline styles are refused by the pages
            token.attrs = {"class": str(token.attrs["style"]).replace("text-align:", "to-")}
        tidied.append(token)
        if token.nesting == 1:
            opened.append([])
    return [*tidied, _closing(opened[-1])]


def _closing(names: list[str]) -> Token:
    return Token("html_inline", "", 0, content="".join(f"</{name}>" for name in reversed(names)))


def _allowed(html: str, opened: list[str]) -> str:
    """The allowed tags of `html`, all else as text; `opened` follows what is open."""
    parts, at = [], 0
    for piece in _PIECE.finditer(html):
        parts.append(_as_text(html[at : piece.start()]))
        parts.append(_tag(piece, opened))
        at = piece.end()
    return "".join((*parts, _as_text(html[at:])))


def _as_text(html: str) -> str:
    return escape(unescape(html))


def _tag(piece: re.Match[str], opened: list[str]) -> str:
    closes, name = piece[1], (piece[2] or "").lower()
    if not name:
        return ""
    if name == "br":
        return "<br>"
    if not closes:
        opened.append(name)
        shown = " open" if name == "details" and _OPEN.search(piece[3]) else ""
        return f"<{name}{shown}>"
    if name not in opened:
        return ""
    closed: list[str] = []
    while not closed or closed[-1] != name:
        closed.append(opened.pop())
    return "".join(f"</{each}>" for each in closed)


def _fence(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    token, replaces = tokens[index], env["replaces"]
    if replaces is None or token.info.split()[:1] != ["suggestion"]:
        return RendererHTML.fence(self, tokens, index, options, env)
    new = token.content.removesuffix("\n").split("\n") if token.content else []
    lines = [f"<del>{escape(line)}</del>" for line in replaces]
    lines += [f"<ins>{escape(line)}</ins>" for line in new]
    caption = "<figcaption>Suggested change</figcaption>"
    return f'<figure class="suggestion">{caption}<pre>{"".join(lines)}</pre></figure>\n'


def _link(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    tokens[index].attrSet("rel", "nofollow noopener noreferrer")
    return self.renderToken(tokens, index, options, env)


def _image(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """An image is named, never loaded: its address would learn who reads the page."""
    words = tokens[index].content or str(tokens[index].attrs.get("src", ""))
    return f'<span class="image">[image: {escape(words)}]</span>'


def _table_open(*_: Any) -> str:
    return '<div class="wide" role="region" aria-label="Table" tabindex="0"><table>\n'


def _table_close(*_: Any) -> str:
    return "</table></div>\n"


_RULES = {
    "fence": _fence,
    "link_open": _link,
    "image": _image,
    "table_open": _table_open,
    "table_close": _table_close,
}
