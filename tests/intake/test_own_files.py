"""What becomes of a repository's own files."""

from __future__ import annotations

import time

import pytest

from bot.domain.changed import ABSENT, LINK, Blob
from bot.domain.own_files import POLICY, OwnFiles
from bot.domain.pull import Guide, RepoPolicy
from bot.intake.own_files import (
    ATTRIBUTES,
    FOLDER,
    MOST_REVIEWERS,
    Admits,
    is_own,
    own_reviewer,
    proposed,
    repo_policy,
)

ADMITS = Admits(100, True, ("security", "quality"), ("cheap", "standard"))
OWN = '+++\nname = "{name}"\ncategory = "quality"\ntier = "cheap"\n+++\n\nJudge names.\n'


def policy_with(admits: Admits = ADMITS, **texts: str) -> RepoPolicy:
    paths = {"agents": "AGENTS.md", "claude": "CLAUDE.md", "marks": ATTRIBUTES, "policy": POLICY}
    files = tuple(Blob(paths[name], text) for name, text in texts.items())
    return repo_policy(OwnFiles("c" * 40, files), RepoPolicy(), admits)


def test_nothing_there_is_the_operators_policy() -> None:
    assert repo_policy(OwnFiles(), RepoPolicy(), ADMITS) == RepoPolicy()


@pytest.mark.parametrize(
    ("texts", "guides"),
    [
        ({"agents": "Be kind.\n"}, (Guide("AGENTS.md", "Be kind."),)),
        ({"agents": "Be kind.", "claude": "Be kind.\n"}, (Guide("AGENTS.md", "Be kind."),)),
        ({"agents": " \n", "claude": "Be brief."}, (Guide("CLAUDE.md", "Be brief."),)),
        ({"agents": "a" * 60 + "\n" + "b" * 60}, (Guide("AGENTS.md", "a" * 60, 61),)),
        ({"agents": "é" * 60}, (Guide("AGENTS.md", "é" * 50, 20),)),
        (
            {"agents": "a" * 99, "claude": "b\nc"},
            (Guide("AGENTS.md", "a" * 99), Guide("CLAUDE.md", "b", 2)),
        ),
        ({"agents": "a" * 100, "claude": "bc"}, (Guide("AGENTS.md", "a" * 100),)),
        ({"agents": "Be kind.", "policy": "guidance: false"}, ()),
    ],
    ids=["one", "the same twice", "blank", "line", "letter", "two", "no room", "not wanted"],
)
def test_notes_fit_into_their_room_in_whole_lines(
    texts: dict[str, str], guides: tuple[Guide, ...]
) -> None:
    assert policy_with(**texts).guides == guides


def test_what_is_cut_is_told_with_how_much() -> None:
    policy = policy_with(agents="a" * 100, claude="bc")
    assert policy.notes == ("Of CLAUDE.md, the last 2 bytes were beyond what reviewers read.",)


def test_only_lines_of_linguist_are_kept_and_too_many_are_not_used() -> None:
    assert policy_with(marks="* text=auto\n*.snap linguist-generated\n").attributes == (
        "*.snap linguist-generated"
    )
    long = policy_with(marks="a linguist-vendored\n" * 1_000)
    assert long.attributes == ""
    assert long.notes == (
        ".gitattributes is not used: its linguist lines have over 16,000 bytes, shorten them.",
    )


def test_a_repository_has_five_reviewers_at_most_and_none_unless_admitted() -> None:
    folder = tuple(
        Blob(f"{FOLDER}/own-{n}.md", OWN.format(name=f"own-{n}")) for n in range(MOST_REVIEWERS + 1)
    )
    own = OwnFiles("c" * 40, (), (Blob(f"{FOLDER}/README", "x"), *folder))
    policy = repo_policy(own, RepoPolicy(), ADMITS)
    assert [each.name for each in policy.own_reviewers] == [f"own-{n}" for n in range(5)]
    assert policy.notes == (f"{FOLDER}/own-5.md is not used: a repository may have 5.",)
    assert repo_policy(own, RepoPolicy(), Admits()) == RepoPolicy()


@pytest.mark.parametrize("name", ["../x", "Naming", "", "9x", "a" * 31, "a_b", "na\nme"])
def test_a_reviewers_name_is_plain(name: str) -> None:
    made = own_reviewer(Blob(f"{FOLDER}/{name}.md", OWN.format(name=name)), ADMITS)
    assert isinstance(made, str)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Blob(POLICY, "fail_at: low\n"), "is changed here and valid: it takes effect once merged."),
        (Blob(POLICY, None, ABSENT), "is removed here, which takes effect once merged."),
        (Blob(POLICY, None, LINK), "is made a link, which is not followed here"),
        (Blob(POLICY, None, "binary"), "There, it is binary. Make it a plain text file."),
        (Blob(POLICY, "fail_at: no"), "There, line 1: fail_at cannot be 'no'."),
        (Blob(POLICY, "reviewers: {securty: never}"), "there is no reviewer securty. Did you mean"),
        (Blob("AGENTS.md", "x"), "AGENTS.md is changed here, which takes effect once merged."),
        (Blob(f"{FOLDER}/own.md", OWN.format(name="own")), "own.md is changed here and valid"),
        (Blob(f"{FOLDER}/own.md", "x"), "does not begin with settings between two lines of +++"),
        (Blob(f"{FOLDER}/quality.md", "x"), "the operator has a reviewer quality"),
    ],
)
def test_what_a_change_to_them_would_do_is_told(found: Blob, said: str) -> None:
    assert said in " ".join(proposed(found, ADMITS))


def test_many_mistakes_are_counted_and_a_secret_is_not_repeated() -> None:
    token = "ghp_" + "a" * 36
    text = "".join(f"k{n}: 1\n" for n in range(9)) + f"fail_at: {token}\n"
    told = proposed(Blob(POLICY, text), ADMITS)
    assert told[-1] == "There are 5 more."
    assert len(told) == 7
    assert token not in repr(proposed(Blob(POLICY, f"fail_at: {token}\n"), ADMITS))


@pytest.mark.parametrize(
    ("path", "own"),
    [
        (POLICY, True),
        ("AGENTS.md", True),
        ("packages/a/AGENTS.md", False),
        (".gitattributes", True),
        (f"{FOLDER}/x.md", True),
        (f"{FOLDER}/x.txt", False),
        ("src/x.md", False),
    ],
)
def test_which_files_are_ours(path: str, own: bool) -> None:
    assert is_own(path) is own


def test_long_lines_of_a_reviewers_file_take_no_time() -> None:
    begun = time.process_time()
    own_reviewer(Blob(f"{FOLDER}/own.md", "+++\n" * 1_900), ADMITS)
    assert time.process_time() - begun < 2
