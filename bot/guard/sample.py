"""Made-up secrets for the patterns' own examples, so that none stands in the source."""

from __future__ import annotations

import hashlib
import string

ALNUM = string.ascii_letters + string.digits
UPPER = string.ascii_uppercase + string.digits
LOWER = string.ascii_lowercase + string.digits
BASE64 = ALNUM + "+/"
BASE32 = string.ascii_uppercase + "234567"


def made_up(length: int, alphabet: str = ALNUM) -> str:
    """`length` characters of `alphabet` that look random and are always the same."""
    picked: list[str] = []
    block = b""
    while len(picked) < length:
        block = hashlib.sha256(block + alphabet.encode()).digest()
        picked += [alphabet[byte % len(alphabet)] for byte in block]
    return "".join(picked[:length])


def hexadecimal(length: int) -> str:
    """`length` lower-case hexadecimal digits."""
    return made_up(length, "0123456789abcdef")


def uuid() -> str:
    """The shape of a UUID."""
    digits = hexadecimal(32)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
