from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.diff.imports import imports, sibling
from bot.diff.places import DEEPEST, LONGEST, MOST_ALTERNATIVES, MOST_IMPORTS, Import, normal
from tests.examples import examples

Found = dict[str, tuple[str, ...]]


def homes(found: tuple[Import, ...]) -> Found:
    """Local name and original, and where the name is defined."""
    return {f"{each.local}<{each.original}": each.home for each in found if each.home}


def modules(found: tuple[Import, ...]) -> Found:
    """Local name, and the file it stands for."""
    return {each.local: each.itself for each in found if each.itself}


def both(base: str) -> tuple[str, str]:
    return f"{base}.py", f"{base}/__init__.py"


@pytest.mark.parametrize(
    ("path", "text", "known", "home", "itself"),
    [
        pytest.param(
            "bot/diff/a.py",
            "from bot.guard.b import c as d",
            (),
            {"d<c": both("bot/guard/b")},
            {"d": both("bot/guard/b/c")},
            id="absolute, told by its own path",
        ),
        pytest.param(
            "src/shop/a.py",
            "import shop.cart as c, shop.money",
            (),
            {},
            {"c": both("src/shop/cart"), "shop.money": both("src/shop/money")},
            id="src layout",
        ),
        pytest.param(
            "services/api/app/main.py",
            "from app.models import User",
            (),
            {"User<User": both("services/api/app/models")},
            {"User": both("services/api/app/models/User")},
            id="a project further down",
        ),
        pytest.param(
            "tests/test_a.py",
            "from shop.cart import total",
            ("src/shop/cart.py",),
            {"total<total": both("src/shop/cart")},
            {"total": both("src/shop/cart/total")},
            id="told by the paths that are known",
        ),
        pytest.param(
            "tests/test_a.py",
            "from shop import total",
            (),
            {"total<total": (*both("shop"), *both("src/shop"), *both("tests/shop"))},
            {"total": (*both("shop/total"), *both("src/shop/total"), *both("tests/shop/total"))},
            id="told by nothing",
        ),
        pytest.param(
            "bot/github/a.py",
            "import github\nfrom bot.b import c",
            (),
            {"c<c": both("bot/b")},
            {
                "github": tuple(
                    path
                    for root in ("", "bot/", "src/", "bot/github/")
                    for path in both(f"{root}github")
                ),
                "c": both("bot/b/c"),
            },
            id="a library of a folder's name",
        ),
        pytest.param(
            "a/b/c.py",
            "from . import x\nfrom .y import z\nfrom ..h import (i, j as k)",
            (),
            {
                "x<x": ("a/b/__init__.py",),
                "z<z": both("a/b/y"),
                "i<i": both("a/h"),
                "k<j": both("a/h"),
            },
            {
                "x": both("a/b/x"),
                "z": both("a/b/y/z"),
                "i": both("a/h/i"),
                "k": both("a/h/j"),
            },
            id="relative",
        ),
        pytest.param(
            "a/__init__.py",
            "from .b import c",
            (),
            {"c<c": both("a/b")},
            {"c": both("a/b/c")},
            id="a package's own file",
        ),
        pytest.param("a/b.py", "from .c import *", (), {"*<*": both("a/c")}, {}, id="everything"),
        pytest.param(
            "a.py", "from ... import b\nfrom ..c import d", (), {}, {}, id="above the root"
        ),
        pytest.param(
            "a/b.py", "import os.path, sys\nfrom json import loads", (), {}, {}, id="standard"
        ),
        pytest.param(
            "a/größe.py",
            "from .maß import fläche",
            (),
            {"fläche<fläche": both("a/maß")},
            {"fläche": both("a/maß/fläche")},
            id="unicode",
        ),
    ],
)
def test_python(path: str, text: str, known: tuple[str, ...], home: Found, itself: Found) -> None:
    found = imports(path, text, known)
    assert (homes(found), modules(found)) == (home, itself)


def test_a_standard_module_is_bound_all_the_same() -> None:
    [bound] = imports("a.py", "import os.path")
    assert (bound.local, bound.home, bound.itself) == ("os.path", (), ())


def test_what_is_only_guessed_says_so() -> None:
    known = imports("bot/a.py", "from bot.b import c\nimport requests")
    assert [(each.local, each.sure) for each in known] == [("c", True), ("requests", False)]


TYPED = ("w/p.ts", "w/p.tsx", "w/p/index.ts", "w/p/index.tsx", "w/p.js", "w/p.jsx", "w/p.mts")
PLAIN = ("w/p.js", "w/p.jsx", "w/p/index.js", "w/p/index.jsx", "w/p.mjs", "w/p.cjs", "w/p.ts")


