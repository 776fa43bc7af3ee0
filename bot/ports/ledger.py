"""What a review asks of the ledger: no call without room for its worst case, no bill forgotten."""

from __future__ import annotations

from typing import Protocol

from bot.domain.ledger import Budget, Entry, Room, Scope


class Ledger(Protocol):
    """Every model call, durable before it is made. Safe among many workers on one database."""

    async def reserve(self, entry: Entry, budget: Budget) -> Scope | None:
        """Note a call that is about to be made, if its worst case fits every limit of `budget`.

        None: it is noted and may be made. A scope: it does not fit that limit, and nothing is
        noted. What counts is `Entry.counts` of every other entry in the scope: those of the same
        run, of the same UTC day or month, of the same installation in that day or month. One
        decision at a time, whatever the number of workers.

        An entry of the same run and call that is still reserved belongs to a worker that died in
        the call: it becomes LOST first. `entry.attempt` is ignored; the next free number is used.
        A worst case finer than the ledger keeps (1e-12 dollars) is rounded up.
        """
        ...

    async def settle(self, entry: Entry) -> None:
        """Replace the newest entry of the same run and call by its final form.

        The attempt's number and the reservation (its amount, its time, its installation) stay as
        they were noted. Of several the one noted at `entry.at` is meant: a worker that was taken
        for dead may come back. A LOST entry gets its bill, but no answer.

        Raises KeyError where nothing was reserved, ValueError for a cost finer than 1e-12 dollars.
        """
        ...

    async def lose(self, run: str) -> int:
        """Every entry of the run that is still reserved becomes LOST; returns how many.

        For a run that has ended, however: nobody will settle them. What counts stays the same. A
        call that comes back after all is settled as ever.
        """
        ...

    async def forget(self, installation_id: int, repo_ids: tuple[int, ...]) -> None:
        """Delete the answers of an installation, or of these repositories of it.

        The entries and their amounts stay, so that the limits hold; what is still reserved becomes
        LOST.
        """
        ...

    async def paid(self, run: str, call: str, digest: str) -> Entry | None:
        """The settled entry of that run, call and digest that holds an answer, or None."""
        ...

    async def of_run(self, run: str) -> tuple[Entry, ...]:
        """Every entry of a run, in the order of their time, then name, then attempt."""
        ...

    async def room(self, run: str, installation_id: int | None, at: float, budget: Budget) -> Room:
        """What a run may still spend at that time: the least its limits leave, never < 0."""
        ...

    async def bias(self, model: str) -> float:
        """The largest `usage.sent / estimated` among the model's last 200 settled calls.

        1.0 where there is none, and never less: an estimate is raised by what is seen, not lowered.
        """
        ...
