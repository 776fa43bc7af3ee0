"""Private keys, and secrets that only their surroundings give away."""

from __future__ import annotations

import re

from bot.guard.pattern import Pattern, Where, entropy, is_real
from bot.guard.sample import BASE64, hexadecimal, made_up

DASHES = "-" * 5
KEY_LINE = re.compile(r"[A-Za-z0-9+/=]{24}")

WEAK = frozenset(
    re.split(
        " ",
        "admin changeit dev guest hunter2 local mysecret none null pass passwd password postgres "
        "prod pw pwd redis root rootpassword s3cr3t s3cret secret secretpassword test testing "
        "token undefined user username tiger system example sample mypassword mypass string "
        "12345678 123456",
    )
)
"""Passwords that are words of an example, or everybody's."""

INDIRECT = re.compile(
    r"[$#%]\{|\{\{|\$\(|^\$[A-Za-z_]|%\(|%[sdv]|^\{|^<|^\[|^\(|^/|^\.{1,2}/|^~/|^@|^&|^arn:|^vault:"
    r"|^env[.:]|environ|getenv|process\.|secrets?\.|config\.|^https?://|^sha(?:256|512)|«|\\[uxU]"
    r"|\{[A-Za-z_.]{1,40}\}|[A-Za-z]\["
)
"""A value that names where the secret is, instead of being one."""

WORDS = re.compile(r"[A-Za-z]*(?:[ _.:/\\-][A-Za-z]*)*[0-9]{0,4}[!.?:,;)]?")
"""Plain words, identifiers and dotted names, with at most a short number behind."""


def holds_key(block: str) -> bool:
    """Whether an armoured block has a body; many programs only mention the header."""
    return is_real(block) and KEY_LINE.search(block) is not None


def is_password(value: str) -> bool:
    """Whether a password in an address is somebody's, not the documentation's."""
    plain = value.lower()
    return is_real(value) and plain not in WEAK and INDIRECT.search(value) is None


def is_secret_value(value: str) -> bool:
    """Whether a value assigned to a name like "password" is a secret by its own look."""
    if value.lower() in WEAK or not is_real(value) or INDIRECT.search(value):
        return False
    return WORDS.fullmatch(value) is None and entropy(value) >= 2.75


def is_dense_value(value: str) -> bool:
    """Like `is_secret_value`, for values without quotes: they are more often code."""
    digits = sum(each.isdigit() for each in value)
    return is_secret_value(value) and digits >= 2 and entropy(value) >= 3.3


JOINED = ("api", "access", "auth", "private", "signing", "encryption", "master", "account")
AFTER_JOINED = "|".join(f"(?<={word})|(?<={word}[_-])" for word in JOINED)
NAMES = f"(?i:pass(?:word|wd|phrase|code)|pwd|secret|token|credentials?|(?:{AFTER_JOINED})key)"
NEAR_NAMES = ("passw", "passp", "passc", "pwd", "secret", "token", "credential", "key")
# Of `|(?!)` see bot/diff/lexis.py.
BODY = rf"(?:[^-]|-(?!{DASHES[1:]})|(?!)){{0,65536}}+"


def _armoured(name: str, title: str, label: str, example: str) -> Pattern:
    """A block from BEGIN to END; without its END, the lines that look like its body."""
    begin = rf"{DASHES}BEGIN {label}{DASHES}"
    return Pattern(
        name,
        title,
        rf"{begin}(?:{BODY}{DASHES}END [A-Z0-9 ]{{1,40}}{DASHES}"
        rf"|(?:[\s\"'+\\,;]{{0,20}}+(?:\\[nr]){{0,2}}[A-Za-z0-9+/=]{{16,100}}+|(?!)){{0,2000}}+)",
        (f"{DASHES}begin ",),
        f"{DASHES}BEGIN {example}{DASHES}\n{made_up(64, BASE64)}\n{made_up(40, BASE64)}\n"
        f"{DASHES}END {example}{DASHES}",
        f'if "{DASHES}BEGIN {example}{DASHES}" in text:',
        accept=holds_key,
        where=Where.ANCHOR,
    )


