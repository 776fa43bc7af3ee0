"""A model's answer to a person's question about one finding. It decides nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.plan import Tier
from bot.domain.told import Told
from bot.errors import BadReply
from bot.guard.material import visible, wrap
from bot.guard.redact import redact
from bot.ports.model import Prompt
from bot.reviewing.asking import Ask, NoAnswer, Question, answers
from bot.reviewing.form import cut, parsed, schema_of

EXPLAINER = "explainer"
LONGEST_QUESTION = 2_000
LONGEST_ANSWER = 1_500
LONGEST_CODE = 6_000
"""Characters of the code around a finding that are shown, about 2,000 tokens. Ours."""
ROWS_AROUND = 25
UNASKED = "(no question: say what is wrong, why it matters, and what to do)"


# The names, docstrings and descriptions of this are read by the model, too.


class Explanation(BaseModel):
    """What is answered."""

    model_config = ConfigDict(extra="forbid")

    answer: str = Field(description="Two to six plain sentences.")


@dataclass(frozen=True, slots=True)
class Matter:
    """What is asked about. `code` are numbered rows, "" where none can be shown."""

    told: Told
    code: str
    question: str


async def explain(ask: Ask, matter: Matter, tier: Tier, rules: str, mark: str) -> str | NoAnswer:
    """One answer to one question. Never raises UpstreamError.

    `mark` is the boundary of what is material. Asks one question, "explain".
    """
    question = Question("explain", EXPLAINER, _prompt(matter, tier, rules, mark))
    [said] = await answers(ask, [question], lambda _, text: _read(text))
    return said


def rows_around(text: str, line: int) -> str:
    """The rows of a file around a line, each with its number, secrets replaced."""
    rows = redact(text).text.split("\n")
    first = max(1, line - ROWS_AROUND)
    shown = enumerate(rows[first - 1 : line + ROWS_AROUND], start=first)
    return cut("\n".join(f"{number:6} {row}" for number, row in shown), LONGEST_CODE)


def _prompt(matter: Matter, tier: Tier, rules: str, mark: str) -> Prompt:
    blocks = [wrap("finding", visible(_finding(matter.told)), mark)]
    if matter.code:
        blocks.append(wrap(f"code of {matter.told.found.path}", visible(matter.code), mark))
    asked = cut(redact(matter.question).text, LONGEST_QUESTION) or UNASKED
    brief = f"Reviewer: {EXPLAINER}\n\n{wrap('question', visible(asked), mark)}"
    return Prompt(tier, rules, "\n\n".join(blocks), brief, schema_of(Explanation))


def _finding(told: Told) -> str:
    found, whole = told.found, told.whole
    said = {
        "place": f"{found.path}:{found.line}",
        "severity": found.severity.value,
        "category": found.category.value,
        "found_by": list(found.sources),
        "title": found.title,
        "body": cut(whole.body, LONGEST_QUESTION) if whole else "",
        "quote": cut(found.quote, 500),
        "became": found.status.value,
        "why": found.why,
        "votes": [[each.voter, each.stance.value, each.reason] for each in whole.votes]
        if whole
        else [],
    }
    return json.dumps(said, ensure_ascii=False)


def _read(text: str) -> str:
    answer = parsed(text, Explanation).answer.strip()
    if not answer:
        raise BadReply("The answer is empty.")
    return cut(answer, LONGEST_ANSWER)
