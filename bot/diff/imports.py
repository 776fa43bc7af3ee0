"""Which files of the repository may define what a file imports, as far as its text tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from ast_grep_py import SgNode

from bot.diff import imports_python, imports_script
from bot.diff.places import MOST_IMPORTS, Import, Place, by_folder, by_name, folder, normal, place
from bot.diff.trees import Tree, look, said

_JAVA = re.compile(r"import\s+(?P<static>static\s+)?(?P<name>[\w.$]+?)(?P<all>\.\*)?\s*;")
_PACKAGE = re.compile(r"package\s+([\w.$]+)")
_VERSION = re.compile(r"v[0-9]+")


def imports(path: str, text: str, known: tuple[str, ...] = ()) -> tuple[Import, ...]:
    """What `text` imports and from where in the repository; without a place for libraries.

    `known` are paths that exist, such as those of the change.
    """
    return look(path, text, lambda tree: imported(tree, known), ())


def imported(tree: Tree, known: tuple[str, ...]) -> tuple[Import, ...]:
    """The same of a parsed file."""
    found: Iterator[Import]
    match tree.language:
        case "python":
            found = imports_python.imports(tree, known)
        case "javascript" | "typescript" | "tsx":
            found = imports_script.imports(tree)
        case "go":
            found = _go(tree, known)
        case "ruby":
            found = _ruby(tree)
        case "java":
            found = _java(tree, known)
        case _:
            found = iter(())
    return tuple(islice(found, MOST_IMPORTS))


def _go(tree: Tree, known: tuple[str, ...]) -> Iterator[Import]:
    """Files of the same package, and of imported ones, among those that are known."""
    folders = by_folder(known)
    for path in _gophers(folders.get(folder(tree.path), ())):
        if path != tree.path:
            yield Import("*", "*", home=(path,))
    for node in _some(tree, "import_spec"):
        module = said(node.field("path")).strip('"`')
        names = [part for part in module.split("/") if not _VERSION.fullmatch(part)]
        inner = module
        while inner and inner not in folders:
            inner = inner.partition("/")[2]
        local = said(node.field("name")) or (names or [module])[-1]
        yield Import(local, "*")
        for path in _gophers(folders.get(inner, ())) if inner else ():
            yield Import(local, "*", itself=(path,))


def _gophers(paths: Sequence[str]) -> Iterator[str]:
    return (path for path in paths if path.endswith(".go") and not path.endswith("_test.go"))


def _some(tree: Tree, kind: str) -> Iterator[SgNode]:
    """The nodes of that kind, as far as anybody looks."""
    return islice(tree.every((kind,)), MOST_IMPORTS)


def _ruby(tree: Tree) -> Iterator[Import]:
    """`require_relative` brings in whatever its file defines."""
    for node in _some(tree, "call"):
        if said(node.field("method")) != "require_relative":
            continue
        named = said(node.field("arguments")).strip("()\"' \t")
        base = normal(folder(tree.path), named) if "#{" not in named else None
        if base is not None:
            yield Import("*", "*", home=place([f"{base.removesuffix('.rb')}.rb"]))


def _java(tree: Tree, known: tuple[str, ...]) -> Iterator[Import]:
    """A class has a file of its name in the folder of its package."""
    declared = [said(each) for each in tree.every(("package_declaration",))]
    package = _PACKAGE.match(declared[0]) if declared else None
    inner = package[1].replace(".", "/") if package else ""
    here = folder(tree.path)
    root = here.removesuffix(inner).rstrip("/") if here.endswith(inner) and inner else None
    for node in _some(tree, "import_declaration"):
        spoken = _JAVA.match(said(node))
        if spoken is None or (spoken["all"] and not spoken["static"]):
            continue
        name = spoken["name"]
        owner = name if spoken["all"] or not spoken["static"] else name.rpartition(".")[0]
        local = "*" if spoken["all"] else name.rpartition(".")[2]
        yield Import(local, local, home=_class(owner.replace(".", "/"), root, known))


def _class(inner: str, root: str | None, known: tuple[str, ...]) -> Place:
    suffix = f"{inner}.java"
    alike = by_name(known).get(suffix.rpartition("/")[2], ())
    found = [path for path in alike if path == suffix or path.endswith(f"/{suffix}")]
    if root is not None:
        found.append(normal(root, suffix) or "")
        if "src/test/" in f"{root}/":
            found.append(normal(root.replace("src/test", "src/main"), suffix) or "")
    return place(found)


def sibling(path: str, language: str, name: str) -> Place:
    """The file next to `path` that a class of its package has; () in other languages than Java."""
    if language != "java" or not name[:1].isupper():
        return ()
    here = folder(path)
    beside = [normal(here, f"{name}.java")]
    if "src/test/" in path:
        beside.append(normal(here.replace("src/test", "src/main"), f"{name}.java"))
    return place(beside)
