from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.changed import Blob, ChangedFile
from bot.domain.finding import Category, Severity
from bot.domain.patch import FileStatus
from bot.guard.never_send import is_never_sent
from bot.guard.redact import redact_change
from bot.guard.sample import BASE64, made_up
from tests.examples import examples

GITHUB = "ghp_" + "a" * 36
PASSWORD = "v9" + "Kq!x2Lm" + "7Zt"
BODY = [made_up(64 * (n + 1), BASE64)[-64:] for n in range(10)]
KEY = ["-----BEGIN RSA PRIVATE KEY-----", *BODY, "-----END RSA PRIVATE KEY-----"]
KEPT = "«redacted: private key»"


def a_file(*rows: str, path: str = "src/app.py", before: str | None = None) -> ChangedFile:
    added, removed = (sum(row[:1] == mark for row in rows) for mark in "+-")
    return ChangedFile(path, FileStatus.MODIFIED, "\n".join(rows), added, removed, before)


def test_an_added_secret_is_replaced_and_reported_without_its_value() -> None:
    change = redact_change([a_file("@@ -1 +1,2 @@", " a = 1", f'+t = "{GITHUB}"')], [])
    assert change.files[0].patch == '@@ -1 +1,2 @@\n a = 1\n+t = "«redacted: GitHub token»"'
    [evidence] = change.evidence
    assert (evidence.tool, evidence.rule, evidence.path) == ("secrets", "github-pat", "src/app.py")
    assert (evidence.line, evidence.end_line) == (2, 2)
    assert (evidence.severity, evidence.category) == (Severity.CRITICAL, Category.SECURITY)
    assert "Revoke it" in evidence.message
    assert GITHUB not in repr(change)
    assert change.count == 1


@pytest.mark.parametrize("mark", ["-", " "])
def test_a_secret_the_change_does_not_add_is_replaced_but_not_reported(mark: str) -> None:
    change = redact_change([a_file("@@ -1,2 +1,2 @@", "+a", f'{mark}t = "{GITHUB}"')], [])
    assert GITHUB not in repr(change)
    assert (change.evidence, change.count) == ((), 1)


def test_a_secret_known_by_its_surroundings_is_less_grave() -> None:
    change = redact_change([a_file("@@ -0,0 +1 @@", f'+password = "{PASSWORD}"')], [])
    assert [each.severity for each in change.evidence] == [Severity.HIGH]


@pytest.mark.parametrize("path", ["tests/test_app.py", "docs/use.md", "src/app.test.ts"])
def test_invented_passwords_of_tests_are_replaced_but_not_reported(path: str) -> None:
    rows = ("@@ -0,0 +1,2 @@", f'+password = "{PASSWORD}"', f'+t = "{GITHUB}"')
    change = redact_change([a_file(*rows, path=path)], [])
    assert PASSWORD not in repr(change)
    assert [each.rule for each in change.evidence] == ["github-pat"]


def test_an_added_key_is_one_piece_of_evidence_over_its_lines() -> None:
    change = redact_change([a_file("@@ -1,0 +2,12 @@", *(f"+{line}" for line in KEY))], [])
    assert change.files[0].patch == "@@ -1,0 +2,12 @@" + f"\n+{KEPT}" * 12
    [evidence] = change.evidence
    assert (evidence.rule, evidence.line, evidence.end_line) == ("private-key", 2, 13)


def test_a_key_of_which_the_hunk_shows_only_the_middle_is_masked_by_the_head_text() -> None:
    head = "\n".join(["import os", *KEY, ""])
    rows = ("@@ -4,2 +4,3 @@", f" {BODY[2]}", f"+{BODY[3]}", f" {BODY[4]}")
    change = redact_change([a_file(*rows)], [Blob("src/app.py", head)])
    assert change.files[0].patch == f"@@ -4,2 +4,3 @@\n {KEPT}\n+{KEPT}\n {KEPT}"
    [evidence] = change.evidence
    assert (evidence.rule, evidence.line) == ("private-key", 5)
    assert change.texts[0].text == "\n".join(["import os", *[KEPT] * 12, ""])


def test_the_middle_of_a_key_is_masked_without_a_head_text_too() -> None:
    rows = ("@@ -4,2 +4,3 @@", f" {BODY[2]}", f"+{BODY[3]}", f"-{BODY[4]}", f"-{BODY[5][:30]}=")
    change = redact_change([a_file(*rows)], [])
    assert not any(line[:30] in repr(change) for line in BODY)
    assert [each.severity for each in change.evidence] == [Severity.MEDIUM]


def test_a_key_exchanged_for_another_goes_on_both_sides() -> None:
    rows = [f" {KEY[0]}", f"-{BODY[0]}", f"+{BODY[1]}", f"-{BODY[2]}", f"+{BODY[3]}", f" {KEY[-1]}"]
    change = redact_change([a_file("@@ -1,4 +1,4 @@", *rows)], [])
    patch = change.files[0].patch or ""
    assert [row[:1] for row in patch.split("\n")] == ["@", " ", "-", "+", "-", "+", " "]
    assert not any(line in patch for line in BODY)


