"""What people want to hear no more of. It is told in the check, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain.finding import IGNORED, Finding, SetAside
from bot.domain.wishes import Dismissal


def silence(
    findings: Sequence[Finding], ignored: Mapping[str, Dismissal]
) -> tuple[tuple[Finding, ...], tuple[SetAside, ...]]:
    """The findings that are told, and those somebody has dismissed, with who and why.

    `ignored` are the dismissals by fingerprint.
    """
    told = tuple(each for each in findings if each.fingerprint not in ignored)
    rest = (each for each in findings if each.fingerprint in ignored)
    return told, tuple(SetAside(each, _why(ignored[each.fingerprint])) for each in rest)


def _why(dismissal: Dismissal) -> str:
    reason = f": {dismissal.reason}" if dismissal.reason else ""
    return f"{IGNORED}{dismissal.by.login}{reason}"
