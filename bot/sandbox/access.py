"""Who asks, and what they may do: App tokens, installation tokens, people's tokens, nobody."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.sandbox.answers import Refused, not_found
from bot.sandbox.state import App, Installation, Pull, Repo, Roles, Token, World

LIFETIME = timedelta(hours=1)
LONGEST_APP_TOKEN_S = 600
CLOCK_DRIFT_S = 60
LEVELS = {"none": 0, "read": 1, "write": 2, "admin": 3}
_FROM_ROLE = {"triage": "read", "maintain": "write"}
Needs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Caller:
    """Who asks: an App itself, a token's bearer, or nobody (both None)."""

    app: App | None = None
    token: Token | None = None

    @property
    def login(self) -> str:
        """The account that acts; "" for nobody and for an App itself."""
        return self.token.login if self.token else ""

    @property
    def name(self) -> str:
        """Whose quota is used."""
        return self.token.value if self.token else self.app.slug if self.app else "anonymous"


@cache
def make_key() -> str:
    """A private RSA key as PEM, one for the whole process because making it is slow."""
    return new_key()


def new_key() -> str:
    """A private RSA key as PEM, different each time."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()


@cache
def _public_key(pem: str) -> rsa.RSAPublicKey:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("an App's key is an RSA key")
    return key.public_key()


def identify(world: World, authorization: str) -> Caller:
    """Whom the `Authorization` header stands for; 401 when its credential is no good."""
    kind, _, value = authorization.strip().partition(" ")
    if not value:
        if authorization:
            raise Refused(401, "Bad credentials")
        return Caller()
    if kind.lower() == "basic":
        value = base64.b64decode(value).decode(errors="replace").partition(":")[2]
    if value.startswith("ey"):
        return Caller(app=_app_of(world, value))
    token = world.tokens.get(value)
    if token is None or (token.expires_at and token.expires_at <= world.clock()):
        raise Refused(401, "Bad credentials")
    return Caller(token=token)


def _app_of(world: World, token: str) -> App:
    unread = Refused(401, "A JSON web token could not be decoded")
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
        app = _registered(world, str(claims["iss"]))
        jwt.decode(
            token,
            _public_key(app.private_key),
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
        expires, issued = int(claims["exp"]), int(claims["iat"])
    except (jwt.InvalidTokenError, KeyError, ValueError, TypeError) as error:
        raise unread from error
    _in_time(expires, issued, world.clock())
    return app


def _registered(world: World, issuer: str) -> App:
    for app in world.apps.values():
        if issuer in (str(app.id), app.client_id):
            return app
    raise Refused(404, "Integration not found")


def _in_time(expires: int, issued: int, now: datetime) -> None:
    at = now.timestamp()
    if issued > at + CLOCK_DRIFT_S:
        raise Refused(
            401,
            "'Issued at' claim ('iat') must be an Integer representing the time that the "
            "assertion was issued",
        )
    if expires <= at:
        raise Refused(401, "'Expiration time' claim ('exp') must be a numeric value in the future")
    if expires > at + LONGEST_APP_TOKEN_S + CLOCK_DRIFT_S or expires - issued > (
        LONGEST_APP_TOKEN_S + CLOCK_DRIFT_S
    ):
        raise Refused(401, "'Expiration time' claim ('exp') is too far in the future")


def issue(
    world: World,
    installation: Installation,
    permissions: dict[str, str],
    repo_ids: frozenset[int] | None,
) -> Token:
    """A token for `installation` in the shape GitHub has given them since 2026."""
    expires = world.clock() + LIFETIME
    claims = {"exp": int(expires.timestamp()), "n": installation.id, "s": secrets.token_hex(124)}
    parts = (b'{"alg":"ES256","typ":"JWT"}', json.dumps(claims).encode(), secrets.token_bytes(64))
    texts = [base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts]
    value = f"ghs_{installation.app.id}_{'.'.join(texts)}"
    token = Token(
        value,
        installation.app.login,
        installation.app.id,
        installation,
        {"metadata": "read", **permissions},
        repo_ids,
        expires,
    )
    world.tokens[value] = token
    return token


def granted(world: World, caller: Caller, repo: Repo) -> Mapping[str, str]:
    """What `caller` may do in `repo`, by permission; empty when it cannot even see it."""
    public = {"metadata": "read"} if not repo.private else {}
    token = caller.token
    if token is None:
        return public | dict.fromkeys(_PUBLIC, "read") if public else {}
    if token.installation is not None:
        return _of_installation(token, token.installation, repo) or public
    role = world.role(repo, token.login)
    if role == "none" or (token.repo_ids is not None and repo.id not in token.repo_ids):
        return public | dict.fromkeys(_PUBLIC, "read") if public else {}
    return _of_person(token, _FROM_ROLE.get(role, role))


_PUBLIC = ("contents", "pull_requests", "issues", "checks")


def _of_installation(token: Token, place: Installation, repo: Repo) -> Mapping[str, str]:
    reached = place.account.lower() == repo.owner.lower() and all(
        repo.id in ids for ids in (token.repo_ids, place.repo_ids) if ids is not None
    )
    return token.permissions or {} if reached else {}


def _of_person(token: Token, role: str) -> Mapping[str, str]:
    wanted = token.permissions if token.permissions is not None else dict.fromkeys(_PUBLIC, role)
    least = {name: min(level, role, key=LEVELS.__getitem__) for name, level in wanted.items()}
    return {"metadata": "read", **least}


def require(world: World, caller: Caller, repo: Repo | None, needs: Needs) -> Repo:
    """`repo`, if `caller` has one of `needs` in it; 404 when it cannot see it, else 403."""
    if repo is None:
        raise not_found()
    may = granted(world, caller, repo)
    if not may or (caller.app is not None and caller.token is None and repo.private):
        raise not_found()
    if any(LEVELS[may.get(name, "none")] >= LEVELS[level] for name, level in needs):
        return repo
    header = {"X-Accepted-GitHub-Permissions": "; ".join(f"{n}={v}" for n, v in needs)}
    token = caller.token
    if token is None:
        raise Refused(401, "Requires authentication", headers=header)
    who = "integration" if token.installation else "personal access token"
    raise Refused(403, f"Resource not accessible by {who}", headers=header)


def may_write(world: World, repo: Repo, login: str) -> bool:
    """Whether the person may push to `repo`."""
    return Roles.index(world.role(repo, login)) >= Roles.index("write")


def association(world: World, pull: Pull, login: str) -> str:
    """How GitHub words somebody's tie to a repository."""
    if login.lower() == pull.repo.owner.lower():
        return "OWNER"
    return "COLLABORATOR" if may_write(world, pull.repo, login) else "NONE"
