"""Proves the reviewers' claims wrong where it can. One reasoned veto sets a claim aside.

A claim is model output, and so is a refutation: it counts only with a reason and with a line of
code, copied from what was shown, that carries it. Judges agree too readily, so a refuter is told
to disagree and does not see the pull request's prose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.diff.rows import visible as in_one_row
from bot.domain.finding import REFUTED, Finding, SetAside, Severity, Trial
from bot.domain.plan import Change
from bot.errors import BadReply
from bot.guard.material import wrap
from bot.ports.model import Prompt
from bot.reviewing.asking import Ask, NoAnswer, Question, answers
from bot.reviewing.briefs import Court
from bot.reviewing.form import one_line, parsed, schema_of, sure
from bot.reviewing.shown import Shown, as_claim, show
from bot.reviewing.static import by_tools_alone

REFUTER = "refuter"

TOGETHER = 4
"""Claims about one file that one question asks about. More of them get less attention each. Ours.
"""

EVEN = 0.5
"""A refutation that is held to be more likely wrong than right by its own author is none."""

LONGEST_REASON = 400


# The names, docstrings and descriptions of these two are read by the model, too.


class Ruling(BaseModel):
    """What became of one claim."""

    model_config = ConfigDict(extra="forbid")

    id: int
    reason: str = Field(description="One or two sentences.")
    quote: str = Field(description='The line of code that makes the claim false, or "".')
    verdict: Literal["refuted", "stands", "cannot_say"]
    confidence: float = Field(description="How sure you are of the verdict, from 0 to 1.")


class Rulings(BaseModel):
    """One for each claim."""

    model_config = ConfigDict(extra="forbid")

    rulings: list[Ruling]


@dataclass(frozen=True, slots=True)
class Refuted:
    """What is left of the drafts, in their order; each is in one of the two.

    `unchecked` says in a sentence each which claims nobody tried to refute although somebody
    should have, and why.
    """

    kept: tuple[Finding, ...]
    set_aside: tuple[SetAside, ...]
    unchecked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Batch:
    """Claims about one file that are asked about together; `nth` are their places in the drafts."""

    path: str
    nth: tuple[int, ...]


async def refute(
    ask: Ask,
    drafts: Sequence[Finding],
    change: Change,
    court: Court,
    above: Severity = Severity.LOW,
    together: int = TOGETHER,
) -> Refuted:
    """Put every draft worse than `above` to a refuter, up to `together` of one file in a question.

    Drafts are merged before. Not tried are those by static analysers alone, which say the same
    every time and are right or wrong by their rule, and those that stood before in an earlier
    run. Where no refuter can be had the claim is kept and marked as unchecked. Questions are
    "refute:1", "refute:2", ... in the order of the drafts. Never raises UpstreamError.
    """
    tried = [nth for nth, each in enumerate(drafts) if _to_be_tried(each, above)]
    shown = show((drafts[nth] for nth in tried), change, court.mark)
    batches = tuple(_batches(drafts, tried, together))
    questions = [
        _question(number, [drafts[nth] for nth in batch.nth], shown[batch.path], court)
        for number, batch in enumerate(batches, start=1)
    ]

    def read(question: Question, text: str) -> tuple[Ruling, ...]:
        number = int(question.name.partition(":")[2])
        return _rulings(text, len(batches[number - 1].nth))

    heard = await answers(ask, questions, read)
    return _concluded(drafts, zip(batches, heard, strict=True), shown)


def _to_be_tried(draft: Finding, above: Severity) -> bool:
    worse = draft.severity.rank > above.rank
    return worse and not by_tools_alone(draft) and draft.trial is not Trial.STOOD


def _batches(drafts: Sequence[Finding], tried: Sequence[int], together: int) -> Iterator[_Batch]:
    by_path: dict[str, list[int]] = {}
    for nth in tried:
        by_path.setdefault(drafts[nth].path, []).append(nth)
    for path, members in by_path.items():
        for start in range(0, len(members), together):
            yield _Batch(path, tuple(members[start : start + together]))


def _question(number: int, claims: Sequence[Finding], shown: Shown, court: Court) -> Question:
    rows = "\n".join(as_claim(each, nth) for nth, each in enumerate(claims, start=1))
    brief = f"Reviewer: {REFUTER}\n\n{wrap('claims', rows, court.mark)}"
    prompt = Prompt(court.tier, court.briefs.refute, shown.text, brief, schema_of(Rulings))
    return Question(f"refute:{number}", REFUTER, prompt)


def _rulings(text: str, count: int) -> tuple[Ruling, ...]:
    """A ruling for each claim, in their order. Raises BadReply."""
    said = parsed(text, Rulings).rulings
    by_id = {each.id: each for each in said}
    wanted = range(1, count + 1)
    if missing := [str(each) for each in wanted if each not in by_id]:
        raise BadReply(f"It does not rule on claim {', '.join(missing)}.")
    if len(by_id) > count:
        raise BadReply(f"It rules on claims that were not made; they are 1 to {count}.")
    if len(said) > count:
        raise BadReply("It rules on a claim twice.")
    return tuple(by_id[each] for each in wanted)


def _concluded(
    drafts: Sequence[Finding],
    heard: Iterable[tuple[_Batch, tuple[Ruling, ...] | NoAnswer]],
    shown: Mapping[str, Shown],
) -> Refuted:
    judged: dict[int, Finding | SetAside] = {}
    unchecked: list[str] = []
    for batch, said in heard:
        if isinstance(said, NoAnswer):
            unchecked.append(_not_checked(batch, said))
            judged |= {nth: replace(drafts[nth], trial=Trial.UNCHECKED) for nth in batch.nth}
        else:
            rulings = zip(batch.nth, said, strict=True)
            judged |= {nth: _judged(drafts[nth], each, shown[batch.path]) for nth, each in rulings}
    whole = [judged.get(nth, draft) for nth, draft in enumerate(drafts)]
    return Refuted(
        kept=tuple(each for each in whole if isinstance(each, Finding)),
        set_aside=tuple(each for each in whole if isinstance(each, SetAside)),
        unchecked=tuple(unchecked),
    )


def _judged(draft: Finding, ruling: Ruling, shown: Shown) -> Finding | SetAside:
    """A veto without proof does not count: the claim stood."""
    reason, confidence = one_line(ruling.reason, LONGEST_REASON), sure(ruling.confidence)
    doubtful = confidence is not None and confidence < EVEN
    if ruling.verdict != "refuted" or not reason or doubtful or not shown.proves(ruling.quote):
        return replace(draft, trial=Trial.STOOD)
    return SetAside(draft, f"{REFUTED}{reason}")


def _not_checked(batch: _Batch, why: NoAnswer) -> str:
    many = len(batch.nth)
    claims = "One claim" if many == 1 else f"{many} claims"
    path = in_one_row(batch.path)
    return f"{claims} about {path} {'was' if many == 1 else 'were'} not checked. {why.why}"
