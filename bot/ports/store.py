"""What we keep: large texts by their hash, and the record of every run."""

from __future__ import annotations

from typing import Protocol

from bot.domain.run import RunRecord, RunStatus, StepEvent


class Texts(Protocol):
    """Texts by content. Nothing that is kept holds an unredacted secret."""

    async def keep(self, text: str) -> str:
        """Store `text`; its key is the SHA-256 of its UTF-8 form, in hexadecimal."""
        ...

    async def read(self, key: str) -> str:
        """The text of that key; KeyError when it is not there."""
        ...


class Runs(Protocol):
    """The readable record. Writing the same thing twice changes nothing."""

    async def begin(self, record: RunRecord) -> None:
        """Note that a run exists; keeps what is there already."""
        ...

    async def running(self, run: str) -> None:
        """Note that a pending run has begun."""
        ...

    async def note(self, event: StepEvent) -> None:
        """Note what a step did."""
        ...

    async def end(self, record: RunRecord) -> None:
        """Replace the run's record by its final form; a cancelled run stays cancelled."""
        ...

    async def status(self, run: str) -> RunStatus | None:
        """Where the run stands; None when it is unknown."""
        ...

    async def cancel(self, run: str, why: str, at: float) -> None:
        """Mark a pending or running run cancelled; one that has ended stays as it is."""
        ...

    async def get(self, run: str) -> RunRecord | None:
        """One run with its steps."""
        ...

    async def of_pull(self, repo_id: int, number: int) -> tuple[RunRecord, ...]:
        """Every run of a pull request, oldest first, without their steps."""
        ...

    async def forget(self, installation_id: int, repo_ids: tuple[int, ...]) -> tuple[str, ...]:
        """Delete the records of an installation, or of these repositories of it.

        Returns the ids of the runs that were still open.
        """
        ...

    async def unended(self, since: float) -> tuple[RunRecord, ...]:
        """Every open run, and those cancelled after `since` whose check nobody has seen ended.

        Seen is what has the step `CHECK_ENDED`. Oldest first, without their steps.
        """
        ...

    async def newest(self, limit: int) -> tuple[RunRecord, ...]:
        """The latest runs, newest first, without their steps."""
        ...
