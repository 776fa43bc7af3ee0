"""A PostgreSQL server for the length of a test session, where its programs are installed."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEBIANS = Path("/usr/lib/postgresql")
ACCOUNT = "postgres"
"""Who the server runs as where we are root: it refuses to be that itself."""


def _programs() -> Path | None:
    found = shutil.which("initdb")
    here = [Path(found).resolve()] if found else sorted(DEBIANS.glob("*/bin/initdb"))
    return here[-1].parent if here else None


def _account() -> pwd.struct_passwd | None:
    return next((each for each in pwd.getpwall() if each.pw_name == ACCOUNT), None)


def why_not() -> str:
    """Why no server can be started here, "" when one can."""
    if _programs() is None:
        return f"no PostgreSQL server here: initdb is neither on the path nor in {DEBIANS}"
    if os.geteuid() == 0 and _account() is None:
        return f"PostgreSQL does not run as root, and there is no account {ACCOUNT} here"
    return ""


@contextmanager
def serve() -> Iterator[str]:
    """A server on loopback with an empty database; its address.

    Transactions are "repeatable read" by default: the strictest thing an operator may have set
    that must not make a sum old.
    """
    programs = _programs()
    assert programs
    folder = Path(tempfile.mkdtemp(prefix="ai-review-postgres-"))
    account = _account() if os.geteuid() == 0 else None
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    place = folder / "here"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [programs / program, "-D", place, *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
        )

    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off "
        "-c default_transaction_isolation='repeatable read'"
    )
    try:
        run("initdb", "--auth=trust", "--username=review", "--no-sync", "--no-instructions")
        run("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", options)
        try:
            yield f"postgresql://review@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "stop", "-w", "-m", "immediate")
    finally:
        shutil.rmtree(folder)
