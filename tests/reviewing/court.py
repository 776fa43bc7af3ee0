"""Judges for tests: the briefs that ship, and two ways to be asked."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.domain.money import NO_TOKENS
from bot.errors import UpstreamError
from bot.guard.material import boundary
from bot.llm.anthropic import AnthropicModel
from bot.ports.model import Completion, Stop
from bot.reviewing.asking import Ask, Got, Question
from bot.reviewing.briefs import Briefs, Court, read_briefs
from tests.fakes.model import FakeModel
from tests.reviewing.making import STANDARD

PROMPTS = Path(__file__).parents[2] / "config" / "prompts"
MARK = boundary(b"k" * 32, "7-1-abc-1")
DOWN = UpstreamError("The model API answered with HTTP status 500.")
CUT_OFF = Completion('{"rul', NO_TOKENS, Stop.TRUNCATED, "m", "r", 0.1)
REFUSED = Completion("", NO_TOKENS, Stop.REFUSED, "m", "r", 0.1)

Said = str | dict[str, Any] | UpstreamError | Completion
Reply = Said | list[Said] | Callable[[Question], Said]


def briefs() -> Briefs:
    names = ("refute", "vote", "synthesize")
    return read_briefs(*((PROMPTS / f"{name}.md").read_text(encoding="utf-8") for name in names))


COURT = Court(STANDARD, briefs(), MARK)


class Scripted:
    """Answers by asker, and remembers the questions in `rounds`. A list is said one by one."""

    def __init__(self, **said: Reply) -> None:
        self.said = {who.replace("_", "-"): reply for who, reply in said.items()}
        self.rounds: list[list[Question]] = []

    async def __call__(self, questions: Sequence[Question]) -> tuple[Got, ...]:
        self.rounds.append(list(questions))
        return tuple(map(self._got, questions))

    @property
    def names(self) -> list[str]:
        return [each.name for asked in self.rounds for each in asked]

    def _got(self, question: Question) -> Got:
        reply = self.said[question.asker]
        if isinstance(reply, list):
            reply = reply.pop(0)
        said = reply(question) if callable(reply) else reply
        if isinstance(said, dict):
            said = json.dumps(said)
        if isinstance(said, str):
            return Completion(said, NO_TOKENS, Stop.END, "m", "r", 0.1)
        return said


def over(model: FakeModel) -> Ask:
    """Asks the server on loopback through the real adapter."""

    api = AnthropicModel("key", model.url, timeout_s=60)

    async def one(question: Question) -> Got:
        try:
            return await api.complete(question.prompt)
        except UpstreamError as error:
            return error

    async def ask(questions: Sequence[Question]) -> tuple[Got, ...]:
        return tuple(await asyncio.gather(*map(one, questions)))

    return ask


def claims_in(question: Question) -> list[dict[str, Any]]:
    """The claims of a question, as its brief gives them."""
    return [json.loads(row) for row in question.prompt.brief.split("\n") if row.startswith("{")]


def blocks(text: str) -> dict[str, str]:
    """What stands between boundaries, by name; fails where one is not closed."""
    found = re.findall(
        rf"^\[{MARK} begins: ([^\]\n]*)\]\n(.*?)\n\[{MARK} ends\]$", text, re.DOTALL | re.MULTILINE
    )
    assert text.count(MARK) == 2 * len(found)
    return dict(found)
