"""Where a called name is defined: within the files at hand, or in files worth asking for.

Told from text alone, so only where it can be told: by an import, by the file itself, or because
there is one definition of the name and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.diff.builtin_names import METHODS
from bot.diff.calls import SELF, UNKNOWN, Called, called
from bot.diff.definitions import Defined, by_name, defined
from bot.diff.enclosing import Lines, outline_of
from bot.diff.excerpt import shown_lines
from bot.diff.imports import imported, sibling
from bot.diff.places import Import, Place
from bot.diff.trees import Tree, look
from bot.domain.patch import FileDiff

_TOLD_BY_IMPORT = frozenset({"python", "javascript", "typescript", "tsx", "go", "java"})
"""Languages in which a name comes from the file, its package or an import; in the others one
definition among the files at hand is taken for the one that is meant."""

_METHODS_ARE_BARE = frozenset({"java", "kotlin", "swift", "csharp", "cpp", "ruby"})
"""Languages in which a class calls its own methods by the name alone."""

_MOST_ALIKE = 20
"""Definitions of one name in one file that are told apart."""

_MOST_OPEN = 50
"""Imports of everything (`from x import *`) that are followed of one file."""


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What one file defines by name and, of a changed one, calls, imports and shows already."""

    path: str
    language: str
    defined: Mapping[str, tuple[Defined, ...]]
    called: tuple[Called, ...] = ()
    imports: Mapping[str, tuple[Import, ...]] = field(default_factory=dict)
    shown: tuple[Lines, ...] = ()

    def named(self, name: str) -> tuple[Defined, ...]:
        """What it defines by that name."""
        return self.defined.get(name, ())[:_MOST_ALIKE]

    @property
    def open(self) -> tuple[Import, ...]:
        """Imports of everything, which may bring in any name."""
        return self.imports.get("*", ())[:_MOST_OPEN]

    def shows(self, one: Defined) -> bool:
        """Whether the excerpt of this file shows where `one` begins, and so all that fits."""
        return any(start <= one.start <= end for start, end in self.shown)


Target = tuple[str, Defined]
"""The path of a file, and what is defined in it."""


def survey(path: str, text: str) -> Surveyed | None:
    """What a file defines; None where it cannot be parsed."""
    return look(
        path, text, lambda tree: Surveyed(path, tree.language, by_name(defined(tree))), None
    )


def survey_change(file: FileDiff, text: str, known: tuple[str, ...]) -> Surveyed | None:
    """The same of a changed file, with what its added lines call. `known`: paths that exist."""

    def see(tree: Tree) -> Surveyed:
        imports: dict[str, tuple[Import, ...]] = {}
        for each in imported(tree, known):
            imports[each.local] = (*imports.get(each.local, ()), each)
        return Surveyed(
            file.path,
            tree.language,
            by_name(defined(tree)),
            called(tree, file.added()),
            imports,
            shown_lines(file, outline_of(tree)),
        )

    return look(file.path, text, see, None)


