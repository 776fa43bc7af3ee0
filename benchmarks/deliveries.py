"""Signed webhooks at a steady rate, one connection each, as GitHub sends them."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import http.client
import json
import random
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parents[1] / "tests/fixtures/webhooks/examples.json.gz"
TIMEOUT_S = 10.0
"""GitHub gives up a delivery after this long."""
MANY = 64
"""Connections that may be open at once; a slow answer must not hold the next delivery back."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One delivery and how it was answered; `status` 0: not at all. `seconds` from connecting."""

    guid: str
    status: int
    seconds: float
    late: float


@dataclass(frozen=True, slots=True)
class Letter:
    """A delivery ready to be sent."""

    guid: str
    body: bytes
    headers: dict[str, str]


def full_size(action: str, told: dict[str, Any]) -> dict[str, Any]:
    """What the sandbox told, with all the fields that GitHub's own example of `action` has."""
    with gzip.open(EXAMPLES, "rt", encoding="utf-8") as file:
        examples = json.load(file)["pull_request"]
    example = next(each for each in examples if each["action"] == action)
    return _merged(example, {**told, "action": action})


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    both = dict(below)
    for name, value in above.items():
        old = both.get(name)
        nested = isinstance(old, dict) and isinstance(value, dict)
        both[name] = _merged(old, value) if nested else value
    return both


def letters(payloads: list[dict[str, Any]], count: int, secret: str, seed: int) -> list[Letter]:
    """Sign `count` deliveries with ids of their own, taking `payloads` in turn."""
    chance = random.Random(seed)
    bodies = [json.dumps(each).encode() for each in payloads]
    return [_letter(bodies[n % len(bodies)], secret, chance) for n in range(count)]


def _letter(body: bytes, secret: str, chance: random.Random) -> Letter:
    guid = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    signed = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/benchmark",
        "X-GitHub-Delivery": guid,
        "X-GitHub-Event": "pull_request",
        "X-Hub-Signature-256": f"sha256={signed}",
    }
    return Letter(guid, body, headers)


def send(port: int, ready: list[Letter], rate: float) -> list[Sent]:
    """Send them all to the receiver at 127.0.0.1, `rate` a second, whatever the answers take."""
    with ThreadPoolExecutor(MANY) as pool:
        waiting = []
        begun = time.monotonic()
        for number, letter in enumerate(ready):
            due = begun + number / rate
            time.sleep(max(0.0, due - time.monotonic()))
            waiting.append(pool.submit(_post, port, letter, due))
        return [each.result() for each in waiting]


def _post(port: int, letter: Letter, due: float) -> Sent:
    began = time.monotonic()
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        line.request("POST", "/webhooks/github", letter.body, letter.headers)
        answer = line.getresponse()
        answer.read()
        status = answer.status
    except (OSError, http.client.HTTPException):
        status = 0
    finally:
        line.close()
    return Sent(letter.guid, status, time.monotonic() - began, began - due)
