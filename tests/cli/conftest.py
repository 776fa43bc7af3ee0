"""The command line in this process: its exit code, its two outputs, and nothing of this machine."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.cli.main import main
from tests.fakes.model import FakeModel

KEPT = ("PATH", "TMPDIR", "PYTHONPATH")
APP = "import os\n\n\ndef load(path):\n    return os.stat(path)\n"
RISKY = "import pickle\n\n\ndef load(path):\n    return pickle.loads(path.read_bytes())\n"


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Run]:
    """Runs `ai-review` with these arguments; `stdin` is what is piped into it."""
    for name in set(os.environ) - set(KEPT):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    handlers, level = logging.root.handlers[:], logging.root.level

    def ask(*arguments: str, stdin: str = "") -> Said:
        monkeypatch.setattr(sys, "argv", ["ai-review", *arguments])
        piped = io.TextIOWrapper(io.BytesIO(stdin.encode("utf-8", "surrogateescape")))
        monkeypatch.setattr(sys, "stdin", piped)
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        assert "Traceback" not in err
        assert "\x1b" not in out + err, "piped output has an escape code"
        return Said(code, out, err)

    yield ask
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@dataclass(frozen=True)
class Repo:
    """A real repository on the branch feature, which left main after one commit."""

    folder: Path

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=mia", "-c", "user.email=mia@example.invalid")
        done = subprocess.run(
            ["git", *who, *arguments], cwd=self.folder, check=True, capture_output=True, text=True
        )
        return done.stdout

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "A change")


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """The working directory is this repository."""
    folder = tmp_path / "shop"
    folder.mkdir()
    repo = Repo(folder)
    repo.git("init", "--quiet", "--initial-branch=main")
    repo.write("app.py", APP)
    repo.commit()
    repo.git("switch", "--quiet", "--create", "feature")
    monkeypatch.chdir(folder)
    return repo


@pytest.fixture
def model(run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeModel]:
    """A model API, and a key for it in the environment."""
    with FakeModel() as model:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "k" * 24)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", model.url)
        yield model


def claim(severity: str, **more: Any) -> dict[str, Any]:
    """What a reviewer says of the line of `RISKY` that unpickles."""
    return {
        "path": "app.py",
        "line": 5,
        "end_line": 5,
        "severity": severity,
        "title": "Unpickles what a caller names",
        "body": "Whoever writes the file runs code.",
        "quote": "    return pickle.loads(path.read_bytes())",
        "suggestion": None,
        "confidence": 0.9,
        **more,
    }
