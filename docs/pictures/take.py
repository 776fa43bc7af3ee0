"""Take a picture of a page: `python docs/pictures/take.py URL FILE.png --width 1280`."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
    "--headless",
    "--no-sandbox",  # containers give it no user namespaces; only pages of ours are opened
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
LONGEST_S = 60


def take(url: str, file: Path, size: tuple[int, int], dark: bool = False) -> None:
    """Write what a window of `size` pixels shows of `url` to `file` as PNG."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit(f"No browser found: install one of {', '.join(BROWSERS)}.")
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser,
            *QUIET,
            f"--user-data-dir={profile}",
            f"--window-size={size[0]},{size[1]}",
            f"--blink-settings=preferredColorScheme={0 if dark else 1}",
            f"--screenshot={file.resolve()}",
            url,
        ]
        done = subprocess.run(command, capture_output=True, check=False, timeout=LONGEST_S)
    if done.returncode or not file.exists():
        sys.exit(f"The browser took no picture: {done.stderr.decode(errors='replace')[-500:]}")


def main() -> None:
    """Read the command line and take one picture."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("url")
    asked.add_argument("file", type=Path)
    asked.add_argument("--width", type=int, default=1280)
    asked.add_argument("--height", type=int, default=2000)
    asked.add_argument("--dark", action="store_true")
    given = asked.parse_args()
    take(given.url, given.file, (given.width, given.height), given.dark)


if __name__ == "__main__":
    main()
