"""What a review promises, held against what was really said, billed and heard.

Each promise takes a world whose reviews have ended, and fails where one of them broke it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Coroutine, Iterable, Iterator
from decimal import Decimal
from typing import Any, TypeVar

from bot.domain.finding import Evidence, Finding, Landed, SetAside, Severity
from bot.domain.ledger import Entry, EntryState
from bot.domain.plan import Assignment
from bot.domain.review import Completed, Failed, Review, Verdict
from bot.planning.select import reads, select
from bot.service.remembering import STOOD
from tests.service.sayings import TOPICS, Draft, Said
from tests.service.simulated import Walk, World, exact
from tests.store.simulation import Purse

T = TypeVar("T")
FAR = 4
"""Lines between a claim and the finding it is told in without a word about its place."""
BY_RULE = "below ", "quotes ", "names a file ", "makes no claim"
"""How the reasons begin why a claim is set aside that the change itself contradicts."""


def at_once(act: Coroutine[Any, Any, T]) -> T:
    """The value of what waits for nothing."""
    try:
        act.send(None)
    except StopIteration as done:
        value: T = done.value
        return value
    raise AssertionError("it waited")


def entries(walk: Walk) -> tuple[Entry, ...]:
    return at_once(walk.world.ledger.of_run(walk.case.run))


def review(walk: Walk) -> Review:
    assert walk.review is not None
    return walk.review


# Money.


def no_limit_is_passed(world: World) -> None:
    """At each call the vendor's own bills are held against the limits; at the end the ledger is."""
    purse = Purse(False, {}, Counter())
    for walk in world.walks:
        for entry in entries(walk):
            counts = entry.counts(max(walk.budget.run_usd, Decimal("1e-12")))
            purse.take(entry, walk.budget, counts)
    for key, billed in world.purse.spent.items():
        assert billed <= purse.spent.get(key, Decimal(0)), "the ledger knows of less than is billed"


def the_ledger_is_the_sum_of_its_calls(world: World) -> None:
    for walk in world.walks:
        noted = entries(walk)
        assert all(each.state is not EntryState.RESERVED for each in noted)
        paid = [each for each in noted if each.state is not EntryState.RELEASED]
        calls = review(walk).calls
        told = [(each.name, each.model, each.usage, each.cost) for each in calls]
        assert told == [(each.call, each.model, each.usage, _owed(each)) for each in paid]
        known = [each for each in calls if each.cost is not None]
        whole = sum((each.cost for each in known if each.cost), Decimal(0))
        assert whole <= walk.budget.run_usd
        assert review(walk).cost == (whole if len(known) == len(calls) else None)
        _settled_as_billed(walk, noted)


def _owed(entry: Entry) -> Decimal | None:
    return entry.cost if entry.state is EntryState.SETTLED else entry.reserved


def _settled_as_billed(walk: Walk, noted: Iterable[Entry]) -> None:
    """Every answer that was bought is in the ledger once, at what the vendor asks for it."""
    settled = {(each.call, each.digest): each for each in noted if each.state is EntryState.SETTLED}
    assert set(settled) == set(walk.heard)
    assert len({call for call, _ in settled}) == len(settled), "one question was answered twice"
    prices = walk.world.house.desk.prices
    for key, entry in settled.items():
        usage, model = walk.paid[key]
        assert entry.usage == usage
        assert entry.cost == (exact(usage, prices[model]) if model in prices else None)


# Claims.


def nothing_is_lost(world: World) -> None:
    """Each claim that stands up to the change is told once or set aside; each other is set aside.

    So is what memory brings.
    """
    for walk in world.walks:
        by_title = _by_title(review(walk))
        said = list(drafts(walk))
        times = Counter(each.title for each in said)
        for draft in said:
            own = [each for each in by_title[draft.title] if draft.reviewer in _of(each).sources]
            assert len(own) <= times[draft.title], "a claim is told twice"
            if not draft.fit:
                assert own, "a claim that cannot stand is in no list"
                assert all(isinstance(e, SetAside) and e.why.startswith(BY_RULE) for e in own)
                continue
            assert own or any(_tells(_of(each), draft) for each in _all(review(walk))), (
                "a claim is lost"
            )
            assert not any(isinstance(e, SetAside) and e.why.startswith(BY_RULE) for e in own)
        for each in walk.recalled:
            for finding in each.findings:
                if each.key != STOOD or not _read_as_it_is(finding, walk):
                    _is_told(finding, walk, by_title)


