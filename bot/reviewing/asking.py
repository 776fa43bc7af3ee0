"""Questions to a model and answers in the agreed form. Every stage that asks, asks through here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.errors import BadReply, UpstreamError
from bot.ports.model import Completion, Prompt, Stop

T = TypeVar("T")

UNKNOWN_STOP = "The model stopped in a way that is not known."
AGAIN = "-again"
"""Behind a question's first word where it is asked once more: "refute-again:1"."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask. `name` is its step and its call in the ledger, unique in the run.

    `asker` is who asks, as people read it: a reviewer, "triage", "refuter".
    """

    name: str
    asker: str
    prompt: Prompt

    def again(self, why: str) -> Question:
        """The same question, saying why the first answer could not be used."""
        note = (
            f"\n\nYour first answer could not be used: {why} Answer again, in the agreed form only."
        )
        first, _, rest = self.name.partition(":")
        prompt = replace(self.prompt, brief=self.prompt.brief + note)
        return Question(f"{first}{AGAIN}:{rest}".rstrip(":"), self.asker, prompt)


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nobody answered, and the sentence that says why."""

    why: str


Got = Completion | UpstreamError
Ask = Callable[[Sequence[Question]], Awaitable[tuple[Got, ...]]]
"""Ask side by side; answers in the order of the questions, a failure in its answer's place."""


async def answers(
    ask: Ask, questions: Sequence[Question], read: Callable[[Question, str], T]
) -> tuple[T | NoAnswer, ...]:
    """Ask side by side and read each answer with `read`, which raises BadReply where it cannot.

    An answer not in the agreed form is asked for once more, with the reason; a refusal is not.
    Never raises UpstreamError.
    """
    found: dict[int, T | NoAnswer] = {}
    again: list[tuple[int, Question]] = []
    for nth, got in enumerate(await ask(questions) if questions else ()):
        try:
            found[nth] = _read(questions[nth], got, read)
        except BadReply as error:
            again.append((nth, questions[nth].again(error.what)))
    second = await ask([each for _, each in again]) if again else ()
    for (nth, question), got in zip(again, second, strict=True):
        try:
            found[nth] = _read(question, got, read)
        except BadReply as error:
            why = f"The model answered twice, not in the agreed form. {error.what}"
            found[nth] = NoAnswer(why)
    return tuple(found[nth] for nth in range(len(questions)))


def _read(question: Question, got: Got, read: Callable[[Question, str], T]) -> T | NoAnswer:
    if isinstance(got, UpstreamError):
        return NoAnswer(str(got))
    if got.stop is Stop.REFUSED:
        return NoAnswer("The model refused to answer.")
    if got.stop is Stop.TRUNCATED:
        raise BadReply("It was cut off at its length limit.")
    if got.stop is Stop.OTHER:
        raise BadReply(UNKNOWN_STOP)
    return read(question, got.text)
