"""Reading a pull request from the sandbox over HTTP."""

from __future__ import annotations

import dataclasses

import pytest

from bot.diff.hunks import hunks_of
from bot.domain.changed import ABSENT, Blob
from bot.domain.own_files import POLICY
from bot.domain.patch import FileStatus
from bot.errors import ConfigError, RateLimited, UpstreamError, UserError
from bot.github.failures import NotFound
from bot.github.texts import MOST_BYTES
from bot.sandbox.accounts import Token
from bot.sandbox.git import LINK as LINK_MODE
from bot.sandbox.git import SUBMODULE, Special
from tests.github.conftest import CART, CHANGE, FIRST, Shop

ENTERPRISE = pytest.mark.parametrize("shop", ["", "/api/v3"], ids=["dotcom", "ghes"], indirect=True)


def installation_token(shop: Shop) -> Token:
    [token] = [each for each in shop.github.world.tokens.values() if each.installation]
    return token


@ENTERPRISE
async def test_a_pull_request_is_read_in_our_words(shop: Shop) -> None:
    shop.repo.label(shop.number, "urgent")
    pull = await shop.host().pull(shop.ref)
    assert pull.ref == shop.ref
    assert (pull.title, pull.author, pull.author_is_bot) == ("Sell", "ann", False)
    assert (pull.base_ref, pull.head_ref, pull.default_branch) == ("main", "feature", "main")
    assert (pull.open, pull.draft, pull.from_fork, pull.changed_files) == (True, False, False, 3)
    assert pull.labels == ("urgent",)
    assert pull.url.endswith("/acme/shop/pull/1")


async def test_the_newest_head_is_read_whatever_the_reference_says(shop: Shop) -> None:
    old = shop.ref
    head = shop.repo.push(shop.number, {"src/new.py": "a = 2\n"})
    assert (await shop.host().pull(old)).ref.head_sha == head


@pytest.mark.parametrize("keep_fork", [True, False], ids=["fork", "fork since deleted"])
async def test_a_fork_is_known_by_its_repository(shop: Shop, keep_fork: bool) -> None:
    shop.repo.commit("theirs", {"x.py": "x = 1\n"}, "Theirs")
    shop.number = shop.repo.open_pull("theirs", author="zoe", fork=True)
    pull = await shop.host().pull(shop.ref)
    assert pull.from_fork
    [file] = await shop.host().files(pull)
    assert file.path == "x.py"
    assert await shop.host().texts(pull, ["x.py"]) == (Blob("x.py", "x = 1\n"),)
    if not keep_fork:
        from bot.github.replies import Pull, read_as

        body = {
            **shop.repo.view.user("zoe"),
            "number": 1,
            "title": "t",
            "state": "open",
            "base": {
                "ref": "main",
                "sha": "b",
                "repo": {"id": 1, "full_name": "a/b", "default_branch": "main"},
            },
            "head": {"ref": "theirs", "sha": "h", "repo": None},
            "user": None,
            "changed_files": 1,
            "html_url": "u",
        }
        gone = read_as(Pull, body, "GET").pull(None)
        assert (gone.from_fork, gone.author) == (True, "ghost")


async def test_a_token_is_minted_for_this_repository_alone(shop: Shop) -> None:
    shop.github.create_repo("acme/other")
    await shop.host().pull(shop.ref)
    token = installation_token(shop)
    assert token.repo_ids == frozenset({shop.repo.id})
    assert token.permissions == {
        "metadata": "read",
        "contents": "read",
        "pull_requests": "write",
        "checks": "write",
    }


async def test_a_dry_runs_token_could_not_write(shop: Shop) -> None:
    await shop.host(dry_run=True).pull(shop.ref)
    assert set((installation_token(shop).permissions or {}).values()) == {"read"}


async def test_a_revoked_token_is_replaced(shop: Shop) -> None:
    host = shop.host()
    await host.pull(shop.ref)
    shop.github.world.tokens.clear()
    assert (await host.pull(shop.ref)).title == "Sell"


async def test_a_key_that_is_not_the_apps_is_the_operators_to_fix(shop: Shop, pem: str) -> None:
    with pytest.raises(ConfigError, match="APP_ID and PRIVATE_KEY"):
        await shop.host(private_key=pem).pull(shop.ref)


