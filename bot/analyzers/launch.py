"""Set limits on this process, then become the tool.

Run as a file, with the standard library alone, so that it costs 11 ms: a hook between fork and
exec would run Python in a copy of a threaded process, and `prlimit` is not on every machine.
"""

from __future__ import annotations

import os
import resource
import sys

FILE_SIZE = 64 << 20  # bytes a tool may write to any one file


def limit(what: str, memory_bytes: int, cpu_s: int) -> None:
    """Bound memory, processor time, file size and core dumps of this process and its children.

    `what` is "space" (all address space) or "heap": Go programs reserve gigabytes of address
    space that they never touch, so only what they make writable is counted.
    """
    memory = resource.RLIMIT_AS if what == "space" else resource.RLIMIT_DATA
    for which, most in (
        (memory, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, FILE_SIZE),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(which, (most, most))
        except (ValueError, OSError):  # macOS knows no limit on address space; time still binds
            continue


def main(argv: list[str]) -> None:
    """`launch.py WHAT MEMORY_BYTES CPU_SECONDS PROGRAM [ARGUMENT…]`."""
    what, memory_bytes, cpu_s, *command = argv
    limit(what, int(memory_bytes), int(cpu_s))
    os.execv(command[0], command)  # noqa: S606  (no shell is what we want)


if __name__ == "__main__":
    main(sys.argv[1:])
