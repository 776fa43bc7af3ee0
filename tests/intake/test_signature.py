import hashlib
import hmac

import pytest

from bot.errors import RejectedDelivery
from bot.intake.signature import verify

BODY = b'{"zen": "caf\xe9"}'  # not UTF-8: bytes are signed, not text
NEW, OLD = "new" + "1" * 20, "old" + "2" * 20


def signed(secret: str, body: bytes = BODY, algorithm: str = "sha256") -> str:
    return f"{algorithm}=" + hmac.new(secret.encode(), body, algorithm).hexdigest()


def test_githubs_own_example_passes() -> None:
    verify(
        b"Hello, World!",
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        ("It's a Secret to Everybody",),
    )


@pytest.mark.parametrize("secret", [NEW, OLD])
def test_while_rotating_either_secret_will_do(secret: str) -> None:
    verify(BODY, signed(secret), (NEW, OLD))


@pytest.mark.parametrize(
    ("header", "status"),
    [
        pytest.param("", 401, id="none"),
        pytest.param(signed(NEW, algorithm="sha1"), 401, id="sha-1"),
        pytest.param(signed(NEW)[:-1], 401, id="cut-off"),
        pytest.param(signed(NEW).upper(), 401, id="upper-case"),
        pytest.param(signed(NEW) + "\n", 401, id="line-feed"),
        pytest.param("sha256=" + "é" * 64, 401, id="not-ascii"),
        pytest.param("sha256=" + hashlib.sha256(BODY).hexdigest(), 403, id="plain-hash"),
        pytest.param(signed("removed" * 3), 403, id="removed-secret"),
        pytest.param(signed(NEW, BODY + b" "), 403, id="other-bytes"),
    ],
)
def test_anything_else_is_refused_with_a_remedy(header: str, status: int) -> None:
    with pytest.raises(RejectedDelivery) as caught:
        verify(BODY, header, (NEW, OLD))
    assert caught.value.status == status
    assert "WEBHOOK_SECRET" in caught.value.remedy


def test_without_secrets_nothing_passes() -> None:
    with pytest.raises(RejectedDelivery):
        verify(BODY, signed(""), ())


def test_every_secret_is_tried_after_a_match_too(monkeypatch) -> None:
    tried = []

    def compare(a: str, b: str) -> bool:
        tried.append(a)
        return a == b

    monkeypatch.setattr(hmac, "compare_digest", compare)
    verify(BODY, signed(NEW), (NEW, OLD))
    assert len(tried) == 2
