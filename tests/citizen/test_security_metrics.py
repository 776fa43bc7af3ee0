"""Behaviour 44, the part of the metrics: who may read what the App adds up."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from bot.domain.tally import Tally
from bot.web import create_app
from bot.web.metrics import metrics

TOKEN = "dashboard-" + "t" * 20


def client(token: str = "") -> FlaskClient:
    app = create_app(
        secrets=("s" * 20,),
        enqueue=lambda *_: None,
        ready=lambda: (),
        own_app_id=None,
        pages=(metrics(lambda: (Tally("planned_tokens", (), 1.0),), token),),
    )
    return app.test_client()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(f"Bearer {TOKEN}", 200, id="the token"),
        pytest.param(None, 401, id="none"),
        pytest.param("Bearer ", 401, id="empty"),
        pytest.param("Bearer wrong", 401, id="wrong"),
        pytest.param(f"Bearer {TOKEN}x", 401, id="longer"),
        pytest.param(f"Basic {TOKEN}", 401, id="another scheme"),
        pytest.param("Bearer schön", 401, id="no ASCII"),
    ],
)
@pytest.mark.parametrize("peer", ["127.0.0.1", "203.0.113.9"])
def test_44_with_a_token_metrics_are_told_to_who_has_it_and_nobody_else_wherever_they_are(
    sent: str | None, status: int, peer: str
) -> None:
    headers = {} if sent is None else {"Authorization": sent}
    answer = client(TOKEN).get("/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": peer})
    assert answer.status_code == status
    if status == 401:
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert TOKEN not in answer.text
        assert "ai_review" not in answer.text


@pytest.mark.parametrize(
    ("peer", "header", "status"),
    [
        ("127.0.0.1", "", 200),
        ("::1", "", 200),
        ("10.0.0.7", "", 403),
        ("203.0.113.9", "", 403),
        ("", "", 403),  # a socket of the machine's: whoever is behind it is not known
        ("127.0.0.1", "X-Forwarded-For", 403),
        ("127.0.0.1", "X-Real-IP", 403),
        ("127.0.0.1", "Forwarded", 403),
        ("127.0.0.1", "Via", 403),
    ],
)
def test_44_without_a_token_metrics_are_told_to_this_machine_alone(
    peer: str, header: str, status: int
) -> None:
    headers = {header: "for=127.0.0.1"} if header else {}
    answer = client().get("/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": peer})
    assert answer.status_code == status
    if status == 403:
        assert "DASHBOARD_TOKEN" in (answer.json or {})["remedy"]
