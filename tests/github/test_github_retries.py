"""What is repeated, what never is, and how long we wait: against a scripted server."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import pytest

from bot.domain.pull import PullRef
from bot.errors import ConfigError, RateLimited, UpstreamError
from bot.github.client import PAUSES_S, SIT_OUT_S, Client
from bot.github.credentials import LEAST, AppKey, Keyring, PlainToken, Scope
from bot.github.failures import Uncertain
from bot.github.host import GitHubHost
from tests.github.conftest import NOON, Says, Script, Time

TOKEN = "ghp_" + "a" * 36
HERE = Scope(None, 7)
REF = PullRef("acme/shop", 7, 1, "a" * 40)


def a_client(script: Script, time: Time) -> Client:
    return Client(Keyring(script.url, PlainToken(TOKEN), LEAST, lambda: time.now), time.waits())


async def read(client: Client) -> Any:
    try:
        return await client.read(HERE, "/x")
    finally:
        client.keyring.close()


async def write(client: Client) -> Any:
    try:
        return await client.write(HERE, "POST", "/x", {"a": 1})
    finally:
        client.keyring.close()


BAD_GATEWAY = Says(502, {"message": "Server Error"})
GOOD = Says(200, {"fine": True})


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(BAD_GATEWAY, id="502"),
        pytest.param(Says(503, text="<html>Unicorn</html>"), id="503 in HTML"),
        pytest.param(Says(drop=True), id="dropped connection"),
        pytest.param(Says(200, text='{"cut": '), id="answer cut short"),
    ],
)
async def test_a_read_is_repeated_until_it_is_answered(
    script: Script, time: Time, trouble: Says
) -> None:
    script.will(trouble, trouble, GOOD)
    assert await read(a_client(script, time)) == {"fine": True}
    assert len(script.asked) == 3
    assert time.slept == list(PAUSES_S[:2])


async def test_a_read_is_repeated_three_times_at_most(script: Script, time: Time) -> None:
    script.will(BAD_GATEWAY)
    with pytest.raises(UpstreamError, match=r"^GitHub failed on GET /x \(502\)\.$") as caught:
        await read(a_client(script, time))
    assert len(script.asked) == 4
    assert caught.value.retry_after == 30


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(BAD_GATEWAY, id="502"),
        pytest.param(Says(drop=True), id="dropped connection"),
        pytest.param(Says(201, text='{"id": '), id="answer cut short"),
    ],
)
async def test_a_write_that_may_have_happened_is_never_repeated_blindly(
    script: Script, time: Time, trouble: Says
) -> None:
    script.will(trouble)
    with pytest.raises(Uncertain):
        await write(a_client(script, time))
    assert len(script.asked) == 1


@pytest.mark.parametrize(
    "limit",
    [
        pytest.param(Says(403, {"message": "slow"}, {"Retry-After": "2"}), id="403 retry-after"),
        pytest.param(Says(429, {"message": "slow"}, {"Retry-After": "2"}), id="429 retry-after"),
        pytest.param(
            Says(
                403,
                {"message": "API rate limit exceeded for installation ID 1."},
                {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOON + 2))},
            ),
            id="primary limit, resets soon",
        ),
    ],
)
async def test_a_short_wait_is_sat_out_also_before_a_write(
    script: Script, time: Time, limit: Says
) -> None:
    script.will(limit, GOOD)
    assert await write(a_client(script, time)) == {"fine": True}
    assert time.slept == [2]


@pytest.mark.parametrize(
    ("limit", "wait_s"),
    [
        pytest.param(Says(403, {"message": "m"}, {"Retry-After": "300"}), 300, id="retry-after"),
        pytest.param(
            Says(
                403,
                {"message": "API rate limit exceeded"},
                {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOON + 1800))},
            ),
            1800,
            id="primary",
        ),
        pytest.param(Says(429, {"message": "too many"}), 60, id="429 without a number"),
        pytest.param(
            Says(403, {"message": "You have exceeded a secondary rate limit."}),
            60,
            id="secondary without a number",
        ),
        pytest.param(
            Says(422, {"message": "was submitted too quickly"}), 60, id="content limit as 422"
        ),
    ],
)
async def test_a_long_wait_is_the_queues_to_wait(
    script: Script, time: Time, limit: Says, wait_s: float
) -> None:
    script.will(limit)
    with pytest.raises(RateLimited) as caught:
        await write(a_client(script, time))
    assert caught.value.retry_after == wait_s
    assert len(script.asked) == 1
    assert time.slept == []


async def test_short_waits_without_end_are_given_up(script: Script, time: Time) -> None:
    script.will(Says(429, {"message": "m"}, {"Retry-After": str(int(SIT_OUT_S))}))
    with pytest.raises(RateLimited):
        await read(a_client(script, time))
    assert len(script.asked) == 4


async def test_nobody_of_an_installation_asks_while_it_has_to_wait(
    script: Script, time: Time
) -> None:
    client = a_client(script, time)
    script.will(Says(403, {"message": "m"}, {"Retry-After": "30"}), GOOD)
    with pytest.raises(RateLimited):
        await read(client)
    time.now += 10
    with pytest.raises(RateLimited) as caught:
        await read(client)
    assert caught.value.retry_after == 20
    assert len(script.asked) == 1
    time.now += 21
    assert await read(client) == {"fine": True}


async def test_a_missing_permission_is_named(script: Script, time: Time) -> None:
    script.will(
        Says(
            403,
            {"message": "Resource not accessible by integration"},
            {"X-Accepted-GitHub-Permissions": "checks=write"},
        )
    )
    with pytest.raises(UpstreamError) as caught:
        await write(a_client(script, time))
    assert str(caught.value) == (
        "GitHub forbids POST /x (403): Resource not accessible by integration. "
        "It needs checks=write: the operator must grant that to the App, "
        "and the installation's owner must accept it."
    )
    assert caught.value.retry_after is None
    assert len(script.asked) == 1


async def test_a_refused_token_is_the_operators_to_fix(script: Script, time: Time) -> None:
    script.will(Says(401, {"message": "Bad credentials"}))
    with pytest.raises(ConfigError, match="check GITHUB_TOKEN") as caught:
        await read(a_client(script, time))
    assert TOKEN not in str(caught.value)
    assert len(script.asked) == 1


async def test_an_unreachable_host_is_named_with_its_setting(time: Time) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: nobody answers there
        port = taken.getsockname()[1]
        client = a_client(Script(url=f"http://127.0.0.1:{port}"), time)
        with pytest.raises(UpstreamError) as caught:
            await write(client)
    assert str(caught.value) == (
        f"Cannot reach 127.0.0.1:{port}. Check the network and GITHUB_API_URL."
    )
    assert not isinstance(caught.value, Uncertain)
    assert time.slept == list(PAUSES_S)  # nothing was sent, so a write may be repeated


async def test_a_redirect_to_another_host_is_not_followed(script: Script, time: Time) -> None:
    script.will(Says(301, {}, {"Location": "http://localhost:1/elsewhere"}))
    with pytest.raises(ConfigError, match="GITHUB_API_URL"):
        await read(a_client(script, time))
    assert len(script.asked) == 1


async def test_a_write_follows_a_renamed_repository(script: Script, time: Time) -> None:
    script.will(Says(307, {}, {"Location": f"{script.url}/repositories/7/x"}), GOOD)
    assert await write(a_client(script, time)) == {"fine": True}
    assert [(each.method, each.path, each.body) for each in script.asked] == [
        ("POST", "/x", {"a": 1}),
        ("POST", "/repositories/7/x", {"a": 1}),
    ]


async def test_a_write_is_not_redirected_to_another_host(script: Script, time: Time) -> None:
    script.will(Says(307, {}, {"Location": "http://localhost:1/repositories/7/x"}))
    with pytest.raises(UpstreamError, match="307"):
        await write(a_client(script, time))
    assert len(script.asked) == 1


async def test_every_request_pins_the_version_and_names_its_bearer(
    script: Script, time: Time
) -> None:
    script.will(GOOD)
    await read(a_client(script, time))
    [asked] = script.asked
    assert asked.headers["x-github-api-version"] == "2022-11-28"
    assert asked.headers["authorization"] == f"token {TOKEN}"
    assert asked.headers["user-agent"] == "ai-review"


async def test_requests_of_one_connection_wait_for_each_other(script: Script, time: Time) -> None:
    """PyGithub keeps the request it is sending in its connection, for all threads to overwrite."""
    script.will(GOOD)
    script.company = threading.Event()
    client = a_client(script, time)
    paths = [f"/n/{n}" for n in range(6)]
    await asyncio.gather(*(client.read(HERE, path) for path in paths))
    client.keyring.close()
    assert not script.company.is_set()
    assert sorted(each.path for each in script.asked) == sorted(paths)


def minted(token: str, lasts_s: float = 3600) -> Says:
    from datetime import UTC, datetime

    until = datetime.fromtimestamp(NOON + lasts_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Says(201, {"token": token, "expires_at": until})


def an_app(script: Script, time: Time, pem: str) -> Client:
    keyring = Keyring(script.url, AppKey("12", pem), LEAST, lambda: time.now)
    return Client(keyring, time.waits())


THERE = Scope(5, 7)


async def test_a_token_is_for_one_repository_with_least_permissions(
    script: Script, time: Time, pem: str
) -> None:
    script.will(minted("t1"), GOOD)
    client = an_app(script, time, pem)
    await client.read(THERE, "/x")
    await client.read(THERE, "/x")
    client.keyring.close()
    mint, *reads = script.asked
    assert (mint.method, mint.path) == ("POST", "/app/installations/5/access_tokens")
    assert mint.body == {
        "repository_ids": [7],
        "permissions": {
            "metadata": "read",
            "contents": "read",
            "pull_requests": "write",
            "checks": "write",
        },
    }
    assert mint.headers["authorization"].startswith("Bearer ey")
    assert [each.headers["authorization"] for each in reads] == ["token t1"] * 2


async def test_a_token_is_made_anew_two_minutes_before_it_expires(
    script: Script, time: Time, pem: str
) -> None:
    client = an_app(script, time, pem)
    script.will(minted("t1"), GOOD, minted("t2", 7200), GOOD)
    await client.read(THERE, "/x")
    time.now = NOON + 3600 - 119
    await client.read(THERE, "/x")
    client.keyring.close()
    assert script.asked[-1].headers["authorization"] == "token t2"


async def test_a_revoked_token_is_replaced_once(script: Script, time: Time, pem: str) -> None:
    client = an_app(script, time, pem)
    refused = Says(401, {"message": "Bad credentials"})
    script.will(minted("t1"), refused, minted("t2"), GOOD)
    assert await client.write(THERE, "POST", "/x", {}) == {"fine": True}
    script.will(refused, minted("t3"), refused)
    with pytest.raises(ConfigError):
        await client.read(THERE, "/x")
    client.keyring.close()
    assert len(script.asked) == 7


async def test_callers_side_by_side_share_one_token(script: Script, time: Time, pem: str) -> None:
    client = an_app(script, time, pem)
    script.will(minted("t1"), GOOD)
    await asyncio.gather(*(client.read(THERE, "/x") for _ in range(8)))
    client.keyring.close()
    assert [each.method for each in script.asked].count("POST") == 1


async def test_a_wrong_app_key_is_the_operators_to_fix(
    script: Script, time: Time, pem: str
) -> None:
    script.will(Says(401, {"message": "A JSON web token could not be decoded"}))
    client = an_app(script, time, pem)
    with pytest.raises(ConfigError, match="must check APP_ID and PRIVATE_KEY"):
        await client.read(THERE, "/x")
    client.keyring.close()


async def test_a_key_that_is_no_key_is_said_in_one_sentence(script: Script, time: Time) -> None:
    host = GitHubHost(script.url, app_id=12, private_key="not a key", waits=time.waits())
    with pytest.raises(ConfigError, match="PRIVATE_KEY is not an App"):
        await host.may_write(PullRef("acme/shop", 7, 1, "a" * 40, 5), "ann")
    assert script.asked == []


async def test_an_app_that_is_not_installed_says_so(script: Script, time: Time, pem: str) -> None:
    script.will(Says(404, {"message": "Not Found"}))
    client = an_app(script, time, pem)
    with pytest.raises(UpstreamError, match="knows no such installation"):
        await client.read(THERE, "/x")
    client.keyring.close()


async def test_a_failing_token_request_is_repeated_even_before_a_write(
    script: Script, time: Time, pem: str
) -> None:
    script.will(BAD_GATEWAY, minted("t1"), GOOD)
    client = an_app(script, time, pem)
    assert await client.write(THERE, "POST", "/x", {}) == {"fine": True}
    client.keyring.close()


async def test_tokens_reach_no_log_even_at_debug(
    script: Script, time: Time, pem: str, caplog: pytest.LogCaptureFixture
) -> None:
    import github  # noqa: F401 - sets its own level on import, so before we set another

    caplog.set_level("DEBUG")
    caplog.set_level("DEBUG", logger="github")
    script.will(minted("secret-token-1"), GOOD)
    client = an_app(script, time, pem)
    await client.read(THERE, "/x")
    client.keyring.close()
    assert "connectionpool" in caplog.text  # the level is on, something was logged
    assert "secret-token-1" not in caplog.text
    assert "secret-token-1" not in repr(client.keyring.__dict__)


@pytest.mark.parametrize(
    ("api_url", "graphql"),
    [
        pytest.param("", "/graphql", id="github.com and the sandbox"),
        pytest.param("/api/v3", "/api/graphql", id="Enterprise"),
        pytest.param("/api/v3/", "/api/graphql", id="Enterprise with a final slash"),
    ],
)
async def test_the_graphql_address_follows_from_the_api_url(
    script: Script, time: Time, api_url: str, graphql: str
) -> None:
    script.will(Says(200, {"data": {"repository": {"x": None}}}))
    client = Client(
        Keyring((script.url + api_url).rstrip("/"), PlainToken(TOKEN), LEAST, lambda: time.now),
        time.waits(),
    )
    await client.query(HERE, "query { x }", {})
    client.keyring.close()
    assert [each.path for each in script.asked] == [graphql]


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://github.example.com/api/v3", id="tokens would travel in the clear"),
        pytest.param("ftp://127.0.0.1", id="not http"),
        pytest.param("https://user:word@github.example.com", id="credentials inside"),
        pytest.param("https://github.example.com/?a=b", id="query"),
        pytest.param("github.example.com", id="no scheme"),
        pytest.param("https://", id="no host"),
    ],
)
def test_an_unusable_api_url_stops_the_start(url: str) -> None:
    with pytest.raises(ConfigError, match="GITHUB_API_URL") as caught:
        GitHubHost(url, token=TOKEN)
    assert "word" not in str(caught.value)


@pytest.mark.parametrize(
    "credentials",
    [
        pytest.param({}, id="none"),
        pytest.param({"app_id": "1"}, id="no key"),
        pytest.param({"app_id": "1", "private_key": "k", "token": "t"}, id="both"),
    ],
)
def test_unclear_credentials_stop_the_start(credentials: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="sign in"):
        GitHubHost("https://api.github.com", **credentials)


async def test_an_unknown_form_of_answer_is_said_plainly(script: Script, time: Time) -> None:
    script.will(Says(200, text="<html>a captive portal</html>"))
    host = GitHubHost(script.url, token=TOKEN, waits=time.waits())
    with pytest.raises(UpstreamError, match="cut its answer"):
        await host.pull(REF)
    script.will(Says(200, {"hello": "world"}))
    with pytest.raises(UpstreamError, match="form we do not know"):
        await host.pull(REF)
    host.close()


async def test_a_graphql_error_is_not_an_empty_answer(script: Script, time: Time) -> None:
    client = a_client(script, time)
    script.will(Says(200, {"data": {"repository": None}, "errors": [{"message": "no such"}]}))
    with pytest.raises(UpstreamError, match="no such"):
        await client.query(HERE, "query { x }", {})
    script.will(Says(200, {"errors": [{"type": "RATE_LIMITED", "message": "m"}]}))
    with pytest.raises(RateLimited):
        await client.query(HERE, "query { x }", {})
    client.keyring.close()
