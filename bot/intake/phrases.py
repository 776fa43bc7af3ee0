"""What somebody means who answers in a thread of ours: a small table of phrases, no model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

OURS = "ai-review"
"""Our name where it is not known."""
SHORT = 200
"""Characters of a reply within which a phrase at its beginning is what it means. Longer ones tell
something, and are left alone unless they ask. Ours."""


@dataclass(frozen=True, slots=True)
class Asks:
    """The person wants to know something."""

    question: str
    kind: Literal["asks"] = "asks"


@dataclass(frozen=True, slots=True)
class Dismisses:
    """The person wants to hear no more of it; `reason` is the whole reply."""

    reason: str
    kind: Literal["dismisses"] = "dismisses"


@dataclass(frozen=True, slots=True)
class Reports:
    """The person says it is done. The next push tells whether it is."""

    kind: Literal["reports"] = "reports"


Meaning = Asks | Dismisses | Reports | None
"""None: it is not for us."""

_WHY = re.compile(r"(?:but )?(?:why|how so|how come|explain|what do you mean)\b", re.IGNORECASE)
_NO = re.compile(
    r"(?:(?:this|that|it)(?: is|'s|’s) |it's )?(?:a )?"
    r"(?:false[ -]positive|not (?:an? )?(?:issue|problem|bug)|no issue|won['’]?t ?fix|ignore\b"
    r"(?: (?:this|that|it))?)",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"(?:(?:this|that|it)(?: is|'s|’s) |now )?(?:fixed|done|resolved|addressed)\b", re.IGNORECASE
)


def meaning(reply: str, slug: str = "") -> Meaning:
    """What a reply in one of our threads asks of us. `slug` is our name in mentions.

    A phrase counts at its beginning. What mentions us, or ends with a question mark, asks.
    """
    text = " ".join(reply.split())
    to_us = re.compile(rf"(?<![\w/@-])@{re.escape(slug or OURS)}(?![\w-])", re.IGNORECASE)
    bare = to_us.sub("", text).strip(" ,:")
    begins = bare if len(bare) <= SHORT else ""
    if _NO.match(begins) and not bare.endswith("?"):
        return Dismisses(text)
    if _DONE.match(begins) and not bare.endswith("?"):
        return Reports()
    if _WHY.match(begins) or to_us.search(text) or text.endswith("?"):
        return Asks(bare)
    return None
