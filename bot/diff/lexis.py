"""What tokens look like, language by language, as far as blanks between them mean nothing.

A language that is not here is compared row by row: YAML, Haml, Makefile, shell, SQL, Ruby, Vue,
Kotlin, Swift and whatever else lets blanks or line ends decide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from identify.identify import tags_from_filename


class Ends(StrEnum):
    """What the end of a row means."""

    ALWAYS = "always"  # a row is a row, and its indentation counts
    SCRIPT = "script"  # it may end a statement (JavaScript)
    GO = "go"  # it is a semicolon behind an operand
    BLANK = "blank"  # it is a blank, and a blank may count (CSS)
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Span:
    """A token that may go on over rows: where it opens, what it holds, and how it closes.

    A `body` that stops before the row's end at something else than `close` is one we cannot follow.
    """

    opens: str
    body: re.Pattern[str]
    close: str
    comment: bool = False


@dataclass(frozen=True, slots=True)
class Language:
    """One language's tokens.

    `token` matches one at a time and names its group: "blank", "lost" (what we do not follow, to
    the end of the text), "remark" (a comment to the end of its row), the name of a span, "slash"
    (a regular expression may begin), "string" or "plain". Nothing matches: the row is in doubt.
    """

    ends: Ends
    token: re.Pattern[str]
    spans: Mapping[str, Span]
    directives: bool = False
    starts: re.Pattern[str] | None = None


_NUMBER = r"\.?\d(?:'?[\w.]|(?<=[eE])[+-](?=\d))*"
_WORD = r"[\w$]+"
_MARKS = (
    r">>>=|\.\.\.|\.\.=|===|!==|<!--|-->|\*\*=|//=|<<=|>>=|>>>|&&=|\|\|=|\?\?=|<=>"
    r"|==|!=|<=|>=|&&|\|\||\?\?|\+\+|--|\+=|-=|\*=|/=|%=|&=|\|=|\^=|=>|->|::|:=|<-|<<|>>|\.\."
    r"|\?->|\*\*|\?\.(?!\d)|//|##|&\^"
)
"""Marks that mean something else when a blank parts them."""
_OTHER = r"[^\s\"'`]"
"""Any other mark. Odd blanks are none, and a quote that opens no string puts its row in doubt."""
# Groups that give nothing back end in `|(?!)`: before Python 3.11.5 a last round that failed half
# way left the reader where it had got to (CPython issue 106052), and this puts it back.
_DOUBLE = r'"(?:\\.|[^"\\]|(?!))*+"'
_SINGLE = r"'(?:\\.|[^'\\]|(?!))*+'"
_STRINGS = rf"{_DOUBLE}|{_SINGLE}"
_SLASHES = r"//.*"
_HASH = r"\#.*"

_COMMENT = Span(r"/\*", re.compile(r"(?:[^*]|\*(?!/)|(?!))*+"), "*/", comment=True)
_NESTED = Span(r"/\*", re.compile(r"(?:[^*/]|\*(?!/)|/(?!\*)|(?!))*+"), "*/", comment=True)
_TEMPLATE = Span("`", re.compile(r"(?:\\.|\\$|\$\{[^`{}]*\}|[^`\\$]|\$(?!\{)|(?!))*+"), "`")
_GO_RAW = Span("`", re.compile(r"[^`]*+"), "`")
_TRIPLE_DOUBLE = Span('"""', re.compile(r'(?:\\.|\\$|[^"\\]|"(?!"")|(?!))*+'), '"""')
_TRIPLE_SINGLE = Span("'''", re.compile(r"(?:\\.|\\$|[^'\\]|'(?!'')|(?!))*+"), "'''")
_CSHARP_RAW = Span('"""', re.compile(r'(?:[^"]|"(?!"")|(?!))*+'), '"""')
_VERBATIM = Span('@"', re.compile(r'(?:""|[^"]|(?!))*+'), '"')
_RUST_RAW = Span('(?:b|c)?r"', re.compile(r'[^"]*+'), '"')
_RUST_RAW_1 = Span('(?:b|c)?r\\#"', re.compile(r'(?:[^"]|"(?!\#)|(?!))*+'), '"#')
_RUST_STRING = Span('"', re.compile(r'(?:\\.|\\$|[^"\\]|(?!))*+'), '"')
# Of `"{$a["x"]}"` we do not know where it ends.
_PHP_DOUBLE = Span('"', re.compile(r'(?:\\.|\\$|[^"\\{]|\{(?!\$)|\{\$[^"{}]*\}|(?!))*+'), '"')
_PHP_SINGLE = Span("'", re.compile(r"(?:\\.|\\$|[^'\\]|(?!))*+"), "'")


_COMMENTED = {"comment": _COMMENT}


def _language(ends: Ends, spans: Mapping[str, Span], **own: str) -> Language:
    """`own` patterns by group; "more" are plain tokens besides those of all languages."""
    more = (own["more"],) if "more" in own else ()
    groups = (
        ("blank", r"[ \t]+"),
        ("lost", own.get("lost", "")),
        ("remark", own.get("remark", "")),
        *((name, span.opens) for name, span in spans.items()),
        ("slash", own.get("slash", "")),
        ("string", own.get("string", "")),
        ("plain", "|".join((*more, _NUMBER, _WORD, _MARKS, _OTHER))),
    )
    token = "|".join(f"(?P<{name}>{pattern})" for name, pattern in groups if pattern)
    return Language(ends, re.compile(token), spans)


_C = replace(
    _language(Ends.NEVER, _COMMENTED, remark=_SLASHES, string=_STRINGS, lost=r'(?:u8|[uUL])?R"'),
    directives=True,
)
_CSHARP = replace(
    _language(
        Ends.NEVER,
        {**_COMMENTED, "verbatim": _VERBATIM, "text": _CSHARP_RAW},
        remark=_SLASHES,
        string=_STRINGS,
        lost=r'"{4}|\$+"""|\$+@"|@\$+"|\$"(?!(?:\\.|[^"\\{]|\{\{|\{[^"{}]*\}|(?!))*+")',
    ),
    directives=True,
)
_GO = _language(Ends.GO, {**_COMMENTED, "raw": _GO_RAW}, remark=_SLASHES, string=_STRINGS)
_JAVA = _language(
    Ends.NEVER, {**_COMMENTED, "text": _TRIPLE_DOUBLE}, remark=_SLASHES, string=_STRINGS
)
_JSON = _language(Ends.NEVER, {}, string=_DOUBLE)
_PHP = replace(
    _language(
        Ends.NEVER,
        {**_COMMENTED, "double": _PHP_DOUBLE, "single": _PHP_SINGLE},
        remark=rf"{_SLASHES}|\#(?!\[).*",
        lost=r"<<<|\?>",
    ),
    starts=re.compile(r"<\?php\b"),
)
_PYTHON = _language(
    Ends.ALWAYS,
    {"double": _TRIPLE_DOUBLE, "single": _TRIPLE_SINGLE},
    remark=_HASH,
    string=_STRINGS,
)
_RUST = _language(
    Ends.NEVER,
    {"comment": _NESTED, "raw": _RUST_RAW, "raw1": _RUST_RAW_1, "text": _RUST_STRING},
    remark=_SLASHES,
    string=r"'(?:\\.[^']*+|[^'\\])'",
    lost=r'(?:b|c)?r\#\#+"',
    more=r"'\w+",  # a lifetime
)
_SCRIPT = _language(
    Ends.SCRIPT, {**_COMMENTED, "template": _TEMPLATE}, remark=_SLASHES, string=_STRINGS, slash="/"
)
_SHEET = _language(Ends.BLANK, _COMMENTED, string=_STRINGS, more=r"[\w-]+")
_NEWER_SHEET = _language(Ends.BLANK, _COMMENTED, remark=_SLASHES, string=_STRINGS, more=r"[\w-]+")
_BY_TAG = {
    "python": _PYTHON,
    "pyi": _PYTHON,
    "javascript": _SCRIPT,
    "jsx": _SCRIPT,
    "ts": _SCRIPT,
    "tsx": _SCRIPT,
    "go": _GO,
    "java": _JAVA,
    "c": _C,
    "c++": _C,
    "c#": _CSHARP,
    "rust": _RUST,
    "php": _PHP,
    "css": _SHEET,
    "scss": _NEWER_SHEET,
    "less": _NEWER_SHEET,
    "json": _JSON,
}


def lexis_of(path: str) -> Language | None:
    """The tokens of the file's language; None where it is compared row by row."""
    tags = tags_from_filename(path)
    return next((language for tag, language in _BY_TAG.items() if tag in tags), None)
