from __future__ import annotations

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.sandbox import RepoScene, Sandbox
from tests.sandbox.asking import Client, HandClock, app_token, as_app, as_installation

PULL = "/repos/acme/shop/pulls/1"


def test_an_app_signs_for_itself(github: Sandbox) -> None:
    assert as_app(github).get("/app").json()["id"] == github.app.id
    assert as_app(github, iss=github.app.client_id).get("/app").status_code == 200


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        pytest.param({"exp": 1_795_348_800 + 3600}, 401, id="lives longer than ten minutes"),
        pytest.param({"exp": 1_795_348_800 - 1}, 401, id="is over"),
        pytest.param({"iat": 1_795_348_800 + 300}, 401, id="is from the future"),
        pytest.param({"iss": "1"}, 404, id="is of an App nobody knows"),
        pytest.param({"iss": "me"}, 404, id="names no App"),
        pytest.param({"exp": "soon"}, 401, id="has no number for an end"),
    ],
)
def test_an_app_token_is_refused_that(
    github: Sandbox, claims: dict[str, object], status: int
) -> None:
    assert as_app(github, **claims).get("/app").status_code == status


def test_an_app_token_signed_with_another_key_is_refused(github: Sandbox) -> None:
    claims = jwt.decode(app_token(github), options={"verify_signature": False})
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    token = jwt.encode(claims, other, algorithm="RS256")
    assert Client(github.url, token).get("/app").status_code == 401


def test_an_app_token_must_be_rs256(github: Sandbox) -> None:
    claims = jwt.decode(app_token(github), options={"verify_signature": False})
    token = jwt.encode(claims, "k" * 32, algorithm="HS256")
    assert Client(github.url, token).get("/app").status_code == 401


def tokens_path(github: Sandbox) -> str:
    return f"/app/installations/{github.installation.id}/access_tokens"


def test_an_installation_token_has_githubs_shape_and_lasts_an_hour(
    github: Sandbox, repo: RepoScene, clock: HandClock
) -> None:
    made = as_app(github).post(tokens_path(github))
    token = made.json()["token"]
    assert made.status_code == 201
    assert token.startswith(f"ghs_{github.app.id}_ey")
    assert 480 < len(token) < 560
    assert made.json()["expires_at"] == "2026-11-22T13:00:00Z"
    assert Client(github.url, token).get(PULL).status_code == 200
    clock.turn(minutes=60)
    assert Client(github.url, token).get(PULL).status_code == 401


def test_a_revoked_token_is_no_good(github: Sandbox, bot: Client) -> None:
    assert bot("DELETE", "/installation/token").status_code == 204
    assert bot.get(PULL).status_code == 401


def test_a_token_reaches_only_the_repositories_it_names(github: Sandbox, repo: RepoScene) -> None:
    other = github.create_repo("acme/other")
    body = {"repository_ids": [repo.id], "permissions": {"contents": "read"}}
    made = as_app(github).post(tokens_path(github), body).json()
    assert made["repository_selection"] == "selected"
    assert [each["full_name"] for each in made["repositories"]] == ["acme/shop"]
    narrow = Client(github.url, made["token"])
    assert narrow.get("/repos/acme/shop/contents/README.md").status_code == 200
    assert narrow.get(f"/repos/{other.full_name}").status_code == 404
    assert narrow.get("/installation/repositories").json()["total_count"] == 1
    assert narrow.get(PULL).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"permissions": {"contents": "write"}}, id="a higher level"),
        pytest.param({"permissions": {"administration": "read"}}, id="another permission"),
        pytest.param({"repository_ids": [1]}, id="a repository it does not reach"),
        pytest.param({"repositories": ["shop", "nope"]}, id="one that is not there"),
        pytest.param({"repository": "shop"}, id="a word it does not know"),
    ],
)
def test_a_token_may_not_ask_for(github: Sandbox, repo: RepoScene, body: dict[str, object]) -> None:
    assert as_app(github).post(tokens_path(github), body).status_code == 422


def test_a_missing_permission_is_named(github: Sandbox, repo: RepoScene) -> None:
    poor = as_installation(github, pull_requests="read")
    refused = poor.post(f"{PULL}/reviews", {"body": "x", "event": "COMMENT"})
    assert refused.status_code == 403
    assert refused.json()["message"] == "Resource not accessible by integration"
    assert refused.headers["X-Accepted-GitHub-Permissions"] == "pull_requests=write"


