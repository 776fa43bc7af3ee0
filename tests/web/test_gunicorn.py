import http.client
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
APP = """
from bot.web import create_app

app = create_app(
    secrets=("s" * 20,), enqueue=lambda *_: None, ready=lambda: (), own_app_id=None
)
"""


def start(tmp_path: Path, **environ: str) -> subprocess.Popen[str]:
    (tmp_path / "served.py").write_text(APP, encoding="utf-8")
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "--config",
            str(ROOT / "config" / "gunicorn.py"),
            "--pythonpath",
            f"{tmp_path},{ROOT}",
            "served:app",
        ],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], **environ},
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[http.client.HTTPConnection]:
    server = start(tmp_path, PORT="0")
    assert server.stderr is not None
    port = next(
        int(found[1]) for line in server.stderr if (found := re.search(r"0\.0\.0\.0:(\d+)", line))
    )
    connected = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    yield connected
    connected.close()
    server.send_signal(signal.SIGTERM)
    server.communicate(timeout=20)
    assert server.returncode == 0


def test_gunicorn_serves_the_application(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, b'{"status":"ok"}\n')


def test_a_body_of_unknown_length_is_cut_off_at_25_mb(
    connection: http.client.HTTPConnection,
) -> None:
    chunks = (b" " * 2**20 for _ in range(26))
    connection.request("POST", "/webhooks/github", body=chunks, encode_chunked=True)
    answer = connection.getresponse()
    assert answer.status == 413


def test_a_wrong_setting_stops_it_with_one_sentence(tmp_path: Path) -> None:
    server = start(tmp_path, PORT="many")
    _, said = server.communicate(timeout=20)
    assert server.returncode == 1
    assert said.strip().splitlines() == [
        "ai-review: PORT must be a whole number from 0 to 65535, not 'many'. Correct PORT."
    ]
