"""What a process that we start may know of ours: no more than it needs."""

from __future__ import annotations

import os
from collections.abc import Mapping

PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "PYTHONPATH")


def child_environment(own: Mapping[str, str]) -> dict[str, str]:
    """Where programs and certificates are, and what `own` adds. None of our other settings."""
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ} | dict(own)
