"""Putting work on the durable queues, from any process. Runs nothing itself."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from bot.domain.asked import Asked, Delivery, ReviewRequest
from bot.engine.archive import Archive
from bot.errors import UpstreamError

if TYPE_CHECKING:
    from dbos import DBOSClient

APPLICATION = "ai-review"
INTAKE, SETTLE, REVIEWS = "intake", "settle", "reviews"
ASKED: TypeAdapter[Asked] = TypeAdapter(Asked)


def client_for(url: str) -> DBOSClient:
    """A client of the engine's tables at `url`; connects when first used, never migrates."""
    from dbos import DBOSClient, DBOSPortableJSONSerializer

    from bot.engine.sqlite import eager

    return DBOSClient(
        system_database_url=url,
        # A delivery must not wait while the worker writes the steps of many reviews.
        system_database_engine=eager(url) if url.startswith("sqlite") else None,
        application_name=APPLICATION,
        lazy=True,
        serializer=DBOSPortableJSONSerializer(),
        retry_connection_errors=False,
        system_database_pool_size=5,
    )


class Queues:
    """The port `Dispatch`, and the receiver's way to queue a delivery."""

    def __init__(self, url: str) -> None:
        self._client = client_for(url)
        self._archive = Archive(url)

    def deliver(self, delivery: Delivery, asked: Asked) -> None:
        """Queue what a delivery asks; durable when this returns, and once per delivery id.

        Raises UpstreamError when it cannot be stored.
        """
        from sqlalchemy.exc import SQLAlchemyError

        try:
            self._put(INTAKE, "deliver", f"gh-{delivery.id}", ASKED.dump_python(asked, mode="json"))
        except SQLAlchemyError as error:
            raise UpstreamError(
                "The delivery could not be stored.",
                remedy="Check the database at DATABASE_URL, then redeliver.",
                retry_after=5,
            ) from error

    async def start(self, asked: ReviewRequest, run: str) -> None:
        """Queue a run; see the port."""
        words = ASKED.dump_python(asked, mode="json")
        key = str(asked.pull.installation_id)
        await asyncio.to_thread(self._put, REVIEWS, "review", run, words, run, partition=key)

    async def cancel(self, run: str) -> None:
        """Stop a run; see the port."""
        await asyncio.to_thread(self._client.cancel_workflow, run)

    async def alive(self, run: str) -> bool:
        """Whether the run may still do something; see the port."""
        return await self._status(run) in ("PENDING", "ENQUEUED", "DELAYED")

    async def knows(self, run: str) -> bool:
        """Whether the run was ever queued; see the port."""
        return await self._status(run) is not None

    async def forget(self, installation_id: int, repo_ids: tuple[int, ...]) -> tuple[str, ...]:
        """Stop and forget all work of an installation; see the port."""
        return await asyncio.to_thread(self._forget, installation_id, repo_ids)

    async def scrub(self, works: tuple[str, ...]) -> None:
        """Forget what stopped work has left behind; see the port."""

        def act() -> None:
            self._archive.scrub(works)
            self._archive.leave_no_trace()

        await asyncio.to_thread(act)

    def _forget(self, installation_id: int, repo_ids: tuple[int, ...]) -> tuple[str, ...]:
        mine = self._archive.of(installation_id, repo_ids)
        unfinished = tuple(each for each, goes_on in mine.items() if goes_on)
        for each in unfinished:
            self._client.cancel_workflow(each)
        self._archive.scrub(tuple(mine))
        self._archive.leave_no_trace()
        return unfinished

    async def _status(self, run: str) -> str | None:
        found = await asyncio.to_thread(
            lambda: self._client.list_workflows(workflow_ids=[run], load_input=False)
        )
        return found[0].status if found else None

    def _put(self, queue: str, workflow: str, id_: str, *words: Any, partition: str = "") -> None:
        options: dict[str, Any] = {
            "workflow_name": workflow,
            "queue_name": queue,
            "workflow_id": id_,
        }
        if partition:
            options["queue_partition_key"] = partition
        self._client.enqueue(options, *words)  # type: ignore[arg-type]
