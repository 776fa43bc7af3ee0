"""Our own rules: files that say what to look for, why it matters, and an example either way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from ast_grep_py import SgRoot
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.analyzers.languages import Language
from bot.domain.finding import Category, Severity
from bot.errors import ConfigError

TABLES = "tools"  # the folder that holds what we say of other tools' rules
# The C loader reads our rules in a tenth of the time, which every start of the program waits for.
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
Shape = TypeVar("Shape", bound=BaseModel)
_Text = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing to look for.

    `search` is the matcher's configuration: `rule`, and `constraints` or `utils` where used.
    Every snippet in `bad` must match it and none in `good` may, in each of the languages.
    """

    id: str
    languages: tuple[str, ...]
    severity: Severity
    category: Category
    title: str
    message: str
    search: dict[str, Any]
    bad: tuple[str, ...]
    good: tuple[str, ...]
    source: str
    file: Path


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class _Pattern(_Strict):
    context: _Text
    selector: _Text
    strictness: Literal["cst", "smart", "ast", "relaxed", "signature", "template"] | None = None


class _Match(_Strict):
    """A matcher. Spelled out because the engine answers a wrong key with a bare Exception."""

    pattern: _Text | _Pattern | None = None
    kind: _Text | None = None
    regex: _Text | None = None
    nth_child: int | str | None = Field(None, alias="nthChild")
    inside: _Related | None = None
    has: _Related | None = None
    precedes: _Related | None = None
    follows: _Related | None = None
    all: list[_Match] | None = None
    any: list[_Match] | None = None
    not_: _Match | None = Field(None, alias="not")
    matches: _Text | None = None


class _Related(_Match):
    stop_by: Literal["neighbor", "end"] | _Match | None = Field(None, alias="stopBy")
    field: _Text | None = None


class _RuleFile(_Strict):
    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    languages: Annotated[list[Language], Field(min_length=1)]
    severity: Severity
    category: Category
    title: Annotated[str, Field(min_length=1, max_length=80)]
    message: _Text
    rule: _Match
    constraints: dict[str, _Match] = {}
    utils: dict[str, _Match] = {}
    bad: Annotated[list[_Text], Field(min_length=1)]
    good: Annotated[list[_Text], Field(min_length=1)]
    source: str = ""


@lru_cache(maxsize=8)
def load_rules(*folders: Path) -> tuple[Rule, ...]:
    """Read every rule in the folders' subfolders, in order of their names; once a process.

    Raises ConfigError naming file and field for a rule that cannot be used, and for an id used
    twice.
    """
    rules: dict[str, Rule] = {}
    for file in _files(folders):
        rule = read_rule(file)
        if rule.id in rules:
            raise ConfigError(
                f"{file}: field id: {rule.id!r} is already used by {rules[rule.id].file}.",
                remedy="Give each rule an id of its own.",
            )
        rules[rule.id] = rule
    return tuple(rules.values())


def read_rule(file: Path) -> Rule:
    """Read one rule file and try its matcher. Raises ConfigError naming file and field."""
    raw = check(file, _RuleFile)
    search = raw.model_dump(
        include={"rule", "constraints", "utils"},
        by_alias=True,
        exclude_unset=True,
        exclude_none=True,
    )
    for language in raw.languages:
        why = _unusable(search, language)
        if why:
            raise ConfigError(f"{file}: field rule: {why}", remedy="Correct the rule's matcher.")
    return Rule(
        raw.id,
        tuple(raw.languages),
        raw.severity,
        raw.category,
        raw.title,
        raw.message.strip(),
        search,
        tuple(raw.bad),
        tuple(raw.good),
        raw.source,
        file,
    )


def check(file: Path, shape: type[Shape]) -> Shape:
    """Read a YAML file of the operator's into `shape`. Raises ConfigError naming file and field."""
    try:
        text = file.read_text(encoding="utf-8")
        return shape.model_validate(yaml.load(text, Loader=_LOADER))  # noqa: S506  (it is safe)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "(whole file)"
        raise ConfigError(
            f"{file}: field {field}: {first['msg']}.", remedy="Correct the file."
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        why = " ".join(str(error).split())
        raise ConfigError(f"{file}: not YAML: {why}.", remedy="Correct the file.") from None
    except OSError as error:
        raise ConfigError(
            f"{file}: cannot be read ({error.strerror}).", remedy="Put the file back."
        ) from None


def _files(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        if not folder.is_dir():
            raise ConfigError(f"{folder}: no such folder of rules.", remedy="Check the path.")
        files = (file for end in ("yml", "yaml") for file in folder.glob(f"*/*.{end}"))
        yield from sorted(file for file in files if file.parent.name != TABLES)


def _unusable(search: dict[str, Any], language: str) -> str:
    """Why the matcher cannot work for the language, "" when it can."""
    try:
        SgRoot("", language).root().find_all(search)  # type: ignore[call-overload]
    except RuntimeError as error:
        why = str(error).split("Stack backtrace")[0]
        return f"not a usable matcher for {language}: {' '.join(why.split())}"
    return ""
