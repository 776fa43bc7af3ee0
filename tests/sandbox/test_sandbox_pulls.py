from __future__ import annotations

import base64

import pytest

from bot.sandbox import RepoScene, Sandbox
from tests.sandbox.asking import Client, as_installation

PULL = "/repos/acme/shop/pulls/1"


def test_a_pull_request_counts_what_git_counts(repo: RepoScene, bot: Client) -> None:
    shown = bot.get(PULL).json()
    assert (shown["additions"], shown["deletions"], shown["changed_files"]) == (2, 2, 1)
    assert shown["commits"] == 1
    assert shown["head"]["sha"] == repo.head("feature")
    assert shown["base"]["sha"] == repo.head("main")
    assert bot.get("/repos/acme/shop/pulls/2").status_code == 404


def test_a_patch_is_gits_without_header_and_final_newline(repo: RepoScene, bot: Client) -> None:
    [file] = bot.get(f"{PULL}/files").json()
    assert file["patch"].startswith("@@ -1,7 +1,8 @@\n line 1\n")
    assert file["patch"].endswith("\n line 33")
    assert (file["status"], file["changes"]) == ("modified", 4)


def test_files_that_have_no_patch(repo: RepoScene, bot: Client) -> None:
    files: dict[str, str | bytes] = {
        "logo.png": b"\x89PNG\0\1",
        "long.txt": "x\n" * 20_001,
        "heavy.txt": "y" * 500_001,
        "small.txt": "z",
    }
    repo.push(1, files)
    listed = {each["filename"]: each for each in bot.get(f"{PULL}/files").json()}
    for name in ("logo.png", "long.txt", "heavy.txt"):
        assert "patch" not in listed[name]
    assert listed["small.txt"]["patch"] == "@@ -0,0 +1 @@\n+z\n\\ No newline at end of file"
    assert listed["long.txt"]["additions"] == 20_001


def test_patches_end_where_the_whole_is_too_large(repo: RepoScene, bot: Client) -> None:
    repo.push(1, {f"n{n}.txt": "x\n" * 9_000 for n in range(3)})
    listed = {each["filename"]: each for each in bot.get(f"{PULL}/files").json()}
    assert ["patch" in listed[f"n{n}.txt"] for n in range(3)] == [True, True, False]


def test_names_are_real_text_and_renames_say_so(repo: RepoScene, bot: Client) -> None:
    old = repo.state.git.read(repo.state.git.object_id("refs/heads/main:src/cart.py"))
    odd = 'so "odd" – ütf\t8\\.py'
    repo.push(1, {"src/cart.py": None, "src/basket.py": old, odd: "1\n"})
    listed = {each["filename"]: each for each in bot.get(f"{PULL}/files").json()}
    assert listed["src/basket.py"]["status"] == "renamed"
    assert listed["src/basket.py"]["previous_filename"] == "src/cart.py"
    assert "patch" not in listed["src/basket.py"]
    assert listed[odd]["patch"] == "@@ -0,0 +1 @@\n+1"
    diff = bot.get(PULL, headers={"Accept": "application/vnd.github.diff"}).text
    assert r"\303\274tf\t8" in diff


def test_a_removed_file_shows_what_went(repo: RepoScene, bot: Client) -> None:
    repo.push(1, {"README.md": None})
    [file] = [f for f in bot.get(f"{PULL}/files").json() if f["filename"] == "README.md"]
    assert (file["status"], file["patch"]) == ("removed", "@@ -1 +0,0 @@\n-# Shop")


def test_lists_come_in_pages_with_links(repo: RepoScene, bot: Client) -> None:
    repo.push(1, {f"f{n:03}": "x\n" for n in range(250)})
    first = bot.get(f"{PULL}/files")
    assert len(first.json()) == 30
    assert "prev" not in first.links
    big = bot.get(f"{PULL}/files?per_page=500")
    assert len(big.json()) == 100
    last = bot.get(big.links["last"]["url"])
    assert len(last.json()) == 51
    assert "next" not in last.links
    assert last.links["prev"]["url"].endswith("page=2")
    assert bot.get(f"{PULL}/files?page=99").json() == []


def test_no_more_than_three_thousand_files_are_listed(repo: RepoScene, bot: Client) -> None:
    repo.push(1, {f"f{n:04}": "x" for n in range(3_050)})
    assert len(bot.get(f"{PULL}/files?per_page=100&page=30").json()) == 100
    assert bot.get(f"{PULL}/files?per_page=100&page=31").json() == []
    assert bot.get(PULL).json()["changed_files"] == 3_051


