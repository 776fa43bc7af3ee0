"""What stops receiver, worker and demo: before they begin, one sentence; later, in order."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.cli.demo import _ports
from bot.cli.web import serve_command
from bot.settings import load
from tests.cli.conftest import KEPT, Run

ROOT = Path(__file__).parents[2]
KEY = rsa.generate_private_key(65537, 2048).private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
)


@pytest.fixture
def installed(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """`ai-review` of an operator who set everything right."""
    for name, value in (
        ("APP_ID", "7"),
        ("PRIVATE_KEY", KEY.decode()),
        ("WEBHOOK_SECRET", "s" * 20),
        ("AI_REVIEW_HOME", str(tmp_path / "home")),
        ("PORT", "0"),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return run


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which something else listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield int(other.getsockname()[1])


@pytest.mark.parametrize("command", ["serve", "web"])
def test_a_port_in_use_is_said_before_anything_starts(
    installed: Run, monkeypatch: pytest.MonkeyPatch, taken: int, command: str
) -> None:
    monkeypatch.setenv("PORT", str(taken))
    said = installed(command, "--host", "127.0.0.1")
    assert said.code == 2
    assert f"port {taken} of 127.0.0.1: Address already in use." in said.err
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("serve",), marks=pytest.mark.slow),  # asks a process of its own
        ("worker",),
        ("migrate",),
        ("runs", "list"),
    ],
)
@pytest.mark.parametrize(
    ("name", "address", "why"),
    [
        ("AI_REVIEW_HOME", "/dev/null/x", "/dev/null/x/ai-review.db cannot be used: Not a dir"),
        ("DATABASE_URL", "sqlite:////dev", "/dev cannot be used: unable to open"),
        ("DATABASE_URL", "sqlite:///torn.db", "torn.db cannot be used: file is not a database"),
        ("DATABASE_URL", "postgresql://u:pass-word@127.0.0.1:1/x", "the database cannot be used"),
    ],
    ids=["home", "folder", "torn", "no server"],
)
def test_a_database_that_cannot_be_used_is_one_sentence(
    installed: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    command: tuple[str, ...],
    name: str,
    address: str,
    why: str,
) -> None:
    (tmp_path / "torn.db").write_text("not a database, and longer than its header " * 9)
    monkeypatch.setenv(name, address)
    said = installed(*command)
    assert (said.code, said.out) == (2, "")
    assert why in said.err
    assert name in said.err, "no remedy"
    assert "pass-word" not in said.err
    assert said.err.count("\n") == 1


def test_what_is_kept_is_for_this_user_alone(installed: Run, tmp_path: Path) -> None:
    assert installed("migrate").code == 0
    assert (tmp_path / "home").stat().st_mode & 0o077 == 0


def test_of_two_demos_one_takes_other_ports(tmp_path: Path, taken: int) -> None:
    with contextlib.ExitStack() as stack:
        github, receiver = _ports(stack, tmp_path, taken - 1)
        assert github.url != f"http://127.0.0.1:{taken}"
        assert receiver not in (taken - 1, taken)


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_serve_leaves_nothing_behind_however_a_terminal_ends_it(
    tmp_path: Path, sign: signal.Signals
) -> None:
    """The signal goes to the whole group, as a terminal sends it, and twice, as people do."""
    known = {"APP_ID": "7", "PRIVATE_KEY": KEY.decode(), "WEBHOOK_SECRET": "s" * 20, "PORT": "0"}
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "serve", "--host", "127.0.0.1"],
        cwd=ROOT,
        env={name: os.environ[name] for name in KEPT if name in os.environ}
        | known
        | {"HOME": str(tmp_path), "AI_REVIEW_HOME": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as serve:
        assert serve.stderr is not None
        wanted = {"Booting worker", "worker_started"}
        for line in serve.stderr:
            wanted = {each for each in wanted if each not in line}
            if not wanted:
                break
        os.killpg(serve.pid, sign)
        os.killpg(serve.pid, sign)
        # All of them hold this pipe: it ends when the last has gone.
        assert "Traceback" not in serve.stderr.read()
        assert serve.wait(timeout=20) == 0


def test_the_operators_gunicorn_file_wins(tmp_path: Path) -> None:
    own = tmp_path / "gunicorn.py"
    own.write_text("threads = 2\n", encoding="utf-8")
    known = load({"AI_REVIEW_CONFIG": str(tmp_path)}, env_file=None)
    assert str(own) in serve_command("127.0.0.1", known)
