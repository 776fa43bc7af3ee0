"""What is known of one finding, for who asks about it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.finding import REFUTED, Trial
from bot.domain.run import FoundStatus
from bot.domain.told import Told
from bot.domain.wishes import Dismissal
from bot.guard.sanitise import fenced, prose
from bot.reporting.answers import FINGERPRINT
from bot.reporting.found import STANCES
from bot.reporting.untrusted import cell, code

MOST_REASON = 450
MOST_BODY = 1_500
MOST_ANSWER = 1_500
TRIALS = {
    Trial.STOOD: "A second reader tried to prove it wrong and could not.",
    Trial.UNCHECKED: "A second reader should have tried to prove it wrong and could not be had.",
    Trial.NOT_NEEDED: "Nobody tried to prove it wrong: it is low, or a tool's.",
}
STATUSES = {
    FoundStatus.POSTED: "It was commented on its line",
    FoundStatus.LISTED: "It stands in the check's list",
    FoundStatus.SET_ASIDE: "It was set aside",
    FoundStatus.CARRIED: "It still stands from an earlier head",
    FoundStatus.GONE: "Its code is not found any more",
}


def explanation(
    told: Told,
    dismissal: Dismissal | None,
    answer: str = "",
    why_no_answer: str = "",
    link: str = "",
) -> str:
    """The evidence for a finding, after the `answer` of a model where there is one.

    `why_no_answer` says in a sentence why there is none. `link` leads to the check; "": the answer
    stands in the finding's own thread, where what it says is not said again.
    """
    found = told.found
    place = code(f"{found.path}:{found.line}")
    head = f"**{found.severity.value.capitalize()}** {place} {cell(found.title, 200)}"
    parts = [f"{head} ([check]({link}))"] if link else []
    if answer:
        parts.append(prose(answer, MOST_ANSWER))
    elif told.whole is not None and link:
        parts.append(prose(told.whole.body, MOST_BODY))
    if found.quote.strip():
        parts.append(fenced(found.quote))
    parts.append("\n".join(f"- {each}" for each in _evidence(told, dismissal)))
    small = ["An answer of a model, which may be wrong."] if answer else []
    small += [cell(why_no_answer)] if why_no_answer else []
    small.append(f"Finding {code(found.fingerprint[:FINGERPRINT])}, {found.category.value}.")
    parts.append(f"<sub>{' '.join(small)}</sub>")
    return "\n\n".join(part for part in parts if part)


def _evidence(told: Told, dismissal: Dismissal | None) -> Iterator[str]:
    found, whole = told.found, told.whole
    by = ", ".join(cell(each, 80) for each in found.sources[:5])
    since = whole.since if whole else ""
    first = f", first at {code(since)}" if since else ""
    yield f"Found by {by} at {code(told.head_sha[:7])}{first}."
    if found.refuted or found.why.startswith(REFUTED):
        proof = found.why.removeprefix(REFUTED)
        yield f"A second reader proved it wrong: {cell(proof, MOST_REASON)}"
    elif whole is not None:
        yield TRIALS[whole.trial]
    elif found.refuted is False:
        yield TRIALS[Trial.STOOD]
    for each in whole.votes if whole else ():
        reason = cell(each.reason, MOST_REASON)
        yield f"A vote, seen as {cell(each.voter, 80)}, {STANCES[each.stance]}: {reason}"
    if whole is not None and whole.doubt:
        yield f"It does not fail the check: {cell(whole.doubt, MOST_REASON)}."
    note = f" ({cell(found.why, 200)})" if found.why and not found.refuted else ""
    yield f"{STATUSES[found.status]}{note}."
    if dismissal is not None:
        reason = f": {cell(dismissal.reason)}" if dismissal.reason else ""
        yield f"Ignored by {cell(dismissal.by.login)}{reason}"
