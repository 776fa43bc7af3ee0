from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.diff.callees import Atlas, places, survey, survey_change
from bot.diff.calls import Called
from bot.domain.patch import FileDiff, FileKind, FileStatus, Hunk


def written(path: str, text: str) -> FileDiff:
    """A file all of whose lines are new."""
    rows = text.split("\n")
    hunk = Hunk(0, 0, 1, len(rows), "", tuple(f"+{row}" for row in rows))
    return FileDiff(path, FileStatus.ADDED, FileKind.SOURCE, (hunk,))


def found(
    path: str, text: str, others: Mapping[str, str], known: tuple[str, ...] = ()
) -> dict[str, str]:
    """What each call of a new file is said to call, as path:title."""
    here = survey_change(written(path, text), text, known)
    assert here is not None
    there = [each for other in others.items() if (each := survey(*other)) is not None]
    atlas = Atlas([here, *there])
    targets = {call: atlas.target(call, here) for call in here.called}
    return {
        f"{call.owner}.{call.name}".strip("."): f"{each[0]}:{each[1].title}"
        for call, each in targets.items()
        if each is not None
    }


CART = "class Cart:\n    def total(self): 0\n    def of(cls): 0\n\ndef load(): 0\n"


@pytest.mark.parametrize(
    ("path", "text", "others", "told"),
    [
        pytest.param(
            "p/a.py",
            "from p.b import load, Cart as C\nload()\nC()\nC.of()",
            {"p/b.py": CART},
            {"load": "p/b.py:load", "C": "p/b.py:Cart", "C.of": "p/b.py:Cart.of"},
            id="python: from a module",
        ),
        pytest.param(
            "p/a.py",
            "import p.b\nfrom p import b as m\np.b.load()\nm.load()\nm.Cart()",
            {"p/b.py": CART},
            {"p.b.load": "p/b.py:load", "m.load": "p/b.py:load", "m.Cart": "p/b.py:Cart"},
            id="python: a module itself",
        ),
        pytest.param(
            "p/a.py",
            "from .b import *\nload()",
            {"p/b.py": CART},
            {"load": "p/b.py:load"},
            id="python: everything",
        ),
        pytest.param(
            "p/a.py",
            "from p import load\nload()",
            {"p/__init__.py": CART},
            {"load": "p/__init__.py:load"},
            id="python: a package's own file",
        ),
        pytest.param(
            "p/a.py",
            "def f(x): 0\nclass A:\n    def g(self):\n        self.h()\n"
            "        f(1)\n    def h(self): 0\n",
            {},
            {"self.h": "p/a.py:A.h", "f": "p/a.py:f"},
            id="python: its own",
        ),
        pytest.param(
            "p/a.py",
            "from q import load\nload()",
            {"p/b.py": CART},
            {},
            id="python: from elsewhere",
        ),
        pytest.param("p/a.py", "load()\nCart()", {"p/b.py": CART}, {}, id="python: not imported"),
        pytest.param(
            "p/a.py",
            "import os\nfrom p.b import Cart\nos.load()\nos.path.total()",
            {"p/b.py": CART},
            {},
            id="python: a library's",
        ),
        pytest.param(
            "p/a.py",
            "from p.b import Cart\ndef f(cart):\n    cart.total()",
            {"p/b.py": CART},
            {"cart.total": "p/b.py:Cart.total"},
            id="python: the only method of that name",
        ),
        pytest.param(
            "p/a.py",
            "from p.b import Cart, Bill\nx.total()",
            {"p/b.py": CART + "class Bill:\n    def total(self): 0\n"},
            {},
            id="python: one of two methods",
        ),
        pytest.param(
            "p/a.py",
            "from p.b import Cart\nx.get()",
            {"p/b.py": "class Cart:\n    def get(self): 0\n"},
            {},
            id="python: a method of everybody",
        ),
        pytest.param(
            "p/a.py",
            "from p.a import f\nf()\nfrom p.b import g\ng()",
            {"p/b.py": "from p.a import f\ndef g():\n    f()\n"},
            {"g": "p/b.py:g"},
            id="python: in a circle",
        ),
        pytest.param(
            "w/a.ts",
            "import {load as l} from './b';\nimport * as b from './b';\n"
            "l();\nb.load();\nnew b.Cart();",
            {"w/b.ts": "export function load() {}\nexport class Cart {}"},
            {"l": "w/b.ts:load", "b.load": "w/b.ts:load", "b.Cart": "w/b.ts:Cart"},
            id="typescript",
        ),
        pytest.param(
            "w/a.js",
            "const {load} = require('./b'), b = require('./b');\nload();\nb.load();",
            {"w/b.js": "exports.load = function() {\n};"},
            {"load": "w/b.js:load", "b.load": "w/b.js:load"},
            id="javascript",
        ),
        pytest.param(
            "w/a.tsx",
            "import Cart from './Cart';\nconst x = <Cart/>;",
            {"w/Cart.tsx": "export default function Cart() {}"},
            {"Cart": "w/Cart.tsx:Cart"},
            id="tsx",
        ),
        pytest.param(
            "c/a.go",
            'package c\nimport "x/shop/tax"\n'
            "func f() {\n load()\n tax.Of(1)\n tax.Rate{}\n Cart{}\n}",
            {
                "c/b.go": "package c\nfunc load() {}\ntype Cart struct {}",
                "shop/tax/t.go": "package tax\nfunc Of() {}\ntype Rate struct {}",
            },
            {
                "load": "c/b.go:load",
                "Cart": "c/b.go:Cart",
                "tax.Of": "shop/tax/t.go:Of",
                "tax.Rate": "shop/tax/t.go:Rate",
            },
            id="go",
        ),
        pytest.param(
            "s/p/A.java",
            "package p;\nimport q.Cart;\nimport static q.Tax.rate;\n"
            "class A { void f() { new Cart(); Cart.of(); rate(); "
            "new B(); B.g(); h(); } void h() {} }",
            {
                "s/q/Cart.java": "class Cart { static int of() {} }",
                "s/q/Tax.java": "class Tax { static int rate() {} }",
                "s/p/B.java": "class B { static int g() {} }",
            },
            {
                "Cart": "s/q/Cart.java:Cart",
                "Cart.of": "s/q/Cart.java:Cart.of",
                "rate": "s/q/Tax.java:Tax.rate",
                "B": "s/p/B.java:B",
                "B.g": "s/p/B.java:B.g",
                "h": "s/p/A.java:A.h",
            },
            id="java",
        ),
        pytest.param(
            "l/a.rb",
            "require_relative 'b'\nload_cart 1\nCart.new(1)\nCart.sum",
            {"l/b.rb": "class Cart\n  def self.sum\n  end\nend\ndef load_cart(x)\nend\n"},
            {"load_cart": "l/b.rb:load_cart", "Cart": "l/b.rb:Cart", "Cart.sum": "l/b.rb:Cart.sum"},
            id="ruby",
        ),
        pytest.param(
            "a.rs",
            "fn f() { load(); Cart::of(); x.total(); }",
            {"b.rs": "fn load() {}\nimpl Cart { fn of() {} fn total() {} }"},
            {"load": "b.rs:load", "Cart.of": "b.rs:Cart.of", "x.total": "b.rs:Cart.total"},
            id="rust: the only one",
        ),
        pytest.param(
            "a.c",
            "void f() { load(); two(); }",
            {
                "b.c": "void load() {}\nvoid two() {}",
                "c.c": "void two() {}",
                "d.py": "def load(): 0",
            },
            {"load": "b.c:load"},
            id="c: one of two",
        ),
        pytest.param(
            "a.php",
            "<?php\nload(); Cart::of(); $x->total();",
            {
                "b.php": "<?php\nfunction load() {}\nclass Cart {"
                " function of() {} function total() {} }"
            },
            {"load": "b.php:load", "Cart.of": "b.php:Cart.of", "x.total": "b.php:Cart.total"},
            id="php",
        ),
        pytest.param(
            "a.sh",
            "load 1\nls -l",
            {"b.sh": "load() {\n x\n}\n"},
            {"load": "b.sh:load"},
            id="shell",
        ),
        pytest.param(
            "a.kt",
            "fun f() { load(); Cart() }",
            {"b.kt": "fun load() {}\nclass Cart {}"},
            {"load": "b.kt:load", "Cart": "b.kt:Cart"},
            id="kotlin",
        ),
    ],
)
def test_a_call_is_followed_to_where_the_text_says(
    path: str, text: str, others: dict[str, str], told: dict[str, str]
) -> None:
    assert found(path, text, others, tuple(others)) == told