def _is_told(known: Finding, walk: Walk, by_title: dict[str, list[Landed | SetAside]]) -> None:
    for draft in _as_drafts(known):
        told = by_title[known.title] or any(_tells(_of(e), draft) for e in _all(review(walk)))
        assert told, "what was known is lost"


def _read_as_it_is(known: Finding, walk: Walk) -> bool:
    """Whether one of its sources has read every changed function of its file, as it is now."""
    covered = set(_covered(walk))
    return any(set(_bits(walk, name, known.path)) <= covered for name in known.sources)


def _as_drafts(known: Finding) -> Iterator[Draft]:
    """What memory brings, as a claim of each of its sources. It may have moved since."""
    for source in known.sources:
        yield Draft(source, known.path, -1, known.title, known.severity, fit=True)


def _by_title(one: Review) -> dict[str, list[Landed | SetAside]]:
    found: defaultdict[str, list[Landed | SetAside]] = defaultdict(list)
    for each in _all(one):
        found[_of(each).title].append(each)
    return found


def _all(one: Review) -> Iterator[Landed | SetAside]:
    yield from one.landed
    yield from one.set_aside


def _of(each: Landed | SetAside) -> Finding:
    return each.finding


def drafts(walk: Walk) -> Iterator[Draft]:
    """Every claim of a reviewer that arrived."""
    for (call, _), said in walk.heard.items():
        if call.startswith("review"):
            yield from said.drafts


def _tells(finding: Finding, draft: Draft) -> bool:
    """Whether a finding tells what a source claimed: in its words, or beside it in words alike."""
    if finding.path != draft.path and f"`{draft.path}:" not in finding.body:
        return False
    if draft.reviewer not in finding.sources:
        return False
    text = f"{finding.title}\n{finding.body}"
    if draft.title in text:
        return True
    alike = draft.topic >= 0 and TOPICS[draft.topic] in text
    first, last = finding.line - FAR, finding.end_line + FAR
    beside = draft.line < 0 or first <= draft.line <= last
    return alike and (beside or f"`{draft.path}:{draft.line}`" in finding.body)


def nothing_is_invented(world: World) -> None:
    """Each finding was brought by a reviewer, an analyser or memory, as were its votes."""
    for walk in world.walks:
        said = list(drafts(walk))
        known = [finding for each in walk.recalled for finding in each.findings]
        evidence = walk.case.change.evidence
        titles = {each.title for each in (*said, *known, *evidence)}
        sources = {each.reviewer for each in said} | {s for each in known for s in each.sources}
        sources |= {f"{each.tool}:{each.rule}" for each in evidence}
        votes = {(each.stance, each.reason) for each in walk.heard.values() if each.stance}
        votes |= {(vote.stance.value, vote.reason) for each in known for vote in each.votes}
        for each in map(_of, _all(review(walk))):
            assert each.title in titles
            assert set(each.sources) <= sources
            assert {(vote.stance.value, vote.reason) for vote in each.votes} <= votes
            assert not each.since or each.title in {one.title for one in known}


# The verdict.


def never_green_for_less_than_all(world: World) -> None:
    for walk in world.walks:
        one = review(walk)
        if one.verdict is not Verdict.SUCCESS:
            continue
        world.happened["green"] += 1
        assert not one.findings
        assert not any(tool.incomplete for tool in one.tools)
        assert all(isinstance(each, Completed) for each in one.outcomes)
        assert [each.reviewer for each in one.outcomes] == [e.name for e in one.plan.assignments]
        for assignment in one.plan.assignments:
            assert _read_to_the_end(walk, assignment)
        assert not set(_wanted(walk)) - set(_covered(walk))
        assert not any(
            each.unread is not None for each in walk.case.change.patch.files if each.unread
        )


Bit = tuple[str, str, int, int]
"""A reviewer, a file, a function of it and its variant."""


def _wanted(walk: Walk) -> Iterator[Bit]:
    """Which reviewer has to read which changed function, as far as rules alone say so."""
    case, reviewers = walk.case, walk.world.house.reviewers
    for choice in select(reviewers, case.change, case.policy, case.asked_for):
        if choice.chosen:
            for path in reads(choice.reviewer, case.change, case.policy):
                yield from _bits(walk, choice.reviewer.name, path)


def _covered(walk: Walk) -> Iterator[Bit]:
    """Which reviewer has read which changed function to the end, now or at an earlier head."""
    for each in (*_earlier(walk), walk):
        done = {one.reviewer for one in review(each).outcomes if isinstance(one, Completed)}
        for assignment in review(each).plan.assignments:
            if assignment.name in done:
                for path in assignment.paths:
                    yield from _bits(each, assignment.reviewer.name, path)


