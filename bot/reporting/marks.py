"""What our comments say once something has become of their finding. Text in, text out.

A comment keeps its words and its marker whatever is written above them: what is over is folded
under one line, and unfolded when it comes back. Its state stands in a marker of its own, so that
nothing is decided by reading the prose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.fate import Fate, Mark
from bot.reporting.untrusted import cell

MOST = 65_535
"""Characters of a comment. Source: GitHub REST, pull request review comments."""

SHORT = 7
"""Digits of a commit's id that people read."""

BACK = "back"
"""The state of a comment whose finding was over and stands again."""

_FOLD = "<details><summary>What was found</summary>\n\n"
_UNFOLD = "\n\n</details>"
_LINES = {
    Fate.FIXED: "Fixed in `{sha}`.",
    Fate.ANSWERED: "No longer found at `{sha}`, where its file was read again.",
    Fate.AWAY: "No longer part of this change at `{sha}`.",
    Fate.IGNORED: "Ignored by {by}.",
}
_ENDS = re.compile(
    r"\n*(?P<marker><!-- ai-review:finding=\w+ -->)\s*"
    r"(?:<!-- ai-review:state=(?P<state>\w+) -->\s*)?\Z"
)
_FIRST_LINE = re.compile(r"\A\*\*[^\n]+\*\*\n\n")


@dataclass(frozen=True, slots=True)
class _Comment:
    """A comment taken apart: its own words, its marker, and the state it was left in."""

    words: str
    marker: str
    state: str


def remarked(body: str, mark: Mark) -> str:
    """The body of a comment of ours once it is told its finding's fate; `body` where that is known.

    The first mark stays as long as nothing else becomes of the finding: marking twice changes
    nothing. A body that is not as we left it, or that would grow past what GitHub takes, stays.
    """
    comment = _parted(body)
    if comment is None:
        return body
    new = _marked(comment, mark)
    return new if new is not None and len(new) <= MOST else body


def is_over(body: str) -> bool:
    """Whether the comment says that its finding is over."""
    comment = _parted(body)
    return comment is not None and comment.state in (*Fate,) and Fate(comment.state).over


def _parted(body: str) -> _Comment | None:
    body = body.replace("\r\n", "\n")  # as browsers send it
    end = _ENDS.search(body)
    if end is None:
        return None
    words, state = body[: end.start()], end["state"] or ""
    if state:
        line = _FIRST_LINE.match(words)
        if line is None:
            return None
        words = words[line.end() :]
    if state not in ("", BACK):
        if not (words.startswith(_FOLD) and words.endswith(_UNFOLD)):
            return None
        words = words[len(_FOLD) : -len(_UNFOLD)]
    return _Comment(words, end["marker"], state)


def _marked(comment: _Comment, mark: Mark) -> str | None:
    """None where nothing is to be said."""
    was_over = comment.state not in ("", BACK)
    if mark.fate is Fate.STANDS:
        if comment.state == Fate.IGNORED:  # it was always there, and is listened to again
            return _joined(comment.words, comment.marker, "")
        back = f"**Back in `{mark.head_sha[:SHORT]}`.**\n\n{comment.words}"
        return _joined(back, comment.marker, BACK) if was_over else None
    if not mark.fate.over or comment.state == mark.fate:
        return None
    if was_over and Fate.IGNORED not in (mark.fate, comment.state):
        return None  # it is over already, and since when is said
    said = _LINES[mark.fate].format(sha=mark.head_sha[:SHORT], by=cell(mark.by, 60))
    folded = f"**{said}**\n\n{_FOLD}{comment.words}{_UNFOLD}"
    return _joined(folded, comment.marker, mark.fate)


def _joined(words: str, marker: str, state: str) -> str:
    told = f"\n<!-- ai-review:state={state} -->" if state else ""
    return f"{words}\n\n{marker}{told}"
