"""git's C-style quoting of unusual file names."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\([0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13}


def unquote(name: str) -> str:
    r"""Decode `"a/\303\251"` to `a/é`; a name without quotes is returned as it is.

    Bytes that are not UTF-8 become lone surrogates, as Python's own file functions make them.
    """
    if len(name) < 2 or not (name[0] == name[-1] == '"'):
        return name
    raw = bytearray()
    at, inner = 0, name[1:-1]
    for match in _ESCAPE.finditer(inner):
        raw += inner[at : match.start()].encode("utf-8", "surrogateescape")
        raw += _byte(match[1])
        at = match.end()
    raw += inner[at:].encode("utf-8", "surrogateescape")
    return raw.decode("utf-8", "surrogateescape")


def _byte(escaped: str) -> bytes:
    if escaped[0] in "01234567":
        return bytes([int(escaped, 8) & 0xFF])
    if escaped in _LETTERS:
        return bytes([_LETTERS[escaped]])
    return escaped.encode("utf-8", "surrogateescape")
