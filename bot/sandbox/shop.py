"""The demo's repository: a corner shop in several languages, and a change with known defects."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.github import Sandbox
from bot.sandbox.scene import RepoScene

EXAMPLE = Path(__file__).parent / "example"
NAME = "corner/shop"
TITLE = "Greet customers, sort the search, keep the stock's token"
BODY = "Small things before the season: opening hours, a discount, gifts, compressed reports."
# Put together here, so that no scanner takes the example for a leak.
TOKEN = "gh" + "p_" + "1B7sNq4Wz9Kd2Xv6Tf8Rm3Hc5Lp0JyGaQeUi"


@dataclass(frozen=True)
class Planted:
    """A defect that was put into the change: its file, and words of the line it is on."""

    path: str
    words: str
    defect: str


PLANTED = (
    Planted("shop/search.py", "LIKE '%{word}%'", "SQL put together from what a visitor types"),
    Planted("shop/orders.py", "pickle.loads", "a file is unpickled, which runs what is in it"),
    Planted("shop/orders.py", "gifts: list[str] = []", "a default that all calls share"),
    Planted("shop/settings.py", "STOCK_API_TOKEN", "a token in the source"),
    Planted("web/cart.js", "innerHTML", "a page's address put into the page as HTML"),
    Planted("web/cart.js", "await fetch", "one request after the other in a loop"),
    Planted("cmd/report/main.go", "defer file.Close()", "files stay open until the loop ends"),
    Planted("cmd/report/main.go", '"sh", "-c"', "a shell runs an argument"),
    Planted(".github/workflows/greet.yml", "issue.title", "an issue's title runs in a shell"),
)


def files(version: str) -> dict[str, str]:
    """Path and text of every file of the example's "base", or of those "head" changes.

    What Python compiled is none of them: pip does that to whatever it installs.
    """
    root = EXAMPLE / version
    return {
        str(path.relative_to(root)): path.read_text(encoding="utf-8").replace("@@TOKEN@@", TOKEN)
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.parent.name != "__pycache__"
    }


def build(github: Sandbox) -> RepoScene:
    """The repository with its branch, ready for its pull request."""
    github.person("mia", permission="write")
    repo = github.create_repo(NAME, files=files("base"))
    repo.branch("season")
    repo.commit("season", files("head"), TITLE)
    return repo


def open_pull(repo: RepoScene) -> int:
    """Open the pull request; GitHub tells the App. Its number."""
    return repo.open_pull(head="season", title=TITLE, body=BODY, author="mia")


def line_of(planted: Planted) -> int:
    """The 1-based line of the head version that holds a planted defect."""
    lines = files("head")[planted.path].split("\n")
    return next(number for number, text in enumerate(lines, 1) if planted.words in text)
