"""Categories a repository has turned down so often that it need not hear of them. Pure.

What would fail the check is never muted, whatever people think of the category: a wrong alarm
costs a look, a muted true one costs the harm it names. Security is never muted at all: those who
turn its findings down are often those whose code it is about, eight thumbs of one person must not
blind a repository to the next leak, and its small findings are the first steps of large ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from bot.domain.finding import MUTED, Category, Finding, SetAside, Severity
from bot.domain.opinions import Mute, MuteRules, Opinion

NEVER = frozenset({Category.SECURITY})
"""Categories that stay audible."""


def mutes(opinions: Sequence[Opinion], rules: MuteRules) -> tuple[Mute, ...]:
    """The categories that are muted, in their order; `opinions` are those that count."""
    by_category: defaultdict[Category, list[bool]] = defaultdict(list)
    for each in opinions:
        by_category[each.category].append(each.accepted)
    found = (
        Mute(category, said.count(False), len(said))
        for category in Category
        if category not in NEVER and (said := by_category[category])
    )
    return tuple(
        each
        for each in found
        if each.of >= rules.after and each.turned_down >= rules.share * each.of
    )


def apart(
    findings: Sequence[Finding], muted: Sequence[Mute], fail_at: Severity | None
) -> tuple[tuple[Finding, ...], tuple[SetAside, ...]]:
    """The findings that are heard, and those that are set aside because they are muted here.

    `fail_at` None: no finding fails the check, so what is high or worse is heard.
    """
    loud = fail_at or Severity.HIGH
    why = {each.category: _why(each) for each in muted}
    quiet = [each for each in findings if each.category in why and not each.severity.at_least(loud)]
    heard = tuple(each for each in findings if each not in quiet)
    return heard, tuple(SetAside(each, why[each.category]) for each in quiet)


def _why(mute: Mute) -> str:
    return (
        f"{MUTED}{mute.turned_down} of {mute.of} such findings were turned down; "
        f"`/ai-review unignore {mute.category.value}` lifts it"
    )
