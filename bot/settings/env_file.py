"""A `.env` file: what the environment would say, for development."""

from __future__ import annotations

from pathlib import Path

from bot.errors import ConfigError
from bot.settings.folders import read_text


def read_env_file(path: Path) -> dict[str, str]:
    """The file's variables, nothing expanded; empty when there is no such file.

    Raises ConfigError naming the first line that is not NAME=value.
    """
    if not path.is_file():
        return {}
    from io import StringIO

    from dotenv.parser import parse_stream  # loaded only where there is a file

    found: dict[str, str] = {}
    for binding in parse_stream(StringIO(read_text(path))):
        if binding.error:
            raise ConfigError(
                f"line {binding.original.line} of {path} is not NAME=value.",
                remedy="Correct that line; put values with blanks or quotes between quotes.",
            )
        if binding.key is not None and binding.value is not None:
            found[binding.key] = binding.value
    return found
