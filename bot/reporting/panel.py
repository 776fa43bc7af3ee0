"""Who was asked, and what each of them did: one row a reviewer, one a role beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from bot.domain.calls import FAILED
from bot.domain.finding import Trial
from bot.domain.plan import Part, Risk, Skip
from bot.domain.review import Call, Review
from bot.reporting.shares import BESIDE, Reader, Share, asked_beside, questions
from bot.reporting.untrusted import Pen
from bot.reporting.words import joined, plural

MOST_PARTS = 3
"""Parts named in one row; the list of parts has all."""
REFUTED = "refuted"
"""How the reason begins for which a refuter sets a claim aside. Only counted, never decided by."""


def did(reader: Reader, review: Review, pen: Pen) -> str:
    """What a reviewer read and why it was called; then where it failed, and why."""
    done, said = reader.done, []
    if done:
        parts = _how_many_parts(done, review)
        reason = pen.words(_reasons(done))
        read = f"read {_files(done)}{parts}" if done[0].assignment else "ran"
        said.append(f"{read}{_brackets(done, pen)}{reason and ': '}{reason}")
    return "; ".join((*said, *_lost(reader, pen)))


def _files(shares: Sequence[Share]) -> str:
    return plural(len({path for each in shares for path in each.paths}), "file")


def _how_many_parts(done: Sequence[Share], review: Review) -> str:
    all_, mine = len(review.plan.parts), sum(each.part is not None for each in done)
    if not mine:
        return ""
    return f" in {plural(mine, 'part')}" if mine == all_ else f" in {mine} of {all_} parts"


def _reasons(shares: Sequence[Share]) -> str:
    """The clauses that hold for all shares, then those of single parts."""
    by_clause: defaultdict[str, list[Share]] = defaultdict(list)
    for share in shares:
        clauses = share.assignment.reason.split("; ") if share.assignment else ()
        for clause in dict.fromkeys(clauses):
            by_clause[clause].append(share)
    said = [clause for clause, of in by_clause.items() if len(of) == len(shares)]
    for clause, of in by_clause.items():
        if len(of) < len(shares):
            said.append(f"{_parts([each.part for each in of if each.part])} {clause}")
    return "; ".join(said)


def _parts(parts: Sequence[Part], name: Callable[[Part], str] = lambda part: "") -> str:
    """As in "part 2" or "parts 1, 2, 3 and 9 more", each with what `name` adds to its number."""
    said = [f"{each.number}{name(each)}" for each in parts[:MOST_PARTS]]
    if len(parts) > MOST_PARTS:
        said.append(f"{len(parts) - MOST_PARTS} more")
    return f"part{'s' if len(parts) > 1 else ''} {joined(said)}"


def _brackets(shares: Sequence[Share], pen: Pen) -> str:
    """On which model, at which risk unless it is normal, and who answered instead."""
    own = {each.model: None for each in shares if not each.stand_ins and each.model}
    risks = {each.assignment.risk for each in shares if each.assignment}
    said = [*map(pen.code, own)]
    said += [f"{each.value} risk" for each in Risk if each in risks and each is not Risk.NORMAL]
    said += _stand_ins(shares, pen)
    return f" ({', '.join(said)})" if said else ""


def _stand_ins(shares: Sequence[Share], pen: Pen) -> Iterator[str]:
    """As in "answered by … in place of … in part 2"."""
    found: defaultdict[tuple[str, str], list[Share]] = defaultdict(list)
    for share in shares:
        for model in share.stand_ins:
            found[model, share.model].append(share)
    for (answered, asked), of in found.items():
        parts = [each.part for each in of if each.part]
        where = f" in {_parts(parts)}" if len(of) < len(shares) else ""
        yield f"answered by {pen.code(answered)} in place of {pen.code(asked)}{where}"


def _lost(reader: Reader, pen: Pen) -> Iterator[str]:
    """Shares that were not read to the end; those with the same reason are told together."""
    by_why: defaultdict[str, list[Share]] = defaultdict(list)
    for share in reader.lost:
        by_why[share.why].append(share)
    for why, shares in by_why.items():
        parts = [each.part for each in shares if each.part]
        where = f" in {_parts(parts, lambda part: f' ({pen.code(part.name)})')}" if parts else ""
        if why:
            models = "" if reader.done else _brackets(shares, pen)
            yield f"{pen.strong('failed')}{where}{models}: {pen.words(why)}"
        else:
            of = _files(shares)
            yield f"{pen.strong('has no outcome')}{where}: nothing is known of its {of}"


def not_run(skipped: Sequence[Skip]) -> dict[str, str]:
    """Why somebody does not read, by name; parts that share a reason are told together."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for each in dict.fromkeys(skipped):
        name, _, part = each.reviewer.partition(" part ")
        found[name, each.why].append(part)
    named = {}
    for (name, why), numbers in found.items():
        some = f" part{'s' if len(numbers) > 1 else ''} {joined(numbers)}" if all(numbers) else ""
        named[name + some] = why
    return named


