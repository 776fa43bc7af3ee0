from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import jsonschema
import pytest

from bot.domain.finding import Finding, Landed
from bot.domain.patch import Side
from bot.domain.plan import Assignment, Coverage, Plan, Risk
from bot.domain.review import Call
from bot.reporting.as_json import document, plan_document
from bot.reporting.sarif import sarif
from bot.reporting.text import plan_text, text
from tests.reporting.reviews import (
    FACTS,
    FAILED,
    GONE,
    HOSTILE,
    MIXED,
    PLAN,
    UNPOSTED,
    UNPRICED,
    finding,
    on_its_line,
    review,
)
from tests.reporting.stages import (
    ALL,
    DEEP,
    DISAGREEMENT,
    EVERYTHING,
    FALLBACK,
    IN_PARTS,
    PARTS,
    REUSED,
    SHED,
    SINCE,
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


@pytest.mark.parametrize("name", ALL)
def test_sarif_has_the_shape_code_scanning_takes(name: str) -> None:
    told = json.loads(json.dumps(sarif(ALL[name], FACTS)))
    jsonschema.validate(told, SARIF)
    [run] = told["runs"]
    known = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {each["ruleId"] for each in run["results"]} <= known
    assert len(run["results"]) == len(ALL[name].findings)


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


def test_a_document_holds_every_field_of_a_finding() -> None:
    first, *_ = document(DISAGREEMENT, FACTS)["findings"]
    assert (first["trial"], first["since"], first["listed"]) == ("stood", None, False)
    assert first["doubt"] == "reviewers disagree, 1 of 3 confirms"
    assert first["votes"][0] == {
        "voter": "the author of the code",
        "stance": "refute",
        "reason": "line 9 takes nothing but letters",
    }
    carried, *_ = document(REUSED, FACTS)["findings"]
    assert (carried["since"], carried["listed"]) == (SINCE, True)
    assert carried["note"] == "commented at an earlier head"


@pytest.mark.parametrize("kind", [Landed, Finding, Call, Plan, Coverage, Assignment])
def test_a_document_leaves_out_no_field(kind: type[Any]) -> None:
    """A field added to these is a field of the document, or is named here with the reason."""
    told = document(PARTS, UNPOSTED)
    shown: dict[type[Any], dict[str, Any]] = {
        Landed: told["findings"][0],
        Finding: told["findings"][0],
        Call: told["calls"][0],
        Plan: told["plan"],
        Coverage: told["plan"]["coverage"],
        Assignment: told["plan"]["assignments"][0],
    }
    called_otherwise = {
        Landed: {"finding", "anchor"},  # its own fields; "comment"
        Finding: {"quote", "within"},  # the code is the reader's; it is told in that one
        Call: {"reviewer", "cost"},  # "asked_by", "cost_usd"
        Plan: {"estimate", "allowance"},  # "estimate_usd", "definition_tokens"
        Assignment: {"instructions", "estimate"},  # the policy's words; "estimate_usd"
    }
    wanted = {each.name for each in fields(kind)} - called_otherwise.get(kind, set())
    assert wanted <= set(shown[kind])


def test_a_document_tells_the_calls_of_each_share_and_of_all() -> None:
    told = document(PARTS, FACTS)
    shares = {each["name"]: each for each in told["reviewers"]}
    assert [each["name"] for each in shares["security@2"]["calls"]] == [
        "review:security@2",
        "review-again:security@2",
    ]
    second = shares["security@2"]
    assert (second["reviewer"], second["part"], second["completed"]) == ("security", 2, False)
    assert second["reported"] == [GONE.fingerprint]
    assert len(told["calls"]) == len(PARTS.calls)
    assert told["overview"].startswith("Both findings")
    assert told["notes"] == list(PARTS.notes)


def test_a_document_tells_a_call_without_an_answer_from_one_with() -> None:
    first, second, _ = document(FALLBACK, FACTS)["calls"]
    assert (first["answered"], first["note"]) == (False, "failed: no answer (timeout)")
    assert (second["answered"], second["model"]) == (True, "model-small-20260301")


def test_a_plan_document_tells_parts_and_what_was_given_up() -> None:
    told = plan_document(IN_PARTS)
    assert told["parts"][1] == {
        "number": 2,
        "name": "bot/github",
        "paths": list(IN_PARTS.parts[1].paths),
    }
    assert [(each["name"], each["part"]) for each in told["assignments"]][:2] == [
        ("security@1", 1),
        ("security@2", 2),
    ]
    assert (told["assignments"][0]["effort"], told["assignments"][0]["risk"]) == ("high", "normal")
    shed = plan_document(SHED.plan)
    assert (shed["width"], shed["cut"], shed["assignments"][0]["part"]) == ("hunks", True, None)
    assert shed["notes"] == list(SHED.plan.notes)
    assert plan_document(REUSED.plan)["coverage"]["reused_lines"] == 80


def test_sarif_calls_what_is_in_doubt_a_warning() -> None:
    [result] = sarif(DISAGREEMENT, FACTS)["runs"][0]["results"]
    assert result["level"] == "warning"
    assert result["properties"]["doubt"] == "reviewers disagree, 1 of 3 confirms"
    assert [each["stance"] for each in result["properties"]["votes"]] == [
        "refute",
        "confirm",
        "unsure",
    ]
    [low] = sarif(review(landed=(on_its_line(replace(GONE, doubt="?")),)), FACTS)["runs"][0][
        "results"
    ]
    assert low["level"] == "note"


def test_sarif_says_what_is_known_of_a_finding_and_no_more() -> None:
    first, second, _ = sarif(REUSED, FACTS)["runs"][0]["results"]
    assert first["properties"] == {
        "sources": ["security"],
        "trial": "stood",
        "since": SINCE,
        "confidence": 0.9,
    }
    assert second["properties"] == {
        "sources": ["quality"],
        "trial": "not needed",
        "confidence": 0.6,
    }


def test_sarif_names_the_part_a_reviewer_failed_at() -> None:
    [invocation] = sarif(PARTS, FACTS)["runs"][0]["invocations"]
    said = [each["message"]["text"] for each in invocation["toolExecutionNotifications"]]
    assert said[0] == (
        "security failed in part 2 (bot/github): The answer was cut off at its length limit."
    )


def test_a_terminal_tells_parts_notes_and_the_overview() -> None:
    lines = text(PARTS, FACTS).splitlines()
    assert (
        "Both findings trust what the client sends. Look at the query in `src/auth/0.py` first."
        in lines
    )
    assert "Read in 3 parts:" in lines
    assert "  2  bot/github, 6 files" in lines
    assert PARTS.notes[0] in lines
    assert (
        "quality part 3: not run, with it the review could cost more than the budget of $1.00"
        in lines
    )


def test_a_terminal_tells_a_comment_from_an_earlier_head_and_a_doubt() -> None:
    assert "by security; confidence 90%; commented at an earlier head;" in text(REUSED, FACTS)
    said = text(DISAGREEMENT, FACTS)
    assert "does not fail the check: reviewers disagree, 1 of 3 confirms" in said


def test_a_terminal_says_how_many_notes_and_parts_it_does_not_list() -> None:
    said = text(EVERYTHING, FACTS)
    assert "and 41 more notes" in said
    assert "  and 30 more" in said.splitlines()


OPEN = replace(
    PLAN.assignments[0],
    reason="the rules leave it open: triage will decide",
    risk=Risk.HIGH,
    tier=DEEP,
    part=2,
)


@pytest.mark.parametrize(
    ("planned", "line"),
    [
        pytest.param(
            PLAN,
            "quality: 2 files on model-small (cheap tier, normal risk), at most $0.0043. "
            "src/login.py is source",
            id="no effort",
        ),
        pytest.param(
            replace(PLAN, assignments=(OPEN,)),
            "security part 2: 1 file on model-large (deep tier, effort high, high risk), at most "
            "$0.0043. the rules leave it open: triage will decide",
            id="left open",
        ),
        pytest.param(IN_PARTS, "  3  web, 16 files", id="a part"),
        pytest.param(
            IN_PARTS, "Triage chose 2 of the 3 reviewers the rules leave open.", id="a note"
        ),
        pytest.param(SHED.plan, "Reviewers are shown the changed hunks only.", id="width"),
        pytest.param(
            REUSED.plan,
            "120 of 140 changed lines to be read (80 of them were read at an earlier head), 12 "
            "left out by rule.",
            id="reused",
        ),
    ],
)
def test_a_plan_tells_what_decides_its_price(planned: Plan, line: str) -> None:
    assert line in plan_text(planned).splitlines()


def test_a_plan_without_anybody_shows_nothing_to_nobody() -> None:
    assert "are shown" not in plan_text(replace(PLAN, assignments=()))