def test_the_words_git_writes_behind_a_hunks_numbers_are_read_too() -> None:
    change = redact_change([a_file(f'@@ -9 +9 @@ t = "{GITHUB}"', "+a")], [])
    assert GITHUB not in repr(change)


@pytest.mark.parametrize(
    "path",
    [".env", "deploy/.env.production", "certs/server.pem", "a.KEY", "id_rsa", "k.p12", "k.jks",
     ".aws/credentials", "home/.ssh/config_key", "secrets/client_secret_1.json"],
)  # fmt: skip
def test_credential_files_are_masked_line_by_line(path: str) -> None:
    rows = ("@@ -1,2 +1,2 @@ A=1", " A=1", "-B=2", "+B=3", "\\ No newline at end of file")
    change = redact_change([a_file(*rows, path=path)], [Blob(path, "A=1\nB=3")])
    hidden = "«redacted: credential file»"
    assert change.files[0].patch == (
        f"@@ -1,2 +1,2 @@\n {hidden}\n-{hidden}\n+{hidden}\n\\ No newline at end of file"
    )
    assert change.texts == (Blob(path, f"{hidden}\n{hidden}"),)


def test_a_renamed_credential_file_stays_one() -> None:
    rows = ("@@ -1 +1 @@", "-A=1", "+A=2")
    change = redact_change([a_file(*rows, path="env.txt", before=".env")], [])
    assert "A=" not in (change.files[0].patch or "")


@pytest.mark.parametrize(
    "path", [".env.example", "id_rsa.pub", "src/keys.py", "environment.ts", "monkey.keyboard"]
)
def test_other_files_are_read(path: str) -> None:
    assert not is_never_sent(path)


def test_what_has_no_text_passes_as_it_is() -> None:
    file = ChangedFile("a.png", FileStatus.ADDED, None, 0, 0)
    blob = Blob("a.png", None, "binary")
    change = redact_change([file], [blob])
    assert (change.files, change.texts, change.count) == ((file,), (blob,), 0)


def test_one_secret_in_patch_and_head_counts_once() -> None:
    line = f'token = "{GITHUB}"'
    change = redact_change([a_file("@@ -0,0 +1 @@", f"+{line}")], [Blob("src/app.py", line)])
    assert (change.count, len(change.evidence)) == (1, 1)


LINES = st.one_of(
    st.sampled_from([*KEY, f't = "{GITHUB}"', f'password = "{PASSWORD}"', "", "x = 1"]),
    st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=20),
)
ROWS = st.lists(st.tuples(st.sampled_from("+- "), LINES).map("".join), max_size=20)


@examples(150)
@given(st.lists(ROWS, max_size=3))
def test_every_row_keeps_its_place_and_mark(hunks: list[list[str]]) -> None:
    rows = [row for n, hunk in enumerate(hunks) for row in (f"@@ -{n}01,9 +{n}01,9 @@", *hunk)]
    change = redact_change([a_file(*rows)], [])
    safe = (change.files[0].patch or "").split("\n") if rows else []
    assert [row[:1] for row in safe] == [row[:1] for row in rows]
    assert GITHUB not in "\n".join(safe)
    if not any("-----" in row for row in rows):  # within a key block all is part of the key
        pairs = zip(rows, safe, strict=True)
        assert all(new == old for old, new in pairs if "x = 1" in old or len(old) == 1)
        added = sum(row[:1] == "+" and GITHUB in row for row in rows)
        assert sum(each.rule == "github-pat" for each in change.evidence) == added


def test_a_line_of_a_key_that_git_writes_behind_the_hunks_numbers_goes_too() -> None:
    change = redact_change([a_file(f"@@ -10,2 +10,2 @@ {BODY[0]}", " a", "-b", "+c")], [])
    assert change.files[0].patch == "@@ -10,2 +10,2 @@\n a\n-b\n+c"


def test_a_long_name_behind_the_hunks_numbers_stays() -> None:
    header = "@@ -10,2 +10,2 @@ public class AbstractTransactionalRepositoryConfiguration {"
    change = redact_change([a_file(header, " a", "-b", "+c")], [])
    assert (change.files[0].patch or "").startswith(header)


def test_a_secret_in_a_path_is_replaced_and_its_file_shown_to_nobody() -> None:
    path = f"src/{GITHUB}.py"
    file = a_file("@@ -0,0 +1 @@", "+import os", path=path, before=f"old/{GITHUB}.py")
    change = redact_change([file], [Blob(path, "import os\n")])
    assert GITHUB not in repr(change)
    [safe] = change.files
    assert is_never_sent(safe.path)
    assert safe.patch == "@@ -0,0 +1 @@\n+«redacted: credential file»"
    assert (change.texts, change.count) == ((), 1)
