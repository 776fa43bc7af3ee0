"""A raw answer on its way into what is remembered: without secrets, and not endless."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from bot.guard.redact import redact
from bot.ports.model import Completion, Stop

LARGEST_ANSWER = 56 * 1024
"""Characters of an answer as JSON. What a model is asked for is a tenth of that."""


def kept(completion: Completion) -> Completion:
    """The completion as it may be remembered."""
    return fitting(replace(completion, text=without_secrets(completion.text)))


def without_secrets(answer: str) -> str:
    """The answer without secrets, which are in it only if the model found or put them together.

    Each string of its JSON by itself, so that it stays JSON; what is no JSON as it is.
    """
    try:
        whole = json.loads(answer)
        safe = _each_string(whole)
        return answer if safe == whole else json.dumps(safe)
    except (ValueError, RecursionError):  # nested deeper than anything that was asked for
        return redact(answer).text


def _each_string(node: Any) -> Any:
    if isinstance(node, str):
        return redact(node).text
    if isinstance(node, dict):
        return {redact(key).text: _each_string(value) for key, value in node.items()}
    return [_each_string(each) for each in node] if isinstance(node, list) else node


def fitting(completion: Completion) -> Completion:
    """The same answer, cut and marked as cut where it is too long to be remembered."""
    text = completion.text
    size = len(json.dumps(text))
    if size <= LARGEST_ANSWER:
        return completion
    while size > LARGEST_ANSWER:
        text = text[: len(text) * LARGEST_ANSWER // (size + 1)]
        size = len(json.dumps(text))
    stop = Stop.TRUNCATED if completion.stop is Stop.END else completion.stop
    return replace(completion, text=text, stop=stop)