async def test_a_pull_request_that_is_not_there_is_said_plainly(shop: Shop) -> None:
    with pytest.raises(UpstreamError, match=r"nothing at GET /repos/acme/shop/pulls/99 \(404\)"):
        await shop.host().pull(dataclasses.replace(shop.ref, number=99))


async def test_another_repository_under_the_old_name_is_not_read(shop: Shop) -> None:
    token = shop.github.user_token(shop.github.person("boss", "admin").login)
    moved = dataclasses.replace(shop.ci_ref, repo_id=shop.repo.id + 1)
    with pytest.raises(UpstreamError, match="another repository"):
        await shop.host(token=token).pull(moved)


async def test_a_name_that_is_no_repository_never_becomes_an_address(shop: Shop) -> None:
    for name in ("../../app", "acme", "acme/..", "acme/shop/x", "acme/shop?x=1"):
        with pytest.raises(UserError, match="OWNER/NAME"):
            await shop.host().pull(dataclasses.replace(shop.ref, repo=name))
    assert shop.github.requests == []


async def test_looking_a_pull_request_up_takes_a_token_for_its_repository_alone(
    shop: Shop,
) -> None:
    shop.github.create_repo("acme/other")
    await shop.host().find("acme/shop", shop.number)
    made = [token for token in shop.github.world.tokens.values() if token.installation]
    assert made
    assert {token.repo_ids for token in made} == {frozenset({shop.ref.repo_id})}


async def test_a_person_names_a_pull_request_without_its_ids(shop: Shop) -> None:
    assert await shop.host().find("acme/shop", shop.number) == shop.ref
    token = shop.github.user_token(shop.github.person("boss", "admin").login)
    assert await shop.host(token=token).find("acme/shop", shop.number) == shop.ci_ref


async def test_a_pull_request_is_opened_as_it_is_asked_for(shop: Shop) -> None:
    shop.repo.label(shop.number, "shop")
    host = shop.host()
    opened = await host.opening(shop.ref, ())
    assert opened.pull == await host.pull(shop.ref)
    assert opened.own.commit == shop.repo.head("main")


@pytest.mark.parametrize(("author", "fork"), [("renovate[bot]", False), ("zoe", True)])
async def test_either_way_of_asking_tells_bots_and_forks(
    shop: Shop, author: str, fork: bool
) -> None:
    shop.repo.branch("other", "main")
    shop.repo.commit("other", {"src/new.py": "x = 1\n"}, "New")
    shop.number = shop.repo.open_pull(head="other", author=author, fork=fork)
    host = shop.host()
    opened = (await host.opening(shop.ref, ())).pull
    assert opened == await host.pull(shop.ref)
    assert (opened.author, opened.author_is_bot, opened.from_fork) == (author, not fork, fork)


async def test_what_is_not_there_cannot_be_opened(shop: Shop) -> None:
    with pytest.raises(NotFound, match="no pull request #99 of acme/shop"):
        await shop.host().opening(dataclasses.replace(shop.ref, number=99), ())


async def test_a_repositorys_own_files_are_the_default_branchs(shop: Shop) -> None:
    host = shop.host()
    before = (await host.opening(shop.ref, (POLICY,))).own
    assert before.file(POLICY) == Blob(POLICY, None, ABSENT)
    shop.repo.push(shop.number, {POLICY: "fail_at: never\n"})
    assert (await host.opening(shop.ref, (POLICY,))).own == before
    text = "drafts: true\n# é\n"
    commit = shop.repo.commit("main", {POLICY: text, "AGENTS.md": "Be kind.\n"}, "Policy")
    own = (await host.opening(shop.ref, (POLICY, "AGENTS.md", "CLAUDE.md"))).own
    assert own.commit == commit
    assert [own.file(each).text for each in (POLICY, "AGENTS.md", "CLAUDE.md")] == [
        text,
        "Be kind.\n",
        None,
    ]


async def test_what_is_no_file_says_so(shop: Shop) -> None:
    odd = {f"{POLICY}/x": "y", "AGENTS.md": Special(LINK_MODE, "/etc/passwd"), "CLAUDE.md": b"\0"}
    shop.repo.commit("main", odd, "Odd")
    own = (await shop.host().opening(shop.ref, (POLICY, "AGENTS.md", "CLAUDE.md"))).own
    assert [(each.text, each.why) for each in own.files] == [
        (None, "not a file"),
        (None, "a link"),
        (None, "binary"),
    ]


