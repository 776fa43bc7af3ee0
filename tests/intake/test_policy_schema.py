"""The schema editors use says what the loader says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from bot.intake.policy import PolicyFile, check_policy
from bot.intake.policy_schema import policy_schema
from tests.intake.test_policy import WHOLE

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "ai-review.schema.json"


def written() -> str:
    return json.dumps(policy_schema(), indent=2, ensure_ascii=False) + "\n"


def test_the_published_schema_is_the_models() -> None:
    same = FILE.read_text(encoding="utf-8") == written()
    assert same, "run: python -m tests.intake.test_policy_schema"


def test_it_is_a_schema_that_tells_what_each_setting_is_for() -> None:
    schema = policy_schema()
    Draft202012Validator.check_schema(schema)
    assert set(schema["properties"]) == set(PolicyFile.model_fields)
    for name, each in schema["properties"].items():
        assert each["description"].endswith("."), name
        assert each["examples"], name
        assert check_policy(yaml.safe_dump({name: each["examples"][0]})) == (), name


def fits(text: str) -> bool:
    value: Any = yaml.safe_load(text)
    return bool(Draft202012Validator(policy_schema()).is_valid(value))


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        "{}",
        "reviewers: {security: }",
        "reviewers: {security: always, quality: {run: never, instructions: Brief.}}",
        "budget_usd: '0.25'",
        "fail_at: never",
        "ignore: []",
    ],
)
def test_what_may_be_written_fits_both(text: str) -> None:
    assert check_policy(text) == ()
    assert fits(text)


WRONG = [
    ("reviewers: {security: maybe}", "reviewers.security.run cannot be 'maybe'."),
    ("reviewers: {security: {runs: auto}}", "reviewers.security.runs is not a setting."),
    ("reviewers: [security]", "reviewers cannot be ['security']."),
    ("comment_at: loud", "comment_at cannot be 'loud'."),
    ("fail_at: extreme", "fail_at cannot be 'extreme'."),
    ("max_comments: 51", "max_comments cannot be '51'."),
    ("max_comments: many", "max_comments cannot be 'many'."),
    ("ignore: docs", "ignore cannot be 'docs'."),
    ("instructions: [{paths: [], text: a}]", "instructions[1].paths cannot be []."),
    ("instructions: [{paths: [a]}]", "instructions[1].text is missing. Add it."),
    ("drafts: perhaps", "drafts cannot be 'perhaps'."),
    ("bots: 3", "bots cannot be '3'."),
    ("forks: some", "forks cannot be 'some'."),
    ("skip_labels: skip", "skip_labels cannot be 'skip'."),
    ("guidance: little", "guidance cannot be 'little'."),
    ("budget_usd: -1", "budget_usd cannot be '-1'."),
    ("budget_usd: much", "budget_usd cannot be 'much'."),
    ("colour: red", "colour is not a setting."),
]


@pytest.mark.parametrize(("text", "place"), WRONG, ids=[text for text, _ in WRONG])
def test_what_is_wrong_is_wrong_to_both_and_told_with_place_and_remedy(
    text: str, place: str
) -> None:
    [problem] = check_policy(text)
    assert problem.startswith(f"line 1: {place}")
    remedy = problem.removeprefix(f"line 1: {place}").strip()
    assert remedy.endswith((".", "?")) or "is missing" in place
    assert not fits(text)


def test_every_setting_is_tried_with_something_wrong() -> None:
    assert {text.partition(":")[0] for text, _ in WRONG} - {"colour"} == set(
        PolicyFile.model_fields
    )


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
