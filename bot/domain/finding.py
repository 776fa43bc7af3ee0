"""A claim about a line of the change, and how bad it is."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from bot.domain.patch import Anchor, Side


class Severity(StrEnum):
    """How bad. Compare with `at_least`; the values are what people write in the policy file."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low up to 3 for critical."""
        return tuple(Severity).index(self)

    def at_least(self, other: Severity) -> bool:
        """Whether this is as bad as `other`, or worse."""
        return self.rank >= other.rank


class Category(StrEnum):
    """What a finding is about. One reviewer each, by default."""

    SECURITY = "security"
    PERFORMANCE = "performance"
    QUALITY = "quality"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Lines that replace exactly the anchored lines. `text` may span lines; no final line feed."""

    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a static analyser says of one line of the head version. Unverified.

    `tool` and `rule` name the source ("ruff", "S608"). `line` and `end_line` are 1-based, new side.
    `title` is one short clause; `message` the explanation. `suggestion` only where the fix is exact
    and replaces line..end_line whole.
    """

    tool: str
    rule: str
    path: str
    line: int
    end_line: int
    severity: Severity
    category: Category
    title: str
    message: str
    suggestion: Suggestion | None = None


class Stance(StrEnum):
    """What an independent reader says of a claim."""

    CONFIRM = "confirm"
    REFUTE = "refute"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Vote:
    """One independent opinion on a claim, with its reason. `voter` is the brief it was given."""

    voter: str
    stance: Stance
    reason: str


class Trial(StrEnum):
    """What became of the attempt to prove a finding wrong."""

    NOT_NEEDED = "not needed"  # low, or by an analyser: nobody tried
    STOOD = "stood"  # a refuter tried and could not
    UNCHECKED = "unchecked"  # a refuter should have tried and could not be had


UNANSWERED = "not looked at again since its code or its reviewer changed"
"""The doubt of a finding of an earlier head of which nobody knows whether it still holds."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim, by one or more sources.

    `sources` are reviewer names, or "tool:rule" for a static analyser. `line`..`end_line` are
    1-based on `side`; `quote` is the text of `line` as the source saw it ("" when not quoted).
    `confidence` is 0 to 1, None when the source gives none. `votes` are the opinions asked for
    because the finding would fail the check. `doubt` is a clause that says why it does not fail
    the check although its severity would ("reviewers disagree, 1 of 3 confirms"), "" where
    nothing holds it back. `since` is the commit it was first found at when its code was not read
    again in this run, "" when it was. `within` is the fingerprint of the finding it was told in as
    one of several places, "" where it was told by itself.
    """

    path: str
    line: int
    end_line: int
    severity: Severity
    category: Category
    title: str
    body: str
    quote: str
    sources: tuple[str, ...]
    side: Side = Side.RIGHT
    suggestion: Suggestion | None = None
    confidence: float | None = None
    trial: Trial = Trial.NOT_NEEDED
    votes: tuple[Vote, ...] = ()
    doubt: str = ""
    since: str = ""
    within: str = ""

    @property
    def open(self) -> bool:
        """Whether nobody knows if it still holds: it may be mended or not."""
        return self.doubt == UNANSWERED

    def fails(self, fail_at: Severity | None) -> bool:
        """Whether it fails a check that fails at `fail_at` (None: never)."""
        return fail_at is not None and self.severity.at_least(fail_at) and not self.doubt

    @property
    def fingerprint(self) -> str:
        """16 hex digits that stay the same when the code merely moves.

        Made of path, category, the code without its blanks, and the claim's words; no line number.
        """
        code = re.sub(r"\s+", "", self.quote)
        claim = " ".join(sorted(set(re.findall(r"[a-z0-9_]+", self.title.lower()))))
        text = "\0".join((self.path, self.category.value, code, claim))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Landed:
    """Where a finding goes.

    `anchor` None: it goes to the summary's list. `note` says so when the comment does not sit on
    the finding's own line ("refers to line 12"), "" otherwise. `listed`: the policy wants it in the
    check's list only, though a comment could be placed.
    """

    finding: Finding
    anchor: Anchor | None
    note: str = ""
    listed: bool = False


REFUTED = "refuted: "
"""How the reason of a claim begins that was proved wrong; the proof follows."""

OVER_LIMIT = "over the limit"
"""How the reason begins why a claim is set aside that nobody has judged."""


IGNORED = "ignored by "
"""How the reason begins why a finding is set aside that people want to hear no more of."""
MUTED = "muted here: "
"""How the reason begins why a finding is set aside that the repository does not want to hear of."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A finding that is not posted, and why."""

    finding: Finding
    why: str
    kind: Literal["set_aside"] = "set_aside"

    @property
    def unjudged(self) -> bool:
        """Whether nobody has said that it is wrong: there were too many."""
        return self.why.startswith(OVER_LIMIT)

    @property
    def ignored(self) -> bool:
        """Whether a person has said that nobody wants to hear of it."""
        return self.why.startswith(IGNORED)

    @property
    def muted(self) -> bool:
        """Whether it stands, and the repository does not want to hear of its category."""
        return self.why.startswith(MUTED)
