"""Just enough GraphQL: reads a query into fields. What it does not know it refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(
    r'[\s,\ufeff]*(?:#[^\n]*[\s,]*)*("""(?:\\"""|[\s\S])*?"""|"(?:[^"\\\n]|\\.)*"'
    r"|\.\.\.|-?\d+(?:\.\d+)?|[_A-Za-z]\w*|[!$():=@\[\]{}|&])"
)
_BLANK = re.compile(r"[\s,\ufeff]*(?:#[^\n]*[\s,]*)*\Z")


class BadQuery(Exception):
    """The text is not a query this server understands."""


@dataclass(frozen=True)
class Field:
    """A field that is asked for. `on` names the type a fragment narrows it to, None for none."""

    name: str
    alias: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()
    on: str | None = None


def parse(text: str, variables: Mapping[str, Any]) -> tuple[str, tuple[Field, ...]]:
    """The operation's kind and its fields, variables filled in and fragments spread out."""
    return _Reader(_tokens(text), dict(variables)).document()


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while not _BLANK.match(text, at):
        match = _TOKEN.match(text, at)
        if match is None:
            raise BadQuery(f"Expected a token at position {at}")
        found.append(match[1])
        at = match.end()
    return found


@dataclass
class _Reader:
    tokens: list[str]
    variables: dict[str, Any]
    fragments: dict[str, tuple[Field, ...]] = field(default_factory=dict)
    at: int = 0

    def document(self) -> tuple[str, tuple[Field, ...]]:
        """Read it all. Fragments may stand after the operation, so they are read first."""
        operations = []
        self._read_fragments()
        while self.at < len(self.tokens):
            if self.peek() == "fragment":
                self._skip_fragment()
            else:
                operations.append(self._operation())
        if len(operations) != 1:
            raise BadQuery("Send one operation at a time")
        return operations[0]

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str | None = None) -> str:
        token = self.peek()
        if not token or expected not in (None, token):
            raise BadQuery(f"Expected {expected or 'more'}, found {token or 'the end'}")
        self.at += 1
        return token

    def took(self, token: str) -> bool:
        if self.peek() == token:
            self.at += 1
            return True
        return False

    def _read_fragments(self) -> None:
        starts = [i for i, token in enumerate(self.tokens) if self._begins_fragment(i)]
        for start in reversed(starts):  # those further down may be used further up
            self.at = start + 1
            name = self.take()
            self.take("on")
            kind = self.take()
            self.fragments[name] = tuple(_narrowed(self._fields(), kind))
        self.at = 0

    def _begins_fragment(self, at: int) -> bool:
        before = self.tokens[at - 1] if at else "}"
        return self.tokens[at : at + 1] == ["fragment"] and before == "}"

    def _skip_fragment(self) -> None:
        while self.peek() != "{":
            self.take()
        self._fields()

    def _operation(self) -> tuple[str, tuple[Field, ...]]:
        kind = "query"
        if self.peek() != "{":
            kind = self.take()
            if self.peek() not in "({":
                self.take()
            if self.took("("):
                self._variables()
        if kind not in ("query", "mutation"):
            raise BadQuery(f"{kind} is not supported")
        return kind, self._fields()

    def _variables(self) -> None:
        while not self.took(")"):
            self.take("$")
            name = self.take()
            self.take(":")
            required = self._type()
            if self.took("="):
                self.variables.setdefault(name, self._value())
            elif required and self.variables.get(name) is None:
                raise BadQuery(f"Variable ${name} was provided invalid value")

    def _type(self) -> bool:
        if self.took("["):
            self._type()
            self.take("]")
        else:
            self.take()
        return self.took("!")

    def _fields(self) -> tuple[Field, ...]:
        self.take("{")
        found: list[Field] = []
        while not self.took("}"):
            found.extend(self._spread() if self.took("...") else [self._field()])
        return tuple(found)

    def _spread(self) -> tuple[Field, ...]:
        if self.took("on"):
            kind = self.take()
            return tuple(_narrowed(self._fields(), kind))
        name = self.take()
        if name not in self.fragments:
            raise BadQuery(f"Fragment {name} was used, but not defined")
        return self.fragments[name]

    def _field(self) -> Field:
        name = alias = self.take()
        if self.took(":"):
            name = self.take()
        arguments = {}
        if self.took("("):
            while not self.took(")"):
                key = self.take()
                self.take(":")
                arguments[key] = self._value()
        return Field(name, alias, arguments, self._fields() if self.peek() == "{" else ())

    def _value(self) -> Any:
        token = self.take()
        match token:
            case "$":
                return self.variables.get(self.take())
            case "[":
                return self._list()
            case "{":
                return self._object()
            case "true" | "false" | "null":
                return {"true": True, "false": False, "null": None}[token]
        if token.startswith('"""'):
            return token[3:-3].strip()
        if token.startswith('"'):
            return json.loads(token)
        return int(token) if token.lstrip("-").isdigit() else token

    def _list(self) -> list[Any]:
        found = []
        while not self.took("]"):
            found.append(self._value())
        return found

    def _object(self) -> dict[str, Any]:
        found = {}
        while not self.took("}"):
            key = self.take()
            self.take(":")
            found[key] = self._value()
        return found


def _narrowed(fields: tuple[Field, ...], kind: str) -> list[Field]:
    return [Field(f.name, f.alias, f.arguments, f.fields, f.on or kind) for f in fields]
