"""Writing `.env`: for this user alone, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from bot.errors import ConfigError


def write_env(path: Path, new: Mapping[str, str]) -> None:
    """Put `new` into the file, which keeps its other lines. Raises ConfigError if it cannot."""
    kept = _without(path.read_text(encoding="utf-8") if path.is_file() else "", set(new))
    lines = "".join(f"{name}={_quoted(text)}\n" for name, text in new.items())
    write_private(path, kept + lines)


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner may read (0600). It is there whole or not at all.

    Raises ConfigError if it cannot be written.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}.",
            remedy="Run this in a folder that you may write to.",
        ) from error


def _without(text: str, names: set[str]) -> str:
    """`text` without the lines that bind one of `names`, ended by a line feed."""
    from dotenv.parser import parse_stream

    bindings = parse_stream(StringIO(text))
    kept = "".join(each.original.string for each in bindings if each.key not in names)
    return kept if not kept or kept.endswith("\n") else f"{kept}\n"


def _quoted(text: str) -> str:
    if text and all(each.isalnum() or each in "_-.:/@,+=" for each in text):
        return text
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
