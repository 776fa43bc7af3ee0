"""Short names for the values these tests are about."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from bot.domain.finding import Category, Evidence, Finding, Severity
from bot.domain.money import Price, PriceStep, Usd
from bot.domain.patch import FileDiff, FileKind, FileStatus, Hunk, Patch
from bot.domain.plan import (
    Assignment,
    Change,
    Coverage,
    HeadText,
    Plan,
    Reviewer,
    Tier,
    ToolReport,
)

STANDARD = Tier("standard", "claude-sonnet-5-5", "medium", 12_000)

PRICES = {
    "claude-sonnet-5-5": Price(
        (PriceStep(None, Decimal(2), Decimal(10), Decimal("2.5"), Decimal("0.1")),)
    )
}

CART = """\
import db


def total(order):
    rows = db.query("select * from items where order_id = " + order)
    return sum(row.price for row in rows)


def greet(name):
    return "hello " + name
"""

CART_HUNK = Hunk(
    old_start=3,
    old_count=5,
    new_start=3,
    new_count=5,
    section="",
    body=(
        " ",
        " def total(order):",
        "-    rows = db.query(QUERY, order)",
        '+    rows = db.query("select * from items where order_id = " + order)',
        "     return sum(row.price for row in rows)",
        " ",
    ),
)

UTIL_HUNK = Hunk(0, 0, 1, 2, "", ("+def twice(x):", "+    return x + x"))


def a_change(evidence: tuple[Evidence, ...] = (), **more: Any) -> Change:
    """Two files: src/cart.py with its text, src/util.py without."""
    files = (
        FileDiff("src/cart.py", FileStatus.MODIFIED, FileKind.SOURCE, (CART_HUNK,)),
        FileDiff("src/util.py", FileStatus.ADDED, FileKind.SOURCE, (UTIL_HUNK,)),
    )
    tools = (ToolReport("ruff", "1", 2, evidence),) if evidence else ()
    return Change(Patch(files), (HeadText("src/cart.py", CART),), (), tools, **more)


def evidence(line: int = 5, **more: Any) -> Evidence:
    values: dict[str, Any] = {
        "tool": "ruff",
        "rule": "S608",
        "path": "src/cart.py",
        "line": line,
        "end_line": line,
        "severity": Severity.MEDIUM,
        "category": Category.SECURITY,
        "title": "SQL built from strings",
        "message": "Possible injection.",
    }
    return Evidence(**(values | more))


def reviewer(name: str = "security", **more: Any) -> Reviewer:
    values: dict[str, Any] = {
        "name": name,
        "category": Category(name) if name in tuple(Category) else Category.QUALITY,
        "tier": "standard",
        "signals": (),
        "skip_kinds": (),
        "floor": Severity.LOW,
        "max_findings": 5,
        "brief": f"You review for {name}.",
    }
    return Reviewer(**(values | more))


def assignment(name: str = "security", **more: Any) -> Assignment:
    paths = more.pop("paths", ("src/cart.py", "src/util.py"))
    tokens, instructions = more.pop("prompt_tokens", 900), more.pop("instructions", "")
    tier = more.pop("tier", STANDARD)
    return Assignment(
        reviewer(name, **more), tier, paths, "asked", instructions, tokens, Usd(Decimal(1))
    )


def a_plan(*names: str, **more: Any) -> Plan:
    whole = Coverage(4, 4)
    return Plan(tuple(assignment(name) for name in names), (), whole, Usd(Decimal(1)), **more)


def claim(**more: Any) -> dict[str, Any]:
    """A finding as a model writes it: true of src/cart.py."""
    return {
        "path": "src/cart.py",
        "line": 5,
        "end_line": 5,
        "severity": "high",
        "title": "`order` reaches the query unbound",
        "body": "An order id of `1 or 1=1` reads every item. Bind it.",
        "quote": '    rows = db.query("select * from items where order_id = " + order)',
        "suggestion": None,
        "confidence": 0.9,
    } | more


def answer(*claims: dict[str, Any]) -> str:
    return json.dumps({"findings": claims})


def finding(**more: Any) -> Finding:
    values: dict[str, Any] = {
        "path": "src/cart.py",
        "line": 5,
        "end_line": 5,
        "severity": Severity.HIGH,
        "category": Category.SECURITY,
        "title": "`order` reaches the query unbound",
        "body": "Bind it.",
        "quote": "rows",
        "sources": ("security",),
    }
    return Finding(**(values | more))
