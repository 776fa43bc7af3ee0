"""What a change calls is found in few files, in one call, and nothing else is let in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from bot.domain.changed import ABSENT, LINK, Blob
from bot.domain.patch import FileDiff, FileKind, FileStatus, Hunk, Patch
from bot.domain.plan import Change, HeadText
from bot.errors import RateLimited, UpstreamError
from bot.service import definitions
from bot.service.definitions import MOST_DEFINITIONS, MOST_FILES, Surroundings, with_definitions

TOKEN = "gh" + "p_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


@dataclass
class Rest:
    """The rest of the repository: files by path, and what was asked for."""

    files: dict[str, str | Blob] = field(default_factory=dict)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    trouble: UpstreamError | None = None

    async def fetch(self, paths: Sequence[str]) -> tuple[Blob, ...]:
        self.asked.append(tuple(paths))
        if self.trouble:
            raise self.trouble
        found = [self.files.get(path, Blob(path, None, ABSENT)) for path in paths]
        return tuple(
            Blob(path, each) if isinstance(each, str) else each
            for path, each in zip(paths, found, strict=True)
        )


def written(path: str, text: str) -> FileDiff:
    rows = text.split("\n")
    hunk = Hunk(0, 0, 1, len(rows), "", tuple(f"+{row}" for row in rows))
    return FileDiff(path, FileStatus.ADDED, FileKind.SOURCE, (hunk,))


def a_change(files: dict[str, str], *others: FileDiff) -> Change:
    patch = Patch((*(written(*each) for each in files.items()), *others))
    return Change(patch, tuple(HeadText(*each) for each in files.items()))


CALLER = "from p.cart import total, tax\n\ntotal()\ntotal()\ntax()\n"
CART = "RATE = 1\n\n\ndef tax():\n    return RATE\n\n\ndef total():\n    return tax()\n"


async def test_what_is_missing_is_asked_for_once_and_the_most_called_comes_first() -> None:
    rest = Rest({"p/cart.py": CART})
    change = await with_definitions(a_change({"p/a.py": CALLER}), Surroundings(rest.fetch))
    assert rest.asked == [("p/cart.py", "p/cart/__init__.py")]
    assert [(each.name, each.start, each.end) for each in change.definitions] == [
        ("total", 8, 9),
        ("tax", 4, 5),
    ]
    assert change.definitions[0].text == "def total():\n    return tax()"
    assert change.definitions[0].called_in == ("p/a.py",)
    assert change.not_shown == ()


async def test_files_of_the_change_are_not_asked_for() -> None:
    rest = Rest()
    own = {"p/a.py": CALLER, "p/cart.py": "def total(): 0\n\n\ndef tax(): 0\n"}
    change = await with_definitions(a_change(own), Surroundings(rest.fetch))
    assert rest.asked == []
    assert [each.path for each in change.definitions] == ["p/cart.py", "p/cart.py"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("total = 1\n", id="nothing called"),
        pytest.param("def f(): 0\nf()\n", id="called and shown"),
        pytest.param("import os\nos.stat('x')\nx.total()\n", id="nowhere to look"),
    ],
)
async def test_without_need_nobody_is_asked(text: str) -> None:
    rest = Rest()
    await with_definitions(a_change({"p/a.py": text}), Surroundings(rest.fetch))
    assert rest.asked == []


async def test_two_callers_of_one_definition_are_both_named() -> None:
    rest = Rest({"p/cart.py": CART})
    both = {"p/a.py": CALLER, "p/b.py": "from p.cart import tax\ntax()\ntax()\n"}
    change = await with_definitions(a_change(both), Surroundings(rest.fetch))
    assert [(each.name, each.called_in) for each in change.definitions] == [
        ("tax", ("p/a.py", "p/b.py")),
        ("total", ("p/a.py",)),
    ]


async def test_a_secret_in_what_is_called_is_replaced_and_counted() -> None:
    secret = f"def total():\n    return '{TOKEN}'\n\n\ndef tax():\n    return 1\n"
    rest = Rest({"p/cart.py": secret + f"\n\nOTHER = '{TOKEN}'\n"})
    change = await with_definitions(a_change({"p/a.py": CALLER}), Surroundings(rest.fetch))
    assert TOKEN not in str(change)
    assert "«redacted" in change.definitions[0].text
    assert change.redacted == 1


@pytest.mark.parametrize(
    ("path", "caller", "ignore"),
    [
        pytest.param("vendor/cart.py", "from .cart import total\ntotal()\n", (), id="vendored"),
        pytest.param(
            "p/cart_pb2.py", "from p.cart_pb2 import total\ntotal()\n", (), id="generated"
        ),
        pytest.param("p/cart.py", CALLER, ("p/**",), id="ignored by the policy"),
        pytest.param("p/cart.py", CALLER, ("*.py",), id="ignored by its ending"),
    ],
)
async def test_what_nobody_reads_is_not_asked_for(
    path: str, caller: str, ignore: tuple[str, ...]
) -> None:
    rest = Rest({path: CART})
    change = a_change({f"{path.partition('/')[0]}/a.py": caller})
    found = await with_definitions(change, Surroundings(rest.fetch, ignore))
    assert path not in {each for paths in rest.asked for each in paths}
    assert found.definitions == ()


async def test_a_removed_file_is_not_asked_for() -> None:
    rest = Rest()
    gone = FileDiff("p/cart.py", FileStatus.REMOVED, FileKind.SOURCE)
    await with_definitions(a_change({"p/a.py": CALLER}, gone), Surroundings(rest.fetch))
    assert rest.asked == [("p/cart/__init__.py",)]


@pytest.mark.parametrize(
    ("blob", "said"),
    [
        pytest.param(Blob("p/cart.py", None, LINK), "p/cart.py (a link)", id="link"),
        pytest.param(Blob("p/cart.py", None, "binary"), "p/cart.py (binary)", id="binary"),
        pytest.param(CART + "#" * 70_000, "p/cart.py (too long to be searched)", id="long"),
        pytest.param("# Code generated by x. DO NOT EDIT.\n" + CART, None, id="generated"),
        pytest.param("\0" + CART, None, id="binary all the same"),
        pytest.param(")))(total: def", None, id="broken"),
    ],
)
async def test_what_cannot_be_used_is_left_aside_and_told(
    blob: str | Blob, said: str | None
) -> None:
    rest = Rest({"p/cart.py": blob})
    change = await with_definitions(a_change({"p/a.py": CALLER}), Surroundings(rest.fetch))
    assert change.definitions == ()
    assert change.not_shown == (() if said is None else (f"what is called in {said}",))


@pytest.mark.parametrize(
    "trouble", [UpstreamError("GitHub said no."), RateLimited("Later.", retry_after=60)]
)
async def test_a_refusal_costs_definitions_and_not_the_review(trouble: UpstreamError) -> None:
    rest = Rest(trouble=trouble)
    near = {"p/a.py": CALLER + "from p.b import f\nf()\n", "p/b.py": "def f(): 0\n"}
    change = await with_definitions(a_change(near), Surroundings(rest.fetch))
    assert [each.name for each in change.definitions] == ["f"]
    assert change.not_shown == (f"what is called outside of the change ({trouble})",)


async def test_so_many_files_are_asked_for_those_first_that_most_calls_need() -> None:
    text = "".join(f"from p.m{n} import f{n}\n" + f"f{n}()\n" * (n + 1) for n in range(14))
    rest = Rest({f"p/m{n}.py": f"def f{n}(): 0\n" for n in range(14)})
    change = await with_definitions(a_change({"p/a.py": text}), Surroundings(rest.fetch))
    assert [len(paths) for paths in rest.asked] == [2 * MOST_FILES]
    assert [each.name for each in change.definitions] == [f"f{n}" for n in range(13, 3, -1)]
    assert change.not_shown == ("what is called in more than 10 other files",)


async def test_a_guess_comes_after_what_the_text_is_sure_of() -> None:
    text = "from p.m import f\nimport requests\n" + "requests.get()\n" * 9 + "f()\n"
    rest = Rest()
    await with_definitions(a_change({"p/a.py": text}), Surroundings(rest.fetch))
    [paths] = rest.asked
    assert paths[:3] == ("p/m.py", "p/m/__init__.py", "requests.py")


async def test_so_many_definitions_are_kept() -> None:
    names = [f"f{n}" for n in range(MOST_DEFINITIONS + 3)]
    text = f"from p.m import {', '.join(names)}\n" + "".join(f"{name}()\n" for name in names)
    rest = Rest({"p/m.py": "".join(f"def {name}(): 0\n" for name in names)})
    change = await with_definitions(a_change({"p/a.py": text}), Surroundings(rest.fetch))
    assert len(change.definitions) == MOST_DEFINITIONS
    assert change.not_shown == ("3 definitions that are seldom called",)


async def test_a_large_change_is_searched_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(definitions, "MOST_SURVEYED", 4 * len(CART) + 40)
    near = {"p/a.py": CART, "p/b.sh": CART, "p/c.py": CART, "p/d.py": "x = 1\n"}
    change = await with_definitions(a_change(near))
    assert change.not_shown == ("what 1 more files of the change call",)


async def test_paths_that_lead_outside_are_never_asked_for() -> None:
    files = {
        "a.py": "from ..x import f\nfrom etc.passwd import g\nf()\ng()\n",
        "w/a.js": "import {f} from '../../../etc/passwd'; import {g} from '/etc/x';\nf();\ng();\n",
        "a.rb": "require_relative '../../etc/passwd'\nf 1\n",
    }
    rest = Rest()
    await with_definitions(a_change(files), Surroundings(rest.fetch))
    inside = ("etc/passwd.py", "etc/passwd/__init__.py")
    assert rest.asked == [(*inside, *(f"src/{each}" for each in inside))]


async def test_a_file_made_of_secrets_is_never_searched() -> None:
    caller, callee = "#!/bin/sh\nload_all x\n", "load_all() {\n  y\n}\n"
    found = await with_definitions(a_change({"a.sh": caller, "b.sh": callee}))
    assert [each.path for each in found.definitions] == ["b.sh"]
    kept = await with_definitions(a_change({"a.sh": caller, ".env.sh": callee}))
    assert kept.definitions == ()
