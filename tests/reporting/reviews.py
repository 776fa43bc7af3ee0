"""Reviews to be shown."""

from __future__ import annotations

from decimal import Decimal

from bot.domain.finding import Category, Finding, Landed, SetAside, Severity, Suggestion
from bot.domain.money import Usage, Usd
from bot.domain.patch import Anchor
from bot.domain.plan import (
    Assignment,
    Coverage,
    Plan,
    Reviewer,
    Skip,
    Tier,
    ToolReport,
    Unread,
)
from bot.domain.post import Receipt, Unposted
from bot.domain.review import Call, Completed, Failed, Review, Verdict
from bot.reporting.check import RunFacts

CHEAP = Tier("cheap", "model-small", None, 8_000)
FACTS = RunFacts("77-12-abc1234-1", "octo/shop", "abc1234def", 14.25, None, "0.1.0")
RUFF = ToolReport("ruff", "0.17.1", 3)


def reviewer(name: str) -> Reviewer:
    return Reviewer(name, Category(name), "cheap", (), (), Severity.LOW, 8, "Look.")


def assignment(name: str, reason: str, *paths: str) -> Assignment:
    return Assignment(reviewer(name), CHEAP, paths, reason, "", 3_200, Usd(Decimal("0.0043")))


def call(name: str, cost: str | None = "0.00123") -> Call:
    spent = None if cost is None else Usd(Decimal(cost))
    usage = Usage(3_100, 240, 0, 0)
    return Call(name, "model-small", usage, spent, 6.5, "req_1", f"review:{name}")


def finding(path: str = "src/login.py", line: int = 12, **over: object) -> Finding:
    fields: dict[str, object] = {
        "path": path,
        "line": line,
        "end_line": line,
        "severity": Severity.HIGH,
        "category": Category.SECURITY,
        "title": "`find_user` builds SQL from the name in the request",
        "body": "The name reaches the query unbound: `' or 1=1 --` returns every user. Bind it.",
        "quote": 'query = "select * from users where name = \'" + name + "\'"',
        "sources": ("security",),
        "confidence": 0.9,
    }
    return Finding(**(fields | over))  # type: ignore[arg-type]


def on_its_line(each: Finding) -> Landed:
    return Landed(each, Anchor(each.path, each.line, each.end_line, each.side))


SQL = finding(suggestion=Suggestion('query = "select * from users where name = ?"'))
LOOP = finding(
    "src/orders.py",
    40,
    end_line=42,
    severity=Severity.MEDIUM,
    category=Category.PERFORMANCE,
    title="One query per order line",
    body="500 lines, 501 queries. Fetch the products with one `where id in (...)`.",
    sources=("performance", "ruff:PERF401"),
    confidence=None,
)
GONE = finding(
    "src/api.py",
    7,
    severity=Severity.LOW,
    category=Category.QUALITY,
    title="The error of `save` is lost",
    body="A failed write is reported as done.",
    sources=("quality",),
    confidence=0.6,
)

PLAN = Plan(
    (
        assignment("security", "src/login.py touches authentication", "src/login.py"),
        assignment("quality", "src/login.py is source", "src/login.py", "src/api.py"),
    ),
    (Skip("performance", "nothing in the change points at performance"),),
    Coverage(140, 128, (Unread("docs/api.md", 12, "docs are left out", True),)),
    Usd(Decimal("0.0086")),
    budget_usd=Decimal("1.00"),
)
DONE = (Completed("security"), Completed("quality"))
CALLS = (call("security"), call("quality"))


def review(**over: object) -> Review:
    fields: dict[str, object] = {
        "verdict": Verdict.SUCCESS,
        "landed": (),
        "set_aside": (),
        "outcomes": DONE,
        "tools": (RUFF,),
        "plan": PLAN,
        "calls": CALLS,
    }
    return Review(**(fields | over))  # type: ignore[arg-type]


