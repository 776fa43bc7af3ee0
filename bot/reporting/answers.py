"""What we answer to commands, as Markdown of a few lines. Words of others are made harmless."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.domain.command import Command, Unclear
from bot.domain.money import Usd
from bot.domain.run import RunRecord, RunStatus
from bot.domain.told import Told
from bot.domain.wishes import Dismissal, Pause
from bot.reporting.untrusted import cell, code
from bot.reporting.words import dollars, joined, plural

HELP = "`/ai-review help` lists the commands."
FINGERPRINT = 8
"""Digits of a fingerprint that people are shown; six are enough."""
STATES = {
    RunStatus.PENDING: "waits for its turn",
    RunStatus.RUNNING: "is under way",
    RunStatus.COMPLETED: "is done",
    RunStatus.FAILED: "failed",
    RunStatus.SKIPPED: "was skipped",
    RunStatus.BLOCKED: "could not be finished",
    RunStatus.CANCELLED: "was cancelled",
}


def denied(sure: bool) -> str:
    """To somebody who may not command; `sure` False: GitHub could not be asked."""
    if sure:
        return "Only people who may write to this repository can ask for that."
    return (
        "GitHub could not be asked whether you may write to this repository, so nothing was done. "
        "Please ask again in a few minutes."
    )


def unclear(said: Sequence[Unclear]) -> str:
    """What is wrong with each, the nearest word, and where help is."""
    lines = []
    for each in said:
        written = each.said.lower().split(None, 1)[:1] == [each.nearest]  # meant, and wrongly used
        hint = f" Did you mean {code(each.nearest)}?" if each.nearest and not written else ""
        what = f"{code(each.said, 80)}: " if each.said else ""
        lines.append(f"{what}{cell(each.why)}{hint}")
    rows = lines if len(lines) == 1 else [f"- {line}" for line in lines]
    return "\n".join([*rows, "", HELP])


def failed(command: Command, why: str) -> str:
    """A command that could not be done, and what stood in the way."""
    return f"`{command.verb.value}` could not be done. {cell(why)}"


def not_yet(command: Command) -> str:
    """A command this version does not do."""
    return f"`{command.verb.value}`: this version of AI Review does not write code yet."


def reviewed_already(record: RunRecord, url: str) -> str:
    """A head that has its review; asked for again it costs nothing."""
    said = f"{code(record.head_sha[:7])} has its review: [{cell(record.note)}]({url})."
    return f"{said} `/ai-review full` reads everything again."


def too_new(head_sha: str) -> str:
    """A stranger's head that nobody who could approve it can have seen yet."""
    return (
        f"{code(head_sha[:7])} came while you asked, so it is not reviewed on your word: this is a "
        "fork by somebody without write access. Look at it, and ask again."
    )


def under_way(record: RunRecord, url: str) -> str:
    """A head whose review has begun."""
    return f"A review of {code(record.head_sha[:7])} is [under way]({url})."


def ignored(told: Sequence[Told], url: str) -> str:
    """What is ignored from now on, and how that is undone."""
    names = " ".join(each.found.fingerprint[:FINGERPRINT] for each in told)
    what = "this is" if len(told) == 1 else f"these {len(told)} are"
    lines = [
        f"From the next review on {what} set aside, in every pull request of this repository:",
        "",
        *(f"- {_finding(each)}" for each in told),
        "",
        f"[The check]({url}) goes on counting what is ignored; `/ai-review` brings it up to date. "
        f"`/ai-review unignore {names}` takes this back.",
    ]
    return "\n".join(lines)


def unignored(dismissals: Sequence[Dismissal], lifted: Sequence[str]) -> str:
    """What is told again: findings, and categories that were muted."""
    rows = [
        f"- {code(each.path)} {cell(each.title, 200)} ({code(each.fingerprint[:FINGERPRINT])})"
        for each in dismissals
    ]
    rows += [f"- everything about {cell(each)}" for each in lifted]
    return "\n".join(["From the next review on this is told again:", "", *rows])


def not_kept(what: str) -> str:
    """Something that cannot be remembered here."""
    return f"{what} could not be kept: this repository has no review on record yet."


def paused(kept: bool) -> str:
    """Pushes wait."""
    if not kept:
        return not_kept("The pause")
    return (
        "Paused: pushes to this pull request are not reviewed. `/ai-review resume` ends that; "
        "`/ai-review` reviews once in spite of it."
    )


def resumed(was: Pause | None) -> str:
    """Pushes are reviewed again."""
    if was is None:
        return "This pull request was not paused. Pushes are reviewed as ever."
    return (
        "Pushes to this pull request are reviewed again, from the next one on. `/ai-review` "
        "reviews what is there now."
    )


def stopped(any_run: bool) -> str:
    """What runs, runs no more."""
    if any_run:
        return "Cancelled: the check says by whom. `/ai-review` starts a new review."
    return "No review of this pull request is under way, so there is nothing to cancel."


def status(
    head_sha: str,
    record: RunRecord | None,
    url: str,
    pause: Pause | None,
    ignored_: tuple[int, int],
) -> str:
    """Where the newest head stands. `ignored_`: findings ignored here, and in the repository."""
    if record is None:
        said = f"{code(head_sha[:7])} has no review yet."
    else:
        end = f": [{cell(record.note)}]({url})" if record.note else f": [the check]({url})"
        said = f"The review of {code(head_sha[:7])} {STATES[record.status]}{end}."
    lines = [said]
    if pause is not None:
        lines.append(f"Paused by {cell(pause.by.login)}: pushes are not reviewed.")
    here, everywhere = ignored_
    if everywhere:
        which = f", {here:,} of them from this pull request" if here else ""
        lines.append(f"{plural(everywhere, 'finding')} ignored in this repository{which}.")
    return "\n".join(lines)


def spent(records: Sequence[RunRecord]) -> str:
    """What the reviews of a pull request have cost."""
    costs = [each.cost_usd for each in records if each.calls or each.cost_usd]
    if any(each is None for each in costs):
        amount = "a sum that is not known, for a price is missing"
    else:
        amount = dollars(Usd(sum((Decimal(each) for each in costs if each), Decimal(0))))
    return f"{plural(len(records), 'review')} of this pull request cost {amount} so far."


def unknown_reviewers(names: Sequence[str], known: Sequence[str]) -> str:
    """Why names of reviewers cannot be used."""
    what = "There is no reviewer" if len(names) == 1 else "There are no reviewers"
    return f"{what} {joined(list(names))}; there is {joined(sorted(known))}."


def _finding(told: Told) -> str:
    found = told.found
    place = code(f"{found.path}:{found.line}")
    return f"{place} {cell(found.title, 200)} ({code(found.fingerprint[:FINGERPRINT])})"
