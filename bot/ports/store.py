"""What we keep: large texts by their hash, and the record of every run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.domain.run import Decision, Found, RunRecord, RunStatus, StepEvent


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

    async def decided(
        self, run: str, decisions: Sequence[Decision], planned_tokens: int, everyone_tokens: int
    ) -> None:
        """Note what a run has decided so far, in the place of what was noted before.

        The tokens are those of RunRecord. Nothing is noted of a run that is unknown.
        """
        ...

    async def end(self, record: RunRecord) -> None:
        """Replace the run's record by its final form; a cancelled run stays cancelled.

        Decisions and tokens the record does not have stay as they were decided. Findings are
        kept, of a cancelled run too, for what was posted was posted; those that are there stay.
        """
        ...

    async def status(self, run: str) -> RunStatus | None:
        """Where the run stands; None when it is unknown."""
        ...

    async def cancel(self, run: str, why: str, at: float) -> None:
        """Mark a pending or running run cancelled; one that has ended stays as it is."""
        ...

    async def get(self, run: str) -> RunRecord | None:
        """One run with all that is known of it. Only here steps, decisions and findings are read.

        Calls and cost are what the ledger knows at this moment, where one is kept with the runs.
        """
        ...

    async def undecided(self, repo_id: int, number: int) -> tuple[Found, ...]:
        """Posted findings of a pull request of which nobody knows whether they were accepted.

        Oldest run first.
        """
        ...

    async def accept(self, repo_id: int, number: int, fingerprints: Sequence[str]) -> None:
        """Note that these posted findings of a pull request were taken up.

        Those of which it is known already, and those that are unknown, stay as they are.
        """
        ...

    async def turn_down(self, repo_id: int, number: int, fingerprints: Sequence[str]) -> None:
        """Note that people turned these posted findings of a pull request down.

        Those of which it is known already, and those that are unknown, stay as they are.
        """
        ...

    async def posted(self, repo_id: int, number: int) -> tuple[Found, ...]:
        """Findings that got a comment on their line, whatever came of them. Oldest run first."""
        ...

    async def of_pull(self, repo_id: int, number: int) -> tuple[RunRecord, ...]:
        """Every run of a pull request, oldest first, as `newest` has them."""
        ...

    async def forget(self, installation_id: int, repo_ids: tuple[int, ...]) -> tuple[str, ...]:
        """Delete the records of an installation, or of these repositories of it.

        Returns the ids of the runs that were still open.
        """
        ...

    async def erase(self, runs: Sequence[str]) -> None:
        """Delete what is left of these runs: a step that was under way may have written late."""
        ...

    async def unended(self, since: float) -> tuple[RunRecord, ...]:
        """Every open run, and those cancelled after `since` whose check nobody has seen ended.

        Seen is what has the step `CHECK_ENDED`. Oldest first, as `newest` has them.
        """
        ...

    async def newest(self, limit: int) -> tuple[RunRecord, ...]:
        """The latest runs, newest first, without steps, decisions and findings."""
        ...
