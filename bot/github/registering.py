"""Exchanging the code of GitHub's manifest flow for the new App's secrets."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pydantic import BaseModel

from bot.domain.app import Registered
from bot.errors import ConfigError, UpstreamError, UserError
from bot.github.replies import read_as
from bot.github.wire import TIMEOUT_S, USER_AGENT, checked_api_url

_CODE = re.compile(r"[A-Za-z0-9_-]{1,100}")


class _Made(BaseModel):
    id: int
    slug: str
    html_url: str
    pem: str
    webhook_secret: str


def web_url(api_url: str) -> str:
    """The address of GitHub's pages whose API is at `api_url`."""
    checked = checked_api_url(api_url)
    parts = urlsplit(checked)
    if parts.hostname == "api.github.com":
        return "https://github.com"
    return f"{parts.scheme}://{parts.netloc}"


def convert(api_url: str, code: str) -> Registered:
    """The App that `code` stands for: good once, and within the hour. Blocks.

    Raises UserError for a code that is none (any more), UpstreamError when GitHub fails.
    Source: GitHub, "Registering a GitHub App from a manifest".
    """
    import requests

    again = "Start again with `ai-review setup`."
    if not _CODE.fullmatch(code):
        raise UserError("GitHub's code is not one.", remedy=again)
    asked = "POST /app-manifests/…/conversions"
    headers = {"Accept": "application/vnd.github+json", "User-Agent": USER_AGENT}
    address = f"{checked_api_url(api_url)}/app-manifests/{code}/conversions"
    try:
        reply = requests.post(address, headers=headers, timeout=TIMEOUT_S, allow_redirects=False)
    except requests.RequestException as error:
        raise UpstreamError(
            "GitHub cannot be reached.", remedy="Check the network and GITHUB_API_URL."
        ) from error
    if reply.status_code == 404:
        raise UserError(
            "GitHub no longer knows the code: it is good once, for an hour.", remedy=again
        )
    if reply.status_code != 201:
        raise UpstreamError(f"GitHub answered {asked} with {reply.status_code}.", remedy=again)
    try:
        body = reply.json()
    except ValueError as error:
        raise ConfigError("GitHub's answer is not JSON.", remedy="Check GITHUB_API_URL.") from error
    made = read_as(_Made, body, asked)
    return Registered(made.id, made.slug, made.html_url, made.pem, made.webhook_secret)
