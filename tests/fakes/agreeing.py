"""What those who judge claims say where nobody scripts them: they agree with the reviewers."""

from __future__ import annotations

import json
import re
from typing import Any


def last_text(body: dict[str, Any]) -> str:
    """The last block of the question."""
    return str(body["messages"][-1]["content"][-1]["text"])


def claims_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The claims that stand in the question, a row of JSON each."""
    rows = [row for row in last_text(body).split("\n") if row.startswith("{")]
    return [json.loads(row) for row in rows]


def agreeing(asker: str, body: dict[str, Any]) -> str | None:
    """The answer of a refuter, voter, triage or synthesis; None for a reviewer."""
    if asker == "refuter":
        rulings = [
            {
                "id": each["id"],
                "reason": "Nothing shown speaks against it.",
                "quote": "",
                "verdict": "stands",
                "confidence": 0.8,
            }
            for each in claims_of(body)
        ]
        return json.dumps({"rulings": rulings})
    if asker.startswith("voter-"):
        vote = {"reason": "The input reaches it.", "stance": "confirm", "confidence": 0.8}
        return json.dumps(vote)
    if asker == "triage":
        names = re.findall(r"^([a-z-]+)\. It is told:", last_text(body), re.MULTILINE)
        decisions = [{"reviewer": each, "reason": "it may matter", "read": True} for each in names]
        return json.dumps({"decisions": decisions})
    if asker == "synthesis":
        return json.dumps({"duplicates": [], "overview": "Several parts of the change are wrong."})
    return None


def asker_of(body: Any) -> str:
    """Whoever the last block says it is: "Reviewer: security"; "" where it says nothing."""
    try:
        text = body["messages"][-1]["content"][-1]["text"]
    except (KeyError, IndexError, TypeError):
        return ""
    found = re.search(r"^Reviewer: (\S+)$", text, re.MULTILINE)
    return found[1] if found else ""
