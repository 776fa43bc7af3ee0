import pytest
from flask.testing import FlaskClient

from bot.web import create_app


def client_with(*problems: str) -> FlaskClient:
    app = create_app(
        secrets=("s" * 20,), enqueue=lambda *_: None, ready=lambda: problems, own_app_id=None
    )
    return app.test_client()


def test_being_alive_depends_on_nothing() -> None:
    def ready() -> tuple[str, ...]:
        raise AssertionError("asked")

    app = create_app(secrets=("s" * 20,), enqueue=lambda *_: None, ready=ready, own_app_id=None)
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_ready_says_what_keeps_it_from_working() -> None:
    assert client_with().get("/readyz").status_code == 200
    answer = client_with("the database is gone.").get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"status": "not ready", "problems": ["the database is gone."]}


def test_the_front_page_says_it_runs_and_loads_nothing() -> None:
    answer = client_with().get("/")
    assert "AI Review is running" in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("GET", "/webhooks/github", 405), ("POST", "/healthz", 405)],
)
def test_what_is_not_there_is_one_sentence(method: str, path: str, status: int) -> None:
    answer = client_with().open(path, method=method)
    assert answer.status_code == status
    assert set(answer.json or {}) == {"error", "remedy"}
    assert answer.headers["Cache-Control"] == "no-store"
