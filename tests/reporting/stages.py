"""Reviews to be shown that came through every stage: refuted, voted on, in parts, shed, reused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bot.domain.calls import FAILED
from bot.domain.finding import (
    Category,
    Finding,
    Landed,
    SetAside,
    Severity,
    Stance,
    Trial,
    Vote,
)
from bot.domain.money import Usage, Usd
from bot.domain.plan import Assignment, Coverage, Part, Plan, Risk, Skip, Tier, Unread, Width
from bot.domain.review import Call, Completed, Failed, Outcome, Verdict
from tests.reporting.reviews import (
    CALLS,
    EVERY,
    EVIL,
    GONE,
    PLAN,
    SQL,
    assignment,
    finding,
    on_its_line,
    review,
)

DEEP = Tier("deep", "model-large", "high", 16_000, "cheap")


def asked(
    by: str, name: str, model: str = "model-small", cost: str = "0.0021", **over: object
) -> Call:
    """A call of 2,000 tokens in; `over` are its other fields."""
    fields: dict[str, object] = {
        "usage": Usage(2_000, 150, 0, 0),
        "seconds": 4.0,
        "request_id": "req_2",
        **over,
    }
    return Call(by, model, cost=Usd(Decimal(cost)), name=name, **fields)  # type: ignore[arg-type]


LOST = f"{FAILED}: no answer (timeout)"
"""As the ledger's entry is told."""


def lost(by: str, name: str, model: str = "model-small", note: str = LOST) -> Call:
    """A call that brought no answer and counts at its worst case."""
    usage = Usage()
    return asked(by, name, model, "0.0400", usage=usage, seconds=0.0, request_id="", note=note)


STOOD = replace(SQL, trial=Trial.STOOD)
VOTED = replace(
    STOOD,
    votes=(
        Vote("the author of the code", Stance.CONFIRM, "the name comes from the query string"),
        Vote("the engineer on call", Stance.CONFIRM, "`?name=' or 1=1 --` lists every user"),
        Vote("the maintainer", Stance.REFUTE, "the line was as bad before"),
    ),
)
DOUBTED = replace(
    STOOD,
    votes=(
        Vote("the author of the code", Stance.REFUTE, "line 9 takes nothing but letters"),
        Vote("the engineer on call", Stance.CONFIRM, "`?name=' or 1=1 --` lists every user"),
        Vote("the maintainer", Stance.UNSURE, "the caller is not shown"),
    ),
    doubt="reviewers disagree, 1 of 3 confirms",
)
REFUTED_CLAIMS = tuple(
    SetAside(finding(line=line, title=title), f"refuted: {why}")
    for line, title, why in (
        (30, "`token` may be None", "line 28 returns before it when there is no token."),
        (44, "The password is compared in variable time", "`compare_digest` on line 46 does not."),
    )
)
VOTERS = tuple(asked(f"voter-{each}", f"vote:1.{each}", seconds=2.0 + each) for each in (1, 2, 3))

REFUTED = review(
    verdict=Verdict.FAILURE,
    landed=(on_its_line(VOTED), on_its_line(replace(GONE, line=8, end_line=8))),
    set_aside=REFUTED_CLAIMS,
    calls=(*CALLS, asked("refuter", "refute:1"), *VOTERS),
)
DISAGREEMENT = review(
    verdict=Verdict.NEUTRAL,
    landed=(on_its_line(DOUBTED),),
    calls=(*CALLS, asked("refuter", "refute:1"), *VOTERS),
)
SHED = review(
    plan=Plan(
        (
            replace(
                assignment(
                    "security",
                    "src/login.py touches authentication; it decides who gets in; on the standard "
                    "tier instead of deep, to stay within the budget of $0.05",
                    "src/login.py",
                    "src/api.py",
                ),
                risk=Risk.HIGH,
            ),
        ),
        (
            Skip("quality", "with it the review could cost more than the budget of $0.05"),
            Skip("performance", "nothing in the change points at performance"),
        ),
        Coverage(
            140,
            104,
            (
                Unread(
                    "src/cart.py",
                    24,
                    "quality does not read it: with it the review could cost more than the budget "
                    "of $0.05",
                    False,
                ),
                Unread("docs/api.md", 12, "docs are left out", True),
            ),
        ),
        Usd(Decimal("0.0443")),
        budget_usd=Decimal("0.05"),
        notes=(
            "To stay within the budget of $0.05, only the changed hunks are shown, not the "
            "functions around them.",
        ),
        width=Width.HUNKS,
        cut=True,
    ),
    verdict=Verdict.NEUTRAL,
    outcomes=(Completed("security"),),
    calls=(replace(CALLS[0], usage=Usage(9_000, 640, 8_000, 4_000)),),
)

NO_MONEY = "with it the review could cost more than the budget of $1.00"
WEB = tuple(f"web/{at}.ts" for at in range(16))
THREE = (
    Part(1, "src/auth", tuple(f"src/auth/{at}.py" for at in range(12))),
    Part(2, "bot/github", tuple(f"bot/github/{at}.py" for at in range(6))),
    Part(3, "web", WEB),
)


def shares(name: str, reason: str, *parts: Part) -> tuple[Assignment, ...]:
    """One assignment in each of the parts."""
    return tuple(
        replace(assignment(name, reason, *each.paths), part=each.number, tier=DEEP)
        for each in parts
    )


