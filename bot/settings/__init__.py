"""Files and environment become frozen values. The only reader of `os.environ` in bot/.

`load` reads the environment; the other loaders read config/, where the operator's folder
(`Settings.config_dir`) wins file by file. Those need pydantic, which takes longer to import than
all the rest, so they are fetched when first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bot.settings.environment import Settings, load
from bot.settings.folders import config_file, config_text

if TYPE_CHECKING:
    from bot.settings.files import (
        Defaults,
        RunLimits,
        load_cache_minima,
        load_contexts,
        load_defaults,
        load_prices,
        load_reviewers,
        load_tiers,
    )

__all__ = [
    "Defaults",
    "RunLimits",
    "Settings",
    "config_file",
    "config_text",
    "load",
    "load_cache_minima",
    "load_contexts",
    "load_defaults",
    "load_prices",
    "load_reviewers",
    "load_tiers",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("bot.settings.files"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
