"""Nothing read is read again, nothing new is missed, nothing found is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.finding import Finding, SetAside, Stance, Suggestion, Trial, Vote
from bot.domain.memory import Seen
from bot.domain.patch import FileDiff, FileKind, FileStatus, Hunk, Patch
from bot.domain.plan import Change, HeadText
from bot.domain.pull import RepoPolicy
from bot.reviewing.keys import Catalogue, Share, Terms, catalogue
from bot.reviewing.recall import GONE, OUT_OF_SIGHT, Recalled, lessons, split, with_votes
from tests.examples import examples
from tests.reviewing.making import assignment, finding, reviewer

TERMS = Terms("", RepoPolicy())
HEAD = "0123456789abcdef"
BASE = [f"x{n}()" for n in range(1, 61)]


def change(**edits: dict[int, str]) -> Change:
    """Files of 60 rows each, "a_py" for a.py; the rows that are named are replaced.

    Edits more than six rows apart have hunks of their own.
    """
    files, texts = [], []
    for name, rows in edits.items():
        path = name.replace("_", ".")
        head = [rows.get(n, row) for n, row in enumerate(BASE, 1)]
        files.append(FileDiff(path, FileStatus.MODIFIED, FileKind.SOURCE, hunks(rows)))
        texts.append(HeadText(path, "\n".join(head) + "\n"))
    return Change(Patch(tuple(files)), tuple(texts))


def hunks(rows: dict[int, str]) -> tuple[Hunk, ...]:
    groups: list[list[int]] = []
    for n in sorted(rows):
        if groups and n - groups[-1][-1] <= 7:
            groups[-1].append(n)
        else:
            groups.append([n])
    made = []
    for group in groups:
        start, end = max(1, group[0] - 3), min(len(BASE), group[-1] + 3)
        body: list[str] = []
        for n in range(start, end + 1):
            old = BASE[n - 1]
            body += ["-" + old, "+" + rows[n]] if n in rows else [" " + old]
        count = end - start + 1
        made.append(Hunk(start, count, start, count, "", tuple(body)))
    return tuple(made)


def shares(found: Change, *names: str, paths: Sequence[str] = ()) -> tuple[Share, ...]:
    every = tuple(paths) or tuple(file.path for file in found.patch.files)
    return tuple(Share(reviewer(name), every) for name in names or ("security",))


def recalled(found: Change, seen: Sequence[Seen] = (), *names: str) -> Recalled:
    return split(found, listed(found, *names), seen)


def listed(found: Change, *names: str) -> Catalogue:
    return catalogue(found, shares(found, *names), TERMS)


def on(line: int, path: str = "a.py", quote: str = "new()", **more: object) -> Finding:
    values = {"path": path, "line": line, "end_line": line, "quote": quote, "title": f"at {line}"}
    return finding(**(values | more))


def read(
    found: Change, *kept: Finding, seen: Sequence[Seen] = (), name: str = "security", **more: object
) -> tuple[Seen, ...]:
    """What `name` learns when it reads all that is fresh and finds `kept`."""
    before = recalled(found, seen, name)
    who = assignment(name, paths=before.fresh[name])
    return lessons(before, who, kept, HEAD, **more)  # type: ignore[arg-type]


def test_nothing_known_is_all_fresh() -> None:
    found = change(a_py={10: "new()"}, b_py={20: "new()"})
    first = recalled(found)
    assert first.change == found
    assert first.fresh == {"security": ("a.py", "b.py")}
    assert first.reused == {"security": ()}
    assert (first.carried, first.gone, first.reused_lines, first.formatted) == ((), (), 0, {})


def test_what_was_read_is_not_read_again() -> None:
    found = change(a_py={10: "new()"}, b_py={20: "new()"})
    again = recalled(found, read(found, on(10)))
    assert again.change is None
    assert again.fresh == {"security": ()}
    assert again.reused == {"security": ("a.py", "b.py")}
    assert again.reused_lines == 4
    assert again.carried == (replace(on(10), since="0123456"),)


def test_only_the_hunk_that_changed_is_shown() -> None:
    seen = read(change(a_py={10: "new()", 40: "new()"}, b_py={5: "new()"}), on(10), on(40))
    later = change(a_py={10: "new()", 40: "other()"}, b_py={5: "new()"})
    again = recalled(later, seen)
    assert again.change is not None
    [file] = again.change.patch.files
    assert file.hunks == later.patch.files[0].hunks[1:]
    assert again.change.texts == later.texts
    assert again.fresh == {"security": ("a.py",)}
    assert again.reused == {"security": ("b.py",)}
    assert again.reused_lines == 4
    assert [each.line for each in again.carried] == [10]


def test_a_known_block_is_shown_with_the_new_one_in_its_hunk() -> None:
    seen = read(change(a_py={10: "new()"}), on(10))
    again = recalled(change(a_py={10: "new()", 13: "new()"}), seen)
    assert again.change is not None
    assert len(again.change.patch.files[0].hunks[0].body) == 12
    assert again.reused_lines == 0
    assert [each.line for each in again.carried] == [10]


def test_what_one_reviewer_knows_another_may_not() -> None:
    found = change(a_py={10: "new()"}, b_py={20: "new()"})
    seen = read(found)
    both = recalled(found, seen, "security", "quality")
    assert both.change == found
    assert both.fresh == {"security": (), "quality": ("a.py", "b.py")}
    assert both.reused_lines == 0


def test_a_better_reading_will_do_and_a_worse_one_will_not() -> None:
    found = change(a_py={10: "new()"})
    terms = replace(TERMS, best=2)

    def at(rank: int, seen: Sequence[Seen] = ()) -> Recalled:
        return split(found, catalogue(found, (Share(reviewer(), ("a.py",), rank),), terms), seen)

    seen = lessons(at(1), assignment(paths=("a.py",)), (), HEAD)
    assert [at(rank, seen).change is None for rank in (0, 1, 2)] == [True, True, False]


def test_what_several_readings_of_one_block_found_stands_whichever_would_do_now() -> None:
    found = change(a_py={10: "new()"})
    terms = replace(TERMS, best=2)

    def at(rank: int, seen: Sequence[Seen] = ()) -> Recalled:
        return split(found, catalogue(found, (Share(reviewer(), ("a.py",), rank),), terms), seen)

    def titles(one: Recalled) -> list[str]:
        return [each.title for each in one.carried]

    who = assignment(paths=("a.py",))
    first = lessons(at(0), who, (on(10, title="by the lesser"),), HEAD)
    better = at(2, first)
    assert better.change is not None
    assert titles(better) == ["by the lesser"]
    second = lessons(better, who, (on(11, title="and more", quote="x11()"),), HEAD)
    later = at(0, (*first, *second))
    assert later.change is None
    assert titles(later) == ["by the lesser", "and more"]


def test_what_a_reviewer_found_in_a_file_it_does_not_read_now_stands() -> None:
    found = change(a_py={10: "new()"}, b_py={20: "new()"})
    seen = read(found, on(10))
    share = Share(reviewer(), ("b.py",), beside=("a.py",))
    again = split(found, catalogue(found, (share,), TERMS), seen)
    assert [each.title for each in again.carried] == ["at 10"]
    assert again.reused == {"security": ("b.py",)}


def test_who_found_something_in_a_block_that_was_edited_reads_it_again() -> None:
    before, later = change(a_py={10: "new()"}), change(a_py={10: "other()"}, b_py={20: "new()"})
    claim = on(10, since="0123456")
    idle = Share(reviewer(), (), beside=("a.py", "b.py"))
    seen = read(before, on(10))
    again = split(later, catalogue(later, (idle,), TERMS), seen, (claim,))
    assert again.open == (claim,)
    assert again.woken == again.fresh == {"security": ("a.py",)}
    assert again.change is not None
    assert [file.path for file in again.change.patch.files] == ["a.py"]
    answered = lessons(again, assignment(paths=("a.py",)), (), HEAD)
    after = split(later, catalogue(later, (idle,), TERMS), (*seen, *answered), (claim,))
    assert (after.open, after.fresh, after.carried) == ((), {}, ())


def test_votes_on_what_is_carried_are_remembered_at_each_of_its_places() -> None:
    found = change(a_py={10: "new()", 40: "new()"}, b_py={20: "new()"})
    main = on(10, body="The longer one.")
    other = on(20, path="b.py", within=main.fingerprint)
    first = recalled(found, read(found, main, on(40), other))
    [told, alone] = first.carried
    assert (told.line, "Also at `b.py:20`" in told.body) == (10, True)
    vote = Vote("v", Stance.REFUTE, "no")
    voted = replace(told, votes=(vote,), doubt="reviewers disagree")
    now, seen = with_votes(first, [voted], HEAD)
    assert [each.key for each in seen] == [
        each.unit.keys[0] for each in now.units if each.unit.block.new[0] in (10, 20)
    ]
    [again, same] = recalled(found, (*read(found, on(40)), *seen)).carried
    assert (again.votes, again.doubt) == ((vote,), "reviewers disagree")
    assert (again.fingerprint, again.body) == (told.fingerprint, told.body)
    assert same == alone


def test_only_formatted_lines_are_read_by_nobody() -> None:
    found = change(a_py={10: "x10( )", 40: "new()"})
    first = recalled(found)
    assert first.change is not None
    assert len(first.change.patch.files[0].hunks) == 1
    assert (first.reused_lines, first.formatted) == (0, {"a.py": 2})
    assert recalled(change(a_py={10: "x10( )"})).change is None


def test_files_that_are_in_no_share_drop_out() -> None:
    found = change(a_py={10: "new()"}, b_py={20: "new()"})
    what = catalogue(found, shares(found, paths=["b.py"]), TERMS)
    parted = split(found, what, ())
    assert parted.change is not None
    assert [file.path for file in parted.change.patch.files] == ["b.py"]


def test_a_finding_moves_with_its_block() -> None:
    found = change(a_py={10: "new()"})
    seen = read(found, on(10, end_line=11, suggestion=Suggestion("x")), on(11, quote="x11()"))
    [file], [text] = found.patch.files, found.texts
    hunk = replace(file.hunks[0], old_start=107, new_start=127)
    moved = replace(
        found,
        patch=Patch((replace(file, hunks=(hunk,)),)),
        texts=(HeadText("a.py", "y()\n" * 120 + text.text),),
    )
    again = recalled(moved, seen)
    assert [(each.line, each.end_line) for each in again.carried] == [(130, 131), (131, 131)]
    assert [each.suggestion for each in again.carried] == [None, None]


def test_a_finding_whose_code_is_gone_is_set_aside() -> None:
    seen = read(change(a_py={10: "new()"}), on(30, quote="x30()"), on(10))
    later = change(a_py={10: "new()", 30: "other()"})
    again = recalled(later, seen)
    known = replace(on(30, quote="x30()"), since=HEAD[:7])
    assert again.gone == (SetAside(known, GONE),)
    assert [each.line for each in again.carried] == [10]


def test_without_the_text_nobody_says_that_code_is_gone() -> None:
    bare = replace(change(a_py={10: "new()"}), texts=())
    again = recalled(bare, read(bare, on(30, quote="x30()"), on(10)))
    assert [each.why for each in again.gone] == [OUT_OF_SIGHT]
    assert [each.line for each in again.carried] == [10]


def test_a_finding_keeps_the_commit_it_was_first_found_at() -> None:
    found = change(a_py={10: "new()"})
    seen = read(found, on(10, since="fedcba9"))
    assert [each.since for each in recalled(found, seen).carried] == ["fedcba9"]


@pytest.mark.parametrize(
    ("line", "end", "home"),
    [
        pytest.param(10, 10, 10, id="on a block"),
        pytest.param(9, 12, 10, id="over one"),
        pytest.param(8, 42, 10, id="over two: the first"),
        pytest.param(2, 2, 10, id="above all"),
        pytest.param(24, 24, 10, id="between, nearer to the first"),
        pytest.param(26, 26, 40, id="between, nearer to the second"),
        pytest.param(60, 60, 40, id="below all"),
    ],
)
def test_every_finding_has_one_home(line: int, end: int, home: int) -> None:
    found = change(a_py={10: "new()", 40: "new()"})
    claim = on(line, end_line=end)
    seen = read(found, claim)
    assert [(each.line, each.findings) for each in seen if each.findings] == [(home, (claim,))]
    assert len(seen) == 2


def test_what_could_not_be_checked_is_read_again() -> None:
    found = change(a_py={10: "new()", 40: "new()"})
    seen = read(found, on(10, trial=Trial.UNCHECKED), on(10, title="stood"), on(40))
    assert [each.line for each in seen] == [40]
    again = recalled(found, seen)
    assert again.change is not None
    assert again.change.patch.files[0].hunks == found.patch.files[0].hunks[:1]


def test_what_was_over_the_limit_is_read_again() -> None:
    found = change(a_py={10: "new()", 40: "new()"})
    assert [each.line for each in read(found, on(10), unsettled=(on(40),))] == [10]


def test_what_is_found_anew_in_a_known_block_joins_what_was() -> None:
    seen = read(change(a_py={10: "new()"}), on(10))
    later = change(a_py={10: "new()", 13: "new()"})
    more = read(later, on(11, title="also"), on(10), on(13), seen=seen)
    assert [each.line for each in more] == [10, 13]
    again = recalled(later, (*seen, *more))
    titles = ["also", "at 10", "at 13"]
    assert sorted(each.title for each in recalled(later, more).carried) == titles
    assert again.change is None


def test_what_cannot_be_checked_in_a_known_block_has_the_new_one_read_again() -> None:
    seen = read(change(a_py={10: "new()"}), on(10))
    later = change(a_py={10: "new()", 13: "new()"})
    more = read(later, on(10, title="also", trial=Trial.UNCHECKED), seen=seen)
    assert more == ()


def test_a_reviewer_learns_of_its_own_files_alone() -> None:
    found = change(a_py={10: "new()"}, b_py={10: "new()"})
    first = recalled(found, (), "security", "quality")
    seen = lessons(first, assignment(paths=("b.py",)), (), HEAD)
    again = recalled(found, seen, "security", "quality")
    assert again.fresh == {"security": ("a.py",), "quality": ("a.py", "b.py")}


LINES = st.dictionaries(st.integers(1, 60), st.sampled_from(["new()", "a = b", "x1()", "x2 ()"]))
FILES = st.fixed_dictionaries({"a_py": LINES, "b_py": LINES, "c_txt": LINES})
PLACES = st.lists(st.tuples(st.sampled_from(["a.py", "b.py", "c.txt"]), st.integers(1, 60)))
NAMES = ("security", "quality")


@examples(80)
@given(edits=FILES, data=st.data())
def test_known_and_fresh_are_all_there_is(
    edits: dict[str, dict[int, str]], data: st.DataObject
) -> None:
    found = change(**edits)
    what = listed(found, *NAMES)
    known = data.draw(st.sets(st.sampled_from(what.units))) if what.units else set()
    seen = [Seen(each.keys[0], each.reviewer, HEAD, (), each.block.new[0]) for each in known]
    parted = split(found, what, seen)
    assert [each.unit for each in parted.units] == list(what.units)
    assert {each.unit for each in parted.units if each.seen} == known
    shown = parted.change.patch if parted.change else Patch()
    lines = sum(file.changed_lines or 0 for file in shown.files)
    every = sum(file.changed_lines or 0 for file in found.patch.files)
    assert lines + parted.reused_lines + sum(parted.formatted.values()) == every
    for each in parted.units:
        file, before = shown.file(each.unit.path), found.patch.file(each.unit.path)
        assert before is not None
        visible = file is not None and before.hunks[each.unit.block.hunk] in file.hunks
        assert visible or each.seen
        assert (each.unit.path in parted.fresh[each.unit.reviewer]) or each.seen
    for name in NAMES:
        assert {*parted.fresh[name], *parted.reused[name]} == {"a.py", "b.py", "c.txt"}


@examples(80)
@given(edits=FILES, places=PLACES)
def test_a_change_that_was_read_has_nothing_fresh_and_just_what_was_found(
    edits: dict[str, dict[int, str]], places: list[tuple[str, int]]
) -> None:
    found = change(**edits)
    first = recalled(found)
    kept = [
        on(line, path, quote=(found.text_of(path) or "").split("\n")[line - 1], title=f"no {nth}")
        for nth, (path, line) in enumerate(places)
        if path in first.fresh["security"]
    ]
    seen = lessons(first, assignment(paths=first.fresh["security"]), kept, HEAD)
    held = [claim for each in seen for claim in each.findings]
    assert sorted(map(repr, held)) == sorted(map(repr, kept))
    again = recalled(found, seen)
    assert again.change is None
    assert again.gone == ()
    assert {replace(each, since="") for each in again.carried} == set(kept)
    assert len(again.carried) == len(kept)


@examples(40)
@given(edits=FILES, more=st.dictionaries(st.integers(1, 60), st.just("later()"), min_size=1))
def test_a_later_push_shows_whatever_it_changed(
    edits: dict[str, dict[int, str]], more: dict[int, str]
) -> None:
    first = change(**edits)
    seen = lessons(recalled(first), assignment(paths=recalled(first).fresh["security"]), (), HEAD)
    later = change(**(edits | {"a_py": edits["a_py"] | more}))
    again = recalled(later, seen)
    assert again.change is not None
    file = again.change.patch.file("a.py")
    assert file is not None
    assert {*more} <= file.added()
    assert [each.path for each in again.change.patch.files] == ["a.py"]
