"""Whole files for a diff that came from elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.diff.parse import patch_of
from bot.diff.split import split
from bot.workspace.fitting import fitting_texts

HEAD = "diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n"
EDIT = HEAD + "@@ -1,2 +1,2 @@\n-a = 1\n+a = 2\n b = 3\n"
NEW = "diff --git a/x.py b/x.py\nnew file mode 100644\n--- /dev/null\n+++ b/x.py\n"


@pytest.mark.parametrize(
    ("diff", "here", "text"),
    [
        pytest.param(EDIT, "a = 2\nb = 3\nc = 4\n", "a = 2\nb = 3\nc = 4\n", id="its version"),
        pytest.param(EDIT, "a = 1\nb = 3\n", None, id="the version before"),
        pytest.param(EDIT, "a = 2\n", None, id="shorter than the diff shows"),
        pytest.param(EDIT, None, None, id="not here"),
        pytest.param(HEAD + "@@ -1 +0,0 @@\n-a = 1\n", "b = 1\n", None, id="shows no line of it"),
        pytest.param(NEW + "@@ -0,0 +1,2 @@\n+a = 1\n+b\n", None, "a = 1\nb\n", id="new"),
        pytest.param(NEW + "@@ -0,0 +1 @@\n+a = 1\n", "other\n", "a = 1\n", id="new, other here"),
    ],
)
def test_a_text_is_used_only_where_it_is_the_diffs_version(
    tmp_path: Path, diff: str, here: str | None, text: str | None
) -> None:
    if here is not None:
        (tmp_path / "x.py").write_text(here)
    [blob] = fitting_texts(patch_of(split(diff)).files, tmp_path)
    assert blob.text == text
    assert bool(blob.why) == (text is None)
