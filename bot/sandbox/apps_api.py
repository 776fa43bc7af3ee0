"""What an App asks as itself, and about the bearer of a token."""

from __future__ import annotations

from flask import Blueprint, jsonify, request

from bot.sandbox.access import LEVELS, issue
from bot.sandbox.answers import Refused, body_of, list_in, not_found, of_type
from bot.sandbox.asking import (
    LARGEST_PAGE,
    Answer,
    asked,
    linked,
    on_repo,
    paged,
    signed_by_app,
    whole,
    with_token,
)
from bot.sandbox.state import Delivery, Installation, Repo, World
from bot.sandbox.view import Json, iso

api = Blueprint("apps", __name__)


@api.get("/app")
def app_itself() -> Answer:
    """The App that signed the request."""
    ask, app = signed_by_app()
    count = sum(place.app is app for place in ask.world.installations.values())
    return ask.view.app(app) | {"installations_count": count}


@api.get("/app/installations")
def installations() -> Answer:
    """Where the App is installed."""
    ask, app = signed_by_app()
    places = [place for place in ask.world.installations.values() if place.app is app]
    return paged(places, ask.view.installation)


@api.get("/app/installations/<int:number>")
def installation(number: int) -> Answer:
    """One installation."""
    return asked().view.installation(_installation(number))


@api.get("/repos/<owner>/<name>/installation")
def installation_of_repo(owner: str, name: str) -> Answer:
    """The installation that reaches a repository."""
    ask, app = signed_by_app()
    repo = ask.world.repo(f"{owner}/{name}")
    place = ask.world.installation_of(repo, app) if repo else None
    if place is None:
        raise not_found()
    return ask.view.installation(place)


@api.post("/app/installations/<int:number>/access_tokens")
def new_token(number: int) -> Answer:
    """A token for an installation, narrowed as asked, for an hour."""
    ask, place = asked(), _installation(number)
    if place.suspended_at:
        raise Refused(403, "This installation has been suspended")
    sent = body_of("repositories", "repository_ids", "permissions")
    repos = _chosen(ask.world, place, sent)
    permissions = _reduced(place, sent)
    ids = None if repos is None else frozenset(repo.id for repo in repos)
    token = issue(ask.world, place, permissions, ids)
    shown: Json = {
        "token": token.value,
        "expires_at": iso(token.expires_at or ask.world.clock()),
        "permissions": token.permissions,
        "repository_selection": "all" if place.repo_ids is None and ids is None else "selected",
    }
    if repos is not None:
        shown["repositories"] = [ask.view.repo(repo) for repo in repos]
    return shown, 201


@api.delete("/installation/token")
def revoke() -> tuple[str, int]:
    """End the token the request came with."""
    ask, token = with_token()
    if token.installation is None:
        raise Refused(403, "You must authenticate with an installation access token.")
    del ask.world.tokens[token.value]
    return "", 204


@api.get("/installation/repositories")
def repositories() -> Answer:
    """The repositories the token reaches."""
    ask, token = with_token()
    if token.installation is None:
        raise Refused(403, "You must authenticate with an installation access token.")
    ids = token.repo_ids
    found = [r for r in _reached(ask.world, token.installation) if ids is None or r.id in ids]
    return paged(found, ask.view.repo, "repositories")


@api.get("/app/hook/config")
def hook_config() -> Answer:
    """Where and how webhooks go."""
    _, app = signed_by_app()
    return {
        "content_type": app.content_type,
        "insecure_ssl": "0",
        "url": app.hook_url or "http://example.invalid/",
        "secret": "********",
    }


@api.patch("/app/hook/config")
def change_hook_config() -> Answer:
    """Change where and how webhooks go."""
    _, app = signed_by_app()
    sent = body_of("url", "content_type", "secret", "insecure_ssl")
    app.hook_url = sent.get("url", app.hook_url)
    app.content_type = sent.get("content_type", app.content_type)
    app.webhook_secret = sent.get("secret", app.webhook_secret)
    return hook_config()


@api.get("/app/hook/deliveries")
def deliveries() -> Answer:
    """The log of deliveries, newest first, by cursor."""
    ask, _ = signed_by_app()
    size = min(whole("per_page", 30), LARGEST_PAGE)
    before = whole("cursor", 1 << 62)
    older = [d for d in reversed(ask.world.deliveries) if d.id < before and _asked_for(d)]
    answer = jsonify([_delivery(delivery) for delivery in older[:size]])
    if len(older) > size:
        answer.headers["Link"] = f'<{linked({"cursor": older[size - 1].id})}>; rel="next"'
    return answer


