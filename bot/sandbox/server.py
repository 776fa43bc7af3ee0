"""The sandbox's web server: every request is identified, limited, answered and recorded."""

from __future__ import annotations

import hashlib
import socket
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler

from bot.sandbox import (
    apps_api,
    checks_api,
    comments_api,
    contents_api,
    manifest_api,
    pulls_api,
    reviews_api,
)
from bot.sandbox.access import Caller, identify
from bot.sandbox.answers import DOCS, Refused
from bot.sandbox.asking import Answer, Ask
from bot.sandbox.diff import MOST_BYTES
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.git import NoSuchObject
from bot.sandbox.graph import answer_query
from bot.sandbox.pages import pages
from bot.sandbox.state import Asked, World
from bot.sandbox.view import View
from bot.sandbox.webhooks import Hooks

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIXES = ("/api/v3", "/api", "")
ROOTS = {"api", "app", "app-manifests", "graphql", "installation", "meta", "rate_limit"}
ROOTS |= {"organizations", "repos", "settings", "user", "users"}
MODULES = (
    apps_api,
    checks_api,
    comments_api,
    contents_api,
    manifest_api,
    pulls_api,
    reviews_api,
)
VERSIONS = ("2022-11-28", "2026-03-10")
WITHOUT_CREDENTIALS = 60
AN_HOUR_S = 3600
Watch = Callable[[Any, Response], None]


@dataclass
class Limits:
    """Requests of each caller in the current hour."""

    world: World
    used: dict[str, tuple[int, int]] = field(default_factory=dict)

    def count(self, caller: Caller) -> dict[str, str]:
        """Count one request; the headers that tell what is left (below zero: too many)."""
        now = int(self.world.clock().timestamp())
        hour, used = self.used.get(caller.name, (now, 0))
        hour, used = (hour, used + 1) if now < hour + AN_HOUR_S else (now, 1)
        self.used[caller.name] = hour, used
        limit = self.world.rate_limit
        if caller == Caller():
            limit = min(limit, WITHOUT_CREDENTIALS)
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(limit - used),
            "X-RateLimit-Used": str(used),
            "X-RateLimit-Reset": str(hour + AN_HOUR_S),
            "X-RateLimit-Resource": "core",
        }


@dataclass(frozen=True)
class Served:
    """What one sandbox's requests are answered from. Each of `watch` sees every exchange."""

    world: World
    hooks: Hooks
    faults: Faults
    limits: Limits
    watch: list[Watch]


def create_app(served: Served) -> WSGIApplication:
    """The sandbox as a WSGI application: its API, and pages for people at all other paths."""
    api, site = _api(), Flask("bot.sandbox")
    site.register_blueprint(pages(served.world))

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.strip("/").split("/")[0] not in ROOTS:
            with served.world.lock:
                return site(environ, start_response)
        prefix = next(prefix for prefix in PREFIXES if path.startswith(f"{prefix}/"))
        environ |= {"SCRIPT_NAME": prefix, "PATH_INFO": path.removeprefix(prefix)}
        environ["sandbox"] = served
        return api(environ, start_response)

    return serve


@cache
def _api() -> Flask:
    """One API for all sandboxes of the process, because compiling its routes takes a while."""
    app = Flask(__name__)
    app.url_map.merge_slashes = False
    app.json.sort_keys = False  # type: ignore[attr-defined]  # declared on the default provider
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    for module in MODULES:
        app.register_blueprint(module.api)
    app.add_url_rule("/rate_limit", "rate_limit", rate_limit)
    app.add_url_rule("/graphql", "graphql", answer_query, methods=["POST"])
    app.before_request(_begin)
    app.after_request(_end)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(NoSuchObject, _no_object)
    app.register_error_handler(HTTPException, _no_route)
    return app


def _served() -> Served:
    served: Served = request.environ["sandbox"]
    return served


def rate_limit() -> Answer:
    """What is left of the caller's requests; asking is free on GitHub, one request here."""
    now = {name[12:].lower(): value for name, value in g.limits.items() if name != "resource"}
    rate = {name: int(now[name]) for name in ("limit", "remaining", "used", "reset")}
    return {"resources": {"core": rate, "search": rate, "graphql": rate}, "rate": rate}


