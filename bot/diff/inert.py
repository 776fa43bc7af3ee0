"""Whether a change leaves the code as it was: nothing but comments, or nothing but blanks.

Who is in doubt says code. Both versions are parsed and their trees compared, so a string that
looks like a comment is none; a comment that a tool obeys, or that hides a character, is code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ast_grep_py import SgNode, SgRoot

from bot.diff.grammars import language_of
from bot.diff.rows import visible
from bot.diff.trees import MAX_BYTES, MAX_BYTES_OF, MAX_COLUMNS
from bot.domain.patch import FileDiff, Mark


class Touched(StrEnum):
    """What of a file a change touches."""

    CODE = "code"
    COMMENTS = "comments"
    BLANKS = "blanks"


_COMMENTS = frozenset({"comment", "line_comment", "block_comment", "multiline_comment"})

_SLASHED = (
    "javascript", "typescript", "tsx", "go", "java", "rust", "c", "cpp", "csharp", "kotlin",
)  # fmt: skip
_OPENERS = {
    "python": ("#",),
    "ruby": ("#", "=begin"),
    **dict.fromkeys(_SLASHED, ("//", "/*", "*")),
}
"""How comments begin, or go on. PHP is not here, whose frameworks take orders from comments; nor
are the shell and Swift, where a blank more or less can be another command."""

_TEXTUAL = re.compile(
    r"string|heredoc|regex|char_|character|_text|template_literal|jsx_element|jsx_fragment"
)
"""Nodes that are compared as they stand: every blank in them may count."""

_OBEYED = re.compile(
    r"#!|/\*[!+]|//[<+]|// ?\+build|///\s*<|//export\b|#(?:cgo|include)\b|__\w+__|\bclang-"
    r"|\b(?:no(?:qa|sec|sonar|lint|semgrep|inspection|verify)|pragma|eslint|tslint|jshint|jslint"
    r"|oxlint|biome|prettier|istanbul|webpack|vite|rollup|parcel|turbopack|rubocop|\w*coding"
    r"|frozen_string_literal|shellcheck|mypy|pyright|pylint|flake8|isort|ruff|yapf|checkstyle"
    r"|sourcemappingurl|suppress\w*|codeql|lgtm|gitleaks|semgrep|swift-tools-version)\b"
    r"|@(?:ts|jsx|flow|vite|jest)|-environment\b|expect-error|\btype:|\bfmt:|\blanguage="
    r"|\b[a-z]+:\w|[:-](?:disable|enable|ignore|off|on)\b",
    re.IGNORECASE,
)
"""Words in comments that compilers, linters and bundlers act upon. Rather too many than too few:
one that is here by mistake costs a reading."""

_BEFORE_THE_PARSER = {"java": ("\\u",), "c": ("??/",), "cpp": ("??/",)}
"""What can end a comment, or carry it on, before anybody looks for comments."""

_READ_FROM_COMMENTS = {
    "go": re.compile(r'^[ \t]*(?:import[ \t]+)?"C"', re.M),  # the comment above it is C
    "python": re.compile(r"\A(?:.*\n)?.*coding[:=][ \t]*(?!utf-?8\b)|\\\n", re.I),
}
"""Files in which comments are more than comments: C for Go; for Python a text in another encoding,
in which one may hold a line feed, and rows that go on, behind which one is an error.
"""


def touched(file: FileDiff, head: str | None) -> Touched:
    """What of `file` the change touches. `head` is its whole new text, None when unknown.

    Code, where it cannot be told: an unknown language, a text too long to be parsed or with
    errors in it, a head that does not fit the hunks, unseen characters.
    """
    language = language_of(file.path)
    if head is None or language not in _OPENERS or not _may_be_inert(file, language):
        return Touched.CODE
    read = _READ_FROM_COMMENTS.get(language)
    base = _base(file, head.split("\n"))
    if base is None or (read is not None and (read.search(head) or read.search(base))):
        return Touched.CODE
    old, new = _parsed(base, language), _parsed(head, language)
    if old is None or new is None or old.code != new.code:
        return Touched.CODE
    if old.nodes == new.nodes:
        return Touched.BLANKS
    differing = old.comments ^ new.comments
    return Touched.CODE if any(map(_OBEYED.search, differing)) else Touched.COMMENTS


def _may_be_inert(file: FileDiff, language: str) -> bool:
    """A look at the changed lines that spares most changes the parser."""
    lines = [line for line in file.lines() if line.mark is not Mark.CONTEXT]
    barred = _BEFORE_THE_PARSER.get(language, ())
    if any(visible(each.text) != each.text for each in lines):
        return False
    if any(sign in each.text for sign in barred for each in lines):
        return False
    comments = [said for each in lines if (said := _comment(each.text, language))]
    if comments:
        return not any(map(_OBEYED.search, comments))
    gone = "".join(each.text for each in lines if each.mark is Mark.REMOVED)
    come = "".join(each.text for each in lines if each.mark is Mark.ADDED)
    return "".join(gone.split()) == "".join(come.split())


def _comment(text: str, language: str) -> str:
    """The line from where a comment may begin, "" when it holds none."""
    starts = [at for opener in _OPENERS[language] if (at := text.find(opener)) >= 0]
    return text[min(starts) :] if starts else ""


def _base(file: FileDiff, head: Sequence[str]) -> str | None:
    """The old text: the new one with the hunks taken back. None where they do not fit."""
    rows: list[str] = []
    at = 0  # so many rows of `head` are done
    for hunk in file.hunks:
        start = hunk.new_start - 1 if hunk.new_count else hunk.new_start
        if not at <= start <= len(head):
            return None
        rows += head[at:start]
        shown = [line for line in hunk.lines() if line.mark is not Mark.REMOVED]
        at = start + len(shown)
        if list(head[start:at]) != [line.text for line in shown]:
            return None
        rows += [line.text for line in hunk.lines() if line.mark is not Mark.ADDED]
    return "\n".join([*rows, *head[at:]])


Node = tuple[int, str, str]
"""Depth in the tree, kind, and what stands in it besides its children."""


@dataclass(frozen=True, slots=True)
class _Tree:
    """A syntax tree in one row, parents first: with its comments, and without them."""

    nodes: tuple[Node, ...]
    code: tuple[Node, ...]

    @property
    def comments(self) -> frozenset[str]:
        return frozenset(text for _, kind, text in self.nodes if kind in _COMMENTS)


def _parsed(text: str, language: str) -> _Tree | None:
    """The tree of `text`; None when it is too long to be parsed, or has errors."""
    if len(text) > MAX_BYTES_OF.get(language, MAX_BYTES):
        return None
    if any(len(row) > MAX_COLUMNS for row in text.split("\n")):
        return None
    try:
        text = text.encode("utf-8", "replace").decode("utf-8")
        nodes = tuple(_walk(SgRoot(text, language).root(), text))
    except RuntimeError:
        return None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # see bot/diff/enclosing.py
            raise
        return None
    if any(kind == "ERROR" for _, kind, _ in nodes) or _has_gaps(nodes):
        return None
    return _Tree(nodes, tuple(each for each in nodes if each[1] not in _COMMENTS))


def _has_gaps(nodes: Sequence[Node]) -> bool:
    """Whether the parser had to invent a token: a leaf without any text, the root apart."""
    depths = [depth for depth, _, _ in nodes[1:]] + [0]
    rows = zip(nodes[1:], depths[1:], strict=True)
    return any(not text and following <= depth for (depth, _, text), following in rows)


def _walk(root: SgNode, text: str) -> Iterator[Node]:
    """Every node. Depths in this order tell the whole shape: code that its indentation moves into
    another block is another tree.
    """
    waiting = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        kind, children = node.kind(), node.children()
        if kind in _COMMENTS:
            yield depth, "amid code" if _amid_code(node, text) else kind, node.text()
        elif not children or _TEXTUAL.search(kind):
            yield depth, kind, node.text()
        else:
            yield depth, kind, _between(node, children, text)
            waiting += [(child, depth + 1) for child in reversed(children)]


def _amid_code(comment: SgNode, text: str) -> bool:
    """Whether code follows on the comment's last row.

    Such a comment counts as code: a line feed in it can end the statement it stands in.
    """
    start = comment.range().end.index
    end = text.find("\n", start)
    rest = text[start : end if end >= 0 else None]
    return not comment.text().endswith("\n") and bool(rest.strip())


def _between(node: SgNode, children: Sequence[SgNode], text: str) -> str:
    """What of `node` is in none of its children, without blanks. `text` is the whole one: that of
    the root begins at its first node.
    """
    whole = node.range()
    at, gaps = whole.start.index, []
    for child in children:
        place = child.range()
        gaps.append(text[at : place.start.index])
        at = place.end.index
    return "".join("".join([*gaps, text[at : whole.end.index]]).split())
