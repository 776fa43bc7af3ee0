from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.finding import Category
from bot.domain.patch import FileKind, Patch
from bot.planning.rules import NAMES
from bot.planning.signals import signals
from tests.examples import examples
from tests.planning.changes import evidence, file


@pytest.mark.parametrize(
    ("path", "row", "name"),
    [
        pytest.param("src/login.py", "+x = 1", "authentication", id="path"),
        pytest.param("a.py", "-    check_password(user)", "authentication", id="removed line"),
        pytest.param("a.py", "+if user.is_admin:", "authorization", id="authorization"),
        pytest.param("a.py", "+response.set_cookie('id', x)", "session", id="session"),
        pytest.param("a.py", "+digest = hashlib.md5(x)", "crypto", id="crypto"),
        pytest.param("a.py", "+API_KEY = load()", "secrets", id="secrets"),
        pytest.param("a.py", "+db.execute(f'select * from t where a={b}')", "sql", id="sql"),
        pytest.param("a.py", "+subprocess.run(cmd, shell=True)", "process", id="process"),
        pytest.param("a.py", "+pickle.loads(blob)", "deserialise", id="deserialise"),
        pytest.param("a.js", "+path.join(root, req.query.name)", "path", id="file path"),
        pytest.param("a.js", "+res.redirect(next)", "redirect", id="redirect"),
        pytest.param("a.js", "+el.innerHTML = name", "html", id="html"),
        pytest.param("a.py", "+requests.get(url, verify=False)", "network", id="network"),
        pytest.param("a.c", "+  memcpy(to, from, n);", "memory", id="memory"),
        pytest.param(".github/workflows/ci.yml", "+  - run: make", "workflow", id="workflow"),
        pytest.param("web/package.json", '+  "left-pad": "1.0.0"', "dependencies", id="manifest"),
        pytest.param("a.py", "+Order.objects.all()", "query", id="query"),
        pytest.param("a.py", "+@lru_cache", "cache", id="cache"),
        pytest.param("a.go", "+var mu sync.Mutex", "locks", id="locks"),
        pytest.param("a.py", "+pool = ConnectionPool(5)", "pools", id="pools"),
        pytest.param("db/1.sql", "+create index on t (a)", "index", id="index"),
        pytest.param("a.py", "+re.compile('(a+)+')", "regex", id="regex"),
        pytest.param("a.py", "+pandas.read_csv(path)", "big-data", id="big data"),
        pytest.param("a.rs", "-// skip this costly step", "cost", id="talk of speed"),
        pytest.param("a.c", "+while (child->next)", "cost", id="a walk along a list"),
        pytest.param("a.py", "+except ValueError:", "error-handling", id="error handling"),
        pytest.param("a.ts", "+export function pay() {", "public-api", id="public api"),
    ],
)
def test_a_word_gives_its_signal_with_the_path(path: str, row: str, name: str) -> None:
    found = {each.name: each for each in signals(Patch((file(path, FileKind.SOURCE, row),)))}
    assert name in found
    assert found[name].because.startswith(f"{path} ")
    assert found[name].path == path


def test_ordinary_code_gives_no_signal() -> None:
    rows = ("+total = price * count", "-total = price", " print(total)")
    assert signals(Patch((file("src/cart.py", FileKind.SOURCE, *rows),))) == ()


@pytest.mark.parametrize("kind", [FileKind.DOCS, FileKind.TEST, FileKind.VENDORED])
def test_documents_tests_and_vendored_code_give_none_of_their_own(kind: FileKind) -> None:
    assert signals(Patch((file("login.x", kind, "+password = 1"),))) == ()


def test_context_lines_give_no_signal() -> None:
    rows = (" check_password(user)", "+total = 1")
    assert signals(Patch((file("a.py", FileKind.SOURCE, *rows),))) == ()


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        pytest.param(("+for a in b:", "+    db.get(a)"), True, id="new loop"),
        pytest.param((" for a in b:", "+    await load(a)"), True, id="new wait in an old loop"),
        pytest.param(("+for a in b:", "     load.execute(a)"), True, id="old wait, new loop"),
        pytest.param(("+for a in b:", "+    c += a", "+await load(c)"), False, id="behind it"),
        pytest.param((" for a in b:", "     await load(a)", "+c = 1"), False, id="untouched"),
        pytest.param(("-for a in b:", "-    await load(a)"), False, id="removed"),
    ],
)
def test_waiting_inside_a_loop_is_seen_by_its_shape(rows: tuple[str, ...], found: bool) -> None:
    names = {each.name for each in signals(Patch((file("a.py", FileKind.SOURCE, *rows),)))}
    assert ("loop-io" in names) is found


def test_what_an_analyser_reports_is_a_signal_of_its_category() -> None:
    two = (evidence("t.py"), evidence("t.py"), evidence("u.py", Category.PERFORMANCE))
    found = signals(Patch((file("t.py", FileKind.TEST),)), two)
    assert [each.name for each in found] == ["security-evidence", "performance-evidence"]
    assert found[0].because == "ruff reports S608 in t.py"


def test_no_name_is_given_twice() -> None:
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize(
    "line", ["select " * 20_000, "a" * 100_000, "update " * 20_000, "{{ " * 40_000, "_" * 100_000]
)
def test_no_line_takes_long(line: str) -> None:
    began = time.process_time()
    signals(Patch((file("a.py", FileKind.SOURCE, *(["+" + line] * 20)),)))
    assert time.process_time() - began < 2


@examples(50)
@given(st.lists(st.text(max_size=60).map(lambda text: "+" + text.replace("\n", " ")), min_size=1))
def test_any_text_is_taken_and_a_name_comes_once_for_a_file(rows: list[str]) -> None:
    found = [each.name for each in signals(Patch((file("a.py", FileKind.SOURCE, *rows),)))]
    assert len(found) == len(set(found))
    assert set(found) <= set(NAMES)
