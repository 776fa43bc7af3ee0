"""A review as the comments on the lines it is about."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.finding import Finding, Landed
from bot.domain.patch import Anchor, Side
from bot.domain.post import CommentPost, ReviewPost
from bot.domain.review import Review
from bot.guard.sanitise import committable, fenced, prose, suggestion
from bot.reporting.claims import commented_before, confidence, doubt_words, standing
from bot.reporting.fit import Block, fit
from bot.reporting.shares import nobody_finished
from bot.reporting.untrusted import cell, place
from bot.reporting.words import footer, found_words, gaps, plural

MOST = 4_000
"""Bytes of the review's own text. GitHub takes 65,536 characters, but nobody reads them."""

MOST_BODY = 1_800
MOST_FIX = 1_200
MOST_OVERVIEW = 400


def review_post(review: Review, run: str) -> ReviewPost | None:
    """The one review of a run, or None when there is nothing to say on a line.

    What has no anchor is listed in its body; where the list is long, its end is in the check.
    A review of nothing but what the policy wants listed is not posted: the check has the list.
    """
    if all(each.listed for each in review.landed):
        return None
    comments = tuple(_comment(each, each.anchor) for each in review.landed if each.anchor)
    return ReviewPost(_body(review, run), comments)


def _body(review: Review, run: str) -> str:
    before = sum(map(commented_before, review.landed))
    unplaced = (each for each in review.landed if each.anchor is None)
    rest = [each.finding for each in unplaced if not commented_before(each)]
    said = found_words(review)
    first = f"{said[0].upper()}{said[1:]}."
    if before:
        was = "was" if before == 1 else "were"
        first += f" {before} of them {was} commented at an earlier head."
    if missing := gaps(review):
        whole = "needs a person" if nobody_finished(review) else "is incomplete"
        first += f" This review {whole}: {', '.join(missing)}."
    if review.plan.static_only:
        first += " Static analysers only: no model key is set."
    if review.overview:
        first += f"\n\n{cell(review.overview, MOST_OVERVIEW)}"
    blocks = [Block(first)]
    if rest:
        head = "Without a comment on a line:\n"
        blocks.append(Block(head, tuple(_row(each) for each in rest)))
    blocks.append(Block(f"<sub>The AI Review check has the details. {footer(review)}</sub>"))
    blocks.append(Block(f"<!-- ai-review:run={run} -->"))
    return fit(blocks, MOST)


def _row(finding: Finding) -> str:
    doubt = f" ({cell(doubt_words(finding), 230)})" if finding.doubt else ""
    severity = finding.severity.value.capitalize()
    return f"- **{severity}** {place(finding)} {cell(finding.title, 200)}{doubt}"


def _comment(landed: Landed, anchor: Anchor) -> CommentPost:
    finding = landed.finding
    parts = [
        f"**{finding.severity.value.capitalize()}: {cell(finding.title, 200)}**",
        prose(finding.body, MOST_BODY),
        *_fix(landed, anchor),
        f"<sub>{' · '.join(_small(landed))}</sub>",
        f"<!-- ai-review:finding={finding.fingerprint} -->",
    ]
    body = "\n\n".join(part for part in parts if part)
    return CommentPost(anchor, body, finding.fingerprint)


def _fix(landed: Landed, anchor: Anchor) -> Iterator[str]:
    """A suggestion GitHub can commit where the comment sits on exactly the lines it replaces."""
    finding = landed.finding
    if finding.suggestion is None:
        return
    text = finding.suggestion.text
    if len(text.encode("utf-8", "surrogatepass")) > MOST_FIX:
        lines = plural(text.count("\n") + 1, "line")
        yield f"A fix of {lines} was proposed; it is too long for a comment."
        return
    exact = (anchor.start, anchor.end) == (finding.line, finding.end_line)
    exact = exact and not landed.note and anchor.side is Side.RIGHT is finding.side
    if exact and committable(text):
        yield suggestion(text)
    else:
        yield f"Instead of {place(finding)}:\n\n{fenced(text, '')}"


def _small(landed: Landed) -> Iterator[str]:
    finding = landed.finding
    if landed.note:
        yield cell(landed.note, 120)
    yield ", ".join(cell(each, 60) for each in finding.sources[:5])
    yield from (cell(each, 200) for each in (confidence(finding), *standing(finding)) if each)
