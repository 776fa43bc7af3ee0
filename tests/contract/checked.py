"""A sandbox whose every exchange and webhook is held against GitHub's description."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bot.sandbox import Sandbox
from tests.contract.description import Exchange, problems_of, webhook_problems


@contextmanager
def checked(sandbox: Sandbox) -> Iterator[Sandbox]:
    """Run `sandbox`; at the end everything said must have been as GitHub describes it."""
    exchanges: list[Exchange] = []
    sandbox.watch.append(lambda asked, answer: exchanges.append(_exchange(asked, answer)))
    with sandbox:
        yield sandbox
    wrong = [each for exchange in exchanges for each in problems_of(exchange)]
    wrong += [each for e in sandbox.events for each in webhook_problems(e.name, e.payload)]
    assert not wrong, "\n".join(dict.fromkeys(wrong))


def _exchange(asked: Any, answer: Any) -> Exchange:
    plain = "application/json" in answer.headers.get("Content-Type", "")
    body = asked.get_data()
    try:
        sent = json.loads(body) if body else None
    except ValueError:
        sent = None
    return Exchange(
        asked.method,
        asked.path,
        tuple(asked.args),
        sent,
        answer.status_code,
        json.loads(answer.get_data()) if plain and answer.get_data() else None,
    )
