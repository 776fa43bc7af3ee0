"""Webhooks: signed, delivered in the background, logged, redelivered under the same GUID."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import queue
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from bot.sandbox.state import App, Delivery, Repo, World

DEADLINE_S = 10.0
LONGEST_ANSWER = 1 << 16
Payload = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """Something that happened, as it is told to an App whether or not it listens."""

    app_id: int
    name: str
    payload: Payload


@dataclass
class Hooks:
    """Tells Apps what happened. Deliveries go out one after the other, in order."""

    world: World
    deadline_s: float = DEADLINE_S
    events: list[Event] = field(default_factory=list)
    _waiting: queue.Queue[Delivery | None] = field(default_factory=queue.Queue)
    _worker: threading.Thread | None = None

    def start(self) -> None:
        """Begin to deliver."""
        self._worker = threading.Thread(target=self._work, name="sandbox-webhooks", daemon=True)
        self._worker.start()

    def stop(self) -> None:
        """Finish the delivery under way and drop the rest."""
        while not self._waiting.empty():
            self._waiting.get_nowait()
            self._waiting.task_done()
        self._waiting.put(None)
        if self._worker:
            self._worker.join(self.deadline_s)

    def settle(self) -> None:
        """Wait until everything that happened has been delivered, or has failed to be."""
        self._waiting.join()

    def tell(
        self, event: str, repo: Repo | None, payload: Payload, only: int | None = None
    ) -> None:
        """Tell every App that reaches `repo` and listens to `event`; `only` names one App."""
        for app in self.world.apps.values():
            place = self.world.installation_of(repo, app) if repo else None
            silent = repo is not None and (place is None or event not in app.events)
            if silent or only not in (None, app.id):
                continue
            told = dict(payload)
            if place:
                told["installation"] = {"id": place.id, "node_id": f"I_{place.id}"}
            self.events.append(Event(app.id, event, told))
            if app.hook_url:
                self.send(app, event, told, repo.id if repo else None)

    def send(self, app: App, event: str, payload: Payload, repo_id: int | None) -> Delivery:
        """Deliver `payload` to the App's address."""
        delivery = Delivery(
            id=self.world.next_id(),
            guid=str(uuid.uuid4()),
            event=event,
            action=payload.get("action"),
            payload=payload,
            delivered_at=self.world.clock(),
            url=app.hook_url or "",
            installation_id=payload.get("installation", {}).get("id"),
            repository_id=repo_id,
        )
        return self._queue(app, delivery)

    def again(self, app: App, old: Delivery) -> Delivery:
        """Deliver once more, under the same GUID but a new id."""
        fresh = Delivery(
            id=self.world.next_id(),
            guid=old.guid,
            event=old.event,
            action=old.action,
            payload=old.payload,
            delivered_at=self.world.clock(),
            url=app.hook_url or old.url,
            installation_id=old.installation_id,
            repository_id=old.repository_id,
            redelivery=True,
        )
        return self._queue(app, fresh)

    def _queue(self, app: App, delivery: Delivery) -> Delivery:
        delivery.request_headers = headers_for(app, delivery)
        self.world.deliveries.append(delivery)
        self._waiting.put(delivery)
        return delivery

    def _work(self) -> None:
        while (delivery := self._waiting.get()) is not None:
            _post(delivery, self.deadline_s)
            self._waiting.task_done()
        self._waiting.task_done()


def body_for(delivery: Delivery) -> bytes:
    """The bytes that are sent and signed."""
    text = json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":"))
    if delivery.request_headers.get("Content-Type", "").endswith("urlencoded"):
        return urlencode({"payload": text}).encode()
    return text.encode()


def signature(secret: str, body: bytes) -> str:
    """`X-Hub-Signature-256` of `body`."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def headers_for(app: App, delivery: Delivery) -> dict[str, str]:
    """What GitHub sends with a delivery. Without a secret there is no signature."""
    form = app.content_type == "form"
    headers = {
        "Accept": "*/*",
        "Content-Type": "application/x-www-form-urlencoded" if form else "application/json",
        "User-Agent": "GitHub-Hookshot/5a6d1b2",
        "X-GitHub-Delivery": delivery.guid,
        "X-GitHub-Event": delivery.event,
        "X-GitHub-Hook-ID": str(app.id),
        "X-GitHub-Hook-Installation-Target-ID": str(app.id),
        "X-GitHub-Hook-Installation-Target-Type": "integration",
    }
    delivery.request_headers = headers
    if app.webhook_secret:
        body = body_for(delivery)
        headers["X-Hub-Signature-256"] = signature(app.webhook_secret, body)
        sha1 = hmac.new(app.webhook_secret.encode(), body, hashlib.sha1).hexdigest()
        headers["X-Hub-Signature"] = f"sha1={sha1}"
    return headers


def _post(delivery: Delivery, deadline_s: float) -> None:
    address = urlsplit(delivery.url)
    began = time.monotonic()
    line = http.client.HTTPConnection(address.hostname or "", address.port or 80, deadline_s)
    try:
        path = address.path or "/"
        line.request("POST", path, body_for(delivery), delivery.request_headers)
        answer = line.getresponse()
        delivery.response_headers = dict(answer.getheaders())
        delivery.response_body = answer.read(LONGEST_ANSWER).decode(errors="replace")
        delivery.status_code = answer.status
        good = answer.status < 400
        delivery.status = "OK" if good else f"Invalid HTTP Response: {answer.status}"
    except TimeoutError:
        delivery.status = "timed out"
    except (OSError, http.client.HTTPException):
        delivery.status = "failed to connect to host"
    finally:
        line.close()
        delivery.duration = round(time.monotonic() - began, 3)