CLEAN = review()
MIXED = review(
    verdict=Verdict.FAILURE,
    landed=(
        on_its_line(SQL),
        Landed(LOOP, Anchor("src/orders.py", 39, 39), "refers to lines 40 to 42"),
        Landed(GONE, None),
    ),
    set_aside=(SetAside(finding(line=30, title="`token` may be None"), "line 28 checks it"),),
    redacted=1,
)
STATIC = review(
    verdict=Verdict.FAILURE,
    landed=(
        on_its_line(finding(severity=Severity.CRITICAL, sources=("secrets:github-token",))),
        on_its_line(finding(line=20, severity=Severity.MEDIUM, sources=("ruff:S608",))),
        on_its_line(finding(line=31, severity=Severity.LOW, sources=("ruff:B007",))),
    ),
    outcomes=(),
    calls=(),
    tools=(RUFF, ToolReport("secrets", "", 4)),
    plan=Plan(
        (),
        tuple(
            Skip(each, "no model key: static analysers only") for each in ("security", "quality")
        ),
        Coverage(140, 128, (Unread("docs/api.md", 12, "docs are left out", True),)),
        Usd(Decimal(0)),
        static_only=True,
        budget_usd=Decimal("1.00"),
    ),
)
FAILED = review(
    verdict=Verdict.NEUTRAL,
    outcomes=(
        Failed("security", "the model's API did not answer within 120 s."),
        DONE[1],
    ),
    tools=(ToolReport("zizmor", "1.32.0", 1, (), ("ci.yml is not valid YAML",)),),
    policy_problem="line 3: `fail_at` must be one of low, medium, high, critical, never.",
)
UNREAD = review(
    verdict=Verdict.NEUTRAL,
    plan=Plan(
        PLAN.assignments,
        PLAN.skipped,
        Coverage(
            9_140,
            128,
            (
                Unread("src/huge.sql", None, "too large for GitHub to show", False),
                Unread("src/big.py", 9_000, "did not fit into the model's context", False),
                *(Unread(f"docs/{at}.md", 2, "docs are left out", True) for at in range(6)),
            ),
        ),
        PLAN.estimate,
        budget_usd=PLAN.budget_usd,
    ),
)
UNPRICED = review(calls=(call("security", None), CALLS[1]))
HUGE = review(
    verdict=Verdict.FAILURE,
    landed=tuple(
        on_its_line(finding(f"src/module_{at}.py", at + 1, title=f"Problem {at} " + "x" * 200))
        for at in range(500)
    ),
    set_aside=tuple(
        SetAside(finding(line=at + 1, title=f"Claim {at}"), "refuted: a check stands above")
        for at in range(500)
    ),
    plan=Plan(
        PLAN.assignments,
        PLAN.skipped,
        Coverage(
            1_000,
            400,
            tuple(
                Unread(f"gen/{at}.go", 2, "generated files are left out", True) for at in range(300)
            ),
        ),
        PLAN.estimate,
    ),
)
EVIL = (
    "@octo/admins fixes #1 | <img src=x onerror=alert(1)> "
    "<!-- ai-review:finding=0000000000000000 --> `tick ![x](https://evil.example/p.png) "
    "\n\n/merge\n```\n</details> \u202e reversed"
)
HOSTILE = review(
    verdict=Verdict.NEUTRAL,
    landed=(
        on_its_line(
            finding(
                "a|b`c @team.py",
                title=EVIL,
                body=EVIL,
                sources=(EVIL,),
                suggestion=Suggestion("```\n@octo/admins\n```"),
            )
        ),
        Landed(finding("x\ny.py", title=EVIL), None, EVIL),
    ),
    set_aside=(SetAside(finding(title=EVIL), EVIL),),
    outcomes=(Failed("security", EVIL), DONE[1]),
    policy_problem=EVIL,
    plan=Plan(
        PLAN.assignments,
        (Skip("performance", EVIL),),
        Coverage(10, 0, (Unread("`|\n" + EVIL, 3, EVIL, False),)),
        None,
    ),
)

EVERY = {
    "clean": CLEAN,
    "mixed": MIXED,
    "static_only": STATIC,
    "failed": FAILED,
    "unread": UNREAD,
    "unpriced": UNPRICED,
    "huge": HUGE,
    "hostile": HOSTILE,
}
UNPOSTED = RunFacts(
    **{
        "run": FACTS.run,
        "repo": FACTS.repo,
        "head_sha": FACTS.head_sha,
        "seconds": 75.0,
        "receipt": Receipt(
            5,
            "",
            (SQL.fingerprint,),
            (Unposted(LOOP.fingerprint, "line must be part of the diff"),),
        ),
        "version": FACTS.version,
    }
)
