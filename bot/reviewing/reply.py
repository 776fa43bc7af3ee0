"""A reviewer's answer: its shape, and each claim held against the change itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.diff.quote import find_quote
from bot.diff.rows import visible
from bot.domain.finding import OVER_LIMIT, Finding, SetAside, Severity, Suggestion
from bot.domain.patch import FileDiff
from bot.domain.plan import Assignment, Change
from bot.reviewing.form import cut, parsed, schema_of, sure
from bot.reviewing.rank import rank

LAST_LINE = 2**31 - 1
"""No file has more lines, and no store takes a larger number."""
LONGEST_TITLE = 200
LONGEST_BODY = 4_000
LONGEST_SUGGESTION = 4_000


# The names, docstrings and descriptions of these two are read by the model, too.


class Claim(BaseModel):
    """One problem."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(description="The file, exactly as its heading names it.")
    line: int = Field(description="Number of the line, as shown in front of it.")
    end_line: int = Field(description="Number of the last line concerned; often the same.")
    severity: Literal["low", "medium", "high", "critical"]
    title: str = Field(description="One clause that names the problem, without a final stop.")
    body: str = Field(description="Why it is wrong, what it leads to, and the smallest fix.")
    quote: str = Field(description="The text of `line`, copied without its number and marker.")
    suggestion: str | None = Field(
        description="Code that replaces line..end_line whole, or null when unsure."
    )
    confidence: float = Field(description="How sure you are, from 0 to 1.")


class Answer(BaseModel):
    """All you found; an empty list when there is nothing."""

    model_config = ConfigDict(extra="forbid")

    findings: list[Claim]


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands of an answer, and what does not. Every claim is in one of the two."""

    kept: tuple[Finding, ...]
    set_aside: tuple[SetAside, ...]


def schema() -> dict[str, Any]:
    """JSON schema of an answer, in the keywords that structured outputs support."""
    return schema_of(Answer)


def read(text: str, assignment: Assignment, change: Change) -> Reading:
    """Read an answer and hold each claim against the change. Raises BadReply with the reason."""
    drafts = [_finding(claim, assignment) for claim in parsed(text, Answer).findings]
    kept: list[Finding] = []
    set_aside: list[SetAside] = []
    for draft in drafts:
        judged = _judge(draft, assignment, change)
        if isinstance(judged, SetAside):
            set_aside.append(judged)
        else:
            kept.append(judged)
    most = assignment.reviewer.max_findings
    best = rank(kept)
    too_many = [
        SetAside(each, f"{OVER_LIMIT} of {most} findings a reviewer may report")
        for each in best[most:]
    ]
    return Reading(best[:most], (*set_aside, *too_many))


def whole_claims(text: str) -> str | None:
    """An answer of the claims that a cut-off one holds whole; None when there is none."""
    begins = text.find("[", text.find('"findings"') + 1)
    if '"findings"' not in text or begins < 0:
        return None
    decoder, at, found = json.JSONDecoder(), begins + 1, []
    while True:
        at += len(text[at:]) - len(text[at:].lstrip(" \t\r\n,"))
        try:
            claim, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        found.append(claim)
    return json.dumps({"findings": found}) if found else None


def _finding(claim: Claim, assignment: Assignment) -> Finding:
    line, end_line = (min(max(1, each), LAST_LINE) for each in (claim.line, claim.end_line))
    return Finding(
        path=_named(claim.path, assignment.paths),
        line=line,
        end_line=max(line, end_line),
        severity=Severity(claim.severity),
        category=assignment.reviewer.category,
        title=cut(claim.title.strip(), LONGEST_TITLE),
        body=cut(claim.body.strip(), LONGEST_BODY),
        quote=claim.quote,
        sources=(assignment.reviewer.name,),
        suggestion=None if claim.suggestion is None else Suggestion(claim.suggestion.rstrip("\n")),
        confidence=sure(claim.confidence),
    )


def _named(shown: str, paths: tuple[str, ...]) -> str:
    """The path that was shown as `shown`: characters that hide or reorder text are spelled out."""
    return next((path for path in paths if visible(path) == shown), shown)


def _judge(draft: Finding, assignment: Assignment, change: Change) -> Finding | SetAside:
    if draft.path not in assignment.paths:
        return SetAside(draft, "names a file the reviewer was not given")
    if not draft.title:
        return SetAside(draft, "makes no claim")
    if not draft.severity.at_least(assignment.reviewer.floor):
        return SetAside(draft, f"below {assignment.reviewer.floor}, the reviewer's floor")
    if not draft.quote.strip():
        return SetAside(draft, "quotes no code")
    where = _where(draft.path, change)
    line = find_quote(where, draft.line, draft.quote) if where is not None else None
    if line is None:
        return SetAside(draft, "quotes code that is not in the file")
    return _placed(draft, line, _numbered(where))


def _where(path: str, change: Change) -> Sequence[str] | FileDiff | None:
    """The head version's lines, or what the diff shows of them."""
    text = change.text_of(path)
    return change.patch.file(path) if text is None else text.split("\n")


def _numbered(where: Sequence[str] | FileDiff | None) -> dict[int, str]:
    if isinstance(where, FileDiff):
        shown = ((line.new, line.text) for line in where.lines())
        return {new: text.removesuffix("\r") for new, text in shown if new is not None}
    return {n: text.removesuffix("\r") for n, text in enumerate(where or (), start=1)}


def _placed(draft: Finding, line: int, lines: dict[int, str]) -> Finding:
    """The finding on `line`, as long as before, its quote as the file has it."""
    end = line + draft.end_line - draft.line
    whole = all(number in lines for number in range(line, end + 1))
    end = end if whole else line
    current = "\n".join(lines[number] for number in range(line, end + 1))
    fix = draft.suggestion
    if fix is not None and (not whole or fix.text == current or len(fix.text) > LONGEST_SUGGESTION):
        fix = None
    return replace(draft, line=line, end_line=end, quote=lines[line], suggestion=fix)
