"""The last gate: what leaves for GitHub holds no secret of ours, and nothing shaped like one."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from urllib.parse import quote, quote_plus

from bot.guard.redact import redact

OURS = "«withheld: a credential of this App»"
SHORTEST = 6
"""Characters of the shortest secret looked for; anything shorter stands in ordinary words."""
SHORTEST_CODED = 10
"""Characters of the shortest encoded form looked for, for the same reason."""

ENTITIES = {"&": "amp|#38", "<": "lt|#60", ">": "gt|#62", "`": "#96", "|": "#124"}


def withhold(text: str, own_secrets: Sequence[str]) -> str:
    """`text` without our secrets, plain, escaped for Markdown, URL, hexadecimal or base64 coded.

    Each line of a secret of several lines counts by itself. Token shapes go as well. Never raises.
    """
    for secret in sorted(own_secrets, key=len, reverse=True):  # one may be a part of another
        ours = _forms(secret)
        if ours is not None:
            text = ours.sub(OURS, text)
    return redact(text).text


@lru_cache(maxsize=64)
def _forms(secret: str) -> re.Pattern[str] | None:
    """One pattern for every form of a secret, the longest first; None where it is too short.

    Kept apart for each: a private key's takes 0.1 s to make, and tokens come and go.
    """
    lines = {
        line.strip()
        for line in (secret, *secret.replace("\\n", "\n").split("\n"))
        if len(line.strip()) >= SHORTEST and not line.startswith("-----")
    }
    forms = {form for line in lines for form in _written(line)}
    ordered = sorted(forms, key=lambda form: (-len(form), form))
    return re.compile("|".join(ordered)) if ordered else None


def _written(secret: str) -> Iterator[str]:
    """Regexes for the ways `secret` may be written."""
    yield r"\\?".join(map(_character, secret))
    raw = secret.encode("utf-8", "surrogatepass")
    yield f"(?i:{raw.hex()})"
    for coded in (quote(raw, safe=""), quote(raw, safe="/"), quote_plus(raw)):
        yield f"(?i:{re.escape(coded)})"
    for form in (base64.b64encode, base64.urlsafe_b64encode):
        for shift in range(3):
            whole = form(bytes(shift) + raw).decode()
            # The characters at both ends also depend on what stands before and behind.
            sure = whole[-(-shift * 8 // 6) : (shift + len(raw)) * 8 // 6]
            if len(sure) >= SHORTEST_CODED:
                yield re.escape(sure)


def _character(character: str) -> str:
    plain = re.escape(character)
    entity = ENTITIES.get(character)
    return f"(?:{plain}|&(?:{entity});)" if entity else plain