async def test_a_folders_own_files_are_read_with_them(shop: Shop) -> None:
    folder = ".github/ai-review/reviewers"
    shop.repo.commit("main", {f"{folder}/{n}.md": f"{n}\n" for n in ("b", "a", "deep/c")}, "Three")
    own = (await shop.host().opening(shop.ref, (), folder)).own
    assert [(each.path, each.text) for each in own.folder] == [
        (f"{folder}/a.md", "a\n"),
        (f"{folder}/b.md", "b\n"),
        (f"{folder}/deep", None),
    ]
    assert len(shop.github.requests) <= 2
    assert (await shop.host().opening(shop.ref, (), "no/where")).own.folder == ()


async def test_changed_files_come_with_githubs_patches(shop: Shop) -> None:
    host = shop.host()
    files = {file.path: file for file in await host.files(await host.pull(shop.ref))}
    assert set(files) == set(CHANGE)
    cart = files["src/cart.py"]
    assert (cart.status, cart.additions, cart.deletions) == (FileStatus.MODIFIED, 1, 1)
    assert (cart.patch or "").startswith("@@ -7,7 +7,7 @@")
    assert len(cart.blob_sha) == 40


async def test_every_page_of_files_is_read(shop: Shop) -> None:
    many = {f"many/{n:03}.py": f"n = {n}\n" for n in range(230)}
    shop.repo.push(shop.number, many)
    host = shop.host()
    pull = await host.pull(shop.ref)
    shop.github.forget_requests()
    files = await host.files(pull)
    assert {file.path for file in files} == set(many) | set(CHANGE)
    assert len(shop.github.requests) == 3


async def test_what_changed_no_line_is_read_and_what_is_binary_is_not(shop: Shop) -> None:
    shop.repo.push(
        shop.number,
        {
            "pkg/__init__.py": "",
            "logo.png": b"\x89PNG\x00\x01",
            "old.py": None,
            "moved/old.py": FIRST["old.py"],
        },
    )
    host = shop.host()
    files = {file.path: file for file in await host.files(await host.pull(shop.ref))}
    assert files["pkg/__init__.py"].patch == ""
    assert files["logo.png"].patch is None
    assert files["moved/old.py"].status is FileStatus.RENAMED
    assert files["moved/old.py"].previous_path == "old.py"
    assert files["moved/old.py"].patch == ""


def wide(change: int, count: int = 14_000) -> str:
    return "".join(f"row {n} of {change if n % 2 else 0}\n" for n in range(count))


async def test_a_patch_too_large_for_github_is_made_from_both_versions(shop: Shop) -> None:
    shop.repo.commit("main", {"table.txt": wide(1), "huge.txt": "h\n" * 10}, "Table")
    base = shop.repo.commit("big", {"table.txt": wide(2), "huge.txt": "H\n" * 260_000}, "Big")
    shop.repo.commit("main", {"table.txt": "moved on\n"}, "Later")
    shop.number = shop.repo.open_pull("big")
    host = shop.host()
    pull = await host.pull(shop.ref)
    shop.github.forget_requests()
    files = {file.path: file for file in await host.files(pull)}
    assert base == pull.ref.head_sha
    table = files["table.txt"]
    assert hunks_of(table.patch or "") is not None
    rows = (table.patch or "").split("\n")
    assert [sum(row[:1] == mark for row in rows) for mark in "+-"] == [7000, 7000]
    assert (table.additions, table.deletions) == (7000, 7000)
    assert files["huge.txt"].patch is None
    assert len(shop.github.requests) == 3


async def test_a_patch_that_cannot_be_made_stays_missing(shop: Shop) -> None:
    shop.repo.push(shop.number, {"logo.png": b"\x89PNG\x00\x01"})
    host = shop.host()
    pull = await host.pull(shop.ref)
    shop.github.fault("GET", "/compare/", times=10)
    files = await host.files(pull)
    assert [file.patch is None for file in files if file.path == "logo.png"] == [True]
    assert len(files) == 4


