"""Independent votes on what would fail the check. Disagreement takes the claim out of the verdict.

A claim that a refuter could not prove wrong need not be right: judges agree too readily. So the
voters are told to look at it with different eyes, see neither each other's votes nor the
refuter's words, and more than half of those asked must confirm it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.diff.rows import visible as in_one_row
from bot.domain.finding import Finding, Severity, Stance, Vote
from bot.domain.plan import Change
from bot.errors import BadReply
from bot.guard.material import wrap
from bot.ports.model import Prompt
from bot.reviewing.asking import Ask, Question
from bot.reviewing.briefs import Court, Voter
from bot.reviewing.consensus import Consensus, Heard, Position, by_count, consensuses
from bot.reviewing.form import one_line, parsed, schema_of, sure
from bot.reviewing.shown import Shown, as_claim, show
from bot.reviewing.static import by_tools_alone

VOTES = 3
"""Voters a finding. The least number with a majority that one of them alone cannot upset."""

LONGEST_REASON = 200


# The name, docstring and descriptions are read by the model, too.


class Ballot(BaseModel):
    """Your vote."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(description="One clause.")
    stance: Literal["confirm", "refute", "unsure"]
    confidence: float = Field(description="How sure you are of the stance, from 0 to 1.")


@dataclass(frozen=True, slots=True)
class Voted:
    """The same findings in the same order, some with votes and some with a doubt.

    `failed` says in a sentence each which votes failed, and why.
    """

    findings: tuple[Finding, ...]
    failed: tuple[str, ...] = ()


async def vote(
    ask: Ask,
    findings: Sequence[Finding],
    change: Change,
    court: Court,
    fail_at: Severity | None,
    votes: int = VOTES,
) -> Voted:
    """Have `votes` voters judge each finding that would fail a check that fails at `fail_at`.

    Unless more than half of those asked confirm it, the finding keeps its severity and gets a
    doubt, so that it does not fail the check. 0 votes: nobody is asked, nothing is doubted. Not
    put to the vote is what static analysers alone say, which is the same every time, and what was
    voted on in an earlier run. Questions are "vote:1:voter-1" and so on, side by side. Never
    raises UpstreamError.
    """
    open_ = [nth for nth, each in enumerate(findings) if votes > 0 and _is_open(each, fail_at)]
    shown = show((findings[nth] for nth in open_), change, court.mark)
    matters = [
        _questions(number, findings[nth], shown[findings[nth].path], court, votes)
        for number, nth in enumerate(open_, start=1)
    ]
    reached = dict(zip(open_, await consensuses(ask, matters, _read, by_count), strict=True))
    return Voted(
        findings=tuple(
            _with_votes(each, reached[nth], court) if nth in reached else each
            for nth, each in enumerate(findings)
        ),
        failed=tuple(
            f"A vote on a claim about {in_one_row(findings[nth].path)} failed. {absent.why}"
            for nth, one in reached.items()
            for absent in one.failed
        ),
    )


def _is_open(finding: Finding, fail_at: Severity | None) -> bool:
    return finding.fails(fail_at) and not finding.votes and not by_tools_alone(finding)


def _questions(
    number: int, finding: Finding, shown: Shown, court: Court, votes: int
) -> list[Question]:
    """One a voter. All but the point of view is the same for all, and comes first."""
    claim = wrap("claim", as_claim(finding), court.mark)
    questions = []
    for nth in range(1, votes + 1):
        who = f"voter-{nth}"
        brief = f"Reviewer: {who}\n\n{_voter(nth, court).brief}\n\n{claim}"
        prompt = Prompt(court.tier, court.briefs.vote, shown.text, brief, schema_of(Ballot))
        questions.append(Question(f"vote:{number}:{who}", who, prompt))
    return questions


def _voter(nth: int, court: Court) -> Voter:
    """The point of view of the voter with that number; with more voters than views, again."""
    return court.briefs.voters[(nth - 1) % len(court.briefs.voters)]


def _read(question: Question, text: str) -> Position:
    ballot = parsed(text, Ballot)
    reason = one_line(ballot.reason, LONGEST_REASON)
    if not reason:
        raise BadReply("The vote gives no reason.")
    return Position(question.asker, Stance(ballot.stance), reason, sure(ballot.confidence))


def _with_votes(finding: Finding, reached: Consensus, court: Court) -> Finding:
    votes = tuple(
        Vote(_voter(int(each.voter.partition("-")[2]), court).name, each.stance, each.reason)
        for each in reached.positions
    )
    return replace(finding, votes=votes, doubt=doubt(reached))


def doubt(reached: Consensus) -> str:
    """Why a finding that was voted on does not fail the check; "" where most confirm it."""
    if reached.majority is Stance.CONFIRM:
        return ""
    heard = Heard(reached.positions, reached.failed)
    failed, confirm = len(heard.failed), heard.count(Stance.CONFIRM)
    lost = f"{failed} of {heard.asked} votes failed"
    if confirm == len(heard.positions):  # nobody disagrees: too few could be had
        return f"could not be confirmed, {lost}"
    many = f"{confirm or 'none'} of {heard.asked} {'confirms' if confirm < 2 else 'confirm'}"
    return f"reviewers disagree, {many}" + (f", {lost}" if failed else "")
