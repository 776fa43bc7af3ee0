"""What the engine says is said in our log, and no cancelled run is called an error."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from dbos import error as errors

from bot.engine.voice import ENGINE, speak_through_ours


@pytest.fixture
def engine_log() -> Iterator[logging.Logger]:
    log = logging.getLogger(ENGINE)
    before = (list(log.handlers), list(log.filters), log.propagate)
    log.addHandler(logging.StreamHandler())
    log.propagate = False
    speak_through_ours()
    speak_through_ours()
    yield log
    log.handlers, log.filters, log.propagate = before


def test_the_engines_words_go_where_ours_go(
    engine_log: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    engine_log.error("the database is gone")
    assert caplog.messages == ["the database is gone"]
    assert [type(each) for each in engine_log.handlers] == [logging.NullHandler]


@pytest.mark.parametrize("as_words", [True, False], ids=["in words", "as an exception"])
def test_a_cancelled_run_is_no_error(
    engine_log: logging.Logger, caplog: pytest.LogCaptureFixture, as_words: bool
) -> None:
    error = errors.DBOSAwaitedWorkflowCancelledError("run-1")
    if as_words:
        engine_log.error(f"Exception encountered: {error!r}")
    else:
        engine_log.error("Exception encountered", exc_info=error)
    assert caplog.messages == []
