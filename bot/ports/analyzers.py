"""What a review asks of static analysers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.domain.patch import FileKind
from bot.domain.plan import HeadText, ToolReport


class Analyzers(Protocol):
    """The analysers this machine has."""

    async def examine(
        self, texts: Sequence[HeadText], kinds: dict[str, FileKind]
    ) -> tuple[ToolReport, ...]:
        """Read head versions with every analyser, isolated: nothing of them is executed or obeyed.

        Reports lines of the whole file; the caller keeps those the change touches. Never raises:
        what could not be read is in each report's `incomplete`.
        """
        ...
