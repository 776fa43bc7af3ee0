"""Log events, never what people wrote: no payload, diff, prompt, reply or secret.

Bind who (`delivery`, `repo`, `pull`, `run`) once, then log short past-tense names.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[secret]"


def configure(level: str, form: str, own_secrets: Sequence[str]) -> None:
    """Send events to standard error, one a line; `form` is "json" or "text".

    Values of `own_secrets` are replaced wherever they turn up, in the libraries' logs too.
    """
    render: Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )

    def scrub(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {key: _scrubbed(value, own_secrets) for key, value in event.items()}

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
        scrub,
    ]
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[_plain, render])
    )
    # Libraries speak only when something is wrong: their lower levels quote what they send.
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _plain(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    return structlog.stdlib.ProcessorFormatter.remove_processors_meta(logger, method, event)


def _scrubbed(value: object, own_secrets: Sequence[str]) -> object:
    if isinstance(value, str):
        for secret in own_secrets:
            value = value.replace(secret, HIDDEN)
        return value
    return value
