"""The house's rules that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

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


def test_a_module_fits_in_one_reading() -> None:
    lengths = {
        name_of(module): len(module.read_text(encoding="utf-8").splitlines()) for module in MODULES
    }
    assert {name: length for name, length in lengths.items() if length > 300} == {}


@cache
def tree_of(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


@cache
def nodes(module: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree_of(module)))


def test_a_function_fits_on_one_screen() -> None:
    long = [
        f"{name_of(module)}: {node.name}"
        for module in MODULES
        if "migrations" not in module.parts
        for node in nodes(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (node.end_lineno or 0) - node.lineno >= 40
    ]
    assert long == []


def test_a_module_and_its_public_things_say_what_they_are() -> None:
    silent = [f"{name_of(module)}: {name}" for module in MODULES for name in unsaid(module)]
    assert silent == []


def unsaid(module: Path) -> Iterator[str]:
    """What of a module has no docstring and should."""
    tree = tree_of(module)
    if tree.body and not ast.get_docstring(tree):
        yield "the module"
    for node in tree.body:
        named = isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if named and not node.name.startswith("_") and not ast.get_docstring(node):
            yield node.name


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


def test_no_file_names_a_registry_or_a_machines_path() -> None:
    found = {
        name_of(path): told[0]
        for path in TEXTS
        if path.exists()
        if (told := OUTWARD.search(path.read_text(encoding="utf-8", errors="replace")))
    }
    assert found == {}


GIVES_NOTHING_BACK = re.compile(r"(?<!\|\(\?!\))\)(?:[*+?]|\{+\d*,\d*\}+)\+")


def test_groups_that_give_nothing_back_can_be_relied_on_in_every_python() -> None:
    """Before Python 3.11.5 they need `|(?!)` at their end, or a secret is found half."""
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in (ROOT / "bot").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if GIVES_NOTHING_BACK.search(line)
    ]
    assert found == []
