"""Replaces secrets in place, before anything else sees the text. Lines stay where they were."""

from __future__ import annotations

from dataclasses import dataclass

from bot.guard.secrets import Secret, find_secrets

ROUNDS = 8
"""Replacing one secret can lay another bare at its edge; real texts need one round."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without secrets. `spots` are (1-based line, what stood there), in order."""

    text: str
    spots: tuple[tuple[int, str], ...]


def placeholder(title: str) -> str:
    """What stands where a secret was."""
    return f"«redacted: {title}»"


def redact(text: str) -> Redacted:
    """Replace each secret of `text`. It keeps its number of lines; twice changes no more."""
    spots: list[tuple[int, str]] = []
    for _ in range(ROUNDS):
        found = find_secrets(text)
        if not found:
            break
        spots += [(secret.line, secret.title) for secret in found]
        text = _replaced(text, found)
    return Redacted(text, tuple(sorted(spots)))


def _replaced(text: str, found: tuple[Secret, ...]) -> str:
    parts: list[str] = []
    done = 0
    for secret in found:
        parts += text[done : secret.start], masked(text[secret.start : secret.end], secret.title)
        done = secret.end
    return "".join((*parts, text[done:]))


def masked(secret: str, title: str) -> str:
    """The placeholder, once for each line of `secret` that holds anything."""
    return "\n".join(placeholder(title) if row.strip() else row for row in secret.split("\n"))
