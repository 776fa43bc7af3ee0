"""Whether GitHub, holding one of our secrets, sent these bytes."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence

from bot.errors import RejectedDelivery

_HEADER = re.compile(r"sha256=([0-9a-f]{64})", re.ASCII)
_REMEDY = "Check that WEBHOOK_SECRET holds the secret in the App's settings."


def verify(body: bytes, header: str, secrets: Sequence[str]) -> None:
    """Return only if `header` (X-Hub-Signature-256) signs the raw `body` with one of `secrets`.

    Every secret is tried, also after a match, so that the time taken does not tell which fits.
    Raises RejectedDelivery: 401 where there is no SHA-256 signature, 403 where it does not match.
    Source: GitHub, "Validating webhook deliveries".
    """
    found = _HEADER.fullmatch(header)
    if found is None:
        raise RejectedDelivery("the SHA-256 signature is missing.", remedy=_REMEDY, status=401)
    matches = False
    for secret in secrets:
        expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        matches |= hmac.compare_digest(expected, found[1])
    if not matches:
        raise RejectedDelivery("the signature does not match.", remedy=_REMEDY, status=403)
