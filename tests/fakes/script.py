"""What the fake model does with each reviewer's requests, in the order it was told."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Act:
    """What to do with a reviewer's request; `times` None: always.

    `do`: answer | say | fail | refuse | truncate | stop | cut | drop | page | hang.
    """

    do: str = "answer"
    findings: list[dict[str, Any]] = field(default_factory=list)
    text: str = ""
    status: int = 500
    retry_after: str | None = None
    times: int | None = None
    released: threading.Event = field(default_factory=threading.Event)


class Script:
    """Acts by reviewer. Safe to use from several threads."""

    def __init__(self) -> None:
        self._acts: dict[str, list[Act]] = {}
        self._lock = threading.Lock()

    def answer(
        self, reviewer: str, findings: list[dict[str, Any]], times: int | None = None
    ) -> None:
        self.act(reviewer, Act("answer", findings=findings, times=times))

    def say(self, reviewer: str, text: str, times: int | None = None) -> None:
        """Any text, for requests whose answer is not a list of findings."""
        self.act(reviewer, Act("say", text=text, times=times))

    def nonsense(self, reviewer: str, text: str = "Looks good!", times: int | None = None) -> None:
        self.say(reviewer, text, times)

    def fail(
        self,
        reviewer: str,
        status: int = 500,
        times: int | None = None,
        retry_after: str | None = None,
    ) -> None:
        self.act(reviewer, Act("fail", status=status, times=times, retry_after=retry_after))

    def refuse(self, reviewer: str, times: int | None = None) -> None:
        self.act(reviewer, Act("refuse", times=times))

    def truncate(self, reviewer: str, times: int | None = None) -> None:
        """Stop at max_tokens, in the middle of the JSON."""
        self.act(reviewer, Act("truncate", times=times))

    def stop(self, reviewer: str, reason: str, times: int | None = None) -> None:
        """An empty list of findings under that stop_reason."""
        self.act(reviewer, Act("stop", text=reason, times=times))

    def cut(self, reviewer: str, times: int | None = None) -> None:
        """A 200 whose body ends early, as if it were whole."""
        self.act(reviewer, Act("cut", times=times))

    def drop(self, reviewer: str, times: int | None = None, text: str = "") -> None:
        """Close the connection: without a word, or ("middle") in the middle of the body."""
        self.act(reviewer, Act("drop", times=times, text=text))

    def page(self, reviewer: str, times: int | None = None) -> None:
        """A proxy's 200 page of HTML."""
        self.act(reviewer, Act("page", times=times))

    def hang(self, reviewer: str, times: int | None = None) -> threading.Event:
        """Hold the request until the event is set; then the usual empty answer."""
        act = Act("hang", times=times)
        self.act(reviewer, act)
        return act.released

    def act(self, reviewer: str, act: Act) -> None:
        with self._lock:
            self._acts.setdefault(reviewer, []).append(act)

    def next(self, reviewer: str) -> Act:
        with self._lock:
            for act in self._acts.get(reviewer, []):
                if act.times is None:
                    return act
                if act.times > 0:
                    act.times -= 1
                    return act
        return Act()

    def release(self) -> None:
        """Let go of every request that hangs."""
        for acts in self._acts.values():
            for act in acts:
                act.released.set()

    def forget(self) -> None:
        """Let go of what hangs, and answer as if nothing had been scripted."""
        self.release()
        with self._lock:
            self._acts.clear()


def words(act: Act) -> tuple[str, str]:
    """Text and stop_reason of an answer."""
    whole = json.dumps({"findings": act.findings})
    if act.do == "say":
        return act.text, "end_turn"
    if act.do == "refuse":
        return "", "refusal"
    if act.do == "truncate":
        return '{"findings": [{"path": "', "max_tokens"
    return whole, act.text if act.do == "stop" else "end_turn"
