from __future__ import annotations

import re
import shutil
import subprocess
from html import escape
from pathlib import Path

import pytest
import requests

from bot.sandbox import RepoScene, Sandbox, pages
from tests.sandbox.asking import Client, HandClock
from tests.sandbox.reading import (
    CHECKS,
    Tags,
    below,
    check,
    comment,
    load,
    note,
    page,
    review,
)

HOSTILE = "</title></td><script>alert(1)</script><img src=x onerror=alert(1)>\"'"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
STYLES = Path(pages.__file__).parent / "static" / "pages.css"


@pytest.fixture
def hostile(github: Sandbox, repo: RepoScene, bot: Client) -> None:
    """Every text a stranger may choose holds HTML."""
    github.deliver_to("http://127.0.0.1:9/")
    files = {f"src/{HOSTILE.replace('/', ':')}.py": f"{HOSTILE}\n", "src/cart.py": f"{HOSTILE}\n"}
    repo.push(1, files)
    repo.edit(1, title=HOSTILE, body=HOSTILE)
    repo.label(1, HOSTILE)
    repo.comment(1, HOSTILE, by=HOSTILE)
    review(bot, comment(1, f"{HOSTILE}\n```suggestion\n{HOSTILE}\n```"), body=HOSTILE)
    annotation = note(1, title=HOSTILE, message=HOSTILE, raw_details=HOSTILE)
    elsewhere = note(1, HOSTILE, message=HOSTILE)
    output = {"title": HOSTILE, "summary": HOSTILE, "text": HOSTILE}
    sha = repo.pull(1).head_sha
    number = check(bot, sha, annotations=[annotation, elsewhere], **output)
    address = "javascript:alert(1)//"
    sent = {"name": HOSTILE, "external_id": HOSTILE, "details_url": address}
    assert bot.patch(f"{CHECKS}/{number}", sent).status_code == 200
    github.settle()


@pytest.mark.parametrize("tab", ["", "/files", "/checks", "list", "deliveries", "blob"])
@pytest.mark.usefixtures("hostile")
def test_what_strangers_write_is_text_on_every_page(
    github: Sandbox, repo: RepoScene, tab: str
) -> None:
    alone = {
        "list": "/",
        "deliveries": "/deliveries",
        "blob": f"/acme/shop/blob/{repo.pull(1).head_sha}/src/cart.py",
    }
    html = load(github, alone.get(tab, f"/acme/shop/pull/1{tab}")).text
    found = Tags(html)
    assert "alert(1)" in html
    assert not found.tags & {"script", "img", "iframe", "object", "form", "svg", "style"}
    assert not [name for name in found.attributes if name.startswith("on") or name == "style"]
    assert not [link for link in found.links if link.startswith("javascript")]


def test_half_a_character_does_not_break_a_page(github: Sandbox, repo: RepoScene) -> None:
    repo.comment(1, "half \ud800 a character")
    assert "half ? a character" in page(github)


@pytest.mark.parametrize(
    "path",
    [
        "/acme/shop/pull/2",
        "/acme/shop/pull/2/files",
        "/acme/none/pull/1",
        "/nobody/none",
        "/acme/shop/pull/one",
        "/acme/shop/runs/1",
        "/acme/shop/blob/main/none.py",
        "/acme/shop/blob/none/README.md",
        "/acme/shop/blob/main/src",
        "/static/none.css",
    ],
)
@pytest.mark.usefixtures("repo")
def test_what_is_not_there_is_answered_with_a_page_that_says_so(github: Sandbox, path: str) -> None:
    answer = load(github, path)
    assert answer.status_code == 404
    assert "There is no such page here" in answer.text