def asked(path: str, text: str) -> list[tuple[str, ...]]:
    here = survey_change(written(path, text), text, ())
    assert here is not None
    return [place for call in here.called for place, _ in places(call, here)]


@pytest.mark.parametrize(
    ("path", "text", "places_"),
    [
        pytest.param(
            "p/a.py",
            "from p.b import load\nload()",
            [("p/b.py", "p/b/__init__.py")],
            id="a function",
        ),
        pytest.param(
            "p/a.py", "from p import b\nb.load()", [("p/b.py", "p/b/__init__.py")], id="a module"
        ),
        pytest.param(
            "p/a.py", "from p import Cart\nCart.of()", [("p.py", "p/__init__.py")], id="a class"
        ),
        pytest.param(
            "p/a.py", "from .b import *\nload()", [("p/b.py", "p/b/__init__.py")], id="everything"
        ),
        pytest.param("p/a.py", "import os\nos.stat(1)\nself.x()\nx.y()", [], id="nowhere"),
        pytest.param(
            "s/p/A.java",
            "package p;\nclass A { void f() { new B(); g(); } }",
            [("s/p/B.java",)],
            id="next door",
        ),
        pytest.param("a.c", "void f() { load(); }", [], id="not told by imports"),
    ],
)
def test_what_is_missing_may_be_in_the_files_the_text_names(
    path: str, text: str, places_: list[tuple[str, ...]]
) -> None:
    assert asked(path, text) == places_


def test_what_the_excerpt_shows_is_known() -> None:
    text = "def near():\n    return 1\n\n\n" + "x = 1\n" * 20 + "\n\ndef far():\n    return 2\n"
    hunk = Hunk(1, 2, 1, 3, "", (" def near():", "+    far()", "     return 1"))
    file = FileDiff("a.py", FileStatus.MODIFIED, FileKind.SOURCE, (hunk,))
    here = survey_change(file, text.replace("    return 1", "    far()\n    return 1"), ())
    assert here is not None
    [near], [far] = here.named("near"), here.named("far")
    assert (here.shows(near), here.shows(far)) == (True, False)
    assert here.called == (Called("", "far", 1),)


def test_of_one_name_defined_over_and_over_few_are_told_apart() -> None:
    text = "def f(): 0\n" * 5_000
    here = survey("a.py", text)
    assert here is not None
    assert len(here.named("f")) == 20


def test_imports_of_everything_are_followed_so_far() -> None:
    text = "".join(f"from .m{n} import *\n" for n in range(900)) + "f()\n"
    assert len(asked("p/a.py", text)) == 50
