"""What is going on, on standard error: one moving line on a terminal, else plain ones."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.status import Status
from rich.text import Text

from bot.cli.console import tell
from bot.domain.run import RunStatus
from bot.guard.sanitise import plain

_BUSY = {
    "start_check": "starting the check",
    "fetch": "asking GitHub about the pull request",
    "read": "reading the change",
    "plan": "choosing reviewers",
    "still_head": "looking for a newer head",
    "post_review": "posting the review",
    "conclude_check": "concluding the check",
}


class Progress:
    """Follows the steps of one review. Use it as a context; `watch` is the steps' own hook."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, force_terminal=sys.stderr.isatty(), highlight=False)
        self._live: Status | None = None
        self._begun: dict[str, float] = {}

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            self._live = Status("", console=self._console)
            self._live.start()
        self.now("reading the change")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def now(self, what: str) -> None:
        """Show what is being done; silent where nothing can be taken back."""
        if self._live is not None:
            self._live.update(Text(f"{what} ..."))

    async def watch(self, name: str, status: RunStatus, why: str) -> None:
        """Tell of one step."""
        asked, _, reviewer = name.partition(":")
        if not asked.startswith("review") or not reviewer:
            if status is RunStatus.RUNNING and asked in _BUSY:
                self.now(_BUSY[asked])
            return
        if status is RunStatus.RUNNING:
            self._begun[name] = time.monotonic()
        else:
            took = time.monotonic() - self._begun.pop(name, time.monotonic())
            well = status is RunStatus.COMPLETED
            self._line(f"{reviewer} {'answered' if well else 'failed'} after {took:.1f} s", why)
        if self._begun:
            names = [each.partition(":")[2] for each in self._begun]
            self.now(f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} reading")

    def _line(self, what: str, why: str) -> None:
        said = f"{what}: {plain(why, 300)}" if why else what
        if self._live is not None:
            self._console.print(Text(said))
        else:
            tell(said)
