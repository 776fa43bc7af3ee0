"""What was read before, so that nobody reads it again."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.finding import Finding


@dataclass(frozen=True, slots=True)
class Seen:
    """One block of a change that one reviewer has read to the end, and what it found there.

    `key` names path, content of the block and the reviewer as it was (see bot/reviewing/keys.py);
    no line number and no commit is part of it. `head_sha` is the commit at which it was read.
    `findings` are those that stood, each with its trial and votes; none means it found none. Their
    lines count in the file as it was then, when the block began at `line` (0: not known), so that
    they are found again where the block has moved to. One without a reviewer is no block but what
    stood at the last head (see bot/service/remembering.py).
    """

    key: str
    reviewer: str
    head_sha: str
    findings: tuple[Finding, ...] = ()
    line: int = 0
