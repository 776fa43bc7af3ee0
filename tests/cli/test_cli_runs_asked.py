"""`ai-review runs cancel` and `retry`: what an operator asks for reaches the queue, once each."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.asked import Asked, CancelRequest, Delivery, ReviewRequest
from bot.engine.queues import Queues
from tests.cli import history
from tests.cli.conftest import Run
from tests.cli.test_cli_runs import ask, home

__all__ = ["ask", "home"]


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch, home: Path) -> list[tuple[Delivery, Asked]]:
    """What was put on the queue, in place of the engine's tables."""
    held: list[tuple[Delivery, Asked]] = []
    monkeypatch.setattr(
        Queues, "deliver", lambda _, delivery, asked: held.append((delivery, asked))
    )
    return held


def test_a_run_that_ended_is_asked_for_again(
    ask: Run, queued: list[tuple[Delivery, Asked]]
) -> None:
    assert ask("runs", "retry", history.WHOLE.id).code == 0
    [(delivery, asked)] = queued
    assert isinstance(asked, ReviewRequest)
    assert (asked.pull.head_sha, asked.pull.number) == (history.SHA, 12)
    assert (asked.again, asked.by_person, asked.trigger) == (True, True, "operator.retry")
    assert history.WHOLE.id in delivery.id


def test_a_run_under_way_is_stopped(ask: Run, queued: list[tuple[Delivery, Asked]]) -> None:
    assert ask("runs", "cancel", history.LIVE.id).code == 0
    [(_, asked)] = queued
    assert isinstance(asked, CancelRequest)
    assert (asked.pull.number, asked.why) == (13, "cancelled by the operator")


@pytest.mark.parametrize(
    ("command", "name", "why"),
    [
        ("retry", history.LIVE.id, "has not ended yet"),
        ("cancel", history.WHOLE.id, "has ended already"),
        ("retry", "7-1-abc-1", "There is no run"),
        ("cancel", "7-1-abc-1", "There is no run"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    ask: Run, queued: list[tuple[Delivery, Asked]], command: str, name: str, why: str
) -> None:
    said = ask("runs", command, name)
    assert (said.code, why in said.err, said.err.count("\n"), queued) == (2, True, 1, [])