class Atlas:
    """All files that were surveyed, for questions about one name at a time."""

    def __init__(self, surveys: Iterable[Surveyed]) -> None:
        self.files = {each.path: each for each in surveys}
        self._everywhere: dict[tuple[str, str], list[Target]] = {}
        for each in self.files.values():
            if each.language not in _TOLD_BY_IMPORT:
                for name in each.defined:
                    spots = self._everywhere.setdefault((each.language, name), [])
                    spots += [(each.path, one) for one in each.named(name)]
        self._reached: dict[str, tuple[str, ...]] = {}

    def target(self, call: Called, here: Surveyed) -> Target | None:
        """What `call`, made in `here`, calls; None where the files at hand do not tell."""
        found = next(self._told(call, here), None)
        if found is not None or _is_bound(call, here) or call.owner == SELF:
            return found
        return self._only(call, here)

    def _at(self, place: Iterable[str], name: str) -> Iterator[Target]:
        for path in place:
            if path in self.files:
                for one in self.files[path].named(name):
                    if not one.local:
                        yield path, one

    def _told(self, call: Called, here: Surveyed) -> Iterator[Target]:
        """Everything the text itself points to, surest first."""
        if call.owner == SELF:
            yield from ((here.path, one) for one in here.named(call.name) if one.owner)
        elif call.owner:
            yield from self._owned(call, here)
        else:
            bare = here.language in _METHODS_ARE_BARE
            for one in here.named(call.name):
                if bare or not one.owner or _makes(one, call.name):
                    yield here.path, one
            yield from self._brought(call.name, here, bare)

    def _brought(self, name: str, here: Surveyed, bare: bool) -> Iterator[Target]:
        """Imported by that name, or by an import of everything; in Java, the class next door."""
        for each in (*here.imports.get(name, ()), *here.open):
            wanted = name if each.original == "*" or each.local == "*" else each.original
            for path, one in self._at(each.home, wanted):
                if bare or not one.owner or _makes(one, wanted):
                    yield path, one
        yield from self._at(sibling(here.path, here.language, name), name)

    def _owned(self, call: Called, here: Surveyed) -> Iterator[Target]:
        """A module's function, or a class's method."""
        inner = call.owner.rpartition(".")[2]
        local = _binding(call.owner, here)
        rest = call.owner.removeprefix(local).strip(".")
        for each in here.imports.get(local, ()):
            for path, one in self._at(each.itself, call.name):
                if one.owner == rest or (not rest and _makes(one, call.name)):
                    yield path, one
            for path, one in self._at(each.home, call.name):
                if one.owner == (rest or each.original):
                    yield path, one
        for path, one in self._at(
            (here.path, *sibling(here.path, here.language, inner)), call.name
        ):
            if one.owner == inner:
                yield path, one

    def _only(self, call: Called, here: Surveyed) -> Target | None:
        """The one definition of the name among the files that `here` may mean."""
        inner = call.owner.rpartition(".")[2]
        if here.language in _TOLD_BY_IMPORT:
            if not call.owner or call.name in METHODS:
                return None  # a variable, or a method of who knows what
            spots = list(self._at(self._reach(here), call.name))
        else:
            spots = self._everywhere.get((here.language, call.name), [])
        exact = [each for each in spots if each[1].owner == inner and inner not in ("", UNKNOWN)]
        if not exact and call.owner and call.name in METHODS:
            return None
        alike = exact or [each for each in spots if bool(each[1].owner) == bool(call.owner)]
        return alike[0] if len(alike) == 1 and not alike[0][1].local else None

    def _reach(self, here: Surveyed) -> tuple[str, ...]:
        """The file itself and all that it imports, of what was surveyed."""
        if here.path not in self._reached:
            found = {here.path: None}
            for each in (one for some in here.imports.values() for one in some):
                found |= dict.fromkeys((*each.home, *each.itself))
            self._reached[here.path] = tuple(path for path in found if path in self.files)
        return self._reached[here.path]


def places(call: Called, here: Surveyed) -> tuple[tuple[Place, bool], ...]:
    """The files that may define what `call` calls, each with whether the text is sure of it."""
    local = _binding(call.owner, here) if call.owner else call.name
    found: list[tuple[Place, bool]] = []
    for each in here.imports.get(local, ()):
        module = call.owner and each.itself and not each.original[:1].isupper()
        found.append((each.itself if module else each.home or each.itself, each.sure))
    if not _is_bound(call, here):
        top = call.owner.partition(".")[0] or call.name
        found.append((sibling(here.path, here.language, top), True))
        if not call.owner:
            found += [(each.home, each.sure) for each in here.open]
    return tuple(dict.fromkeys(each for each in found if each[0]))


def _makes(one: Defined, name: str) -> bool:
    """Whether a class of that name was followed into its constructor."""
    return one.owner == name


def _binding(owner: str, here: Surveyed) -> str:
    """The longest beginning of `owner` that an import binds; "" for none."""
    while owner and owner not in here.imports:
        owner = owner.rpartition(".")[0]
    return owner


def _is_bound(call: Called, here: Surveyed) -> bool:
    """Whether an import says where the name comes from."""
    return bool(_binding(call.owner, here)) if call.owner else call.name in here.imports
