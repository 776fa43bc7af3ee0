"""The policy file as a JSON Schema, for editors that check while one writes."""

from __future__ import annotations

from typing import Any

from bot.domain.pull import Run
from bot.intake.policy import PolicyFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def policy_schema() -> dict[str, Any]:
    """docs/ai-review.schema.json, made of the model that reads the file.

    It knows all but what patterns may look like, and which reviewers there are.
    """
    schema = PolicyFile.model_json_schema()
    schema["$schema"] = DIALECT
    schema["title"] = "AI Review: a repository's policy"
    schema["description"] = "The file .github/ai-review.yml of the default branch."
    for named in (schema, *schema["$defs"].values()):
        for each in named.get("properties", {}).values():
            each.pop("title", None)
    for each in schema["properties"]["budget_usd"]["anyOf"]:
        if each["type"] == "string":  # an amount between quotes is as good
            each["pattern"] = r"^[0-9]+(\.[0-9]+)?$"
    wishes = schema["properties"]["reviewers"]["anyOf"][0]
    alone = {"enum": [each.value for each in Run], "description": "Short for {run: ...}."}
    wishes["additionalProperties"] = {
        "anyOf": [alone, wishes["additionalProperties"], {"type": "null"}]
    }
    return schema
