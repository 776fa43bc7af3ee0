"""GitHub's own description of its API as a judge of what was asked and answered."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema, build_schema, parse, validate
from graphql.error import GraphQLError
from jsonschema import Draft4Validator
from jsonschema.protocols import Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

HERE = Path(__file__).parent
ADDRESS = "urn:github"
MANY_SEGMENTS = ("path", "basehead", "ref")
IMPOSSIBLE = ("/app/installations", ".account:")
"""There the description wants an account to be a person and an enterprise at once."""
ALIKE = dict.fromkeys(
    ("installation-suspend", "installation-unsuspend", "installation-repositories-removed"),
    "installation-deleted",
)
Json = dict[str, Any]


@dataclass(frozen=True)
class Exchange:
    """One request and its answer. `query` holds the names only; bodies are None when not JSON."""

    method: str
    path: str
    query: tuple[str, ...]
    asked: Any
    status: int
    answered: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path} -> {self.status}"


@cache
def description() -> Json:
    """The pruned description."""
    raw: Json = json.loads(gzip.decompress((HERE / "rest.json.gz").read_bytes()))
    return raw


@cache
def _registry() -> Registry[Any]:
    schemas = {"schemas": description()["schemas"]}
    resource: Resource[Any] = DRAFT4.create_resource(schemas)
    return Registry().with_resource(ADDRESS, resource)


@cache
def _validator(*way: str) -> Validator:
    schema: Any = description()
    for step in way:
        schema = schema[step]
    return Draft4Validator(_absolute(schema), registry=_registry())


def _absolute(schema: Any) -> Any:
    """The same with references that hold from anywhere."""
    if isinstance(schema, dict):
        return {
            word: ADDRESS + value if word == "$ref" and isinstance(value, str) else _absolute(value)
            for word, value in schema.items()
        }
    return [_absolute(each) for each in schema] if isinstance(schema, list) else schema


def problems_of(exchange: Exchange) -> list[str]:
    """What is wrong with an exchange, both ways; empty when nothing is."""
    path = exchange.path
    if path == "/graphql":
        wrong = valid_graphql(str((exchange.asked or {}).get("query", "")))
        return [f"{exchange}: {each}" for each in wrong]
    found = operation(exchange.method.lower(), path)
    if found is None:
        is_page = path.startswith(("/settings/", "/organizations/"))
        told_so = exchange.status in (404, 405)
        known = "" if told_so or is_page else "is not in GitHub's description"
        return [f"{exchange}: {known}"] if known else []
    wrong = [*_asked(exchange, found), *_answered(exchange, found)]
    return [f"{exchange}: {each}" for each in wrong]


@cache
def operation(method: str, path: str) -> str | None:
    """The described path that `path` is one of, None when there is none."""
    fitting = [
        template
        for template, methods in description()["operations"].items()
        if method in methods and _pattern(template).fullmatch(path)
    ]
    return max(fitting, key=lambda t: (t.count("/") - 2 * t.count("{"), t), default=None)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    ways = [".*" if name in MANY_SEGMENTS else "[^/]+" for name in parts[1::2]]
    literal = [re.escape(part) for part in parts[::2]]
    return re.compile("".join(a + b for a, b in zip(literal, [*ways, ""], strict=True)))


def _asked(exchange: Exchange, path: str) -> Iterator[str]:
    if exchange.status in (400, 422):  # refused: the server has said so itself
        return
    method = exchange.method.lower()
    taken = description()["operations"][path][method]
    for name in exchange.query:
        if name not in taken["query"]:
            yield f"query has the unknown parameter {name}"
    if not exchange.asked:
        return
    if "body" not in taken:
        yield "takes no body"
        return
    yield from _errors(_validator("operations", path, method, "body"), exchange.asked, "request")
    yield from unknown_properties(exchange.asked, taken["body"])


def _answered(exchange: Exchange, path: str) -> Iterator[str]:
    if exchange.status >= 500:
        return
    method, status = exchange.method.lower(), str(exchange.status)
    taken = description()["operations"][path][method]["responses"]
    if status not in taken:
        if exchange.status < 400 and exchange.status != 304:
            yield f"answers {status}, which is none of {', '.join(taken)}"
        elif exchange.status >= 400:
            yield from _errors(_validator("schemas", "basic-error"), exchange.answered, "answer")
    elif taken[status] is not None and exchange.answered is not None:
        judge = _validator("operations", path, method, "responses", status)
        for error in _errors(judge, exchange.answered, "answer"):
            if path != IMPOSSIBLE[0] or IMPOSSIBLE[1] not in error:
                yield error


def webhook_problems(event: str, payload: Json) -> list[str]:
    """What is wrong with a webhook's payload; empty when nothing is."""
    action = payload.get("action")
    name = "-".join(filter(None, (event, action))).replace("_", "-")
    if name in ALIKE:
        # Not among what was pruned for us; all of it stands also in what is told of the end.
        listed = payload.get("repositories_removed", payload.get("repositories", []))
        kept = {each: payload[each] for each in ("installation", "requester", "sender")}
        name, payload = ALIKE[name], {**kept, "action": "deleted", "repositories": listed}
    if name not in description()["webhooks"]:
        return [f"{name} is no webhook of GitHub's that we describe"]
    return list(_errors(_validator("webhooks", name), payload, name))


def _errors(judge: Validator, value: Any, what: str) -> Iterator[str]:
    for error in judge.iter_errors(value):
        deepest = error
        while deepest.context:
            deepest = min(deepest.context, key=lambda e: -len(e.absolute_path))
        where = ".".join(map(str, deepest.absolute_path)) or "it"
        yield f"{what}: {where}: {deepest.message[:300]}"


def unknown_properties(value: Any, schema: Json, where: str = "") -> Iterator[str]:
    """The properties a request names that GitHub does not know: it may let them pass, silently."""
    known = _properties(schema)
    if isinstance(value, dict) and known:
        for name, each in value.items():
            if name not in known:
                yield f"request: {where}{name} is not a property GitHub knows"
            else:
                yield from unknown_properties(each, known[name], f"{where}{name}.")
    if isinstance(value, list):
        for each in value:
            yield from unknown_properties(each, schema.get("items", {}), where)


def _properties(schema: Json) -> Json:
    if "$ref" in schema:
        return _properties(description()["schemas"][schema["$ref"].rsplit("/", 1)[-1]])
    known: Json = dict(schema.get("properties", {}))
    for word in ("anyOf", "allOf"):
        for each in schema.get(word, []):
            known |= _properties(each)
    return known


@cache
def graphql_schema() -> GraphQLSchema:
    """The pruned GraphQL schema."""
    text = gzip.decompress((HERE / "graph.graphql.gz").read_bytes()).decode()
    return build_schema(text, assume_valid_sdl=True)


def valid_graphql(query: str) -> list[str]:
    """What GitHub would say against a query or mutation; empty when nothing."""
    schema = graphql_schema()
    try:
        return [error.message for error in validate(schema, parse(query))]
    except GraphQLError as error:
        return [error.message]
