"""One cheap call about the reviewers that rules leave open. Pure: somebody else asks.

It can switch off an open reviewer and no other. Whatever goes wrong means that they run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.diff.rows import visible as in_one_row
from bot.domain.finding import Category
from bot.domain.plan import Change, Choice, Tier
from bot.domain.pull import RepoPolicy
from bot.errors import BadReply
from bot.guard.material import boundary, visible, wrap
from bot.planning.gist import files_of, lines, listing
from bot.planning.select import reads
from bot.planning.worth import Means, asking_costs, cheapest, reading_costs, worth_asking
from bot.ports.model import Prompt

ANSWER_TOKENS = 200
"""For each reviewer asked about, and once more: a name, a word and a clause of twenty words."""

THINKING_TOKENS = 2_000
"""Besides, on a tier whose model thinks."""

LONGEST_REASON = 200
"""Characters of one clause."""


@dataclass(frozen=True, slots=True)
class NotAsked:
    """Asking does not pay, and the clause that says why."""

    why: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """What triage says of one open reviewer. `reason` is a clause that follows "because"."""

    reviewer: str
    reads: bool
    reason: str


Answer = Sequence[Ruling] | NotAsked | str
"""Rulings, or why nobody asked, or the sentence that says why there is no answer."""


# The names, docstrings and descriptions of these two are read by the model, too.


class Decision(BaseModel):
    """One reviewer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reviewer: str
    reason: str = Field(description='One clause that could follow "because".')
    read: bool = Field(description="Whether it should read the change.")


class Decisions(BaseModel):
    """Every reviewer you were asked about, once."""

    model_config = ConfigDict(extra="forbid", strict=True)

    decisions: list[Decision]