@pytest.mark.parametrize("path", ["/", "/acme/shop/pull/1", "/none/none", "/static/pages.css"])
@pytest.mark.usefixtures("repo")
def test_every_answer_forbids_scripts_and_guessing(github: Sandbox, path: str) -> None:
    headers = load(github, path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self';")
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_asks_for_nothing_that_is_not_there(github: Sandbox, repo: RepoScene) -> None:
    addresses = {link.partition("#")[0] for link in Tags(page(github)).links} - {""}
    assert {load(github, address).status_code for address in addresses} == {200}
    assert all(address.startswith("/") for address in addresses)
    assert repo.full_name in load(github, "/").text


def test_the_addresses_the_api_gives_lead_to_pages(
    github: Sandbox, repo: RepoScene, bot: Client
) -> None:
    review(bot, comment(4))
    number = check(bot, repo.pull(1).head_sha, annotations=[note(4)])
    asked = ["/repos/acme/shop", "/repos/acme/shop/pulls/1", f"{CHECKS}/{number}"]
    given = [bot.get(path).json()["html_url"] for path in asked]
    given += [each["html_url"] for each in bot.get("/repos/acme/shop/pulls/1/comments").json()]
    given += [each["blob_href"] for each in bot.get(f"{CHECKS}/{number}/annotations").json()]
    for address in given:
        answer = requests.get(address, timeout=10)
        assert answer.status_code == 200
        place = address.partition("#")[2]
        assert not place or f'id="{place}"' in answer.text


def test_a_binary_file_says_why_no_line_is_shown(github: Sandbox, repo: RepoScene) -> None:
    repo.push(1, {"logo.bin": b"\0\1\2"})
    assert "the file is binary or too large" in page(github, "/files")
    assert "Binary, 3 bytes." in load(github, "/acme/shop/blob/feature/logo.bin").text


def test_deliveries_tell_how_they_went_and_which_were_repeated(
    github: Sandbox, repo: RepoScene, clock: HandClock
) -> None:
    github.deliver_to(f"{github.world.url}/none")
    repo.label(1, "urgent")
    clock.turn(minutes=1)
    github.hooks.again(github.app, github.deliveries[0])
    github.settle()
    html = load(github, "/deliveries").text
    assert html.count("pull_request.labeled") == 2
    assert html.count('<span class="tag">redelivery</span>') == 1
    assert html.count(github.deliveries[0].guid) == 2
    assert html.count('<span class="ended bad">40') == 2
    assert escape('"action": "labeled"', quote=True) in html.replace("&#34;", "&quot;")
    assert html.index("12:01:00") < html.index("12:00:00")


def test_the_oldest_deliveries_are_left_out_and_counted(
    github: Sandbox, repo: RepoScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_DELIVERIES", 2)
    github.deliver_to("http://127.0.0.1:9/")
    for name in ("one", "two", "three"):
        repo.label(1, name)
    github.settle()
    html = load(github, "/deliveries").text
    assert "1 older ones are not" in html
    assert html.count("<article") == 2


def _luminance(colour: str) -> float:
    """Source: WCAG 2.2, "relative luminance"."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "grounds"),
    [
        ("ink", "paper card shade hunk good-ground bad-ground"),
        ("soft", "paper card shade hunk good-ground bad-ground"),
        ("link", "paper card shade"),
        ("good", "good-ground paper card"),
        ("bad", "bad-ground paper card"),
        *((name, f"{name}-ground") for name in ("calm", "waiting", "done")),
    ],
)
def test_all_words_can_be_told_from_their_ground(scheme: int, ink: str, grounds: str) -> None:
    css = STYLES.read_text(encoding="utf-8").split("prefers-color-scheme: dark")[scheme]
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css))
    for ground in grounds.split():
        light, dark = sorted((_luminance(colours[ink]), _luminance(colours[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, ground


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium on the path to read a page with it")
def test_a_browser_finds_the_comment_under_its_line(
    github: Sandbox, bot: Client, tmp_path: Path
) -> None:
    review(bot, comment(5, "Look.\n\n<details><summary>Why</summary>\n\n|a|\n|-|\n|b|"))
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    quiet += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    address = f"{github.world.url}/acme/shop/pull/1/files"
    command = [str(CHROMIUM), *quiet, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    done = subprocess.run([*command, address], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-500:]
    assert "Look." in below(done.stdout, "f1-R5")
    assert "Look." not in below(done.stdout, "f1-R4")
    assert '<tr class="same" id="f1-R6">' in done.stdout