KEYS: tuple[Pattern, ...] = (
    _armoured(
        "private-key", "private key", "(?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY", "RSA PRIVATE KEY"
    ),
    _armoured(
        "pgp-private-key", "PGP private key", "PGP PRIVATE KEY BLOCK", "PGP PRIVATE KEY BLOCK"
    ),
    Pattern(
        "ssh2-private-key",
        "private key",
        r"-{4} BEGIN SSH2 ENCRYPTED PRIVATE KEY -{4}(?:[^-]|-(?!---)|(?!)){0,65536}+-{4} END",
        ("---- begin ssh2",),
        f"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n{made_up(64, BASE64)}\n---- END SSH2",
        "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n...\n---- END SSH2",
        accept=holds_key,
        where=Where.ANCHOR,
    ),
    Pattern(
        "putty-private-key",
        "PuTTY private key",
        r"Private-Lines: [0-9]{1,3}\s{1,2}(?P<secret>[A-Za-z0-9+/=]{20,80}"
        r"(?:\s{1,2}[A-Za-z0-9+/=]{8,80}+|(?!)){0,200}+)",
        ("private-lines:",),
        f"Private-Lines: 2\n{made_up(64, BASE64)}\n{made_up(40, BASE64)}",
        "Private-Lines: 14\n",
        where=Where.ANCHOR,
    ),
    Pattern(
        "age-key",
        "age secret key",
        "AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}",
        ("age-secret-key-1",),
        "AGE-SECRET-KEY-1" + made_up(58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
        "AGE-SECRET-KEY-1" + "X" * 58,
        where=Where.STRETCH,
    ),
    Pattern(
        "json-web-token",
        "JSON web token",
        r"eyJ(?<![A-Za-z0-9_-]eyJ)[A-Za-z0-9_-]{10,}+\.eyJ[A-Za-z0-9_-]{10,}+"
        r"\.[A-Za-z0-9_-]{10,}+",
        ("eyj",),
        f"eyJ{made_up(30)}.eyJ{made_up(60)}.{made_up(43)}",
        f"eyJ{made_up(30)}.eyJ{made_up(60)}",
        live=False,
        where=Where.STRETCH,
    ),
)


def _address(name: str, title: str, *schemes: str) -> Pattern:
    """A URL with a password between the colon and the last @ of its host part."""
    before = "|".join(f"(?<={scheme})" for scheme in schemes)
    return Pattern(
        name,
        title,
        rf"(?i:{before})://[^\s:/@\"'`<>]{{0,100}}:(?P<secret>[^\s/\"'`<>]{{3,200}})@[\w\[.$-]",
        ("://",),
        f"{schemes[0]}://app:{made_up(16)}@db.internal:5432/shop",
        f"{schemes[0]}://app:${{DB_PASSWORD}}@db.internal:5432/shop",
        live=False,
        accept=is_password,
        where=Where.ANCHOR,
    )


ADDRESSES: tuple[Pattern, ...] = (
    _address(
        "postgres-url",
        "PostgreSQL password",
        "postgres",
        "postgresql",
        "psycopg",
        "psycopg2",
        "asyncpg",
        "pg8000",
    ),
    _address("mysql-url", "MySQL password", "mysql", "mariadb", "mysqldb", "mysqlconnector"),
    _address("mongodb-url", "MongoDB password", "mongodb", r"mongodb\+srv"),
    _address("redis-url", "Redis password", "redis", "rediss"),
    _address("amqp-url", "AMQP password", "amqp", "amqps"),
    _address(
        "url-password",
        "password in an address",
        "https",
        "http",
        "ftp",
        "ftps",
        "ssh",
        "git",
        "smtp",
        "smtps",
        "ldap",
        "ldaps",
        "mssql",
        "pyodbc",
        "pymssql",
        "oracledb",
        "cloudinary",
        "nats",
        "wss",
    ),
    Pattern(
        "connection-string",
        "password in a connection string",
        r"; ?(?i:password|pwd)=(?P<secret>[^;\s\"'`<>]{6,128})",
        (";password=", "; password=", ";pwd=", "; pwd="),
        "Server=db;User Id=app;Password=" + made_up(16) + ";",
        "Server=db;User Id=app;Password={0};",
        live=False,
        accept=is_password,
        where=Where.ANCHOR,
    ),
    Pattern(
        "authorization",
        "credential in a header",
        r"(?i:authorization[\"']?\]?[ \t]{0,3}[:=,][ \t]{0,3}[\"'`]?"
        r"(?:bearer|basic|token)[ \t]{1,3})"
        r"(?P<secret>[A-Za-z0-9._~+/=-]{16,2000})",
        ("authorization",),
        "Authorization: Bearer " + made_up(40),
        "Authorization: Bearer ${TOKEN}",
        live=False,
        accept=is_secret_value,
        where=Where.ANCHOR,
    ),
)

ASSIGNMENTS: tuple[Pattern, ...] = (
    Pattern(
        "assigned-secret",
        "secret in the source",
        rf"{NAMES}[A-Za-z0-9_.-]{{0,24}}[\"'\]]{{0,2}}[ \t]{{0,8}}(?::[ \t]?(?:str|String|string)"
        r"[ \t]{0,3})?(?:=>|:=|===?|[=:,])[ \t]{0,8}[bfru]?(?P<quote>[\"'`])"
        r"(?P<secret>[^\s\"'`]{8,200})(?P=quote)",
        NEAR_NAMES,
        'db_password = "' + made_up(8) + "7!" + made_up(5) + '"',
        'db_password = os.environ["DB_PASSWORD"]',
        live=False,
        accept=is_secret_value,
        where=Where.ANCHOR,
    ),
    Pattern(
        "environment-secret",
        "secret in the environment",
        r"(?:PASS(?:WORD|WD)?|PWD|SECRET|TOKEN|CREDENTIALS?"
        rf"|(?:{AFTER_JOINED.upper()})KEY)"
        r"(?:_[A-Z0-9]{1,24}){0,3}=(?P<secret>[^\s\"'`]{8,200})(?![^\s\"'`])",
        (*NEAR_NAMES, "pass="),
        "API_TOKEN=" + hexadecimal(24),
        "API_TOKEN=${OTHER_TOKEN}",
        live=False,
        accept=is_dense_value,
        where=Where.ANCHOR,
    ),
    Pattern(
        "configured-secret",
        "secret in a configuration",
        rf"{NAMES}[A-Za-z0-9_.-]{{0,24}}[ \t]{{0,8}}[:=][ \t]{{1,8}}"
        r"(?P<secret>[A-Za-z0-9+/_=!@#%^&*~-]{16,200})[ \t]{0,8}(?:\r?\n|\Z|#)",
        NEAR_NAMES,
        "api_token: " + hexadecimal(32),
        "api_token: readTheTokenFromTheVault",
        live=False,
        accept=is_dense_value,
        where=Where.ANCHOR,
    ),
)

PATTERNS = (*KEYS, *ADDRESSES, *ASSIGNMENTS)
