"""How the API says no, and how it reads a body."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import request

DOCS = "https://docs.github.com/rest"
LONGEST_COMMENT = 65_536


class Refused(Exception):
    """An answer with an error status. `errors` go into the body when there are any."""

    def __init__(
        self,
        status: int,
        message: str,
        errors: Iterable[Any] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.body: dict[str, Any] = {
            "message": message,
            "documentation_url": DOCS,
            "status": str(status),
        }
        if listed := list(errors):
            self.body["errors"] = listed


def not_found() -> Refused:
    """What is not there, and what the asker may not know of, look the same."""
    return Refused(404, "Not Found")


def unprocessable(*errors: str) -> Refused:
    """The reviews' way to refuse: sentences, and not which comment was bad."""
    return Refused(422, "Unprocessable Entity", errors)


def invalid(resource: str, field: str, message: str = "", code: str = "invalid") -> Refused:
    """Most resources' way to refuse: which field, and why."""
    error = {"resource": resource, "field": field, "code": "custom" if message else code}
    return Refused(422, "Validation Failed", [error | ({"message": message} if message else {})])


def body_of(*known: str) -> dict[str, Any]:
    """The request's JSON object; a property that is not among `known` is refused."""
    if not request.get_data():
        return {}
    sent = request.get_json(force=True, silent=True)
    if not isinstance(sent, dict):
        raise Refused(400, "Problems parsing JSON")
    return permitted(sent, *known)


def permitted(sent: dict[str, Any], *known: str) -> dict[str, Any]:
    """`sent`, unless it names a property that is not among `known`."""
    for name in sent:
        if name not in known:
            raise Refused(422, f'Invalid request.\n\n"{name}" is not a permitted key.')
    return sent


def text_in(sent: dict[str, Any], name: str, default: str | None = None) -> str:
    """The string called `name`; refused when it is missing and there is no default."""
    value = sent.get(name)
    if value is None:
        if default is None:
            raise Refused(422, f'Invalid request.\n\n"{name}" wasn\'t supplied.')
        return default
    return str(of_type(value, str, name))


def number_in(sent: dict[str, Any], name: str) -> int | None:
    """The whole number called `name`, None when it is not sent."""
    value = sent.get(name)
    return None if value is None else int(of_type(value, int, name))


def list_in(sent: dict[str, Any], name: str) -> list[Any]:
    """The list called `name`, empty when it is not sent."""
    value = sent.get(name)
    return [] if value is None else list(of_type(value, list, name))


def of_type(value: Any, kind: type, name: str) -> Any:
    """`value`, unless it is not of `kind`."""
    if not isinstance(value, kind) or isinstance(value, bool):
        words = {str: "a string", int: "an integer", list: "an array", dict: "an object"}[kind]
        raise Refused(422, f"Invalid request.\n\nFor '{name}', {value!r} is not {words}.")
    return value


def one_of(value: str, known: Iterable[str], name: str) -> str:
    """`value`, unless it is not among `known`."""
    if value not in (allowed := list(known)):
        choices = ", ".join(allowed)
        raise Refused(422, f"Invalid request.\n\n{value} is not a member of [{choices}] ({name}).")
    return value