IN_PARTS = Plan(
    (
        *shares("security", "src/auth/0.py touches authentication", *THREE),
        *shares("quality", "src/auth/0.py is source", *THREE[:2]),
    ),
    (
        Skip("quality part 3", NO_MONEY),
        Skip("performance", "nothing in the change points at performance"),
    ),
    Coverage(
        2_400,
        2_400,
        tuple(Unread(path, 50, f"quality does not read it: {NO_MONEY}", False) for path in WEB),
    ),
    Usd(Decimal("0.62")),
    budget_usd=Decimal("1.00"),
    parts=THREE,
    notes=("Triage chose 2 of the 3 reviewers the rules leave open.",),
)
CUT_OFF = "The answer was cut off at its length limit."
OUTCOMES: tuple[Outcome, ...] = (
    Completed("security@1", (SQL,)),
    Failed("security@2", CUT_OFF, (GONE,)),
    Completed("security@3"),
    Completed("quality@1"),
    Completed("quality@2"),
)
PART_CALLS = tuple(
    asked(
        each.reviewer.partition("@")[0],
        f"review:{each.reviewer}",
        "model-large",
        "0.0510",
        usage=Usage(4_000, 900, 8_000, 0),
        seconds=20.0 + at,
    )
    for at, each in enumerate(OUTCOMES)
)
AGAIN = asked(
    "security",
    "review-again:security@2",
    "model-large",
    "0.0510",
    usage=Usage(4_000, 900, 8_000, 0),
    seconds=11.0,
)
PARTS = review(
    verdict=Verdict.FAILURE,
    landed=(
        on_its_line(replace(SQL, path="src/auth/0.py", trial=Trial.STOOD)),
        on_its_line(replace(GONE, path="bot/github/2.py", sources=("security",))),
    ),
    plan=IN_PARTS,
    outcomes=OUTCOMES,
    calls=(
        asked("triage", "triage", cost="0.0004"),
        *PART_CALLS,
        AGAIN,
        asked("refuter", "refute:1"),
        asked("synthesis", "synthesis"),
    ),
    notes=("2 definitions the change calls are not shown: there was no room for them.",),
    overview="Both findings trust what the client sends. Look at the query in `src/auth/0.py` "
    "first.",
)

SINCE = "0123abcd4567ef"
CARRIED = replace(STOOD, since=SINCE)
REUSED = review(
    verdict=Verdict.FAILURE,
    landed=(
        Landed(CARRIED, None, "commented at an earlier head", listed=True),
        on_its_line(replace(GONE, line=20, end_line=20)),
        Landed(
            finding(
                "src/pay.py",
                3,
                severity=Severity.LOW,
                title="The amount is rounded twice",
                sources=("performance",),
                category=Category.PERFORMANCE,
                since=SINCE,
            ),
            None,
            listed=True,
        ),
    ),
    plan=replace(
        PLAN,
        skipped=(Skip("performance", "all it would read was read at an earlier head"),),
        coverage=Coverage(140, 120, PLAN.coverage.unread, reused_lines=80),
    ),
)
FALLBACK = review(
    plan=replace(
        PLAN,
        assignments=(replace(PLAN.assignments[0], tier=DEEP), PLAN.assignments[1]),
    ),
    calls=(
        lost("security", "review:security", "model-large"),
        asked("security", "review:security", "model-small-20260301", seconds=7.5),
        CALLS[1],
    ),
)
NO_ONE = "The model's API did not answer within 120 s."
ALL_FAILED = review(
    verdict=Verdict.NEUTRAL,
    outcomes=(Failed("security", NO_ONE), Failed("quality", NO_ONE)),
    calls=(lost("security", "review:security"), lost("quality", "review:quality")),
)

STAGES = {
    "refuted": REFUTED,
    "disagreement": DISAGREEMENT,
    "shed": SHED,
    "parts": PARTS,
    "reused": REUSED,
    "fallback": FALLBACK,
    "all_failed": ALL_FAILED,
}

MANY = tuple(
    Part(at, f"folder_{at}/" + "x" * 120, tuple(f"folder_{at}/{nth}.py" for nth in range(20)))
    for at in range(1, 61)
)
EVIL_VOTES = tuple(Vote(EVIL, stance, EVIL) for stance in Stance)


def evil(at: int) -> Finding:
    """A finding of which everything is known, and everything in somebody else's words."""
    return finding(
        f"src/{at}.py",
        at,
        title=EVIL,
        body=EVIL,
        votes=EVIL_VOTES,
        doubt=EVIL,
        since=EVIL,
        trial=Trial.STOOD,
    )


EVERYTHING = review(
    verdict=Verdict.NEUTRAL,
    landed=tuple(
        Landed(evil(at), None, EVIL, listed=True) if at % 2 else on_its_line(evil(at))
        for at in range(1, 100)
    ),
    set_aside=tuple(SetAside(evil(at), EVIL) for at in range(1, 100)),
    plan=Plan(
        (*shares("security", EVIL, *MANY), *shares("quality", EVIL, *MANY)),
        tuple(Skip(f"performance part {at}", f"{at} {EVIL}") for at in range(1, 61)),
        Coverage(90_000, 50_000, tuple(Unread(f"{EVIL}{at}", 5, EVIL, False) for at in range(100))),
        None,
        parts=MANY,
        notes=tuple(f"{at} {EVIL}" for at in range(50)),
    ),
    outcomes=tuple(
        Failed(f"{name}@{at}", f"{at} {EVIL}") if at % 2 else Completed(f"{name}@{at}")
        for name in ("security", "quality")
        for at in range(1, 61)
    ),
    calls=(
        *(lost("security", f"review:security@{at}", note=EVIL) for at in range(1, 61)),
        *(asked("quality", f"review:quality@{at}", EVIL) for at in range(1, 61)),
        *(lost(EVIL, f"{EVIL}:{at}", note=f"{at} {EVIL}") for at in range(60)),
        *(lost("refuter", f"refute:{at}", note=f"{at} {EVIL}") for at in range(60)),
    ),
    notes=(EVIL,),
    overview=EVIL * 20,
)
"""More of everything than a page holds."""

ALL = EVERY | STAGES
