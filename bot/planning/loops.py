"""Work that waits, done once for each turn of a loop."""

from __future__ import annotations

import re

from bot.domain.patch import FileDiff, Hunk, Mark

REACH = 15
"""Lines behind a loop's head that may still be its body."""

_HEAD = re.compile(
    r"\s*(?:async +)?(?:for|foreach|while|loop|until)\b|.{0,200}\.(?:forEach|map|each)\("
)
_WAITS = re.compile(
    r"\bawait\b|requests\.|urlopen|\bfetch\(|axios|http\.(?:Get|Post|get|post)|\.execute\(|\.query\("
    r"|\.objects\.|session\.(?:get|execute|query)|cursor\.|\.find_?[oO]ne\(|\.save\(|\.commit\(|\bopen\("
    r"|readFile|writeFile|\.read_text\(|subprocess|sleep\(|db\.[a-zA-Z]+\(|\.(?:Query|Exec)(?:Row|Context)?\("
)


def works_in_a_loop(file: FileDiff) -> bool:
    """Whether a changed line makes a loop wait for I/O in each turn, judged by indentation."""
    return any(_in_hunk(hunk) for hunk in file.hunks)


def _in_hunk(hunk: Hunk) -> bool:
    heads: list[tuple[int, int, bool]] = []  # where, how deep, whether this change touches it
    for at, line in enumerate(each for each in hunk.lines() if each.mark is not Mark.REMOVED):
        text = line.text[:500]
        if not text.strip():
            continue
        depth = len(text) - len(text.lstrip())
        touched = line.mark is Mark.ADDED
        heads = [head for head in heads if head[1] < depth and at - head[0] <= REACH]
        if heads and _WAITS.search(text) and (touched or any(head[2] for head in heads)):
            return True
        if _HEAD.match(text):
            heads.append((at, depth, touched))
    return False
