"""Rows of code as tokens: rows with the same tokens differ in their formatting alone.

Nothing is parsed. Where it is not sure what a row is made of, the row is one token as it stands,
its trailing blanks apart, so that whatever changes in it counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.diff.lexis import Ends, Language

Row = tuple[str, ...]
"""A row's tokens; () when it is blank. One that is no plain token begins with one of the next
three, which no plain token does unless it is nothing else."""
IN_DOUBT, GOES_ON, REMARK = "\0", "\n", "\x01"

LOST, DIRECTIVE = "lost", "directive"
"""What a row may begin in besides a span: text we do not follow, a line of the preprocessor."""

BLANKS = " \t"
MOST = 1_000_000
"""Characters of a file that are told apart; the rest of a longer one is in doubt."""


@dataclass(frozen=True, slots=True)
class Lexed:
    """Rows as tokens. `inside` says what each begins in: "" for code, else a span's name."""

    rows: tuple[Row, ...]
    inside: tuple[str, ...]


def lex_file(rows: Sequence[str], language: Language | None) -> Lexed:
    """The rows of a whole file, without their line ends."""
    begins = language.starts if language else None
    lost = begins is not None and not begins.match(rows[0] if rows else "")
    return lex(rows, language, LOST if lost else "")


def lex(rows: Sequence[str], language: Language | None, inside: str = "") -> Lexed:
    """Rows of which the first begins in `inside`. `language` None: each is one token."""
    found: list[Row] = []
    begun: list[str] = []
    room = MOST
    above = ""
    for text in rows:
        room -= len(text)
        inside = LOST if room < 0 and language else inside
        begun.append(inside)
        tokens, inside = _Scan(text, language).tokens(inside) if language else (_plain(text), "")
        if language is None or language.ends is Ends.ALWAYS:
            tokens = _by_row(text, tokens, above, indented=language is not None)
        found.append(tuple(tokens))
        above = text
    return Lexed(tuple(found), tuple(begun))


def _by_row(text: str, tokens: list[str], above: str, *, indented: bool) -> list[str]:
    """The tokens of a row whose indentation and end count."""
    if not tokens:  # a blank row counts where it ends what the row above would go on with
        return [""] if above.endswith("\\") else []
    if not indented or tokens[0][:1] in (IN_DOUBT, GOES_ON):
        return tokens
    parted = text.endswith(tuple(BLANKS)) and text.rstrip(BLANKS).endswith("\\")
    indent = text[: len(text) - len(text.lstrip(BLANKS))]
    return [indent, *tokens, " "] if parted else [indent, *tokens]


def _plain(text: str) -> list[str]:
    """One token. A blank behind a final backslash counts: it keeps rows apart."""
    stripped = text.rstrip(BLANKS)
    return [text if stripped.endswith("\\") else stripped] if stripped else []


OPERAND_ENDS = frozenset("_$)]}\"'`")
"""Last characters of what can be divided, besides letters and digits."""
_FORMATTED = re.compile(r"[rR]?[fFtT][rR]?")
_ORDER = re.compile(r"(?://|#)[\w#+@!]")


