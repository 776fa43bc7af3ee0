"""Brings together what was found in the parts of a large change, which nobody has read as a whole.

What plain code can unite it unites. Only what is told in more than one part is shown to a model,
which names duplicates and writes the overview; it can unite findings, and neither drop nor change
one. It comes after refuting and voting: who refutes one of several places must not clear the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field

from bot.diff.rows import visible as in_one_row
from bot.domain.finding import Finding, SetAside
from bot.errors import BadReply
from bot.guard.material import visible, wrap
from bot.ports.model import Prompt
from bot.reviewing.asking import Ask, NoAnswer, Question, answers
from bot.reviewing.briefs import Court
from bot.reviewing.consensus import SYNTHESIS
from bot.reviewing.form import cut, one_line, parsed, schema_of
from bot.reviewing.merge import main_of, merge, united
from bot.reviewing.rank import rank

MOST = 100
"""Findings that are compared, the worst ones. About 10,000 tokens."""

LONGEST_BODY = 300
LONGEST_OVERVIEW = 500


# The names, docstrings and descriptions of this are read by the model, too.


class Overview(BaseModel):
    """What belongs together, and what it amounts to."""

    model_config = ConfigDict(extra="forbid")

    duplicates: list[list[int]] = Field(description="Groups of ids, two or more in each.")
    overview: str = Field(description="At most two sentences.")


@dataclass(frozen=True, slots=True)
class Synthesis:
    """The findings of all parts. Each that went in is in `findings` or united into one of them.

    `set_aside` are those a model named as duplicates, each with the place where it is told now;
    `within` has the fingerprint of the finding each of them is told in.
    `overview` is one or two sentences, None where there is none; `why_not` says in a sentence what
    was left undone and why, "" where there was nothing to do or all was done.
    """

    findings: tuple[Finding, ...]
    set_aside: tuple[SetAside, ...] = ()
    overview: str | None = None
    why_not: str = ""
    within: Mapping[Finding, str] = field(default_factory=dict)


async def synthesise(
    ask: Ask, findings: Iterable[Finding], court: Court, parts: Mapping[str, int]
) -> Synthesis:
    """Unite what is told twice; `parts` says which part of the change a path belongs to.

    Asks one question, "synthesis", and only where findings come from more than one part. Never
    raises UpstreamError: where no answer can be had nothing but the plain merge is done.
    """
    merged = merge(findings)
    compared = rank(merged)[:MOST]
    if len({_part(each, parts) for each in compared}) < 2:
        return Synthesis(merged)
    question = Question(SYNTHESIS, SYNTHESIS, _prompt(compared, court, parts))
    [said] = await answers(ask, [question], lambda _, text: _read(text, len(compared)))
    if isinstance(said, NoAnswer):
        return Synthesis(
            merged, why_not=f"Findings of different parts were not compared. {said.why}"
        )
    groups = [[compared[nth - 1] for nth in group] for group in said.duplicates]
    across = [group for group in groups if len({_part(each, parts) for each in group}) > 1]
    left = len(merged) - len(compared)
    return Synthesis(
        findings=_with(merged, across),
        set_aside=tuple(each for group in across for each in _told_elsewhere(group)),
        overview=one_line(said.overview, LONGEST_OVERVIEW),
        why_not=f"The {left} least of {len(merged)} findings were not compared." if left else "",
        within={
            each: main_of(group).fingerprint
            for group in across
            for each in group
            if each is not main_of(group)
        },
    )


def _part(finding: Finding, parts: Mapping[str, int]) -> int:
    return parts.get(finding.path, 0)


def _prompt(compared: Sequence[Finding], court: Court, parts: Mapping[str, int]) -> Prompt:
    rows = "\n".join(
        _row(number, each, _part(each, parts)) for number, each in enumerate(compared, start=1)
    )
    shared = wrap("findings", visible(rows), court.mark)
    brief = f"Reviewer: {SYNTHESIS}\n\nName the duplicates and write the overview."
    return Prompt(court.tier, court.briefs.parts, shared, brief, schema_of(Overview))


def _row(number: int, finding: Finding, part: int) -> str:
    said = {
        "id": number,
        "part": part,
        "place": f"{finding.path}:{finding.line}",
        "severity": finding.severity,
        "title": finding.title,
        "body": cut(finding.body, LONGEST_BODY),
    }
    return json.dumps(said, ensure_ascii=False)


def _read(text: str, count: int) -> Overview:
    """Raises BadReply where a group names what there is not, or shares a finding with another."""
    said = parsed(text, Overview)
    named = [each for group in said.duplicates for each in group]
    if any(not 1 <= each <= count for each in named):
        raise BadReply(f"It names findings that were not given; they are 1 to {count}.")
    if len(set(named)) < len(named):
        raise BadReply("It names a finding twice.")
    if any(len(group) < 2 for group in said.duplicates):
        raise BadReply("A group needs two findings at least.")
    if not said.overview.strip():
        raise BadReply("The overview is empty.")
    return said


def _with(merged: Sequence[Finding], groups: Sequence[Sequence[Finding]]) -> tuple[Finding, ...]:
    """The findings with each group as one, at the place of its first in the order they came."""
    home = {id(each): nth for nth, group in enumerate(groups) for each in group}
    found: list[Finding] = []
    done: set[int] = set()
    for each in merged:
        nth = home.get(id(each))
        if nth is None:
            found.append(each)
        elif nth not in done:
            done.add(nth)
            found.append(united(groups[nth]))
    return tuple(found)


def _told_elsewhere(group: Sequence[Finding]) -> Iterable[SetAside]:
    main = united(group)
    why = f"the same problem as at {in_one_row(main.path)}:{main.line}, where it is told"
    for each in group:
        if (each.path, each.line, each.side) != (main.path, main.line, main.side):
            yield SetAside(each, why)
