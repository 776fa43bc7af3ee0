"""What check runs say, in the words of the pages."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.sandbox.state import CheckRun, Pull

_TONES = {
    "success": "good",
    "neutral": "calm",
    "skipped": "calm",
    "cancelled": "calm",
    "failure": "bad",
    "timed_out": "bad",
    "action_required": "bad",
}


@dataclass(frozen=True)
class Summary:
    """One sentence on all checks; `tone` is good, bad, calm or waiting."""

    tone: str
    words: str
    counts: str


def tone(check: CheckRun) -> str:
    """How a check is coloured. One that has not ended is never good."""
    return _TONES.get(check.conclusion or "", "waiting")


def outcome(check: CheckRun) -> str:
    """How a check ended, or how far it is."""
    return (check.conclusion or check.status).replace("_", " ")


def took_s(check: CheckRun) -> float:
    """Seconds from its start to its end, 0 while it has not ended; an App may give odd times."""
    ended = check.completed_at or check.started_at
    return (_in_utc(ended) - _in_utc(check.started_at)).total_seconds()


def _in_utc(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def newest_checks(pull: Pull) -> tuple[CheckRun, ...]:
    """The last check run of each name and App on the newest head."""
    last = {(c.app_id, c.name): c for c in pull.checks if c.head_sha == pull.head_sha}
    return tuple(last.values())


def summary(checks: tuple[CheckRun, ...]) -> Summary:
    """What the merge box says of `checks`. Neutral is not called passed."""
    tones, ends = Counter(map(tone, checks)), Counter(map(outcome, checks))
    counts = ", ".join(f"{number} {end}" for end, number in ends.items())
    if not checks:
        return Summary("waiting", "No check has reported on the newest commit", "")
    if tones["bad"]:
        return Summary("bad", "Some checks were not successful", counts)
    if tones["waiting"]:
        return Summary("waiting", "Some checks have not finished yet", counts)
    if tones["calm"]:
        return Summary("calm", "All checks have finished, none has failed", counts)
    return Summary("good", "All checks have passed", counts)