def _bits(walk: Walk, reviewer: str, path: str) -> Iterator[Bit]:
    """What a file of a head holds that is not as in the base.

    Formatting alone is no change, where the file is known whole.
    """
    for piece in walk.files[path]:
        loose = piece.loose and path.endswith(".js") and path not in walk.rows
        if piece.variant or loose:
            yield reviewer, path, piece.nth, piece.variant + 100 * loose


def _read_to_the_end(walk: Walk, assignment: Assignment) -> bool:
    """Whether the last answer to each question about a share was whole and in the agreed form."""
    last: dict[str, tuple[int, Said]] = {}
    for (call, _), said in walk.heard.items():
        word, _, key = call.partition(":")
        if word.startswith("review"):
            nth = ("review", "review-again", "review-last").index(word)
            if key not in last or last[key][0] < nth:
                last[key] = nth, said
    leaves = [
        key
        for key in last
        if (key == assignment.name or key.startswith(f"{assignment.name}."))
        and not any(other.startswith(f"{key}.") for other in last)
    ]
    return bool(leaves) and all(last[key][1].usable for key in leaves)


def who_failed_is_shown(world: World) -> None:
    """A share whose last answer cannot be used is a failure, and nobody else is."""
    for walk in world.walks:
        for assignment, outcome in zip(
            review(walk).plan.assignments, review(walk).outcomes, strict=True
        ):
            if isinstance(outcome, Completed):
                assert _read_to_the_end(walk, assignment)
            else:
                assert isinstance(outcome, Failed)
                assert outcome.why.strip()


def only_what_most_confirm_fails_the_check(world: World) -> None:
    for walk in world.walks:
        one, fail_at = review(walk), walk.case.policy.fail_at
        failing = [each for each in one.findings if each.fails(fail_at)]
        assert (one.verdict is Verdict.FAILURE) == bool(failing)
        for finding in failing:
            assert any(_may_fail(walk, finding, fail_at)), "a check fails without a majority"


def _may_fail(walk: Walk, finding: Finding, fail_at: Severity | None) -> Iterator[bool]:
    """For each claim that is told in the finding, whether it may fail the check by itself."""
    assert fail_at is not None
    votes = walk.world.house.panel.votes
    yield votes == 0
    for evidence in walk.case.change.evidence:
        yield _is_in(evidence, finding) and evidence.severity.at_least(fail_at)
    for each in walk.recalled:
        for known in each.findings:
            held = 2 * sum(vote.stance.value == "confirm" for vote in known.votes) > votes
            if not known.doubt and any(_tells(finding, each) for each in _as_drafts(known)):
                yield held or known.severity is Severity.LOW
    for draft in drafts(walk):
        if _tells(finding, draft):
            yield draft.severity is Severity.LOW and fail_at is Severity.LOW
            yield 2 * _confirmed(walk, draft.title) > votes


def _is_in(evidence: Evidence, finding: Finding) -> bool:
    return evidence.path == finding.path and f"{evidence.tool}:{evidence.rule}" in finding.sources


def _confirmed(walk: Walk, title: str) -> int:
    return sum(each.about == title and each.stance == "confirm" for each in walk.heard.values())


def what_is_proved_wrong_is_not_told(world: World) -> None:
    for walk in world.walks:
        one = review(walk)
        refuted = {each for said in walk.heard.values() for each in said.refuted}
        world.happened["refuted"] += len(refuted)
        told = {(each.title, each.line) for each in one.findings if not each.since}
        assert not refuted & told
        dropped = {
            (each.finding.title, each.finding.line)
            for each in one.set_aside
            if each.why.startswith("refuted: ")
        }
        assert dropped == refuted, "a claim was dropped without proof"


def _earlier(walk: Walk) -> list[Walk]:
    mine = [each for each in walk.world.walks if each.case.number == walk.case.number]
    return mine[: mine.index(walk)]


# Steps.


def every_worker_goes_the_same_way(world: World) -> None:
    for walk in world.walks:
        *before, last = walk.begun
        for begun in before:
            assert last[: len(begun)] == begun


ALL = (
    no_limit_is_passed,
    the_ledger_is_the_sum_of_its_calls,
    nothing_is_lost,
    nothing_is_invented,
    never_green_for_less_than_all,
    who_failed_is_shown,
    only_what_most_confirm_fails_the_check,
    what_is_proved_wrong_is_not_told,
    every_worker_goes_the_same_way,
)