@pytest.mark.parametrize(
    ("path", "text", "home", "itself"),
    [
        pytest.param(
            "w/a.ts",
            "import {y as z} from './p'",
            {"z<y": (*TYPED, "w/p/index.js")},
            {},
            id="named",
        ),
        pytest.param(
            "w/b/a.ts",
            "import * as n from '../p'",
            {},
            {"n": (*TYPED, "w/p/index.js")},
            id="namespace",
        ),
        pytest.param(
            "w/a.js",
            "const {y: z} = require('./p')",
            {"z<y": (*PLAIN, "w/p/index.ts")},
            {},
            id="required",
        ),
        pytest.param(
            "w/a.js",
            "import p from './q.js'",
            {"p<p": ("w/q.ts", "w/q.tsx", "w/q.js")},
            {"p": ("w/q.ts", "w/q.tsx", "w/q.js")},
            id="default, with its ending",
        ),
        pytest.param(
            "w/a.tsx", "import type {Q} from './q.tsx'", {"Q<Q": ("w/q.tsx",)}, {}, id="type"
        ),
        pytest.param(
            "w/a.js", "import {x} from 'react'; const y = require('fs')", {}, {}, id="libraries"
        ),
        pytest.param("w/a.js", "import {x} from '/etc/passwd'", {}, {}, id="absolute"),
        pytest.param("w/a.js", "import {x} from '../../etc/passwd'", {}, {}, id="above the root"),
        pytest.param(
            "w/a.js", "import {x} from './../.git/config.js'", {}, {}, id="git's own folder"
        ),
        pytest.param(
            "w/a.js",
            "import {x} from './a\\u0000b'; const z = require(`./${p}`)",
            {},
            {},
            id="no path",
        ),
    ],
)
def test_script(path: str, text: str, home: Found, itself: Found) -> None:
    found = imports(path, text)
    assert (homes(found), modules(found)) == (home, itself)


GO = """package cart

import (
	"fmt"
	m "github.com/acme/shop/money/v2"
	"github.com/acme/shop/internal/tax"
)
"""


def test_go_knows_the_files_of_its_packages_among_those_that_are_known() -> None:
    known = (
        "cart/a.go",
        "cart/b.go",
        "cart/b_test.go",
        "cart/sub/c.go",
        "internal/tax/d.go",
        "internal/tax/README.md",
    )
    found = imports("cart/a.go", GO, known)
    assert homes(found) == {"*<*": ("cart/b.go",)}
    assert modules(found) == {"tax": ("internal/tax/d.go",)}
    assert [each.local for each in found if not each.itself and not each.home] == [
        "fmt",
        "m",
        "tax",
    ]


def test_ruby_requires_relative_files() -> None:
    text = "require_relative 'x/y'\nrequire_relative('../z.rb')\nrequire 'json'\n"
    text += "require_relative '/etc/passwd'\nrequire_relative '../../../etc/passwd'\n"
    text += 'require_relative "#{name}/x"\n'
    found = imports("lib/shop/a.rb", text)
    assert [each.home for each in found] == [("lib/shop/x/y.rb",), ("lib/z.rb",)]


JAVA = """package com.acme.app;
import com.acme.shop.Cart;
import static com.acme.shop.Money.round;
import static com.acme.shop.Tax.*;
import com.acme.other.*;
class Main {}
"""


def test_java_names_a_file_by_its_class() -> None:
    found = imports("app/src/test/java/com/acme/app/Main.java", JAVA)
    roots = ("app/src/test/java/com/acme/shop", "app/src/main/java/com/acme/shop")
    assert homes(found) == {
        "Cart<Cart": tuple(f"{root}/Cart.java" for root in roots),
        "round<round": tuple(f"{root}/Money.java" for root in roots),
        "*<*": tuple(f"{root}/Tax.java" for root in roots),
    }


def test_java_finds_a_class_by_the_end_of_a_known_path() -> None:
    known = ("lib/src/com/acme/shop/Cart.java", "lib/src/com/acme/shop/NoCart.java")
    found = imports("Main.java", JAVA, known)
    assert homes(found) == {"Cart<Cart": known[:1]}


