"""What the fake model does with each request, in the order it was told.

Acts are told by who asks: a reviewer's name, or a model's for whoever asks it, ANYONE for whoever
has no acts left, COUNT for the endpoint that counts tokens.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.agreeing import agreeing, asker_of

ANYONE = "*"
COUNT = "count_tokens"

Reply = Callable[[dict[str, Any]], str]
"""Makes the text of an answer from the body of the request."""


@dataclass
class Act:
    """What to do with a request; `times` None: always.

    `do`: answer | say | reply | empty | refuse | truncate | stop | fail | cut | drop | sever |
    long | raw | trickle | page | hang. What they mean is said at the methods of Script.
    """

    do: str = "answer"
    findings: list[dict[str, Any]] = field(default_factory=list)
    text: str | None = ""
    status: int = 500
    retry_after: str | None = None
    times: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    size: int = 0
    raw: bytes = b""
    reply: Reply | None = None
    released: threading.Event = field(default_factory=threading.Event)


class Script:
    """Acts by who asks. Safe to use from several threads."""

    def __init__(self) -> None:
        self._acts: dict[str, list[Act]] = {}
        self._lock = threading.Lock()

    # Answers.

    def answer(
        self, reviewer: str, findings: list[dict[str, Any]], times: int | None = None
    ) -> None:
        """Findings. They must fit the schema of the request, as the vendor promises."""
        self.act(reviewer, Act("answer", findings=findings, times=times))

    def say(self, reviewer: str, text: str, times: int | None = None) -> None:
        """Any text, whatever the schema of the request."""
        self.act(reviewer, Act("say", text=text, times=times))

    def nonsense(self, reviewer: str, text: str = "Looks good!", times: int | None = None) -> None:
        self.say(reviewer, text, times)

    def reply(self, reviewer: str, reply: Reply, times: int | None = None) -> None:
        """Any text, made from the body of the request, for a refuter, a voter, a triage.

        What `reply` raises closes the connection, and is raised anew where the fake is left.
        """
        self.act(reviewer, Act("reply", reply=reply, times=times))

    def empty(self, reviewer: str, times: int | None = None) -> None:
        """No content at all, and stop_reason end_turn."""
        self.act(reviewer, Act("empty", times=times))

    def refuse(self, reviewer: str, times: int | None = None) -> None:
        self.act(reviewer, Act("refuse", times=times))

    def truncate(self, reviewer: str, times: int | None = None) -> None:
        """Stop at max_tokens, in the middle of the JSON."""
        self.act(reviewer, Act("truncate", times=times))

    def stop(self, reviewer: str, reason: str | None, times: int | None = None) -> None:
        """An empty list of findings under that stop_reason, also one nobody knows, or null."""
        self.act(reviewer, Act("stop", text=reason, times=times))

    # Failures.

    def fail(
        self,
        reviewer: str,
        status: int = 500,
        times: int | None = None,
        retry_after: str | None = None,
        headers: dict[str, str] | None = None,
        text: str = "scripted",
    ) -> None:
        """An error of that status. `text` is the API's sentence, `headers` come on top."""
        act = Act("fail", status=status, times=times, retry_after=retry_after, text=text)
        act.headers |= headers or {}
        self.act(reviewer, act)

    def overload(
        self, reviewer: str, times: int | None = None, retry_after: str | None = None
    ) -> None:
        self.fail(reviewer, 529, times, retry_after, text="Overloaded")

    def cut(self, reviewer: str, times: int | None = None) -> None:
        """A 200 whose body ends early, as if it were whole."""
        self.act(reviewer, Act("cut", times=times))

    def drop(self, reviewer: str, times: int | None = None, text: str = "") -> None:
        """Close the connection: without a word, or ("middle") in the middle of the body."""
        self.act(reviewer, Act("drop", times=times, text=text))

    def sever(self, reviewer: str, times: int | None = None, text: str = "") -> None:
        """As drop, but the connection is reset (RST), as by a machine that falls over."""
        self.act(reviewer, Act("sever", times=times, text=text))

    def long(
        self, reviewer: str, size: int = 64_000_000, status: int = 200, times: int | None = None
    ) -> None:
        """An answer, or an error of that status, with that many bytes of text in it."""
        self.act(reviewer, Act("long", size=size, status=status, times=times))

    def raw(
        self,
        reviewer: str,
        body: bytes,
        status: int = 200,
        headers: dict[str, str] | None = None,
        times: int | None = None,
    ) -> None:
        """That body under headers that say JSON, unless `headers` say otherwise; then the end.

        A content-length that is too large makes it a body that breaks off.
        """
        act = Act("raw", raw=body, status=status, times=times)
        act.headers |= headers or {}
        self.act(reviewer, act)

    def trickle(self, reviewer: str, times: int | None = None) -> None:
        """The usual empty answer, a byte at a time, each a while after the one before."""
        self.act(reviewer, Act("trickle", times=times))

    def page(self, reviewer: str, times: int | None = None) -> None:
        """A proxy's 200 page of HTML."""
        self.act(reviewer, Act("page", times=times))

    def hang(self, reviewer: str, times: int | None = None) -> threading.Event:
        """Hold the request until the event is set; then the usual empty answer."""
        act = Act("hang", times=times)
        self.act(reviewer, act)
        return act.released

    # The script itself.

    def act(self, reviewer: str, act: Act) -> None:
        with self._lock:
            self._acts.setdefault(reviewer, []).append(act)

    def next(self, reviewer: str, model: str = "") -> Act:
        """The act that is due. Nobody's script: an empty list of findings, the count, or the
        agreement of who judges claims.
        """
        with self._lock:
            act = self._due(reviewer, model)
            if act.times is not None:
                act.times -= 1
            return act

    def due(self, reviewer: str, model: str = "") -> Act:
        """What `next` would say, which stays due."""
        with self._lock:
            return self._due(reviewer, model)

    def _due(self, reviewer: str, model: str) -> Act:
        names = (reviewer,) if reviewer == COUNT else (reviewer, model, ANYONE)
        acts = (act for name in names for act in self._acts.get(name, []))
        return next((act for act in acts if act.times is None or act.times > 0), Act())

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


def words(act: Act, body: dict[str, Any]) -> tuple[str, str | None]:
    """Text and stop_reason of an answer to that request."""
    whole = json.dumps({"findings": act.findings})
    if act.do == "answer" and (agreed := agreeing(asker_of(body), body)) is not None:
        return agreed, "end_turn"
    if act.do == "reply" and act.reply is not None:
        return act.reply(body), "end_turn"
    if act.do == "say":
        return act.text or "", "end_turn"
    if act.do == "empty":
        return "", "end_turn"
    if act.do == "refuse":
        return "", "refusal"
    if act.do == "truncate":
        return act.text or '{"findings": [{"path": "', "max_tokens"
    return whole, act.text if act.do == "stop" else "end_turn"
