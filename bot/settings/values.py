"""One setting's text becomes its value, or one sentence that names the variable."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from urllib.parse import urlsplit

from bot.errors import ConfigError

_YES = ("1", "true", "yes", "on")
_NO = ("0", "false", "no", "off")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def app_id(name: str, text: str) -> int:
    """GitHub's number of an App."""
    return _whole_number(name, text, 1, 10**15)


def port(name: str, text: str) -> int:
    """A TCP port; 0 lets the system choose."""
    return _whole_number(name, text, 0, 65535)


def _whole_number(name: str, text: str, least: int, most: int) -> int:
    if re.fullmatch(r"[0-9]{1,18}", text) and least <= int(text) <= most:
        return int(text)
    raise ConfigError(
        f"{name} must be a whole number from {least} to {most}, not {text!r}.",
        remedy=f"Correct {name}.",
    )


def yes_or_no(name: str, text: str) -> bool:
    """A switch."""
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise ConfigError(f"{name} must be true or false, not {text!r}.", remedy=f"Correct {name}.")


def one_of(allowed: tuple[str, ...], name: str, text: str) -> str:
    """One of the `allowed` words, which are lower case."""
    if text.lower() in allowed:
        return text.lower()
    raise ConfigError(
        f"{name} must be one of {', '.join(allowed)}, not {text!r}.", remedy=f"Correct {name}."
    )


def web_address(name: str, text: str) -> str:
    """An http or https address without its final slash.

    It is not repeated in the error, because one with a user in it holds a password.
    """
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or parts.username is not None:
        raise ConfigError(
            f"{name} is not a web address.",
            remedy=f"Set {name} to something like https://example.org, without user or password.",
        )
    if parts.query or parts.fragment or re.search(r"\s", text):
        raise ConfigError(
            f"{name} must be a plain web address.",
            remedy=f"Remove blanks and what follows '?' or '#' from {name}.",
        )
    return text.rstrip("/")


def https_address(name: str, text: str) -> str:
    """A web address that credentials are sent to: https, or http to this very machine."""
    address = web_address(name, text)
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise ConfigError(
            f"{name} must begin with https://, because credentials are sent there.",
            remedy=f"Correct {name}; http is accepted for 127.0.0.1 alone.",
        )
    return address


def secret(name: str, text: str) -> str:
    """A secret we check others against: at least 8 characters, or guessing it is too easy."""
    if len(text) < 8:
        raise ConfigError(
            f"{name} is too short to be a secret.",
            remedy=f"Set {name} to at least 8 characters, better 32 random ones.",
        )
    return text


def secret_list(name: str, text: str) -> tuple[str, ...]:
    """Secrets separated by commas, the newest first; more than one while rotating."""
    return tuple(secret(name, each.strip()) for each in text.split(",") if each.strip())


def private_key(name: str, text: str) -> str:
    """A PEM key: its text, that text on one line with "backslash n" in it, or its base64."""
    pem = text.replace("\\n", "\n").strip()
    if "-----BEGIN" not in pem:
        try:
            pem = base64.b64decode("".join(text.split()), validate=True).decode("ascii").strip()
        except (binascii.Error, ValueError):
            pem = ""
    if not re.match(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s", pem):
        raise ConfigError(
            f"{name} is not a private key.",
            remedy=f"Set {name} to the content of the .pem file from the App's settings page, "
            "as it is or in base64.",
        )
    return pem + "\n"


def folder(name: str, text: str) -> Path:
    """A folder that exists, as an absolute path."""
    path = Path(text).expanduser().absolute()
    if path.is_dir():
        return path
    raise ConfigError(f"{name} names {path}, which is not a folder.", remedy=f"Correct {name}.")


def database(name: str, text: str) -> str:
    """A SQLite or PostgreSQL address. Not repeated in the error: it may hold a password."""
    address = re.sub(r"^postgres://", "postgresql://", text)
    if re.match(r"(sqlite(\+[a-z]+)?:///.+|postgresql(\+[a-z0-9]+)?://.+)", address):
        return address
    raise ConfigError(
        f"{name} is neither a SQLite nor a PostgreSQL address.",
        remedy=f"Set {name} to sqlite:////absolute/path.db or postgresql://user@host/name.",
    )
