"""Every example delivery there is, whole and spoiled, through the real receiver."""

from __future__ import annotations

import copy
import gzip
import hashlib
import hmac
import json
import random
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.asked import Asked, Delivery
from bot.web import create_app

FOLDER = Path(__file__).parents[1] / "fixtures" / "webhooks"
SECRET = "s" * 20

SPOILED = 2_500
"""How many are tried in the long tests: with those of the routes, a quarter of 20,000."""


def examples(name: str) -> list[tuple[str, dict[str, Any]]]:
    packed = gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes())
    return [(event, each) for event, found in json.loads(packed).items() for each in found]


HEARD, OTHERS = examples("examples"), examples("others")
QUEUED: list[tuple[Delivery, Asked]] = []


def _client() -> FlaskClient:
    def enqueue(delivery: Delivery, asked: Asked) -> None:
        QUEUED.append((delivery, asked))

    app = create_app(
        secrets=(SECRET,),
        enqueue=enqueue,
        ready=lambda: (),
        own_app_id=77,
        own_slug=lambda: "acme-review",
    )
    return app.test_client()


CLIENT = _client()


def deliver(event: str, raw: bytes) -> int:
    QUEUED.clear()
    signed = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    answer = CLIENT.post(
        "/webhooks/github",
        data=raw,
        headers={
            "Content-Type": "application/json",
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
            "X-Hub-Signature-256": f"sha256={signed}",
        },
    )
    return answer.status_code


def test_there_are_examples_of_every_event() -> None:
    assert len({event for event, _ in HEARD + OTHERS}) == 58
    assert len(HEARD + OTHERS) == 329


def test_every_example_of_an_event_we_do_not_act_on_is_accepted_and_does_nothing() -> None:
    for event, payload in OTHERS:
        assert deliver(event, json.dumps(payload).encode()) == 200, event
        assert QUEUED == []


def test_every_example_of_an_event_we_act_on_is_answered_as_it_is_meant() -> None:
    for event, payload in HEARD:
        status = deliver(event, json.dumps(payload).encode())
        assert (status, len(QUEUED)) in ((200, 0), (202, 1)), event


ODD: list[Any] = [
    *(None, True, False, 0, -1, 2**63, 2**70, 1.5, 1e308, "", "x", "\x00", "\ud800", "../..", " "),
    *(
        "a" * 70_000,
        "@octocat",
        "/ai-review full",
        "http://169.254.169.254/",
        "2024-13-99",
        "ghost",
    ),
    *([], {}, [[]], [None], {"": None}, [{}] * 50, {"id": {"id": {"id": 1}}}, ["a"] * 1_000),
]


def spoiled(payload: dict[str, Any], chance: random.Random) -> bytes:
    """A payload with one to four things in it wrong; sometimes not even JSON any more."""
    payload = copy.deepcopy(payload)
    for _ in range(chance.randint(1, 4)):
        _spoil(payload, chance)
    raw = json.dumps(payload).encode()
    if chance.random() < 0.1:
        at = chance.randrange(len(raw))
        raw = raw[:at] + bytes([chance.randrange(256)]) + raw[at + chance.randint(0, 3) :]
    return raw


def _spoil(node: Any, chance: random.Random) -> None:
    """Walk to some place and put something odd there, take it out, or write it twice."""
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        # What is read stands near the top.
        key = chance.choice(keys)
        child = node[key]
        if isinstance(child, dict | list) and child and chance.random() < 0.6:
            node = child
            continue
        what = chance.random()
        if what < 0.2:
            del node[key]
        elif what < 0.3 and isinstance(node, dict):
            node[f"{key} "] = node.pop(key)
        else:
            node[key] = copy.deepcopy(chance.choice(ODD))
        return


def one_spoiled(seed: int) -> None:
    chance = random.Random(seed)
    event, payload = chance.choice(HEARD if chance.random() < 0.8 else OTHERS)
    # An event's payload under another event's name is a payload like any other.
    event = chance.choice(HEARD)[0] if chance.random() < 0.1 else event
    status = deliver(event, spoiled(payload, chance))
    assert (status, len(QUEUED)) in ((200, 0), (202, 1), (400, 0)), (event, status)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
def test_no_spoiled_delivery_is_a_fault_of_ours(seed: int) -> None:
    one_spoiled(seed)


@pytest.mark.full
def test_no_spoiled_delivery_of_many_is_a_fault_of_ours() -> None:
    for seed in range(SPOILED):
        one_spoiled(seed)