async def test_texts_come_in_the_order_asked_in_one_call(shop: Shop) -> None:
    odd = 'odd "name" ${x} é.py'
    shop.repo.push(
        shop.number,
        {
            odd: "odd = 1\n",
            "logo.png": b"\x00\x01\x02",
            "long.txt": "x" * (MOST_BYTES + 1),
            "empty.py": "",
        },
    )
    host = shop.host()
    pull = await host.pull(shop.ref)
    shop.github.forget_requests()
    blobs = await host.texts(
        pull, [odd, "absent.py", "logo.png", "long.txt", "src", "empty.py", "src/cart.py"]
    )
    assert blobs == (
        Blob(odd, "odd = 1\n"),
        Blob("absent.py", None, "absent"),
        Blob("logo.png", None, "binary"),
        Blob("long.txt", None, "over 512 kB"),
        Blob("src", None, "not a file"),
        Blob("empty.py", ""),
        Blob("src/cart.py", CART.replace("line_10 = 10", "line_10 = 11")),
    )
    assert [each.path for each in shop.github.requests] == ["/graphql"]


async def test_what_a_link_or_a_submodule_names_is_not_read(shop: Shop) -> None:
    shop.repo.push(
        shop.number,
        {
            "link.py": Special(LINK_MODE, "src/cart.py"),
            "folder": Special(LINK_MODE, "src"),
            "module": Special(SUBMODULE, "a" * 40),
        },
    )
    host = shop.host()
    pull = await host.pull(shop.ref)
    assert await host.texts(pull, ["link.py", "folder/cart.py", "module", "module/x.py"]) == (
        Blob("link.py", None, "a link"),
        Blob("folder/cart.py", None, "absent"),
        Blob("module", None, "not a file"),
        Blob("module/x.py", None, "absent"),
    )


@ENTERPRISE
async def test_texts_come_a_hundred_a_call(shop: Shop) -> None:
    many = {f"many/{n:03}.py": f"n = {n}\n" for n in range(101)}
    shop.repo.push(shop.number, many)
    host = shop.host()
    pull = await host.pull(shop.ref)
    shop.github.forget_requests()
    blobs = await host.texts(pull, list(many))
    assert [blob.text for blob in blobs] == list(many.values())
    assert len(shop.github.requests) == 2


async def test_no_text_is_no_call(shop: Shop) -> None:
    host = shop.host()
    pull = await host.pull(shop.ref)
    shop.github.forget_requests()
    assert await host.texts(pull, []) == ()
    assert shop.github.requests == []


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("admin", True),
        ("maintain", True),
        ("write", True),
        ("triage", False),
        ("read", False),
        ("none", False),
    ],
)
async def test_only_who_may_write_may_command(shop: Shop, role: str, may: bool) -> None:
    shop.github.person("ann", role)
    assert await shop.host().may_write(shop.ref, "ann") is may


async def test_a_stranger_and_a_crafted_login_may_not_write(shop: Shop) -> None:
    host = shop.host()
    for login in ("nobody-at-all", "../..", "a/b", "mia?x=admin", ""):
        assert await host.may_write(shop.ref, login) is False


async def test_a_permission_that_cannot_be_had_is_not_a_no(shop: Shop) -> None:
    shop.github.fault("GET", "/permission", times=9)
    with pytest.raises(UpstreamError, match="502"):
        await shop.host().may_write(shop.ref, "ann")


async def test_a_rate_limit_of_githubs_is_passed_on_with_its_wait(shop: Shop) -> None:
    shop.github.fault("GET", "/pulls/1", status=403, retry_after=30)
    with pytest.raises(RateLimited) as caught:
        await shop.host().pull(shop.ref)
    assert caught.value.retry_after == 30


async def test_an_exhausted_primary_limit_is_passed_on(shop: Shop) -> None:
    shop.github.world.rate_limit = 1
    token = shop.github.user_token(shop.github.person("boss", "admin").login)
    host = shop.host(token=token)
    await host.pull(shop.ci_ref)
    with pytest.raises(RateLimited):
        await host.pull(shop.ci_ref)


async def test_a_missing_permission_is_named_by_the_real_header(shop: Shop) -> None:
    token = shop.github.ci_token("acme/shop", {"contents": "read"})
    with pytest.raises(UpstreamError, match="It needs pull_requests=read"):
        await shop.host(token=token).pull(shop.ci_ref)
