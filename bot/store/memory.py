"""Texts and runs kept for the life of one process: the laptop, CI and dry runs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from bot.domain.run import (
    CHECK_ENDED,
    Decision,
    Found,
    FoundStatus,
    RunRecord,
    RunStatus,
    StepEvent,
)


class TextsInMemory:
    """The port `Texts` in a dictionary."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    async def keep(self, text: str) -> str:
        """Store `text`; see the port."""
        key = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        self._kept[key] = text
        return key

    async def read(self, key: str) -> str:
        """The text of that key; see the port."""
        return self._kept[key]


class RunsInMemory:
    """The port `Runs` in a dictionary."""

    def __init__(self) -> None:
        self._kept: dict[str, RunRecord] = {}

    async def begin(self, record: RunRecord) -> None:
        """Note that a run exists; see the port."""
        self._kept.setdefault(record.id, record)

    async def running(self, run: str) -> None:
        """Note that a run has begun; see the port."""
        if run in self._kept and self._kept[run].status is RunStatus.PENDING:
            self._kept[run] = replace(self._kept[run], status=RunStatus.RUNNING)

    async def note(self, event: StepEvent) -> None:
        """Note what a step did; see the port."""
        if event.run in self._kept:
            record = self._kept[event.run]
            self._kept[event.run] = replace(record, steps=(*record.steps, event))

    async def decided(
        self, run: str, decisions: Sequence[Decision], planned_tokens: int, everyone_tokens: int
    ) -> None:
        """Note what a run has decided so far; see the port."""
        if run in self._kept:
            self._kept[run] = replace(
                self._kept[run],
                decisions=tuple(decisions),
                planned_tokens=planned_tokens,
                everyone_tokens=everyone_tokens,
            )

    async def end(self, record: RunRecord) -> None:
        """Replace a run's record; see the port."""
        before = self._kept.get(record.id)
        if before is not None:
            record = replace(
                record,
                steps=before.steps,
                decisions=record.decisions or before.decisions,
                found=before.found or record.found,
                planned_tokens=record.planned_tokens or before.planned_tokens,
                everyone_tokens=record.everyone_tokens or before.everyone_tokens,
            )
            if before.status is RunStatus.CANCELLED:
                record = replace(before, decisions=record.decisions, found=record.found)
        self._kept[record.id] = record

    async def cancel(self, run: str, why: str, at: float) -> None:
        """Mark a run cancelled unless it has ended; see the port."""
        record = self._kept.get(run)
        if record and record.status in (RunStatus.PENDING, RunStatus.RUNNING):
            ended = replace(record, status=RunStatus.CANCELLED, note=why, finished=at)
            self._kept[run] = ended

    async def status(self, run: str) -> RunStatus | None:
        """Where the run stands; see the port."""
        return self._kept[run].status if run in self._kept else None

    async def get(self, run: str) -> RunRecord | None:
        """One run with all that is known of it; see the port."""
        return self._kept.get(run)

    async def undecided(self, repo_id: int, number: int) -> tuple[Found, ...]:
        """Posted findings nobody has judged; see the port."""
        known = await self.posted(repo_id, number)
        return tuple(each for each in known if _undecided(each))

    async def posted(self, repo_id: int, number: int) -> tuple[Found, ...]:
        """Findings that got a comment; see the port."""
        mine = [each for each in self._kept.values() if _is_of(each, repo_id, number)]
        mine.sort(key=lambda each: (each.started, each.id))
        found = (each for record in mine for each in record.found)
        return tuple(each for each in found if each.status is FoundStatus.POSTED)

    async def accept(self, repo_id: int, number: int, fingerprints: Sequence[str]) -> None:
        """Note that findings were taken up; see the port."""
        self._judge(repo_id, number, fingerprints, accepted=True)

    async def turn_down(self, repo_id: int, number: int, fingerprints: Sequence[str]) -> None:
        """Note that findings were turned down; see the port."""
        self._judge(repo_id, number, fingerprints, accepted=False)

    def _judge(
        self, repo_id: int, number: int, fingerprints: Sequence[str], *, accepted: bool
    ) -> None:
        for record in [each for each in self._kept.values() if _is_of(each, repo_id, number)]:
            found = tuple(
                replace(each, accepted=accepted)
                if each.fingerprint in fingerprints and _undecided(each)
                else each
                for each in record.found
            )
            self._kept[record.id] = replace(record, found=found)

    async def of_pull(self, repo_id: int, number: int) -> tuple[RunRecord, ...]:
        """Every run of a pull request; see the port."""
        return tuple(_bare(each) for each in self._kept.values() if _is_of(each, repo_id, number))

    async def forget(self, installation_id: int, repo_ids: tuple[int, ...]) -> tuple[str, ...]:
        """Delete what an installation left behind; see the port."""
        gone = [
            each
            for each in self._kept.values()
            if each.installation_id == installation_id
            and (not repo_ids or each.repo_id in repo_ids)
        ]
        for each in gone:
            del self._kept[each.id]
        live = (RunStatus.PENDING, RunStatus.RUNNING)
        return tuple(each.id for each in gone if each.status in live)

    async def erase(self, runs: Sequence[str]) -> None:
        """Delete what came late of forgotten runs; see the port."""
        for each in runs:
            self._kept.pop(each, None)

    async def unended(self, since: float) -> tuple[RunRecord, ...]:
        """What may hang; see the port."""
        return tuple(
            _bare(each)
            for each in self._kept.values()
            if each.status in (RunStatus.PENDING, RunStatus.RUNNING)
            or (
                each.status is RunStatus.CANCELLED
                and (each.finished or 0.0) > since
                and CHECK_ENDED not in {step.step for step in each.steps}
            )
        )

    async def newest(self, limit: int) -> tuple[RunRecord, ...]:
        """The latest runs; see the port."""
        return tuple(_bare(each) for each in reversed(self._kept.values()))[:limit]


def _is_of(record: RunRecord, repo_id: int, number: int) -> bool:
    return (record.repo_id, record.number) == (repo_id, number)


def _undecided(found: Found) -> bool:
    return found.status is FoundStatus.POSTED and found.accepted is None


def _bare(record: RunRecord) -> RunRecord:
    return replace(record, steps=(), decisions=(), found=())
