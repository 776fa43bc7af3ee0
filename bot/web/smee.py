"""Webhooks on a laptop: a channel's server-sent events become requests to the receiver here.

For development alone: whoever knows a channel's address reads what passes, and may send, too. What
is sent has to be signed, as ever. Source: probot/smee.io, README; its client sends the event's
`body` as JSON and every other field but `query` as a header.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import structlog

from bot.errors import UpstreamError

NEW = "https://smee.io/new"
CONNECT_S, SILENT_S = 10, 90
"""Longest waits in seconds: for the connection, and without any event (a channel pings twice a
minute)."""
PASSED = ("x-github-event", "x-github-delivery", "x-hub-signature-256", "content-type")
LONGEST = 60 * 1024 * 1024
"""Bytes of one event: GitHub's largest delivery, escaped."""

log = structlog.get_logger(__name__)


def new_channel(address: str = NEW) -> str:
    """The address of a fresh channel. Raises UpstreamError."""
    import requests

    try:
        reply = requests.get(address, timeout=CONNECT_S, allow_redirects=False)
    except requests.RequestException as error:
        raise UpstreamError(
            "smee.io cannot be reached.",
            remedy="Make a channel elsewhere and set WEBHOOK_PROXY_URL to it.",
        ) from error
    channel = urljoin(address, reply.headers.get("Location", ""))
    same = urlsplit(channel)[:2] == urlsplit(address)[:2]
    if reply.status_code not in (302, 303, 307) or not same or channel == address:
        raise UpstreamError(
            f"smee.io gave no channel ({reply.status_code}).",
            remedy="Make one in the browser and set WEBHOOK_PROXY_URL to it.",
        )
    return channel


def events(lines: Iterable[bytes]) -> Iterator[str]:
    """The payload of each message of an event stream; pings and other kinds are left out.

    Source: WHATWG HTML, "Interpreting an event stream".
    """
    kind, size = "", 0
    said: list[str] = []
    for raw in lines:
        line = raw.decode("utf-8", "replace").rstrip("\r")
        if not line:
            if said and kind in ("", "message"):
                yield "\n".join(said)
            kind, said, size = "", [], 0
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            kind = value
        elif name == "data" and (size := size + len(value)) <= LONGEST:
            said.append(value)


def delivery(message: str) -> tuple[bytes, dict[str, str]] | None:
    """Body and headers of the request a message stands for; None for one that is none."""
    try:
        told: dict[str, Any] = json.loads(message)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or not isinstance(told.get("body"), dict):
        return None
    headers = {name: told[name] for name in PASSED if isinstance(told.get(name), str)}
    # As JavaScript writes it, which is how GitHub did: the signature is over these bytes.
    body = json.dumps(told["body"], ensure_ascii=False, separators=(",", ":"))
    return body.encode("utf-8", "surrogatepass"), headers | {"content-type": "application/json"}


def forward(channel: str, target: str, told: Callable[[str], None]) -> None:
    """Pass on what comes until the stream ends. Raises UpstreamError when there is none."""
    import requests
    from urllib3.exceptions import HTTPError

    try:
        with requests.get(
            channel,
            headers={"Accept": "text/event-stream"},
            stream=True,
            timeout=(CONNECT_S, SILENT_S),
            allow_redirects=False,
        ) as stream:
            if stream.status_code != 200:
                raise UpstreamError(
                    f"The channel answered {stream.status_code}.",
                    remedy="Check WEBHOOK_PROXY_URL.",
                    retry_after=10,
                )
            for message in events(_lines(stream.raw)):
                _pass_on(message, target, told)
    except (requests.RequestException, HTTPError) as error:
        raise UpstreamError(
            "The channel was cut off.",
            remedy="Check the network and WEBHOOK_PROXY_URL.",
            retry_after=3,
        ) from error


def _lines(raw: Any) -> Iterator[bytes]:
    """Lines as they come. The library's own reader takes them a byte at a time, or waits."""
    rest = b""
    while chunk := raw.read1(65_536, decode_content=True):
        *whole, rest = (rest + chunk).split(b"\n")
        if len(rest) > LONGEST:
            raise UpstreamError("The channel sends lines without end.", retry_after=10)
        yield from whole


def _pass_on(message: str, target: str, told: Callable[[str], None]) -> None:
    import requests

    request = delivery(message)
    if request is None:
        told("a message that is no delivery was left out")
        return
    body, headers = request
    name = f"{headers.get('x-github-event', '?')} {headers.get('x-github-delivery', '?')}"
    try:
        reply = requests.post(
            target, data=body, headers=headers, timeout=CONNECT_S, allow_redirects=False
        )
    except requests.RequestException:
        told(f"{name}: the receiver at {target} does not answer; redeliver it on GitHub")
        return
    told(f"{name}: {reply.status_code}")
