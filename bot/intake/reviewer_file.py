"""A reviewer's file: settings in TOML between two lines of +++, then what the model is told."""

from __future__ import annotations

import re
import tomllib
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.domain.finding import Category, Severity
from bot.domain.patch import FileKind
from bot.domain.plan import Reviewer
from bot.errors import ConfigError
from bot.intake.problems import sentences

_FILE = re.compile(r"\A\+\+\+[ \t]*\n(?P<front>.*?)^\+\+\+[ \t]*$(?P<brief>.*)\Z", re.S | re.M)


class _Front(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    category: Category
    tier: str
    tier_low: str = ""
    tier_high: str = ""
    signals: tuple[str, ...] = ()
    skip_kinds: tuple[FileKind, ...] = ()
    floor: Severity = Severity.LOW
    max_findings: Annotated[int, Field(ge=1, le=50)] = 10


def parse_reviewer(text: str, name: str) -> Reviewer:
    """The reviewer a file describes; `name` is the file's name without its ending.

    Raises ConfigError with the first thing that is wrong.
    """
    place = f"reviewer file {name}.md"
    found = _FILE.match(text.replace("\r\n", "\n"))
    if found is None:
        raise ConfigError(
            f"{place} does not begin with settings between two lines of +++.",
            remedy="Begin it like config/reviewers/security.md.",
        )
    try:
        front = _Front.model_validate(tomllib.loads(found["front"]))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{place} is not TOML between its +++: {error}.") from error
    except ValidationError as error:
        raise ConfigError(f"{place}: {sentences(error, _Front)[0]}") from error
    brief = found["brief"].strip()
    if front.name != name:
        raise ConfigError(
            f"{place} calls its reviewer {front.name!r}.",
            remedy="Give the file and the reviewer one name.",
        )
    if not brief:
        raise ConfigError(f"{place} tells the model nothing.", remedy="Write its brief below +++.")
    return Reviewer(
        name=name,
        category=front.category,
        tier=front.tier,
        signals=front.signals,
        skip_kinds=front.skip_kinds,
        floor=front.floor,
        max_findings=front.max_findings,
        brief=brief,
        tier_low=front.tier_low,
        tier_high=front.tier_high,
    )