def beside(review: Review, pen: Pen) -> Iterator[tuple[str, str, tuple[Call, ...]]]:
    """Role, what was done in a clause, and the calls of everybody who is no reviewer."""
    roles = asked_beside(review)
    for role in dict.fromkeys((*BESIDE, *roles)):
        calls = roles.get(role, ())
        if calls or _unseen(role, review):  # nobody may be called once the money is spent
            yield role, _role(role, calls, review, pen), calls


def _role(role: str, calls: Sequence[Call], review: Review, pen: Pen) -> str:
    asked = questions(calls)
    open_ = {name: notes for name, notes in asked.items() if notes}
    notes = (note.removeprefix(f"{FAILED}: ") for notes in open_.values() for note in notes)
    whys = joined(list(dict.fromkeys(notes)))
    rest = _unseen(role, review)
    if len(open_) == len(asked):
        return f"{pen.strong('failed')}: {'; '.join(filter(None, (pen.words(whys), rest)))}"
    models = dict.fromkeys(each.model for each in calls if not each.note)
    work = _work(role, review) or pen.strong("failed")
    said = [f"{work} ({', '.join(map(pen.code, models))})", rest]
    if open_:
        count = f"{len(open_)} of {plural(len(asked), 'question')}"
        said.append(f"{pen.strong('failed')} at {count}: {pen.words(whys)}")
    return "; ".join(filter(None, said))


def _work(role: str, review: Review) -> str:
    """What came of it, "" where nothing did."""
    if role == "triage":
        return "asked about what the rules leave open"
    if role == "refuter":
        return _tried(review)
    if role == "votes":
        return _voted(review)
    if role == "synthesis":  # an answer that could not be used has put nothing together
        parts = plural(len(review.plan.parts), "part")
        return f"put together what was found in {parts}" if review.overview else ""
    return "asked"


def _tried(review: Review) -> str:
    """Findings of an earlier head that stood there are not tried again."""
    claims = (*review.findings, *review.muted)
    stood = sum(each.trial is Trial.STOOD and not each.since for each in claims)
    gone = sum(each.why.startswith(REFUTED) for each in review.set_aside)
    if not stood and not gone:
        return ""
    return f"tried {plural(stood + gone, 'finding')}, set {gone or 'none'} aside"


def _voted(review: Review) -> str:
    """Findings of an earlier head that were voted on there are not put to the vote again."""
    voted = [each for each in review.findings if each.votes and not each.since]
    doubted = sum(bool(each.doubt) for each in voted)
    came = ((len(voted) - doubted, "confirmed"), (doubted, "in doubt"))
    said = ", ".join(f"{count} {word}" for count, word in came if count)
    return f"voted on {plural(len(voted), 'finding')}: {said}" if voted else ""


def _unseen(role: str, review: Review) -> str:
    """Findings that should have come before a refuter or the voters, and did not."""
    if role == "refuter":
        claims = (*review.findings, *review.muted)
        count = sum(each.trial is Trial.UNCHECKED for each in claims)
        return f"no refuter saw {plural(count, 'finding')}" if count else ""
    if role == "votes":
        count = sum(
            bool(each.doubt) and not each.votes and not each.open for each in review.findings
        )
        return f"no vote on {plural(count, 'finding')}" if count else ""
    return ""
