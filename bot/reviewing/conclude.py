"""From what was said to what is posted. Every finding ends up landed or set aside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.diff.anchors import land
from bot.domain.finding import Category, Evidence, Finding, Landed, SetAside
from bot.domain.opinions import Mute
from bot.domain.patch import Patch
from bot.domain.plan import Change, Plan
from bot.domain.pull import RepoPolicy
from bot.domain.review import Call, Completed, Outcome, Review, verdict
from bot.domain.wishes import Dismissal
from bot.guard import addressed
from bot.guard.never_send import REDACTED
from bot.reviewing.merge import merge
from bot.reviewing.mutes import apart
from bot.reviewing.rank import rank
from bot.reviewing.silence import silence
from bot.reviewing.static import on_added_lines, static_findings

SURE = frozenset({"secrets", "gitleaks", addressed.TOOL})
"""Tools whose evidence needs no reviewer's opinion: those that look for secrets, and for text that
speaks to the reviewers, of which they are no judges."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the stages before have made of the reviewers' answers.

    `findings` are those that stand, of this run and carried over from earlier heads; `set_aside`
    those that do not, those of the outcomes included. `read_before` are categories and paths that
    a reviewer of the category has read whole at an earlier head. `commented` are fingerprints
    that have a comment of ours already, `ignored` the dismissals by fingerprint; `mutes` are what
    the repository does not want to hear of. `calls`, `notes`, `overview`: as in Review.
    """

    plan: Plan
    outcomes: tuple[Outcome, ...] = ()
    findings: tuple[Finding, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    read_before: frozenset[tuple[Category, str]] = frozenset()
    commented: frozenset[str] = frozenset()
    ignored: Mapping[str, Dismissal] = field(default_factory=dict)
    mutes: tuple[Mute, ...] = ()
    calls: tuple[Call, ...] = ()
    notes: tuple[str, ...] = ()
    overview: str = ""


def conclude(judged: Judged, change: Change, policy: RepoPolicy) -> Review:
    """Put the reviewers' and the analysers' findings together and judge them.

    Where a finding lands, or that it is only listed, does not change the verdict.
    """
    plan, outcomes = judged.plan, judged.outcomes
    doubts = _doubts(judged, change)
    reported = static_findings(change, lambda each: doubts(each) is None)
    # What nobody has looked at again may no longer be where it was: nothing is united with it.
    open_ = tuple(each for each in judged.findings if each.open)
    here = merge((*(each for each in judged.findings if not each.open), *reported))
    told, ignored = silence((*here, *open_), judged.ignored)
    heard, muted = apart(told, judged.mutes, policy.fail_at)
    standing = rank(heard)
    return Review(
        verdict=verdict(standing, outcomes, change.tools, plan.coverage, policy.fail_at),
        landed=_landed(standing, change.patch, policy, judged.commented),
        set_aside=(*muted, *judged.set_aside, *ignored, *_unconfirmed(change, doubts, here)),
        outcomes=outcomes,
        tools=change.tools,
        plan=plan,
        redacted=change.redacted,
        policy_problem=policy.problem,
        asides=(*policy.notes, *change.asides),
        calls=judged.calls,
        notes=judged.notes,
        overview=judged.overview,
        commented=judged.commented,
    )


def _doubts(judged: Judged, change: Change) -> Callable[[Evidence], str | None]:
    """Why evidence does not stand by itself; None where its tool is sure or nobody judged it."""
    plan = judged.plan
    read = _read(judged)
    left_out = {each.path for each in plan.coverage.unread if each.by_rule}

    def doubt(evidence: Evidence) -> str | None:
        if evidence.tool in SURE:
            return None
        if evidence.path in left_out:
            return "its file is left out by rule"
        if not plan.static_only and (evidence.category, evidence.path) in read:
            return "a reviewer read the file and did not confirm it"
        return None

    return doubt


def _unconfirmed(
    change: Change, doubts: Callable[[Evidence], str | None], standing: tuple[Finding, ...]
) -> Iterator[SetAside]:
    """Evidence that neither stands nor was taken up by a finding at its place."""
    by_path: defaultdict[str, list[Finding]] = defaultdict(list)
    for each in standing:
        by_path[each.path].append(each)
    for evidence, finding in on_added_lines(change):
        why = doubts(evidence)
        if why is not None and not any(_taken_up(finding, by) for by in by_path[finding.path]):
            yield SetAside(finding, why)


def _taken_up(finding: Finding, by: Finding) -> bool:
    return (
        (by.path, by.category) == (finding.path, finding.category)
        and by.line <= finding.end_line
        and finding.line <= by.end_line
    )


def _read(judged: Judged) -> frozenset[tuple[Category, str]]:
    """What somebody has read to the end, now or before."""
    names = {each.reviewer for each in judged.outcomes if isinstance(each, Completed)}
    return judged.read_before | {
        (each.reviewer.category, path)
        for each in judged.plan.assignments
        if each.name in names
        for path in each.paths
    }


def _landed(
    ranked: tuple[Finding, ...], patch: Patch, policy: RepoPolicy, commented: frozenset[str]
) -> tuple[Landed, ...]:
    """Worst first; the list takes what is below the policy's floor or over its limit.

    What has a comment from an earlier head is listed and not said there twice.
    """
    landed: list[Landed] = []
    inline = 0
    for finding in ranked:
        # A file whose name held a secret is not called by its name, so no comment could find it.
        named = REDACTED not in finding.path
        place = land(finding, patch) if named else Landed(finding, None)
        if finding.fingerprint in commented:
            place = Landed(finding, None, "commented at an earlier head", listed=True)
        elif finding.open:  # nobody knows whether it still holds, so no line is told about it
            place = Landed(finding, None, listed=True)
        elif place.anchor is not None:
            if inline < policy.max_comments and finding.severity.at_least(policy.comment_at):
                inline += 1
            else:
                place = Landed(finding, None, listed=True)
        landed.append(place)
    return tuple(landed)
