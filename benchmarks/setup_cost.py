"""What it costs to get from a fresh clone to the demo, in seconds and megabytes.

Run: python -m benchmarks.setup_cost [--test] [--repo DIR]

Clones the last commit into a temporary folder and runs `make demo ARGS=--once` there, with an
empty package cache and an environment made from nothing; with `--test` also `make test`. Packages
come from wherever pip is told to look. Exits 1 when a target failed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from importlib.metadata import Distribution, distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTHON = Path(sys.base_prefix) / "bin" / "python3"
LONGEST_S = 1800
MB = 1_000_000
LARGEST = 10
WAY_OUT = ("http_proxy", "https_proxy", "no_proxy", "ssl_cert_file", "requests_ca_bundle")
"""How to reach the packages; it stays as it is, like all that begins with pip_."""


def main() -> int:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    options.add_argument("--test", action="store_true", help="run `make test`, too")
    options.add_argument("--repo", type=Path, default=ROOT, help="what is cloned")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="ai-review-setup-") as folder:
        clone, home = Path(folder) / "clone", Path(folder) / "home"
        home.mkdir()
        subprocess.run(["git", "clone", "--quiet", str(asked.repo), str(clone)], check=True)
        print("                          seconds  .venv MB")
        fine = _timed("make demo, first time", clone, home, "demo", "ARGS=--once")
        fine = _timed("make demo, again", clone, home, "demo", "ARGS=--once") and fine
        if asked.test:
            fine = _timed("make test, first time", clone, home, "test") and fine
        _largest(clone / ".venv")
    return 0 if fine else 1


def _timed(name: str, clone: Path, home: Path, *target: str) -> bool:
    began = time.monotonic()
    done = subprocess.run(
        ["make", f"PYTHON={PYTHON}", *target],
        cwd=clone,
        env=_environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    took = time.monotonic() - began
    print(f"{name:<25} {took:>7.1f} {_size(clone / '.venv') / MB:>9.0f}")
    if done.returncode:
        print(f"failed with status {done.returncode}; its last words:\n{done.stdout[-2000:]}")
    return done.returncode == 0


def _environment(home: Path) -> dict[str, str]:
    """A newcomer's: nothing cached, none of our settings."""
    known = {
        name: value
        for name, value in os.environ.items()
        if name.lower() in WAY_OUT or name.lower().startswith("pip_")
    }
    config = Path.home() / ".config/pip/pip.conf"
    if config.exists():
        known.setdefault("PIP_CONFIG_FILE", str(config))
    own = {"HOME": str(home), "PIP_CACHE_DIR": str(home / "cache"), "LANG": "C.UTF-8"}
    return {**known, **own, "PATH": os.environ["PATH"]}


def _size(folder: Path) -> int:
    """Bytes of all files in it; links are not followed."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())


def _largest(venv: Path) -> None:
    print(f"the {LARGEST} largest packages   MB")
    sites = [str(path) for path in venv.glob("lib/python*/site-packages")]
    sizes = {each.name: _bytes(each) for each in distributions(path=sites)}
    for name in sorted(sizes, key=lambda each: sizes[each], reverse=True)[:LARGEST]:
        print(f"  {name:<24} {sizes[name] / MB:>5.1f}")


def _bytes(package: Distribution) -> int:
    """Of what it installed and Python compiled of it."""
    places = [Path(str(package.locate_file(file))) for file in package.files or ()]
    return sum(place.lstat().st_size for place in places if place.exists())


if __name__ == "__main__":
    sys.exit(main())
