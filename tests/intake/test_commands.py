"""What is a command in a comment, and what is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.domain.command import Command, Unclear, Verb
from bot.intake.commands import LONGEST_COMMENT, LONGEST_LINE, MOST_COMMANDS, added, nearest, read
from bot.intake.grammar import GRAMMAR, WORDS, help_text, table
from bot.settings import load_reviewers

SLUG = "acme-review"
TOKEN = "ghp_" + "a1B2c3" * 6
FULL = Command(Verb.FULL)
ID = "a1b2c3d4e5f60718"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param("/ai-review", Command(Verb.REVIEW), id="bare"),
        pytest.param("/ai-review review", Command(Verb.REVIEW), id="spelled out"),
        pytest.param("   /AI-Review FULL", FULL, id="case and three blanks"),
        pytest.param("Hello.\n/ai-review full\nBye.", FULL, id="within a paragraph"),
        pytest.param("Hello.\r\n\r\n/ai-review full\r\n", FULL, id="line ends as browsers send"),
        pytest.param("- done\n- done too\n/ai-review full", FULL, id="right behind a list"),
        pytest.param("1. /ai-review full", FULL, id="in a list"),
        pytest.param("a\n\t\n\n/ai-review full", FULL, id="below a blank line with a tab"),
        pytest.param("/ai-review full!", FULL, id="said with feeling"),
        pytest.param("/ai-review, full", FULL, id="comma"),
        pytest.param("/ai-review `full`", FULL, id="the word as code"),
        pytest.param("/ai-review\tfull", FULL, id="tab"),
        pytest.param("*fine*\\\n/ai-review full", FULL, id="hard break"),
        pytest.param("/ai-review full <!-- or not -->", FULL, id="HTML behind it is not read"),
        pytest.param(f"@{SLUG} full", FULL, id="mention"),
        pytest.param(f"@{SLUG}[bot]: full", FULL, id="mention of the bot"),
        pytest.param(
            "/ai-review Security, performance security",
            Command(Verb.REVIEW, ("security", "performance")),
            id="reviewers",
        ),
        pytest.param(
            "/ai-review review tester", Command(Verb.REVIEW, ("tester",)), id="review by one"
        ),
        pytest.param("/ai-review plan", Command(Verb.PLAN), id="plan"),
        pytest.param("/ai-review quote", Command(Verb.PLAN), id="quote is plan"),
        pytest.param(
            f"/ai-review explain {ID} why?", Command(Verb.EXPLAIN, (ID,), "why?"), id="explain"
        ),
        pytest.param(
            "/ai-review explain src/__init__.py:3",
            Command(Verb.EXPLAIN, ("src/__init__.py:3",)),
            id="emphasis marks belong to a path",
        ),
        pytest.param("/ai-review explain", Command(Verb.EXPLAIN), id="explain the thread's"),
        pytest.param(
            "/ai-review ignore A1B2C3, `src/a.py:3` that is *fine*",
            Command(Verb.IGNORE, ("a1b2c3", "src/a.py:3"), "that is *fine*"),
            id="ignore two",
        ),
        pytest.param(
            "/ai-review ignore facade http://example.test:80 is slow",
            Command(Verb.IGNORE, (), "facade http://example.test:80 is slow"),
            id="words are no findings",
        ),
        pytest.param(f"/ai-review unignore {ID}", Command(Verb.UNIGNORE, (ID,)), id="unignore"),
        pytest.param(
            "/ai-review unignore Performance",
            Command(Verb.UNIGNORE, ("performance",)),
            id="unignore a category",
        ),
        pytest.param("/ai-review fix a1b2c3", Command(Verb.FIX, ("a1b2c3",)), id="fix"),
        pytest.param("/ai-review tests src/a.py", Command(Verb.TESTS, (), "src/a.py"), id="tests"),
        pytest.param(
            "/ai-review implement a --dry-run of it",
            Command(Verb.IMPLEMENT, (), "a --dry-run of it"),
            id="implement",
        ),
        pytest.param("/ai-review pause", Command(Verb.PAUSE), id="pause"),
        pytest.param("/ai-review resume", Command(Verb.RESUME), id="resume"),
        pytest.param("/ai-review cancel", Command(Verb.CANCEL), id="cancel"),
        pytest.param("/ai-review status", Command(Verb.STATUS), id="status"),
        pytest.param("/ai-review help", Command(Verb.HELP), id="help"),
    ],
)
def test_a_command(body: str, said: Command) -> None:
    assert read(body, SLUG) == (said,)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("```\n/ai-review\n```", id="fence"),
        pytest.param("~~~sh\n/ai-review\n", id="fence nobody closed"),
        pytest.param("Try:\n\n    /ai-review\n", id="indented code"),
        pytest.param("Try:\n    /ai-review\n", id="four blanks in a paragraph"),
        pytest.param("Try:\n\t/ai-review\n", id="a tab in a paragraph"),
        pytest.param("`a\n/ai-review\nb`", id="inline code over lines"),
        pytest.param("`/ai-review`", id="inline code"),
        pytest.param("> /ai-review", id="quote"),
        pytest.param("> they said\n/ai-review", id="a quote's lazy line"),
        pytest.param("- > they said\n  > /ai-review", id="quote in a list"),
        pytest.param("> 1. said\n>    /ai-review", id="list in a quote"),
        pytest.param("<!-- \n/ai-review\n-->", id="HTML comment"),
        pytest.param("so <!--\n/ai-review\n--> it is", id="HTML comment in a paragraph"),
        pytest.param("<!--\n\n/ai-review", id="HTML comment nobody closed"),
        pytest.param("<pre>\n/ai-review\n</pre>", id="HTML block"),
        pytest.param("<details>\n/ai-review\n</details>", id="details"),
        pytest.param("<b>/ai-review</b>", id="behind a tag"),
        pytest.param("a <b title='\n/ai-review\n'>b</b>", id="in a tag"),
        pytest.param("[/ai-review](https://example.test)", id="link text"),
        pytest.param("[a\n/ai-review\nb](https://example.test)", id="link text over lines"),
        pytest.param("[a](\n/ai-review\n)", id="link address"),
        pytest.param("[a](b '\n/ai-review\n')", id="link title"),
        pytest.param("[a]:\n/ai-review", id="link reference"),
        pytest.param("![a\n/ai-review\nb](c.png)", id="image text"),
        pytest.param("# /ai-review", id="heading"),
        pytest.param("/ai-review\n===", id="underlined heading"),
        pytest.param("| a |\n| - |\n| /ai-review |", id="table"),
        pytest.param("| a |\n| - |\n/ai-review", id="a table's last row"),
        pytest.param("\\/ai-review", id="escaped"),
        pytest.param("&#47;ai-review", id="entity"),
        pytest.param("**/ai-review**", id="bold"),
        pytest.param("please /ai-review", id="within a line"),
        pytest.param("/ai-reviewer", id="longer word"),
        pytest.param("/ai-review-full", id="longer word with a hyphen"),
        pytest.param("/ai-review/full", id="path"),
        pytest.param("/ai-review.", id="end of a sentence"),
        pytest.param("/ai-review\u200b full", id="zero-width blank"),
        pytest.param("/aireview", id="another's"),
        pytest.param("@someone full", id="mention of another"),
        pytest.param(f"@{SLUG}s full", id="mention of one alike"),
        pytest.param("", id="nothing"),
        pytest.param("/ai-review\n" + "a" * LONGEST_COMMENT, id="longer than GitHub takes"),
    ],
)
def test_no_command(body: str) -> None:
    assert read(body, SLUG) == ()
    assert read(f"{body}\n\n/ai-review full", SLUG) in ((), (FULL,))


def test_a_mention_counts_only_where_the_apps_name_is_known() -> None:
    assert read(f"@{SLUG} full") == ()


@pytest.mark.parametrize(
    ("line", "why", "near"),
    [
        pytest.param("plna", "no command", "plan", id="swapped letters"),
        pytest.param("test", "no command", "tests", id="another form"),
        pytest.param("--model=x", "neither a command nor", "", id="option"),
        pytest.param("security budget_usd=9", "neither a command nor", "", id="a setting"),
        pytest.param("why is this?", "neither a command nor", "", id="question"),
        pytest.param("full security", "stands alone", "full", id="more than it takes"),
        pytest.param("explain a1b2c3 b1b2c3", "one finding", "explain", id="two to explain"),
        pytest.param("unignore everything", "takes findings", "unignore", id="no findings"),
        pytest.param("fix it", "takes findings", "fix", id="no finding"),
        pytest.param("tests a b", "one path", "tests", id="two paths"),
        pytest.param("implement", "needs words", "implement", id="nothing to implement"),
        pytest.param(
            "review " + " ".join(f"r{n}" for n in range(11)), "at most 10", "", id="names"
        ),
        pytest.param(
            "ignore " + " ".join(f"a.py:{n}" for n in range(1, 12)), "at most 10", "", id="11"
        ),
        pytest.param("implement " + "a" * LONGEST_LINE, "2000 characters", "", id="long line"),
    ],
)
def test_an_unclear_line_says_what_is_wrong_and_what_may_be_meant(
    line: str, why: str, near: str
) -> None:
    [said] = read(f"/ai-review {line}")
    assert isinstance(said, Unclear)
    assert why in said.why
    assert said.why.endswith(".")
    assert (said.said, said.nearest) == (line[:60], near)


def test_reviewers_that_are_known_are_names_and_near() -> None:
    assert read("/ai-review test", reviewers=("test",)) == (Command(Verb.REVIEW, ("test",)),)
    assert nearest("Securty", ("security",)) == "security"
    assert nearest("xyz", ("security",)) == ""


def test_no_reviewer_of_ours_is_taken_for_a_misspelt_command() -> None:
    for each in load_reviewers():
        assert read(f"/ai-review {each.name}") == (Command(Verb.REVIEW, (each.name,)),)


def test_commands_keep_their_order_and_each_counts_once() -> None:
    body = "/ai-review pause\n\n/ai-review full\n/AI-REVIEW Pause\n- /ai-review help"
    assert read(body) == (Command(Verb.PAUSE), FULL, Command(Verb.HELP))


def test_what_is_beyond_five_is_told() -> None:
    said = read("\n".join(f"/ai-review tests f{n}" for n in range(8)))
    assert len(said) == MOST_COMMANDS + 1
    assert said[:5] == tuple(Command(Verb.TESTS, (), f"f{n}") for n in range(5))
    assert said[5] == Unclear(
        "",
        "A comment may give 5 commands and this one gives 8: write the last 3 in another comment.",
    )
    [*_, last] = read("\n".join(f"/ai-review tests f{n}" for n in range(6)))
    assert isinstance(last, Unclear)
    assert last.why.endswith("this one gives 6: write the last one in another comment.")


@pytest.mark.parametrize(
    "line",
    [f"implement with {TOKEN}", f"ignore {TOKEN}", f"tests {TOKEN}", TOKEN, f"full {TOKEN}"],
)
def test_a_secret_is_not_kept(line: str) -> None:
    said = read(f"/ai-review {line}")
    assert len(said) == 1
    assert TOKEN[:20] not in repr(said)


def test_what_is_hidden_is_written_out() -> None:
    [said] = read("/ai-review implement a\u202eb")
    assert said == Command(Verb.IMPLEMENT, (), "a<U+202E>b")


@pytest.mark.parametrize(
    ("before", "after", "new"),
    [
        pytest.param("hello", "/ai-review full", (FULL,), id="added"),
        pytest.param("/ai-review full", "/ai-review full", (), id="nothing"),
        pytest.param("/ai-review full", "typo.\n\n/ai-review full", (), id="moved"),
        pytest.param("/ai-review full", "", (), id="removed"),
        pytest.param("/ai-review full", "/ai-review full\n/ai-review full", (FULL,), id="again"),
        pytest.param("`/ai-review full`", "/ai-review full", (FULL,), id="out of its code"),
        pytest.param(
            "/ai-review full\n/ai-review pause",
            "/ai-review help\n/ai-review pause\n/ai-review full\n/ai-review status",
            (Command(Verb.HELP), Command(Verb.STATUS)),
            id="around others",
        ),
        pytest.param("/ai-review plna", "/ai-review plan", (Command(Verb.PLAN),), id="corrected"),
    ],
)
def test_an_edit_asks_only_what_it_added(before: str, after: str, new: tuple[Command, ...]) -> None:
    assert added(before, after) == new


def test_every_verb_is_in_the_grammar_once_and_no_word_means_two() -> None:
    assert [rule.verb for rule in GRAMMAR] == list(Verb)
    assert len(WORDS) == sum(1 + len(rule.also) for rule in GRAMMAR)


def test_the_help_names_every_command_and_gives_none() -> None:
    text = help_text(SLUG)
    assert all(f"/ai-review {verb}" in text for verb in Verb if verb is not Verb.REVIEW)
    assert f"`@{SLUG}`" in text
    assert "@" not in help_text("")
    assert read(text, SLUG) == ()


DOCUMENT = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")


def test_the_document_holds_the_grammars_table() -> None:
    assert table() in DOCUMENT


def test_the_documents_examples_are_commands() -> None:
    examples = [part.split("```")[0] for part in DOCUMENT.split("```text\n")[1:]]
    lines = [line for part in examples for line in part.splitlines() if line]
    assert len(lines) >= 5
    for line in lines:
        [said] = read(line)
        assert isinstance(said, Command), line


PIECES = st.sampled_from(
    [
        *("/ai-review", "/ai-review full", f"@{SLUG}", "\n", "\n\n", "\r\n", "    ", "\t", "> "),
        *("```", "~~~", "`", "<!--", "-->", "<b>", "</b>", "<pre>", "[", "](", ")", "![", "# "),
        *("- ", "1. ", "| a |\n| - |\n", "**", "__", "~~", "\\", "&#47;", "---", "===", "\x00"),
        *("\ud800", "\u202e", "explain", "ignore", "a1b2c3", "src/a.py:3", "plan", "--x=1"),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=6), max_size=25).map("".join)
SAID: TypeAdapter[tuple[Command | Unclear, ...]] = TypeAdapter(tuple[Command | Unclear, ...])


def fits(text: str) -> None:
    """Whatever `text` is: no exception, bounded, and what comes out can be stored."""
    said = read(text, SLUG)
    assert len(said) <= MOST_COMMANDS + 1
    stored = json.dumps(SAID.dump_python(said, mode="json"))
    assert SAID.validate_python(json.loads(stored)) == said
    stored.encode()
    assert added(text, text, SLUG) == ()
    assert added("", text, SLUG) == said


def hidden(text: str) -> None:
    """`text` as somebody else's, or as no text: never a command."""
    flat = text.replace("\r", "\n")
    lines = flat.split("\n")
    assert read("\n".join(f"> {line}" for line in lines), SLUG) == ()
    assert read("\n".join(f"    {line.lstrip()}" for line in lines if line.strip()), SLUG) == ()
    ticks = "`" * 30
    assert read(f"{ticks}\n{text}\n{ticks}", SLUG) == ()
    assert read(f"<!--\n{text.replace('-->', '')}\n-->", SLUG) == ()
    one_line = " ".join(flat.replace("`", "").split())
    assert read(f"`{one_line}`", SLUG) == ()
    assert read(f"# {one_line}", SLUG) == ()


@settings(deadline=None, max_examples=200)
@given(TEXTS)
@example("-->/ai-review")
def test_any_text_is_read(text: str) -> None:
    fits(text)


@settings(deadline=None, max_examples=200)
@given(TEXTS)
def test_no_command_comes_out_of_what_is_not_prose(text: str) -> None:
    hidden(text)


@pytest.mark.full
@settings(deadline=None, max_examples=2_500)
@given(TEXTS | st.text())
def test_any_text_is_read_at_length(text: str) -> None:
    fits(text)


@pytest.mark.full
@settings(deadline=None, max_examples=2_500)
@given(TEXTS | st.text())
def test_no_command_comes_out_of_what_is_not_prose_at_length(text: str) -> None:
    hidden(text)
