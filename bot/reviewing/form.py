"""The agreed form of an answer: the schema sent with a question, and the text read back by it."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.errors import BadReply

M = TypeVar("M", bound=BaseModel)

CUT = " […]"


@cache
def schema_of(form: type[BaseModel]) -> dict[str, Any]:
    """JSON schema of `form`, in the keywords that structured outputs support.

    Every caller gets the same one, for making it takes some milliseconds: do not change it.
    """
    plain: dict[str, Any] = _without_titles(form.model_json_schema())
    return plain


def _without_titles(node: Any) -> Any:
    """Pydantic titles everything; the words would be paid for with every call."""
    if isinstance(node, dict):
        return {
            key: _without_titles(value)
            for key, value in node.items()
            if not (key == "title" and isinstance(value, str))
        }
    return [_without_titles(each) for each in node] if isinstance(node, list) else node


def parsed(text: str, form: type[M]) -> M:
    """What an answer says. Raises BadReply, which names the place and repeats none of the answer.

    A fence around the JSON is forgiven.
    """
    fenced = re.fullmatch(r"\s*```(?:json)?\s*\n(.*)\n\s*```\s*", text, re.DOTALL)
    try:
        return form.model_validate_json(fenced[1] if fenced else text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the answer"
        if first["type"] == "json_invalid":
            raise BadReply("The answer is not JSON.") from None
        if first["type"] == "extra_forbidden":
            raise BadReply("The answer has fields that were not asked for.") from None
        raise BadReply(f"The answer does not fit its schema at {where}: {first['msg']}.") from None


def cut(text: str, longest: int) -> str:
    """`text` in at most `longest` characters; one that was cut says so."""
    return text if len(text) <= longest else text[: longest - len(CUT)] + CUT


def one_line(text: str, longest: int) -> str:
    """`text` on one line, cut where it is longer than `longest` characters."""
    return cut(" ".join(text.split()), longest)


def sure(confidence: float) -> float | None:
    """A confidence of 0 to 1; None where the number given is none."""
    return confidence if 0 <= confidence <= 1 else None
