"""Log events, never what people wrote: no payload, diff, prompt, reply or secret.

Bind who (`delivery`, `repo`, `pull`, `run`) once, then log short past-tense names.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, Sequence

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[secret]"
SHAPES = re.compile(
    r"gh[opsur]_[A-Za-z0-9._-]{20,}"  # GitHub's tokens, those with a web token in them too
    r"|github_pat_[A-Za-z0-9_]{20,}"
    r"|sk-ant-[A-Za-z0-9_-]{10,}"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"  # what an App signs
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|(?i:(?<=bearer )|(?<=token ))[A-Za-z0-9._~+/=-]{20,}"
    r"|(?<=://)[^\s/:@]+:[^\s/@]+(?=@)",  # user and password of an address
    re.S,
)
"""What looks like a credential, whosever. For logs alone: posts and prompts have bot/guard."""
DEEPEST = 6


def configure(level: str, form: str, own_secrets: Sequence[str]) -> None:
    """Send events to standard error, one a line; `form` is "json" or "text".

    Values of `own_secrets`, and what is shaped like a token, are replaced wherever they turn up: in
    values of any depth, in exceptions, in the libraries' logs too.
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


def _scrubbed(value: object, own_secrets: Sequence[str], depth: int = 0) -> object:
    """The value without secrets, in the same shape; what is no plain value as its text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth < DEEPEST and isinstance(value, Mapping):
        return {
            str(_scrubbed(str(name), own_secrets)): _scrubbed(each, own_secrets, depth + 1)
            for name, each in value.items()
        }
    if depth < DEEPEST and isinstance(value, list | tuple | set | frozenset):
        return [_scrubbed(each, own_secrets, depth + 1) for each in value]
    text = value if isinstance(value, str) else repr(value)
    for secret in own_secrets:
        text = text.replace(secret, HIDDEN)
    return SHAPES.sub(HIDDEN, text)
