"""The last gate: every text on its way to GitHub passes here, whatever was checked before."""

from __future__ import annotations

from collections.abc import Callable

from bot.guard.outgoing import withhold

MOST_BODY = 65_535
"""Characters of a comment, a review, a check's summary or text. Source: GitHub REST, checks."""

MOST_TITLE = 255
"""Characters of a title of ours, and of an annotation's. Source: GitHub REST, checks."""

MOST_MESSAGE = 64 * 1024
"""Bytes of an annotation's message. Source: GitHub REST, checks."""

ELLIPSIS = "…"


class Gate:
    """Keeps our own secrets in, and texts within GitHub's limits.

    `own_secrets` is asked anew for each text: tokens come and go.
    """

    def __init__(self, own_secrets: Callable[[], tuple[str, ...]]) -> None:
        self._own_secrets = own_secrets

    def body(self, text: str) -> str:
        """Markdown of a comment, a review or a check run."""
        return cut(self._safe(text), MOST_BODY)

    def title(self, text: str) -> str:
        """One line."""
        return cut(self._safe(text), MOST_TITLE)

    def message(self, text: str) -> str:
        """The words of an annotation, whose limit is in bytes."""
        safe = self._safe(text)
        if len(raw := safe.encode("utf-8")) <= MOST_MESSAGE:
            return safe
        room = MOST_MESSAGE - len(ELLIPSIS.encode())
        return raw[:room].decode("utf-8", "ignore") + ELLIPSIS

    def _safe(self, text: str) -> str:
        """Lone surrogates cannot be sent; they become question marks."""
        return withhold(
            text.encode("utf-8", "replace").decode("utf-8"),
            tuple(filter(None, self._own_secrets())),
        )


def cut(text: str, most: int) -> str:
    """`text`, or as much of its beginning as fits `most` characters with an ellipsis."""
    return text if len(text) <= most else text[: most - len(ELLIPSIS)] + ELLIPSIS
