"""One check run a run: found by its external id before it is made, its annotations sent once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.domain.post import Annotation, CheckReport
from bot.domain.pull import PullRef
from bot.github.client import Client
from bot.github.failures import NotFound
from bot.github.gate import Gate
from bot.github.identity import Identity
from bot.github.places import repo_path, scope_of
from bot.github.replies import CheckRow, read_as

NAME = "AI Review"

BATCH = 50
"""Annotations a request. Source: GitHub REST, "Update a check run"."""

PAGES = 10
"""Of check runs named as ours on one head; GitHub keeps the newest 1,000."""


@dataclass(frozen=True, slots=True)
class Checks:
    """Writes check runs."""

    client: Client
    gate: Gate
    identity: Identity

    async def start(self, ref: PullRef, run: str, title: str) -> int:
        """The id of the run's check, made in progress unless it is there."""

        async def look_then_make() -> int:
            if (there := await self._find(ref, run)) is not None:
                return there.id
            safe = self.gate.title(title)
            output = {"title": safe, "summary": safe}
            body = {"status": "in_progress", "started_at": self._now(), "output": output}
            return (await self._make(ref, run, body)).id

        return await self.client.settled(look_then_make)

    async def conclude(
        self, ref: PullRef, run: str, report: CheckReport, check_id: int | None
    ) -> None:
        """End the check. Sent again, it goes on where it stopped."""
        try:
            await self.client.settled(lambda: self._conclude(ref, run, report, check_id))
        except NotFound:
            if check_id is None:
                raise
            await self.client.settled(lambda: self._conclude(ref, run, report, None))

    async def _conclude(
        self, ref: PullRef, run: str, report: CheckReport, check_id: int | None
    ) -> None:
        """Batches in order, the conclusion with the last.

        GitHub appends annotations, so what it has already is counted first; and a check that is
        cut off between two batches is still in progress, never done with half its list.
        """
        there = await self._there(ref, run, report, check_id)
        have = 0 if there is None else there.output.annotations_count
        batches = _batches(report.annotations[have:])
        for n, batch in enumerate(batches, start=1):
            state = self._ending(report) if n == len(batches) else {"status": "in_progress"}
            body = {**state, "output": self._output(report, batch)}
            if there is None:
                there = await self._make(ref, run, body)
                continue
            path = f"{repo_path(ref.repo)}/check-runs/{there.id}"
            await self.client.write(scope_of(ref), "PATCH", path, body, repeatable=not batch)

    async def _there(
        self, ref: PullRef, run: str, report: CheckReport, check_id: int | None
    ) -> CheckRow | None:
        if check_id is None:
            return await self._find(ref, run)
        if not report.annotations:  # nothing that could double: no need to look
            return CheckRow(id=check_id, name=NAME, head_sha=ref.head_sha)
        path = f"{repo_path(ref.repo)}/check-runs/{check_id}"
        return read_as(CheckRow, await self.client.read(scope_of(ref), path), f"GET {path}")

    async def _find(self, ref: PullRef, run: str) -> CheckRow | None:
        """The run's check. Of two (who cancels a run may not see its check yet) the open one."""
        ended: CheckRow | None = None
        path = f"{repo_path(ref.repo)}/commits/{ref.head_sha}/check-runs"
        rows = self.client.pages(
            scope_of(ref), path, PAGES, within="check_runs", check_name=NAME, filter="all"
        )
        async for row in rows:
            check = read_as(CheckRow, row, f"GET {path}")
            if (check.name, check.external_id) == (NAME, run):
                if check.status != "completed":
                    return check
                ended = ended or check
        return ended

    async def _make(self, ref: PullRef, run: str, body: dict[str, Any]) -> CheckRow:
        path = f"{repo_path(ref.repo)}/check-runs"
        named = {"name": NAME, "head_sha": ref.head_sha, "external_id": run}
        body = {**named, "started_at": self._now(), **body}
        made = await self.client.write(scope_of(ref), "POST", path, body)
        check = read_as(CheckRow, made, f"POST {path}")
        self.identity.learn(check.app.slug if check.app else "")
        return check

    def _ending(self, report: CheckReport) -> dict[str, str]:
        conclusion = report.conclusion.value
        return {"status": "completed", "conclusion": conclusion, "completed_at": self._now()}

    def _output(self, report: CheckReport, batch: tuple[Annotation, ...]) -> dict[str, Any]:
        output: dict[str, Any] = {
            "title": self.gate.title(report.title),
            "summary": self.gate.body(report.summary),
        }
        if report.text:
            output["text"] = self.gate.body(report.text)
        if batch:
            output["annotations"] = [self._annotation(each) for each in batch]
        return output

    def _annotation(self, annotation: Annotation) -> dict[str, Any]:
        return {
            "path": annotation.path,
            "start_line": annotation.start_line,
            "end_line": annotation.end_line,
            "annotation_level": annotation.level.value,
            "title": self.gate.title(annotation.title),
            "message": self.gate.message(annotation.message),
        }

    def _now(self) -> str:
        moment = datetime.fromtimestamp(self.client.waits.clock(), UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _batches(annotations: tuple[Annotation, ...]) -> list[tuple[Annotation, ...]]:
    """At least one, so that the conclusion is sent also when there is nothing to list."""
    starts = range(0, max(len(annotations), 1), BATCH)
    return [annotations[start : start + BATCH] for start in starts]