def test_strangers_see_public_repositories_and_no_others(github: Sandbox, repo: RepoScene) -> None:
    github.create_repo("acme/open", private=False)
    github.person("zed")
    for client in (Client(github.url), Client(github.url, github.user_token("zed"))):
        assert client.get("/repos/acme/open/contents/README.md").status_code == 200
        assert client.get(PULL).status_code == 404
    assert Client(github.url, "gho_" + "x" * 36).get("/repos/acme/open").status_code == 401


def test_who_may_write_is_asked_by_name(github: Sandbox, bot: Client) -> None:
    github.create_repo("acme/open", private=False)
    for login, role in {"zed": "none", "tri": "triage", "max": "maintain", "ada": "admin"}.items():
        github.person(login, permission=role)

    def told(repo: str, login: str) -> tuple[str, str]:
        got = bot.get(f"/repos/acme/{repo}/collaborators/{login}/permission").json()
        return got["permission"], got["role_name"]

    assert told("open", "zed") == ("read", "read")
    assert told("shop", "zed") == ("none", "none")
    assert told("shop", "tri") == ("read", "triage")
    assert told("shop", "max") == ("write", "maintain")
    assert told("shop", "ada") == ("admin", "admin")
    assert bot.get("/repos/acme/shop/collaborators/nobody/permission").status_code == 404


def test_a_workflows_token_does_what_its_workflow_may(github: Sandbox, repo: RepoScene) -> None:
    body = {"body": "Hello", "event": "COMMENT"}
    reads = Client(github.url, github.ci_token("acme/shop", {"pull_requests": "read"}))
    assert reads.get(PULL).status_code == 200
    assert reads.post(f"{PULL}/reviews", body).status_code == 403
    writes = Client(github.url, github.ci_token("acme/shop", {"pull_requests": "write"}))
    posted = writes.post(f"{PULL}/reviews", body).json()
    assert posted["user"]["login"] == "github-actions[bot]"
    assert writes.get("/user").status_code == 403


def test_a_persons_token_is_the_person(github: Sandbox, repo: RepoScene) -> None:
    mia = Client(github.url, github.user_token("mia"))
    assert mia.get("/user").json()["login"] == "mia"
    refused = mia.post("/repos/acme/shop/check-runs", {"name": "x", "head_sha": "y"})
    assert refused.json()["message"] == "You must authenticate via a GitHub App."


def test_every_answer_tells_the_quota_and_an_id(github: Sandbox, bot: Client) -> None:
    first, second = bot.get(PULL).headers, bot.get("/repos/nowhere").headers
    assert int(first["X-RateLimit-Remaining"]) - int(second["X-RateLimit-Remaining"]) == 1
    assert first["X-GitHub-Request-Id"] != second["X-GitHub-Request-Id"]
    assert bot.get("/rate_limit").json()["resources"]["core"]["used"] == 3


def test_the_quota_ends_and_comes_back_after_an_hour(
    github: Sandbox, bot: Client, clock: HandClock
) -> None:
    github.world.rate_limit = 1
    assert bot.get("/meta").status_code == 200
    over = bot.get("/meta")
    assert (over.status_code, over.headers["X-RateLimit-Remaining"]) == (403, "0")
    clock.turn(minutes=55)
    clock.turn(seconds=int(over.headers["X-RateLimit-Reset"]) - clock.now.timestamp())
    github.world.rate_limit = 5000
    assert Client(github.url).get("/meta").status_code == 200


def test_what_the_caller_has_is_not_sent_again(bot: Client) -> None:
    tag = bot.get(PULL).headers["ETag"]
    assert bot.get(PULL, headers={"If-None-Match": tag}).status_code == 304


def test_a_client_without_a_name_or_with_an_unknown_version_is_refused(bot: Client) -> None:
    assert bot.get(PULL, headers={"User-Agent": ""}).status_code == 403
    assert bot.get(PULL, headers={"X-GitHub-Api-Version": "2020-01-01"}).status_code == 400


def test_the_same_api_is_served_as_an_enterprise_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with Sandbox(tmp_path_factory.mktemp("ghes"), base="/api/v3") as github:
        github.create_repo("acme/shop")
        bot = as_installation(github)
        assert bot.get("/repos/acme/shop").json()["url"] == f"{github.url}/repos/acme/shop"
        root = Client(github.url.removesuffix("/v3"), bot.token)
        assert root.query("{ viewer { login } }")["data"]["viewer"]["login"] == "ai-review[bot]"