@api.get("/app/hook/deliveries/<int:number>")
def delivery(number: int) -> Answer:
    """One delivery with what was sent and answered."""
    ask, _ = signed_by_app()
    found = _find(ask.world, number)
    return _delivery(found) | {
        "url": found.url,
        "request": {"headers": found.request_headers, "payload": found.payload},
        "response": {"headers": found.response_headers, "payload": found.response_body},
    }


@api.post("/app/hook/deliveries/<int:number>/attempts")
def redeliver(number: int) -> Answer:
    """Deliver once more."""
    ask, app = signed_by_app()
    ask.hooks.again(app, _find(ask.world, number))
    return {}, 202


def _asked_for(delivery: Delivery) -> bool:
    match request.args.get("status"):
        case "success":
            return 200 <= delivery.status_code < 400
        case "failure":
            return 400 <= delivery.status_code < 600
    return True


def _find(world: World, number: int) -> Delivery:
    for delivery in world.deliveries:
        if delivery.id == number:
            return delivery
    raise not_found()


def _delivery(delivery: Delivery) -> Json:
    return {
        "id": delivery.id,
        "guid": delivery.guid,
        "delivered_at": iso(delivery.delivered_at),
        "redelivery": delivery.redelivery,
        "duration": delivery.duration,
        "status": delivery.status,
        "status_code": delivery.status_code,
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": delivery.installation_id,
        "repository_id": delivery.repository_id,
        "throttled_at": iso(delivery.throttled_at) if delivery.throttled_at else None,
    }


def _installation(number: int) -> Installation:
    ask, app = signed_by_app()
    place = ask.world.installations.get(number)
    if place is None or place.app is not app:
        raise not_found()
    return place


def _reached(world: World, place: Installation) -> list[Repo]:
    return [r for r in world.repos.values() if world.installation_of(r, place.app) is place]


def _chosen(world: World, place: Installation, sent: Json) -> list[Repo] | None:
    """The repositories a token is asked for, None when it is not narrowed."""
    ids, names = list_in(sent, "repository_ids"), list_in(sent, "repositories")
    if not ids and not names:
        return None
    found = [repo for repo in _reached(world, place) if repo.id in ids or repo.name in names]
    if len(found) < len({*ids, *names}):
        raise Refused(
            422,
            "There is at least one repository that does not exist or is not accessible to the "
            "parent installation.",
        )
    return found


def _reduced(place: Installation, sent: Json) -> dict[str, str]:
    """The permissions a token is asked for; never more than the installation has."""
    wanted = sent.get("permissions")
    if not wanted:  # an empty object means all of them, as it does on GitHub
        return place.permissions
    has = {"metadata": "read", **place.permissions}
    for name, level in of_type(wanted, dict, "permissions").items():
        if LEVELS.get(level, 9) > LEVELS[has.get(name, "none")]:
            raise Refused(422, "The permissions requested are not granted to this installation.")
    return dict(wanted)


@api.get("/user")
def user() -> Answer:
    """The person the token stands for."""
    ask, token = with_token()
    if token.installation is not None:
        raise Refused(403, "Resource not accessible by integration")
    return ask.view.own_profile(token.login)


@api.get("/users/<login>")
def user_by_login(login: str) -> Answer:
    """Anybody."""
    ask = asked()
    if login.lower() not in ask.world.people:
        raise not_found()
    return ask.view.profile(ask.world.person(login).login)


@api.get("/repos/<owner>/<name>")
def repository(owner: str, name: str) -> Answer:
    """A repository."""
    ask, repo = on_repo(owner, name)
    return ask.view.full_repo(repo)


@api.get("/repos/<owner>/<name>/collaborators/<login>/permission")
def permission(owner: str, name: str, login: str) -> Answer:
    """What somebody may do here: the folded permission and the exact role."""
    ask, repo = on_repo(owner, name)
    if ask.caller.token is None:
        raise Refused(401, "Requires authentication")
    if login.lower() not in ask.world.people:
        raise Refused(404, f"{login} is not a user")
    role = ask.world.role(repo, login)
    folded = {"triage": "read", "maintain": "write"}.get(role, role)
    levels = ("read", "triage", "write", "maintain", "admin")
    has = levels.index(role) if role in levels else -1
    names = ("pull", "triage", "push", "maintain", "admin")
    can = {name: at <= has for at, name in enumerate(names)}
    account = ask.view.user(login) | {"role_name": role, "permissions": can}
    return {"permission": folded, "role_name": role, "user": account}


@api.get("/meta")
def meta() -> Answer:
    """Facts about this server."""
    return {
        "verifiable_password_authentication": False,
        "hooks": ["127.0.0.0/8"],
        "api": ["127.0.0.0/8"],
        "web": ["127.0.0.0/8"],
    }
