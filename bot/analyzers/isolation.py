"""A closed box for a tool that reads hostile files: numbered copies, no environment, limits.

The copy holds only the changed files, under names we make up, so no configuration, ignore file,
plug-in or link of the repository can exist in it. The tool starts in another empty directory with
an empty home and no secret in its environment.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import re
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.domain.patch import FileKind

MAX_OUTPUT = 8 << 20  # bytes of output we are ready to hold
GRACE_S = 2.0  # how long a killed tool may take to be gone
THREADS = 2  # a tool's own workers; each one's stack counts against the memory limit
_LAUNCH = Path(__file__).with_name("launch.py")
# Some tools end a line at these; GitHub does not, and line numbers must agree with GitHub's.
_ODD_BREAKS = re.compile("\r(?!\n)|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a tool may use. `file_bytes`: larger files are not given to it."""

    timeout_s: float = 20.0
    memory_bytes: int = 1 << 30
    file_bytes: int = 512 * 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """A changed file on its way to a tool: `name` is ours, `path` the repository's."""

    name: str
    path: str
    kind: FileKind
    text: str


@dataclass(frozen=True, slots=True)
class Box:
    """Where one run of a tool happens. `files` holds the samples, `empty` nothing at all."""

    root: Path

    @property
    def files(self) -> Path:
        """Folder of the numbered copies."""
        return self.root / "files"

    @property
    def empty(self) -> Path:
        """Working directory and home of the tool."""
        return self.root / "empty"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended. `broke` says in a few words what went wrong, "" when nothing did."""

    output: bytes = b""
    broke: str = ""


def plain_breaks(text: str) -> str:
    """The text with odd line ends replaced by blanks: same length, same lines as GitHub counts."""
    return _ODD_BREAKS.sub(" ", text)


@contextlib.contextmanager
def box(samples: Sequence[Sample]) -> Iterator[Box]:
    """A fresh box with copies of the samples; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="ai-review-", ignore_cleanup_errors=True) as root:
        made = Box(Path(root))
        made.files.mkdir()
        made.empty.mkdir()
        for sample in samples:
            target = made.files / sample.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(plain_breaks(sample.text).encode("utf-8", "replace"))
        yield made


@dataclass(frozen=True, slots=True)
class Call:
    """A command to run in a box.

    `fine` are exit statuses that mean success. `counts` says which memory is limited (see
    `launch.limit`). `stdin` is a file inside the box, None for nothing to read.
    """

    argv: tuple[str, ...]
    timeout_s: float
    memory_bytes: int
    fine: tuple[int, ...] = (0,)
    counts: Literal["space", "heap"] = "space"
    stdin: Path | None = None


async def run(call: Call, within: Box) -> Ended:
    """Run a command in its box and wait for it, within its limits. Never raises for what it did."""
    try:
        process = await _started(call, within)
    except OSError as error:
        return Ended(broke=f"could not be started ({error.strerror})")
    try:
        async with asyncio.timeout(call.timeout_s):
            output = await _read(process)
            status = await process.wait()
    except TimeoutError:
        return Ended(broke=f"ran past {call.timeout_s:g} s")
    finally:
        await _end(process)
    if len(output) > MAX_OUTPUT:
        return Ended(broke=f"wrote more than {MAX_OUTPUT >> 20} MB")
    return Ended(output, "" if status in call.fine else _in_words(status))


async def _started(call: Call, within: Box) -> asyncio.subprocess.Process:
    """Begin the command; when cancelled meanwhile, wait until it has begun, then end it.

    asyncio (3.11) waits for ever when a cancellation meets a process whose pipes are half made.
    """
    starting = asyncio.create_task(_start(call, within))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await _end(await asyncio.shield(starting))
        raise


async def _start(call: Call, within: Box) -> asyncio.subprocess.Process:
    """Begin the command in a process group of its own, with an environment made from nothing."""
    limits = (call.counts, str(call.memory_bytes), str(math.ceil(call.timeout_s * THREADS) + 1))
    home = str(within.empty)
    environment = {
        "HOME": home,
        "PATH": home,
        "TMPDIR": home,
        "LANG": "C.UTF-8",
        "RAYON_NUM_THREADS": str(THREADS),
    }
    stdin = await asyncio.to_thread(open, call.stdin or os.devnull, "rb")
    with stdin:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(_LAUNCH), *limits, *call.argv),
            stdin=stdin,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=home,
            env=environment,
            start_new_session=True,
        )


async def _read(process: asyncio.subprocess.Process) -> bytes:
    """All output, or a little more than MAX_OUTPUT of it: a hostile file must not fill us up."""
    assert process.stdout is not None
    parts: list[bytes] = []
    size = 0
    while size <= MAX_OUTPUT and (part := await process.stdout.read(1 << 16)):
        parts.append(part)
        size += len(part)
    if size > MAX_OUTPUT:
        _kill(process)
    return b"".join(parts)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Leave nothing behind: end the whole group, empty the pipe and collect the process."""
    _kill(process)
    assert process.stdout is not None
    with contextlib.suppress(TimeoutError):  # only a child that left the group could keep it open
        async with asyncio.timeout(GRACE_S):
            while await process.stdout.read(1 << 16):
                continue
            await process.wait()


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _in_words(status: int) -> str:
    if status >= 0:
        return f"ended with status {status}"
    known = {each.value: each.name for each in signal.Signals}
    return f"was ended by {known.get(-status, f'signal {-status}')}"
