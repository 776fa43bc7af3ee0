"""The engine's log, told in ours: its own would be of another form, and hide no secret."""

from __future__ import annotations

import logging

from dbos import error

ENGINE = "dbos"


def speak_through_ours() -> None:
    """Send what the engine logs to the root logger. Twice is once."""
    log = logging.getLogger(ENGINE)
    for handler in tuple(log.handlers):
        log.removeHandler(handler)
    log.addHandler(logging.NullHandler())  # where there is a handler, the engine adds none
    log.propagate = True
    log.removeFilter(_worth_saying)
    log.addFilter(_worth_saying)


def _worth_saying(record: logging.LogRecord) -> bool:
    # A run that was cancelled ended as it should; the engine logs it as an error, with its stack.
    said = f"{record.exc_info and record.exc_info[1]!r}{record.getMessage()}"
    return error.DBOSAwaitedWorkflowCancelledError.__name__ not in said
