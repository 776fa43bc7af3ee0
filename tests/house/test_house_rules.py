"""The house's rules that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(p for p in (ROOT / "bot").rglob("*.py") if "example" not in p.parts)
TRACKED = subprocess.run(
    ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
).stdout.split("\0")
TEXTS = [ROOT / name for name in TRACKED if name and (ROOT / name).suffix not in {".gz", ".png"}]
HOSTS = ("pypi" + r"\.org", "python" + "hosted", "npm" + r"js\.(org|com)", "deb" + r"\.debian")
OUTWARD = re.compile("|".join((*HOSTS, r"(?<![\w.])/" + "work/")))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_module_fits_in_one_reading(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 300


def nodes(module: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(module.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("module", [m for m in MODULES if "migrations" not in m.parts], ids=name_of)
def test_a_function_fits_on_one_screen(module: Path) -> None:
    for node in nodes(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 40, node.name


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_module_and_its_public_things_say_what_they_are(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    if tree.body:
        assert ast.get_docstring(tree), "the module has no docstring"
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.name.startswith("_") or ast.get_docstring(node), node.name


def test_only_the_settings_read_the_environment() -> None:
    readers = {
        path.relative_to(ROOT / "bot").parts[0]
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}
        if isinstance(node.value, ast.Name) and node.value.id == "os"
    }
    assert readers == {"settings"}


def test_everything_is_caught_at_the_workers_loops_alone() -> None:
    catchers = {
        name_of(path)
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, ast.ExceptHandler)
        if node.type is None or (isinstance(node.type, ast.Name) and node.type.id == "Exception")
    }
    assert catchers == {"bot/engine/durable.py", "bot/engine/duty.py"}


def test_no_catch_all_modules() -> None:
    assert not {"utils", "helpers", "manager", "common", "base"} & {path.stem for path in MODULES}


@pytest.mark.parametrize("path", TEXTS, ids=name_of)
def test_no_file_names_a_registry_or_a_machines_path(path: Path) -> None:
    if path.exists():
        assert not OUTWARD.search(path.read_text(encoding="utf-8", errors="replace"))
