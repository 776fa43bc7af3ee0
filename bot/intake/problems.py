"""What pydantic found wrong with a file a person wrote, as sentences that person can act on."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

LONGEST_KEY = 60
Place = tuple[int | str, ...]
"""Keys and list indexes (from 0) that lead to a value."""


def sentences(
    error: ValidationError,
    model: type[BaseModel],
    line_of: Callable[[Place], int | None] = lambda _: None,
) -> tuple[str, ...]:
    """One sentence a problem, in the file's order, each with its place and what to do.

    `line_of` gives the line a key stands on, from 1, None when unknown.
    """
    found = [(line_of(each["loc"]), each) for each in error.errors(include_url=False)]
    found.sort(key=lambda pair: pair[0] or 0)
    return tuple(at_line(line) + _sentence(each, model) for line, each in found)


def at_line(line: int | None) -> str:
    """The words that begin a sentence about that line, "" when it is unknown."""
    return "" if line is None else f"line {line}: "


def _sentence(each: ErrorDetails, model: type[BaseModel]) -> str:
    place = dotted(each["loc"])
    if each["type"] == "extra_forbidden":
        known = _settings_at(model, each["loc"][:-1])
        return f"{place} is not a setting. {nearest(str(each['loc'][-1]), known)}"
    if each["type"] == "missing":
        return f"{place} is missing. Add it."
    wanted = each["msg"].removeprefix("Value error, ")
    return f"{place} cannot be {_short(each['input'])}. {wanted[:1].upper()}{wanted[1:]}."


def dotted(place: Place) -> str:
    """A place in words, list entries counted from 1: reviewers.security, ignore[2].

    A key may be anything: it is shown in one row, and cut where it is long.
    """
    text = ""
    for part in place:
        word = f"[{part + 1}]" if isinstance(part, int) else _key(part)
        text += f".{word}" if text and isinstance(part, str) else word
    return text or "the file"


def _key(word: str) -> str:
    row = " ".join(word.split())
    return row if len(row) <= LONGEST_KEY else row[: LONGEST_KEY - 3] + "..."


def nearest(word: str, known: tuple[str, ...]) -> str:
    """What was probably meant, or else all there is."""
    close = get_close_matches(word, known, n=1)
    return f"Did you mean {close[0]}?" if close else f"Known: {', '.join(known)}."


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _settings_at(model: type[BaseModel], place: Place) -> tuple[str, ...]:
    current: Any = model
    for part in place:
        fields = getattr(current, "model_fields", None)
        current = _bare(fields[part].annotation if fields else get_args(current)[-1])
        if current is Ellipsis or current is None:
            return ()
    return tuple(getattr(current, "model_fields", ()))


def _bare(annotation: Any) -> Any:
    """An annotation without what pydantic checks besides, without None, lists as their items."""
    arguments = [each for each in get_args(annotation) if each not in (NoneType, Ellipsis)]
    if get_origin(annotation) in (Annotated, Union, UnionType):
        return _bare(arguments[0])
    if get_origin(annotation) is tuple:
        return tuple[arguments[0]]  # type: ignore[valid-type]
    return annotation
