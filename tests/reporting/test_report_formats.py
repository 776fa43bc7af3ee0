from __future__ import annotations

import json

import jsonschema
import pytest

from bot.domain.patch import Side
from bot.reporting.as_json import document, plan_document
from bot.reporting.sarif import sarif
from bot.reporting.text import text
from tests.reporting.reviews import (
    EVERY,
    FACTS,
    FAILED,
    HOSTILE,
    MIXED,
    PLAN,
    UNPOSTED,
    UNPRICED,
    finding,
    on_its_line,
    review,
)

TEXT = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string", "minLength": 1}},
}
RESULT = {
    "type": "object",
    "required": ["ruleId", "level", "message", "locations", "partialFingerprints"],
    "properties": {
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": TEXT,
        "partialFingerprints": {
            "type": "object",
            "additionalProperties": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
        },
        "locations": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["physicalLocation"],
                "properties": {
                    "physicalLocation": {
                        "type": "object",
                        "required": ["artifactLocation"],
                        "properties": {
                            "artifactLocation": {
                                "type": "object",
                                "required": ["uri"],
                                "properties": {"uri": {"pattern": "^[A-Za-z0-9._~/%-]+$"}},
                            },
                            "region": {
                                "type": "object",
                                "required": ["startLine", "endLine"],
                                "properties": {"startLine": {"type": "integer", "minimum": 1}},
                            },
                        },
                    }
                },
            },
        },
    },
}
SARIF = {
    "type": "object",
    "required": ["$schema", "version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results", "invocations"],
                "properties": {"results": {"type": "array", "items": RESULT}},
            },
        },
    },
}


@pytest.mark.parametrize("name", EVERY)
def test_sarif_has_the_shape_code_scanning_takes(name: str) -> None:
    told = json.loads(json.dumps(sarif(EVERY[name], FACTS)))
    jsonschema.validate(told, SARIF)
    [run] = told["runs"]
    known = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {each["ruleId"] for each in run["results"]} <= known
    assert len(run["results"]) == len(EVERY[name].findings)


def test_sarif_does_not_call_a_review_with_a_failed_reviewer_successful() -> None:
    [invocation] = sarif(FAILED, FACTS)["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    said = [each["message"]["text"] for each in invocation["toolExecutionNotifications"]]
    assert any("security failed" in each for each in said)


def test_sarif_gives_no_line_to_a_finding_on_the_old_side() -> None:
    shown = review(landed=(on_its_line(finding(side=Side.LEFT)),))
    [result] = sarif(shown, FACTS)["runs"][0]["results"]
    assert "region" not in result["locations"][0]["physicalLocation"]


def test_a_document_holds_the_whole_review_as_plain_values() -> None:
    told = document(MIXED, UNPOSTED)
    assert json.loads(json.dumps(told)) == told
    assert told["schema"] == "ai-review/1"
    assert [each["severity"] for each in told["findings"]] == ["high", "medium", "low"]
    assert told["findings"][2]["comment"] is None
    assert told["cost_usd"] == "0.00246"
    assert told["posted"]["refused"][0]["why"] == "line must be part of the diff"


def test_a_document_says_null_for_a_price_nobody_knows() -> None:
    assert document(UNPRICED, FACTS)["cost_usd"] is None


def test_a_document_keeps_a_failure_apart_from_no_findings() -> None:
    first, second = document(FAILED, FACTS)["reviewers"]
    assert (first["completed"], second["completed"]) == (False, True)
    assert "did not answer" in first["why"]


def test_a_plan_document_gives_the_reason_of_every_reviewer() -> None:
    told = plan_document(PLAN)
    assert [each["reason"] for each in told["assignments"]] == [
        "src/login.py touches authentication",
        "src/login.py is source",
    ]
    assert told["skipped"] == [
        {"reviewer": "performance", "why": "nothing in the change points at performance"}
    ]
    assert told["estimate_usd"] == "0.0086"


def test_a_terminal_gets_no_control_characters() -> None:
    shown = review(landed=(on_its_line(finding(title="\x1b[2J clear", body="a\x07b\x9bc")),))
    said = text(shown, FACTS) + text(HOSTILE, FACTS)
    assert not [each for each in said if each != "\n" and not each.isprintable()]
