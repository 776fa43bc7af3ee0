"""app.yml: the App as a manifest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.domain.app import Manifest
from bot.errors import ConfigError
from bot.settings.folders import config_file, read_text, shipped_folder

NAME = "app.yml"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=34)]
    url: Annotated[str, Field(pattern=r"^https://")]
    description: str = ""
    public: bool = False
    default_permissions: dict[str, str]
    default_events: list[str]


def load_manifest(own: Path | None = None) -> Manifest:
    """The App as it should be; the operator's app.yml in `own` wins. Raises ConfigError."""
    path = _path(own)
    try:
        file = _File.model_validate(yaml.safe_load(read_text(path)))
    except (yaml.YAMLError, ValidationError) as error:
        raise ConfigError(
            f"{path} is not an App's manifest: {_first(error)}.", remedy="Correct that line."
        ) from error
    return Manifest(
        name=file.name,
        url=file.url,
        description=file.description,
        public=file.public,
        permissions=file.default_permissions,
        events=tuple(file.default_events),
    )


def as_sent(manifest: Manifest, name: str, webhook_url: str, redirect_url: str) -> str:
    """The JSON that GitHub's form takes, for an App called `name`."""
    return json.dumps(
        {
            "name": name,
            "url": manifest.url,
            "description": manifest.description,
            "public": manifest.public,
            "hook_attributes": {"url": webhook_url, "active": True},
            "redirect_url": redirect_url,
            "default_permissions": dict(manifest.permissions),
            "default_events": list(manifest.events),
        }
    )


def _path(own: Path | None) -> Path:
    """In the operator's folder, in an installed wheel's config, or at the top of a checkout."""
    if own is not None and (own / NAME).is_file():
        return own / NAME
    beside = shipped_folder().parent / NAME
    return beside if beside.is_file() else config_file(NAME, own)


def _first(error: yaml.YAMLError | ValidationError) -> str:
    if isinstance(error, ValidationError):
        one = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, one['loc'])) or 'the whole'}: {one['msg']}"
    return " ".join(str(error).split())[:200]