@dataclass(slots=True)
class _Scan:
    """One row being read from left to right. `ahead` is what the next one begins in."""

    text: str
    language: Language
    at: int = 0
    ahead: str = ""
    found: list[str] = field(default_factory=list)

    def tokens(self, inside: str) -> tuple[list[str], str]:
        """The row's tokens, and what the next one begins in."""
        if inside == LOST:
            self._doubt(LOST)
        elif inside == DIRECTIVE or (not inside and self._is_directive()):
            self._directive()
        elif not inside or self._span(inside, 0):
            while self.at < len(self.text) and self._next():
                pass
        return self.found, self.ahead

    def _doubt(self, ahead: str = "") -> bool:
        """Take the row as it stands; False, for it is done."""
        opens = (re.search(span.opens, self.text) for span in self.language.spans.values())
        self.ahead = ahead or (LOST if any(opens) else "")
        self.found = [IN_DOUBT + each for each in _plain(self.text)]
        return False

    def _next(self) -> bool:
        """Read one token; False when the row is done."""
        match = self.language.token.match(self.text, self.at)
        if match is None:
            return self._doubt()
        start, group = self.at, match.lastgroup or ""
        self.at = match.end()
        if group in self.language.spans:
            return self._span(group, start)
        if group == "lost":
            return self._doubt(LOST)
        if group == "remark":
            return self._remark(start)
        return group == "blank" or self._token(group, start)

    def _token(self, group: str, start: int) -> bool:
        if group == "slash":
            self._slash()
        token = self.text[start : self.at]
        if group == "string" and self._is_torn(token, start):
            return self._doubt()
        self.found.append(self._glue(start) + token)
        return True

    def _span(self, name: str, start: int) -> bool:
        """Go to the end of a span, or of the row; whether there is more on the row."""
        span = self.language.spans[name]
        goes_on = GOES_ON if self.at == start else ""
        match = span.body.match(self.text, self.at)
        self.at = match.end() if match else self.at
        if self.at == len(self.text):
            self.ahead = name
        elif self.text.startswith(span.close, self.at):
            self.at += len(span.close)
        else:
            return self._doubt(LOST)
        piece = self.text[start : self.at]
        if not span.comment:
            self.found.append(self._glue(start) + goes_on + piece)
        elif piece.strip(BLANKS):
            self.found.append(self._glue(start) + REMARK + piece.strip(BLANKS))
        return not self.ahead

    def _remark(self, start: int) -> bool:
        said = self.text[start:].rstrip(BLANKS)
        if self.language.directives and said.endswith("\\"):
            return self._doubt(LOST)  # the next row belongs to the comment
        before = self.text[:start]
        lead = "" if before.strip(BLANKS) else "\n"
        # A comment has its row to itself or not; of an order to some tool, its column counts too.
        column = before if lead and _ORDER.match(said) else ""
        self.found.append(self._glue(start) + REMARK + lead + column + said)
        return True

    def _is_directive(self) -> bool:
        return self.language.directives and self.text.lstrip(BLANKS).startswith("#")

    def _directive(self) -> None:
        """A line of the preprocessor as it stands: in it, blanks and row ends count."""
        self.text = self.text.lstrip(BLANKS)
        cut = "/*" in self.text.rpartition("*/")[2]  # a comment that ends on another row
        self._doubt(LOST if cut else DIRECTIVE)
        if not cut and not self.text.endswith("\\"):
            self.ahead = ""

    def _slash(self) -> None:
        """Go to the end of a regular expression, if one can stand here: quotes open nothing."""
        last = next((each for each in reversed(self.found) if each[:1] != REMARK), "")
        if last[-1:] in OPERAND_ENDS or (last[-1:].isalnum() and last not in _BEFORE_REGEX):
            self.at += self.text.startswith("=", self.at)
            return
        match = _REGEX.match(self.text, self.at - 1)
        self.at = match.end() if match else self.at

    def _is_torn(self, token: str, start: int) -> bool:
        """Whether a formatted string ends within braces: a quote in them is no end."""
        prefix = self.found[-1] if self.found else ""
        formatted = _FORMATTED.fullmatch(prefix) and self.text.endswith(prefix, 0, start)
        return bool(formatted) and token.count("{") != token.count("}")

    def _glue(self, start: int) -> str:
        """In style sheets, a blank in front of a token where it may count."""
        if self.language.ends is not Ends.BLANK or not self.found:
            return ""
        blank = self.text[start - 1] in BLANKS
        return " " if blank and _parted(self.found[-1], self.text[start]) else ""


_REGEX = re.compile(r"/(?![*/])(?:\\.|\[(?:\\.|[^\]\\]|(?!))*+\]|[^/\\\[]|(?!))++/\w*")
_BEFORE_REGEX = frozenset(
    {"return", "typeof", "case", "in", "of", "delete", "void", "throw", "new"}
)
_RESTRICTED = frozenset({"return", "break", "continue", "throw", "yield", "async"})
_STEPS = ("++", "--")


def flatten(rows: Iterable[Row], ends: Ends) -> list[str]:
    """The tokens of all rows, with a token where the end of a row counts."""
    found: list[str] = []
    for row in rows:
        if not row:
            continue
        if found:
            found += between(found[-1], row[0], ends)
        found += row
    return found


def between(last: str, following: str, ends: Ends) -> list[str]:
    """What the end of a row between two tokens amounts to."""
    if ends is Ends.ALWAYS:
        return ["\n"]
    if ends is Ends.NEVER:
        return []
    if ends is Ends.BLANK:
        return [" "] if _parted(last, following) else []
    if REMARK in (last[:1], following[:1]):
        return ["\n"]
    if ends is Ends.GO:
        semicolon = _is_operand(last) or last in (")", "]", "}", *_STEPS)
        return [";"] if semicolon and following not in (")", "}") else []
    restricted = last in _RESTRICTED or last in _STEPS or following in _STEPS
    may_begin = _is_operand(following) or following[0] in "([!~@#"
    return ["\n"] if restricted or (_is_operand(last) and may_begin) else []


def _is_operand(token: str) -> bool:
    """A word, number or string, or a row in doubt."""
    return token[0].isalnum() or token[0] in f"_$\"'`{IN_DOUBT}{GOES_ON}"


def _parted(last: str, following: str) -> bool:
    """Whether a blank between two tokens of a style sheet may count."""
    return last != ":" and last[-1:] not in "{};,(" and following[:1] not in "{};,)"
