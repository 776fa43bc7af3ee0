"""Where config/ is, and which file of it counts."""

from __future__ import annotations

from pathlib import Path

from bot.errors import ConfigError

_BOT = Path(__file__).resolve().parent.parent
_SHIPPED = (_BOT / "_config", _BOT.parent / "config")
"""Inside an installed wheel, then beside bot/ in a checkout."""


def shipped_folder() -> Path:
    """The config/ that came with this version."""
    for folder in _SHIPPED:
        if (folder / "defaults.toml").is_file():
            return folder
    raise ConfigError(
        "the configuration that ships with AI Review is missing.",
        remedy="Install the package again, or run from a complete checkout.",
    )


def config_file(name: str, own: Path | None = None) -> Path:
    """The file `name` ("pricing.toml", "reviewers/security.md") of config/, or its folder "rules".

    `own` is the operator's folder (`Settings.config_dir`, None: none); what it has wins over what
    ships. Raises ConfigError when neither is there.
    """
    folders = (shipped_folder(),) if own is None else (own, shipped_folder())
    for folder in folders:
        path = folder / name
        if path.exists():
            return path
    raise ConfigError(
        f"there is no {name} in {' or '.join(map(str, folders))}.",
        remedy="Put it there, or correct the name.",
    )


def config_text(name: str, own: Path | None = None) -> str:
    """The text of that file, which must be UTF-8."""
    return read_text(config_file(name, own))


def read_text(path: Path) -> str:
    """A configuration file's text. Raises ConfigError when it cannot be read as UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path} cannot be read: {error}.", remedy="Make it a readable UTF-8 text file."
        ) from error
