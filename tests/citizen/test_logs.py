"""What the log says and what it never says: fields that tell whose a line is, and no secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from bot.domain.about import about
from bot.domain.asked import Grouped, ReviewRequest, Uninstalled
from bot.domain.pull import PullRef
from bot.engine.steps import KeptSteps
from bot.logs import HIDDEN, configure
from bot.service.dispatch import Deliver
from bot.store.ledger_memory import LedgerInMemory
from tests.citizen.missing import Inbox, receiver
from tests.citizen.test_receiver import signed
from tests.service.conftest import QueueInMemory, Scene

OWN = "own-canary-" + "5f3a" * 6
TOKENS = (
    "ghs_4711_" + "eyJhbGciOiJFUzI1NiJ9." + "a-B_9" * 30 + "." + "c" * 40,
    "ghp_" + "A1b2" * 9,
    "github_pat_" + "A1b2_" * 9,
    "sk-ant-api03-" + "x9-_" * 10,
    "eyJhbGciOiJSUzI1NiJ9." + "eyJpc3MiOjQ3MTF9" + "." + "s" * 40,
)
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """What was logged, a dictionary a line."""
    said = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers[:] = []  # or they would be closed, which are not ours
    monkeypatch.setattr("sys.stderr", said)
    configure("debug", "json", (OWN,))
    yield lambda: [json.loads(line) for line in said.getvalue().splitlines()]
    structlog.reset_defaults()
    root.handlers[:] = before
    root.setLevel(level)


@pytest.mark.parametrize("secret", [OWN, *TOKENS], ids=lambda value: value[:11])
def test_a_secret_is_hidden_wherever_it_turns_up(lines: Lines, secret: str) -> None:
    log = structlog.get_logger()
    log.info("plain", said=f"before {secret} after")
    log.info("deep", said=[{"a": (secret, {secret: 1})}], kept=(1, None, True, 2.5))
    log.info("other", said=ValueError(secret), raw=secret.encode())
    with structlog.contextvars.bound_contextvars(repo=secret):
        log.info(secret)
    try:
        raise RuntimeError(f"with {secret}") from KeyError(secret)
    except RuntimeError:
        log.exception("broken")
        logging.getLogger("a.library").exception("broken with %s", secret)
    logging.getLogger("a.library").warning("it has %s", secret)
    said = lines()
    assert len(said) == 7
    text = json.dumps(said)
    assert secret.split(".", maxsplit=1)[0] not in text
    assert text.count(HIDDEN) >= 8
    assert said[0]["said"] == f"before {HIDDEN} after"
    assert said[1]["kept"] == [1, None, True, 2.5]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://bot:pass%20word@db/x", f"postgresql://{HIDDEN}@db/x"),
        ("Authorization: Bearer " + "q" * 30, f"Authorization: Bearer {HIDDEN}"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY----- .", f"{HIDDEN} ."),
        ("https://api.github.com/repos/acme/shop", "https://api.github.com/repos/acme/shop"),
        ("4 tokens of 40,000", "4 tokens of 40,000"),
        ("a" * 40, "a" * 40),  # a commit
    ],
)
def test_what_is_shaped_like_a_credential_is_hidden_and_what_is_not_is_shown(
    lines: Lines, text: str, shown: str
) -> None:
    structlog.get_logger().info("seen", text=text)
    assert lines()[0]["text"] == shown


def test_a_line_says_on_whose_account_it_is() -> None:
    pull = PullRef("acme/shop", 7, 3, "abc", 99)
    assert about(ReviewRequest(pull, "opened")) == {
        "repo": "acme/shop",
        "pull": 3,
        "head": "abc",
        "installation": 99,
    }
    assert about(Uninstalled(99, (7,))) == {"installation": 99}
    assert about(Grouped("acme/shop", 7, "abc", None)) == {"repo": "acme/shop", "head": "abc"}


def test_the_receiver_binds_the_delivery_and_what_it_is_about(scene: Scene, lines: Lines) -> None:
    told = scene.github.events[-1]
    body = json.dumps(told.payload).encode()
    answer = (
        receiver(scene.github, Inbox())
        .test_client()
        .post(
            "/webhooks/github",
            data=body,
            headers={
                "X-GitHub-Event": told.name,
                "X-GitHub-Delivery": "d-1",
                "X-Hub-Signature-256": signed(body, scene.github.app.webhook_secret or ""),
            },
        )
    )
    assert answer.status_code == 202
    [line] = [each for each in lines() if each["event"] == "delivery_queued"]
    assert line | {"timestamp": ""} == {
        "event": "delivery_queued",
        "kind": "review",
        "delivery": "d-1",
        "event_name": "pull_request",
        "repo": "acme/shop",
        "pull": scene.number,
        "head": scene.pull.head_sha,
        "installation": scene.github.installation.id,
        "level": "info",
        "timestamp": "",
    }


async def test_a_run_full_of_secrets_leaves_none_in_the_log(
    scene: Scene, queue: QueueInMemory, lines: Lines
) -> None:
    """In the change, in a failing server's words, and in every token GitHub gave out."""
    planted = "ghp_" + "Zz19" * 9
    scene.repo.push(scene.number, {"src/conf.py": f'TOKEN = "{planted}"\nKEY = "{OWN}"\n'})
    deliver = Deliver(scene.host, scene.runs, LedgerInMemory(), queue, lambda: 0.0)
    steps = KeptSteps(sleep=_no_time)
    await deliver(steps, scene.asked())
    [(asked, run)] = queue.started
    scene.github.fault("GET", "/contents/", times=2, status=502)
    await scene.review(steps, asked, run)
    log = structlog.get_logger()
    tokens = [each.value for each in scene.github.world.tokens.values()]
    assert tokens
    record = await scene.runs.get(run)
    log.info("run_seen", record=record, tokens=tokens)  # more than anybody would ever log
    text = json.dumps(lines())
    assert "run_seen" in text
    for secret in (planted, OWN, *tokens):
        assert secret not in text


async def _no_time(seconds: float) -> None:
    """Tests do not wait."""