def _begin() -> Answer | None:
    served = _served()
    world, faults = served.world, served.faults
    request.get_data()  # read the body whole, whatever becomes of it
    g.limits, g.locked = {}, False
    g.fault = faults.strike(request.method, request.full_path.removesuffix("?"))
    if g.fault and g.fault.hang_s:
        faults.closing.wait(g.fault.hang_s)
    if g.fault and not g.fault.after_accept and (g.fault.status or g.fault.drop_connection):
        return _spoilt(g.fault)
    g.locked = world.lock.acquire()
    caller = _caller(world)
    g.limits = served.limits.count(caller)
    if int(g.limits["X-RateLimit-Remaining"]) < 0:
        g.limits["X-RateLimit-Remaining"] = "0"
        raise Refused(403, "API rate limit exceeded.")
    root = request.host_url.rstrip("/")
    view = View(world, root + request.script_root, root)
    g.ask = Ask(world, view, caller, served.hooks)
    return None


def _caller(world: World) -> Caller:
    if not request.headers.get("User-Agent"):
        raise Refused(403, "Request forbidden by administrative rules: no User-Agent header.")
    version = request.headers.get("X-GitHub-Api-Version", VERSIONS[0])
    if version not in VERSIONS:
        raise Refused(400, f"{version} is not a supported version of the API.")
    return identify(world, request.headers.get("Authorization", ""))


def _end(answer: Response) -> Response:
    served = _served()
    if g.get("locked"):
        served.world.lock.release()
    fault: Fault | None = g.get("fault")
    for see in served.watch:
        see(request, answer)
    if fault and fault.after_accept and (fault.status or fault.drop_connection):
        answer = _spoilt(fault)
    dropped = fault is not None and fault.drop_connection
    path, status = request.script_root + request.path, 0 if dropped else answer.status_code
    served.world.requests.append(Asked(request.method, path, status))
    if dropped:
        _hang_up()
    for name, value in {**g.get("limits", {}), **_usual_headers()}.items():
        answer.headers.setdefault(name, value)
    return _unless_known(answer)


def _usual_headers() -> dict[str, str]:
    return {
        "X-GitHub-Request-Id": uuid.uuid4().hex[:20].upper(),
        "X-GitHub-Media-Type": "github.v3; format=json",
        "X-GitHub-Api-Version-Selected": request.headers.get("X-GitHub-Api-Version", VERSIONS[0]),
        "Server": "github.com",
    }


def _unless_known(answer: Response) -> Response:
    """304 for what the caller has already: a conditional request."""
    if request.method != "GET" or answer.status_code != 200:
        return answer
    body = answer.get_data()
    if len(body) <= MOST_BYTES:
        answer.set_etag(hashlib.sha256(body).hexdigest())
        answer.make_conditional(request.environ)
    return answer


def _spoilt(fault: Fault) -> Response:
    status = fault.status or 502
    if fault.html:
        answer = Response("<html><body>Unicorn!</body></html>", status, content_type="text/html")
    else:
        answer = jsonify({"message": fault.message(), "documentation_url": DOCS})
        answer.status_code = status
    if fault.retry_after is not None:
        answer.headers["Retry-After"] = str(fault.retry_after)
    return answer


def _hang_up() -> None:
    line = request.environ.get("werkzeug.socket")
    if line is not None:
        line.shutdown(socket.SHUT_RDWR)


def _refused(error: Refused) -> Response:
    answer = jsonify(error.body)
    answer.status_code = error.status
    answer.headers.update(error.headers)
    return answer


def _no_object(_: NoSuchObject) -> Response:
    return _refused(Refused(404, "Not Found"))


def _no_route(error: HTTPException) -> Response:
    status = error.code or 500
    return _refused(Refused(status, HTTPStatus(status).phrase))


class QuietHandler(WSGIRequestHandler):
    """Serves without writing to the terminal."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Keep silent: requests are recorded in the world."""
