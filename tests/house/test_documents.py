"""What the documents say of settings is what the code reads."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml

from bot.intake.policy import check_policy
from bot.settings import load_reviewers
from bot.web.exposition import COUNTERS, GAUGES, SECONDS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
ENVIRONMENT = TEXT.split("## Environment")[1].split("\n## ")[0]
POLICY = TEXT.split("```yaml\n")[1].split("```")[0]
GUNICORNS = {"WEB_CONCURRENCY"}
"""Read by gunicorn itself."""

OPERATORS = {"author_may_skip", "repository_reviewers"}
"""Settings of [policy] that no repository has."""


def test_every_variable_that_is_read_is_documented_and_the_other_way_round() -> None:
    source = (ROOT / "bot" / "settings" / "environment.py").read_text(encoding="utf-8")
    read = set(re.findall(r'(?:read|get)\("([A-Z_]+)"|"([A-Z_]+)" (?:not )?in found', source))
    rows = [row.split("|")[1] for row in ENVIRONMENT.splitlines() if row.startswith("| `")]
    documented = set(re.findall(r"`([A-Z_]+)`", " ".join(rows)))
    assert documented - GUNICORNS == {one or other for one, other in read}


def test_the_policy_of_the_documentation_can_be_used_and_names_every_default() -> None:
    names = [each.name for each in load_reviewers()]
    assert check_policy(POLICY, names) == ()
    shipped = tomllib.loads((ROOT / "config" / "defaults.toml").read_text(encoding="utf-8"))
    assert set(shipped["policy"]) - OPERATORS <= set(yaml.safe_load(POLICY))


def test_every_metric_is_documented_with_its_labels_and_no_other() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = [row.split("|") for row in text.splitlines() if row.startswith("| `ai_review_")]
    documented = {row[1].strip(" `"): set(re.findall(r"`(\w+)`", row[2])) for row in rows}
    told = {f"{each.metric}_total": set(each.labels) for each in COUNTERS.values()}
    told |= {each.metric: set(each.labels) for each in (*GAUGES.values(), SECONDS)}
    assert documented == told


def test_every_test_the_threat_table_names_is_there() -> None:
    table = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = [row for row in table.splitlines() if row.startswith("| ") and " --- " not in row][1:]
    named = [re.findall(r"`(test_\w+)`", row.split("|")[3]) for row in rows]
    assert len(rows) > 12
    assert all(named)
    tests = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")
    )
    assert [name for row in named for name in row if f"def {name}(" not in tests] == []


def test_the_orders_that_were_tried_are_as_many_as_the_document_says() -> None:
    corpus = ROOT / "tests" / "citizen" / "injections" / "orders.toml"
    orders = tomllib.loads(corpus.read_text(encoding="utf-8"))["order"]
    places = [where for each in orders for where in each["where"]]
    said = f"{len(orders)} orders in up to {len(set(places))} places, {len(places)} cases"
    assert said in (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
