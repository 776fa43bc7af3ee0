"""What the added lines of a file call or construct, by name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ast_grep_py import SgNode

from bot.diff.builtin_names import BUILTINS
from bot.diff.definitions import is_name
from bot.diff.trees import Tree, look, said

MOST_CALLS = 2_000
"""Call sites of one file that are looked at; code that people write has far fewer added."""

MOST_NAMES = 300
"""Names of one file that are looked for, most-called first."""

UNKNOWN = "?"
"""The owner of a method whose object is no plain name: `cart().total()`, `rows[0].total()`."""

_WHOLE = ("", "function")
_SCRIPT = {
    "call_expression": _WHOLE,
    "new_expression": ("", "constructor"),
    "jsx_self_closing_element": ("", "name"),
    "jsx_opening_element": ("", "name"),
}

CALLS: dict[str, dict[str, tuple[str, str]]] = {
    "python": {"call": _WHOLE},
    "javascript": _SCRIPT,
    "typescript": {key: _SCRIPT[key] for key in ("call_expression", "new_expression")},
    "tsx": _SCRIPT,
    "go": {"call_expression": _WHOLE, "composite_literal": ("", "type")},
    "java": {
        "method_invocation": ("object", "name"),
        "object_creation_expression": ("", "type"),
    },
    "ruby": {"call": ("receiver", "method")},
    "rust": {
        "call_expression": _WHOLE,
        "struct_expression": ("", "name"),
        "macro_invocation": ("", "macro"),
    },
    "c": {"call_expression": _WHOLE},
    "cpp": {
        "call_expression": _WHOLE,
        "new_expression": ("", "type"),
        "compound_literal_expression": ("", "type"),
    },
    "csharp": {"invocation_expression": _WHOLE, "object_creation_expression": ("", "type")},
    "php": {
        "function_call_expression": _WHOLE,
        "member_call_expression": ("object", "name"),
        "scoped_call_expression": ("scope", "name"),
        "object_creation_expression": ("", ""),
    },
    "bash": {"command": ("", "name")},
    "kotlin": {"call_expression": ("", "")},
    "swift": {"call_expression": ("", "")},
}
"""By language, the nodes that call: the fields of owner and name. "" for the owner: the name's
field holds both; "" for the name: both are the first part of the node."""

_JOINT = re.compile(r"\s*(?:\?\.|!\.|\?->|\.|::|->|\\)\s*")
_GENERIC = re.compile(r"<[^<>]*>")
_SELVES = frozenset({"self", "this", "cls", "Self"})
SELF = "self"


@dataclass(frozen=True, slots=True)
class Called:
    """A name that is called, and how often on the lines asked for.

    `owner` is what stands before it: "" for nothing, "self" for the object itself in any
    language, "?" for what is no plain name, else names joined by dots ("os.path").
    """

    owner: str
    name: str
    count: int = 1


def calls(path: str, text: str, lines: Collection[int]) -> tuple[Called, ...]:
    """What `lines` (1-based) of `text` call, most-called first, then in the file's order.

    Builtins of the language are left out; a file that cannot be parsed calls nothing.
    """
    return look(path, text, lambda tree: called(tree, lines), ())


def called(tree: Tree, lines: Collection[int]) -> tuple[Called, ...]:
    """The same of a parsed file."""
    builtins = BUILTINS.get(tree.language, frozenset())
    counted = Counter(
        (owner, name)
        for owner, name in _sites(tree, frozenset(lines))
        if owner or name not in builtins
    )
    return tuple(Called(*key, count) for key, count in counted.most_common(MOST_NAMES))


def _sites(tree: Tree, lines: frozenset[int]) -> Iterator[tuple[str, str]]:
    fields = CALLS[tree.language]
    seen = 0
    for node in tree.every(tuple(fields)) if lines else ():
        owner, name = fields[node.kind()]
        target = node.field(name) if name else next(iter(_named(node)), None)
        if target is None or target.range().end.line + 1 not in lines:
            continue
        seen += 1
        if seen > MOST_CALLS:
            return
        pair = _pair(node.field(owner), target) if owner else _split(target)
        if pair is not None and is_name(pair[1]):
            yield pair


def _named(node: SgNode) -> Iterator[SgNode]:
    return (each for each in node.children() if each.is_named())


def _pair(owner: SgNode | None, name: SgNode) -> tuple[str, str] | None:
    """Owner and name where the grammar tells them apart."""
    spoken = said(name)
    before = "" if owner is None else _owner(_JOINT.split(said(owner) or UNKNOWN))
    if spoken == "new" and before[:1].isupper():  # Ruby constructs with a method
        *outer, spoken = before.split(".")
        before = ".".join(outer)
    return None if before is None else (before, spoken)


def _split(target: SgNode) -> tuple[str, str] | None:
    """Owner and name of `os.path.join`; None for what has no name, such as a subscript."""
    text = said(target)
    if not text:  # a long chain: its last part is the name
        parts = target.children()
        return (UNKNOWN, _JOINT.split(said(parts[-1]))[-1]) if parts else None
    for _ in range(3):  # generics within generics
        text = _GENERIC.sub("", text)
    *before, name = _JOINT.split(text)
    if name.startswith("$"):
        return None
    return (_owner(before) if before else ""), name.removesuffix("::").strip()


def _owner(parts: list[str]) -> str:
    """What stands before a name, as one word of ours where it is no path of names."""
    parts = [each.strip().removeprefix("$") for each in parts if each.strip()]
    if not parts:
        return ""
    if len(parts) == 1 and parts[0] in _SELVES:
        return SELF
    return ".".join(parts) if all(map(is_name, parts)) else UNKNOWN