def test_java_looks_next_door() -> None:
    assert sibling("src/test/java/a/B.java", "java", "C") == (
        "src/test/java/a/C.java",
        "src/main/java/a/C.java",
    )
    assert sibling("src/B.java", "java", "c") == ()
    assert sibling("src/b.py", "python", "C") == ()


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        pytest.param(("a", "b/../c"), "a/c", id="up and down"),
        pytest.param(("", "./a//b/"), "a/b", id="superfluous"),
        pytest.param(("a", "..", ".."), None, id="above the root"),
        pytest.param(("/a",), None, id="absolute"),
        pytest.param(("a", ".."), None, id="the root itself"),
        pytest.param(("a", "b\\c"), None, id="backslash"),
        pytest.param(("a", "b\0c"), None, id="zero byte"),
        pytest.param(("a", "b\nc"), None, id="line feed"),
        pytest.param(("a", "\ud800"), None, id="half a character"),
        pytest.param(("a/.GIT/config",), None, id="git's own"),
        pytest.param(("a" * LONGEST,), "a" * LONGEST, id="long"),
        pytest.param(("a" * (LONGEST + 1),), None, id="too long"),
        pytest.param(("/".join("a" * (DEEPEST + 1)),), None, id="too deep"),
        pytest.param(("größe", "é.py"), "größe/é.py", id="unicode"),
    ],
)
def test_a_path_is_normal_or_none(parts: tuple[str, ...], path: str | None) -> None:
    assert normal(*parts) == path


NAMES = st.lists(
    st.sampled_from(
        (
            *("a", "b.c", "größe", ".", "..", "...", "/", "../", "./", "/etc/passwd", "~", "\\"),
            *("\0", "*", " ", "\u202e", "C:\\x", "file://", ".git", "${x}", "#{x}", "%2e%2e", "\n"),
        )
    ),
    max_size=9,
).map("".join)
FORMS = st.sampled_from(
    (
        ("b/a.py", "import NAME"),
        ("a.py", "from NAME import x"),
        ("b/c/a.py", "from NAME import NAME as NAME"),
        ("b/c/__init__.py", "from .NAME import *"),
        ("x/a.js", "import z from 'NAME'"),
        ("a.ts", "import {z as y} from './NAME'"),
        ("x/y/a.tsx", "const z = require('../NAME')"),
        ("x/a.rb", "require_relative 'NAME'"),
        ("a.rb", "require_relative('./NAME')"),
        ("p/q.go", 'package p\nimport "NAME"'),
        ("src/test/java/a/B.java", "package a;\nimport NAME;"),
        ("B.java", "package NAME;\nimport static NAME.z;"),
    )
)
KNOWN = st.lists(st.sampled_from(("a/b.py", "p/r.go", "b/c.go", "b/C.java", "x/a/b/c.py")))


@examples(400)
@given(form=FORMS, name=NAMES, known=KNOWN)
@example(form=("a.py", "from NAME import a"), name="........", known=[])
@example(form=("x/a.js", "import a from 'NAME'"), name="../../../../etc/passwd", known=[])
@example(form=("x/a.rb", "require_relative 'NAME'"), name="../../x", known=[])
def test_no_import_leads_out_of_the_repository(
    form: tuple[str, str], name: str, known: list[str]
) -> None:
    path, text = form
    for each in imports(path, text.replace("NAME", name), tuple(known)):
        for place in (each.home, each.itself):
            assert len(place) <= MOST_ALTERNATIVES
            for one in place:
                assert one
                assert not one.startswith("/")
                assert not {"", ".", "..", ".git"} & set(one.lower().split("/"))
                assert "\0" not in one
                assert "\\" not in one


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("a/b.py", "import a\n" * 8_000, id="python"),
        pytest.param(
            "a/b.py", f"from a import ({', '.join(['b'] * 20_000)[:19_000]})", id="one line"
        ),
        pytest.param("a/b.js", "import a from './a'\n" * 3_000, id="script"),
        pytest.param("a/b.rb", "require_relative 'a'\n" * 3_000, id="ruby"),
        pytest.param("a/b.go", "package a\n" + 'import "a"\n' * 5_000, id="go"),
        pytest.param("a/B.java", "import a.B;\n" * 5_000, id="java"),
        pytest.param("a/b.py", "from " + "." * 15_000 + "a import b", id="dots"),
        pytest.param("a/b.js", f"import a from './{'../' * 6_000}a'", id="ups"),
        pytest.param("a/b.py", "import " + ".".join("a" * 9_000), id="a long name"),
    ],
)
def test_of_endless_imports_so_many_are_read(path: str, text: str) -> None:
    assert len(imports(path, text)) <= MOST_IMPORTS
