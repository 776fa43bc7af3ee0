"""The environment becomes one frozen `Settings`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from bot.errors import ConfigError
from bot.settings import values
from bot.settings.env_file import read_env_file

D = TypeVar("D")
T = TypeVar("T")

ENV_FILE = Path(".env")
LOG_LEVELS = ("debug", "info", "warning", "error", "critical")
LOG_FORMATS = ("text", "json")
SHORTEST_SECRET = 8
"""Characters. Anything shorter cannot be told from ordinary words in a text."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says. "" and None: not set. Secrets never show in the repr.

    `home` is the folder for what the bot keeps; nothing here creates it. `config_dir` is the
    operator's folder that wins over config/ file by file. `private_key_path` is where the key
    was to be read from, for the error if it could not be. `github_token` stands in for the App
    in CI. `dashboard_token` opens what is not for all. `step_summary` is the file a workflow's
    step writes its summary to. `log_level` and `log_format` are lower case. `public_url` is where
    GitHub reaches the receiver; `webhook_proxy_url` a channel that forwards deliveries to a laptop.
    """

    home: Path
    database_url: str = field(repr=False)
    app_id: int | None = None
    private_key: str = field(default="", repr=False)
    private_key_path: Path | None = None
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    github_api_url: str = "https://api.github.com"
    github_token: str = field(default="", repr=False)
    anthropic_api_key: str = field(default="", repr=False)
    anthropic_base_url: str = ""
    dashboard_token: str = field(default="", repr=False)
    public_url: str = ""
    webhook_proxy_url: str = ""
    port: int = 8000
    dry_run: bool = False
    log_level: str = "info"
    log_format: str = "text"
    config_dir: Path | None = None
    step_summary: Path | None = None

    def require_app(self) -> tuple[int, str]:
        """The App's id and its private key in PEM form. ConfigError when one cannot be used."""
        if self.app_id is None:
            raise ConfigError(
                "APP_ID is not set.",
                remedy="Copy it from the App's settings page.",
            )
        if not self.private_key and self.private_key_path is not None:
            raise ConfigError(
                f"PRIVATE_KEY_PATH names {self.private_key_path}, which cannot be read.",
                remedy="Correct the path, or let this user read the file.",
            )
        if not self.private_key:
            raise ConfigError(
                "neither PRIVATE_KEY nor PRIVATE_KEY_PATH is set.",
                remedy="Make one on the App's settings page.",
            )
        _check_key(self.private_key)
        return self.app_id, self.private_key

    def require_webhook_secrets(self) -> tuple[str, ...]:
        """The secrets a delivery may be signed with; ConfigError when there is none."""
        if not self.webhook_secrets:
            raise ConfigError(
                "WEBHOOK_SECRET is not set, and unsigned deliveries are never accepted.",
                remedy="Copy it from the App's settings page.",
            )
        return self.webhook_secrets

    @property
    def own_secrets(self) -> tuple[str, ...]:
        """Every live secret value, for the gate that must let none of them out.

        The private key stands here whole and line by line. Values shorter than 8 characters are
        left out: they would match ordinary words.
        """
        password = urlsplit(self.database_url).password or ""
        key_lines = [line for line in self.private_key.splitlines() if "-----" not in line]
        candidates = [
            *self.webhook_secrets,
            self.github_token,
            self.anthropic_api_key,
            self.dashboard_token,
            password,
            unquote(password),
            self.private_key.strip(),
            *key_lines,
        ]
        return tuple(dict.fromkeys(each for each in candidates if len(each) >= SHORTEST_SECRET))


def load(environ: Mapping[str, str] | None = None, *, env_file: Path | None = ENV_FILE) -> Settings:
    """Read the settings. `environ` None: the process's own, which wins over `env_file`.

    Pass `env_file=None` where the working directory may hold somebody else's files (a checkout
    of a pull request): their `.env` could point the bot, key in hand, at another address.
    An empty variable counts as not set. Raises ConfigError for the first wrong value; what is
    missing matters only to those who need it (`require_app`, `require_webhook_secrets`).
    """
    own = os.environ if environ is None else environ
    both = {**({} if env_file is None else read_env_file(env_file)), **own}
    found = {name: text.strip() for name, text in both.items() if text.strip()}
    read = partial(_read, found)
    home = Path(found.get("AI_REVIEW_HOME", ".ai-review")).expanduser().absolute()
    key, key_path = _key(found)
    return Settings(
        home=home,
        database_url=read("DATABASE_URL", values.database, f"sqlite:///{home / 'ai-review.db'}"),
        app_id=read("APP_ID", values.app_id, None),
        private_key=key,
        private_key_path=key_path,
        webhook_secrets=read("WEBHOOK_SECRET", values.secret_list, ()),
        github_api_url=read("GITHUB_API_URL", values.https_address, "https://api.github.com"),
        github_token=found.get("GITHUB_TOKEN", ""),
        anthropic_api_key=found.get("ANTHROPIC_API_KEY", ""),
        anthropic_base_url=read("ANTHROPIC_BASE_URL", values.web_address, ""),
        dashboard_token=read("DASHBOARD_TOKEN", values.secret, ""),
        public_url=read("PUBLIC_URL", values.web_address, ""),
        webhook_proxy_url=read("WEBHOOK_PROXY_URL", values.https_address, ""),
        port=read("PORT", values.port, 8000),
        dry_run=read("DRY_RUN", values.yes_or_no, False),
        log_level=read("LOG_LEVEL", partial(values.one_of, LOG_LEVELS), "info"),
        log_format=read("LOG_FORMAT", partial(values.one_of, LOG_FORMATS), "text"),
        config_dir=read("AI_REVIEW_CONFIG", values.folder, None),
        step_summary=Path(found["GITHUB_STEP_SUMMARY"]) if "GITHUB_STEP_SUMMARY" in found else None,
    )


def _read(
    found: Mapping[str, str], name: str, parse: Callable[[str, str], T], otherwise: D
) -> T | D:
    return parse(name, found[name]) if name in found else otherwise


def _key(found: Mapping[str, str]) -> tuple[str, Path | None]:
    """The App's key, and the file it was to come from. A file that cannot be read gives ""."""
    if "PRIVATE_KEY" in found:
        return values.private_key("PRIVATE_KEY", found["PRIVATE_KEY"]), None
    if "PRIVATE_KEY_PATH" not in found:
        return "", None
    path = Path(found["PRIVATE_KEY_PATH"]).expanduser().absolute()
    try:
        text = path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return "", path
    return values.private_key(f"the file {path} in PRIVATE_KEY_PATH", text), path


@lru_cache(maxsize=1)  # it takes 70 ms, and several adapters ask
def _check_key(pem: str) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem.encode("ascii", "replace"), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise ConfigError(
            "the App's private key is damaged, encrypted or not RSA.",
            remedy="Copy the whole .pem file again, or make a new key on the App's settings page.",
        )
