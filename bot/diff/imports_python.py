"""Python's imports: `a.b` is a module or a package below a root that the text may tell."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice

from ast_grep_py import SgNode

from bot.diff.places import MOST_IMPORTS, Import, Place, folder, normal, place
from bot.diff.trees import Tree, said

STATEMENTS = ("import_statement", "import_from_statement")
_USUAL = ("", "src")
"""Where packages live when nothing tells: at the top, or in the src layout."""


def imports(tree: Tree, known: tuple[str, ...]) -> Iterator[Import]:
    """What the file imports. `known` are paths that exist, which tell the roots of packages."""
    nodes = list(islice(tree.every(STATEMENTS), MOST_IMPORTS))
    roots = _Roots(tree.path, known, [each for node in nodes for each in _tops(node)])
    for node in nodes:
        if node.kind() == "import_statement":
            yield from _plain(node, roots)
        else:
            yield from _from(node, roots)


def _plain(node: SgNode, roots: _Roots) -> Iterator[Import]:
    """`import a.b` binds a path of names, `import a.b as c` one."""
    for each in node.field_children("name"):
        module, alias = _parts(each)
        yield Import(alias or module, module, itself=roots.at(module), sure=roots.tells(module))


def _from(node: SgNode, roots: _Roots) -> Iterator[Import]:
    """`from a import b`: b may be defined in a, or be a module of its own."""
    module = said(node.field("module_name"))
    home, sure = roots.at(module), roots.tells(module)
    if any(each.kind() == "wildcard_import" for each in node.children()):
        yield Import("*", "*", home=home, sure=sure)
        return
    inside = module if module.endswith(".") else f"{module}."
    for each in node.field_children("name"):
        name, alias = _parts(each)
        yield Import(alias or name, name, home, roots.at(inside + name), sure=sure)


def _parts(node: SgNode) -> tuple[str, str]:
    """What is imported, and the name it gets ("" for its own)."""
    if node.kind() == "aliased_import":
        return said(node.field("name")), said(node.field("alias"))
    return said(node), ""


def _tops(node: SgNode) -> Iterator[str]:
    """The first names of the absolute modules of one statement."""
    named = [_parts(each)[0] for each in node.field_children("name")]
    from_ = node.field("module_name")
    for module in named if from_ is None else [said(from_)]:
        if not module.startswith("."):
            yield module.partition(".")[0]


class _Roots:
    """Below which folder the packages live that one file imports.

    The file's own path tells it, where one of its folders is imported by an absolute name; else
    the known paths do. Of several the outermost is meant: `import github` within bot/github is a
    library, where `import bot` says that packages begin at the top.
    """

    def __init__(self, path: str, known: tuple[str, ...], tops: Sequence[str]) -> None:
        self._own = folder(path)
        self._told = (_told((path,)), _told(known))
        self._root: str | None = None
        for told in self._told:
            roots = [root for top in tops for root in told.get(top, ())]
            if self._root is None and roots:
                self._root = min(roots, key=lambda root: (len(root), root))

    def tells(self, module: str) -> bool:
        """Whether the text tells where the module is."""
        if module.startswith("."):
            return True
        top = module.partition(".")[0]
        return self._root is not None and any(
            self._root in each.get(top, ()) for each in self._told
        )

    def at(self, module: str) -> Place:
        """Where the module may be; () for the standard library's, and for what leads outside."""
        if module.startswith("."):
            return self._relative(module)
        if not module:
            return ()
        inner = module.replace(".", "/")
        if self.tells(module):
            return place(_files(self._root or "", inner))
        top = module.partition(".")[0]
        if top in _standard():
            return ()
        told = [root for each in self._told for root in each.get(top, ())]
        roots = [*([] if self._root is None else [self._root]), *told, *_USUAL, self._own]
        return place(path for root in dict.fromkeys(roots) for path in _files(root, inner))

    def _relative(self, module: str) -> Place:
        """`..h` in a/b/c.py is a/h."""
        name = module.lstrip(".")
        up = [".."] * (len(module) - len(name) - 1)
        if not name:
            return place([normal(self._own, *up, "__init__.py")])
        return place(_files(self._own, *up, name.replace(".", "/")))


def _files(*parts: str) -> tuple[str, ...]:
    base = normal(*parts)
    return () if base is None else (f"{base}.py", f"{base}/__init__.py")


@lru_cache(maxsize=512)
def _told(known: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """For each folder's name, the folders that hold one of that name."""
    found: dict[str, dict[str, None]] = {}
    for each in known:
        parts = each.split("/")[:-1]
        for nth, name in enumerate(parts):
            found.setdefault(name, {})["/".join(parts[:nth])] = None
    return {name: tuple(roots) for name, roots in found.items()}


@lru_cache(maxsize=1)
def _standard() -> frozenset[str]:
    return frozenset(sys.stdlib_module_names)