@pytest.mark.parametrize(
    ("files", "status"),
    [
        pytest.param({"a": "x\n"}, 200, id="a small one"),
        pytest.param({f"f{n}": "x\n" for n in range(300)}, 406, id="301 files"),
        pytest.param({"long": "x\n" * 20_001}, 406, id="over 20,000 lines"),
        pytest.param({"heavy": "x" * 1_000_001}, 406, id="over a megabyte"),
    ],
)
def test_the_whole_diff_is_refused_when_large(
    repo: RepoScene, bot: Client, files: dict[str, str], status: int
) -> None:
    repo.push(1, files)
    answer = bot.get(PULL, headers={"Accept": "application/vnd.github.v3.diff"})
    assert answer.status_code == status
    assert (status == 406) == ("too_large" in answer.text)


def test_changes_on_the_base_are_not_the_pull_requests(repo: RepoScene, bot: Client) -> None:
    repo.commit("main", {"elsewhere.py": "x\n"}, "On main")
    repo.push(1, {"mine.py": "x\n"})
    names = [each["filename"] for each in bot.get(f"{PULL}/files").json()]
    assert names == ["mine.py", "src/cart.py"]
    commits = bot.get(f"{PULL}/commits").json()
    assert [each["commit"]["message"] for each in commits] == ["Change the cart", "Push"]


def test_a_comparison_begins_where_the_two_part(repo: RepoScene, bot: Client) -> None:
    fork = repo.head("main")
    repo.commit("main", {"elsewhere.py": "x\n"}, "On main")
    told = bot.get("/repos/acme/shop/compare/main...feature").json()
    assert told["merge_base_commit"]["sha"] == fork
    assert (told["status"], told["ahead_by"], told["behind_by"]) == ("diverged", 1, 1)
    assert [each["filename"] for each in told["files"]] == ["src/cart.py"]
    assert bot.get("/repos/acme/shop/compare/main...nowhere").status_code == 404


def test_contents_by_size_and_kind(repo: RepoScene, bot: Client) -> None:
    sha = repo.push(1, {"big.txt": "x" * 1_000_001, "d/é ü.txt": "hé"})
    at = f"/repos/acme/shop/contents/{{}}?ref={sha}"
    small = bot.get(at.format("d/é ü.txt")).json()
    assert base64.b64decode(small["content"]).decode() == "hé"
    big = bot.get(at.format("big.txt")).json()
    assert (big["content"], big["encoding"], big["size"]) == ("", "none", 1_000_001)
    raw = {"Accept": "application/vnd.github.raw+json"}
    assert len(bot.get(at.format("big.txt"), headers=raw).content) == 1_000_001
    assert [each["name"] for each in bot.get(at.format("d")).json()] == ["é ü.txt"]
    assert len(bot.get(at.format("")).json()) == 4
    assert bot.get(at.format("nope")).status_code == 404
    assert bot.get("/repos/acme/shop/contents/README.md?ref=nope").status_code == 404
    assert bot.get("/repos/acme/shop/contents/big.txt").status_code == 404
    blob = bot.get(f"/repos/acme/shop/git/blobs/{small['sha']}").json()
    assert base64.b64decode(blob["content"]).decode() == "hé"


def test_contents_take_a_permission(github: Sandbox, repo: RepoScene) -> None:
    poor = as_installation(github, contents="none")
    assert poor.get("/repos/acme/shop/contents/README.md").status_code == 403
    assert poor.get("/repos/acme/shop/compare/main...feature").status_code == 403
    assert poor.get(f"{PULL}/files").status_code == 200


def test_pull_requests_of_a_list_and_of_a_commit(repo: RepoScene, bot: Client) -> None:
    repo.commit("other", {"x": "y"}, "Other")
    repo.open_pull("other", draft=True)
    repo.close(1)
    path = "/repos/acme/shop/pulls"
    assert [each["number"] for each in bot.get(path).json()] == [2]
    assert [each["number"] for each in bot.get(f"{path}?state=all").json()] == [2, 1]
    assert bot.get(f"{path}?state=all&head=acme:feature").json()[0]["number"] == 1
    found = bot.get(f"/repos/acme/shop/commits/{repo.head('other')}/pulls").json()
    assert [each["number"] for each in found] == [2]
    assert bot.get(f"{path}/2").json()["draft"] is True


def test_a_forks_commits_are_read_through_the_base(github: Sandbox, bot: Client) -> None:
    repo = github.repo("acme/shop")
    repo.open_pull("patch-1", author="zed", fork=True)
    sha = repo.push(2, {"src/cart.py": "import os\n"}, "From outside")
    shown = bot.get("/repos/acme/shop/pulls/2").json()
    assert shown["head"]["repo"]["full_name"] == "zed/shop"
    assert shown["head"]["repo"]["fork"] is True
    assert shown["head"]["sha"] == sha
    assert bot.get(f"/repos/acme/shop/contents/src/cart.py?ref={sha}").status_code == 200
    assert bot.get("/repos/zed/shop/contents/src/cart.py").status_code == 404
    assert bot.get("/repos/acme/shop/branches").json()[-1]["name"] == "main"
