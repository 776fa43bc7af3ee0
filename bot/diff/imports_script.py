"""JavaScript's and TypeScript's imports: relative ones say where the file is, bar its ending."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from bot.diff.places import Import, Place, folder, normal, place
from bot.diff.trees import Tree, said

_TYPED = (".ts", ".tsx", "/index.ts", "/index.tsx", ".js", ".jsx", ".mts", "/index.js")
_PLAIN = (".js", ".jsx", "/index.js", "/index.jsx", ".mjs", ".cjs", ".ts", "/index.ts")
_ENDINGS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
_SOURCES = {".js": (".ts", ".tsx"), ".jsx": (".tsx",), ".mjs": (".mts",), ".cjs": (".cts",)}
"""TypeScript names a file by what it is compiled to."""


def imports(tree: Tree) -> Iterator[Import]:
    """What the file imports or requires; without a place where it is not by a relative path."""
    for node in tree.every(("import_statement",)):
        where = _place(tree.path, node.field("source"))
        clause = next((each for each in node.children() if each.kind() == "import_clause"), None)
        if clause is not None:
            yield from _clause(clause, where)
    for node in tree.every(("variable_declarator",)):
        yield from _required(tree.path, node)


def _clause(clause: SgNode, where: Place) -> Iterator[Import]:
    for each in clause.children():
        if each.kind() == "identifier":
            yield Import(said(each), said(each), home=where, itself=where)
        elif each.kind() == "namespace_import":
            local = said(each).removeprefix("*").strip().removeprefix("as").strip()
            yield Import(local, "*", itself=where)
        elif each.kind() == "named_imports":
            for one in each.children():
                original = said(one.field("name"))
                if original:
                    yield Import(said(one.field("alias")) or original, original, home=where)


def _required(path: str, node: SgNode) -> Iterator[Import]:
    """`const a = require("./a")`, `const {b, c: d} = require("./a")`."""
    value, name = node.field("value"), node.field("name")
    if value is None or name is None or said(value.field("function")) != "require":
        return
    arguments = value.field("arguments")
    where = _place(path, arguments.child(1) if arguments is not None else None)
    if name.kind() == "identifier":
        yield Import(said(name), said(name), home=where, itself=where)
        return
    for each in name.children():
        if each.kind() == "shorthand_property_identifier_pattern":
            yield Import(said(each), said(each), home=where)
        elif each.kind() == "pair_pattern":
            yield Import(said(each.field("value")), said(each.field("key")), home=where)


def _place(path: str, source: SgNode | None) -> Place:
    if source is None or source.kind() != "string":  # a template is known when it runs
        return ()
    text = said(source).strip("\"'")
    if not text.startswith(("./", "../")) and text not in (".", ".."):
        return ()
    base = normal(folder(path), text)
    if base is None:
        return ()
    ending = next((each for each in _ENDINGS if base.endswith(each)), None)
    if ending is not None:
        stem = base.removesuffix(ending)
        return place([*(stem + each for each in _SOURCES.get(ending, ())), base])
    typed = path.endswith((".ts", ".tsx", ".mts", ".cts"))
    return place(f"{base}{each}" for each in (_TYPED if typed else _PLAIN))