def opened(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """The choices that rules leave open."""
    return tuple(each for each in choices if each.chosen is None)


def question(
    choices: Sequence[Choice], change: Change, policy: RepoPolicy, means: Means
) -> Prompt | NotAsked | None:
    """What to ask about the open ones; why asking does not pay; None when nothing is open."""
    undecided = opened(choices)
    if not undecided:
        return None
    tier = cheapest(means.tiers, means.prices)
    if tier is None:
        return NotAsked("no tier has a known price")
    asked = prompt(undecided, change, policy, means, tier)
    costs = asking_costs(asked, means), reading_costs(undecided, change, policy, means)
    why = worth_asking(*costs)
    return NotAsked(why) if why else asked


def prompt(
    undecided: Sequence[Choice], change: Change, policy: RepoPolicy, means: Means, tier: Tier
) -> Prompt:
    """The question. The pull request's prose is no part of it; its code stands in boundaries."""
    mark = boundary(means.key, means.run)
    wanted = [path for each in undecided for path in reads(each.reviewer, change, policy)]
    files = files_of(change.patch, wanted)
    material = {"files": listing(files), "change": lines(files)}
    shared = "\n\n".join(wrap(name, visible(text), mark) for name, text in material.items())
    small = _for_a_short_answer(tier, len(undecided))
    return Prompt(small, means.rules.strip(), shared, _brief(undecided), schema(undecided))


def _for_a_short_answer(tier: Tier, count: int) -> Tier:
    """The tier with as little thought and room as the answer needs, and no other in its place."""
    thinks = tier.effort is not None
    most = ANSWER_TOKENS * (count + 1) + THINKING_TOKENS * thinks
    return replace(
        tier,
        effort="low" if thinks else None,
        max_output_tokens=min(tier.max_output_tokens, most),
        fallback="",
    )


def _brief(undecided: Sequence[Choice]) -> str:
    parts = ["Reviewer: triage", "Should these reviewers read the change? Decide about no other."]
    for each in undecided:
        told = each.reviewer.brief.strip().partition("\n\n")[0]
        known = in_one_row(each.reason)
        parts.append(f"{each.reviewer.name}. It is told: {told}\nThe rules say: {known}.")
    return "\n\n".join(parts)


def schema(undecided: Sequence[Choice]) -> dict[str, Any]:
    """JSON schema of the answer, in the keywords that structured outputs support."""
    whole = json.dumps(Decisions.model_json_schema())
    # Pydantic titles everything; the words would be paid for.
    plain: dict[str, Any] = json.loads(whole, object_hook=_untitled)
    name = plain["$defs"]["Decision"]["properties"]["reviewer"]
    name["enum"] = [each.reviewer.name for each in undecided]
    return plain


def _untitled(node: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key != "title"}


def read_triage(text: str, undecided: Sequence[Choice]) -> tuple[Ruling, ...]:
    """The rulings, in the order of `undecided`, each of which has one. Raises BadReply."""
    given = _parsed(text)
    names = [each.reviewer.name for each in undecided]
    if sorted(each.reviewer for each in given) != sorted(names):
        raise BadReply(f"It must decide about {' and '.join(names)}, each once.")
    found = {each.reviewer: _ruling(each) for each in given}
    return tuple(found[name] for name in names)


def _parsed(text: str) -> list[Decision]:
    fenced = re.fullmatch(r"\s*```(?:json)?\s*\n(.*)\n\s*```\s*", text, re.DOTALL)
    try:
        return Decisions.model_validate_json(fenced[1] if fenced else text).decisions
    except ValidationError:
        raise BadReply("The answer does not fit its schema.") from None


def _ruling(decision: Decision) -> Ruling:
    clause = decision.reason.strip().removeprefix("because ").rstrip(". ").strip()
    reason = in_one_row(clause)
    if len(clause.splitlines()) != 1 or len(reason) > LONGEST_REASON:
        raise BadReply(f"The reason for {decision.reviewer} is not one clause.")
    return Ruling(decision.reviewer, decision.read, reason)


def decided(choices: Sequence[Choice], answer: Answer) -> tuple[Choice, ...]:
    """The choices without an open one: as the rulings say, else it reads.

    Where asking does not pay, who looks after correctness minds an open field, too; it is read by
    its own reviewer where there is none. A failure of triage means that it reads. A choice that
    the rules made stays as it is, whatever the answer says.
    """
    rulings = {} if isinstance(answer, NotAsked | str) else {each.reviewer: each for each in answer}
    other = next((each.reviewer.name for each in choices if each.chosen and _minds(each)), None)
    folded = other if isinstance(answer, NotAsked) else None
    return tuple(
        _settled(each, rulings.get(each.reviewer.name), answer, folded)
        if each.chosen is None
        else each
        for each in choices
    )


def _minds(choice: Choice) -> bool:
    """Whether this reviewer is told to look for gross faults of the fields that may be open."""
    return choice.reviewer.category is Category.QUALITY


def _settled(choice: Choice, ruling: Ruling | None, answer: Answer, folded: str | None) -> Choice:
    if folded is not None and isinstance(answer, NotAsked):
        return Choice.no(choice.reviewer, f"{choice.reason}; {folded} minds it ({answer.why})")
    if ruling is None:
        return replace(choice, chosen=True, reason=f"{choice.reason}, and {_unruled(answer)}")
    if not ruling.reads:
        return Choice.no(choice.reviewer, f"triage says no because {ruling.reason}")
    # Of normal risk: now something speaks for it.
    return Choice.yes(choice.reviewer, f"triage says yes because {ruling.reason}")


def _unruled(answer: Answer) -> str:
    if isinstance(answer, NotAsked):
        return f"triage was not asked: {answer.why}"
    why = answer.strip().rstrip(".") if isinstance(answer, str) else "it is not in the answer"
    return f"triage did not decide: {why}"


def note(choices: Sequence[Choice], answer: Answer, model: str) -> str:
    """How triage decided, as a sentence for the plan; "" when nothing was open.

    `choices` are those before; `model` is who was asked.
    """
    names = [each.reviewer.name for each in opened(choices)]
    if not names:
        return ""
    about = " and ".join(names)
    if isinstance(answer, NotAsked):
        return f"Triage was not asked about {about}: {answer.why}."
    if isinstance(answer, str):
        return f"Triage on {model} did not decide about {about}, so that it runs: {answer}"
    said = ", ".join(f"{each.reviewer} {'yes' if each.reads else 'no'}" for each in answer)
    return f"Triage on {model} decided about {about}: {said}."
