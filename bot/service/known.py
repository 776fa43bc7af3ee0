"""What was found in a pull request so far, from the record and the memory."""

from __future__ import annotations

from bot.domain.pull import PullRef
from bot.domain.run import RunRecord, RunStatus
from bot.domain.told import Told
from bot.ports.memory import Memory
from bot.ports.store import Runs

MOST_RUNS = 10
"""Of a pull request's runs, the newest are looked at for its findings."""


async def known(runs: Runs, memory: Memory, pull: PullRef) -> tuple[Told, ...]:
    """Every finding once, as the newest run that had it left it; newest run first."""
    whole = {
        each.fingerprint: each
        for each in reversed(await memory.findings(pull.repo_id, pull.number))
    }
    told: dict[str, Told] = {}
    records = await runs.of_pull(pull.repo_id, pull.number)
    for each in sorted(records, key=lambda each: (each.started, each.id))[-MOST_RUNS:][::-1]:
        record = await runs.get(each.id)
        for found in record.found if record else ():
            name = found.fingerprint
            told.setdefault(name, Told(found, each.head_sha, whole.get(name)))
    return tuple(told.values())


async def newest_of_head(runs: Runs, pull: PullRef) -> RunRecord | None:
    """The newest run of this head, whole; of those that were not stopped before any other."""
    records = await runs.of_pull(pull.repo_id, pull.number)
    mine = [each for each in records if each.head_sha == pull.head_sha]
    if not mine:
        return None
    stood = [each for each in mine if each.status is not RunStatus.CANCELLED] or mine
    newest = max(stood, key=lambda each: (each.started, each.id))
    return await runs.get(newest.id)
