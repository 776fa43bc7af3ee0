from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.guard.sanitise import committable, fenced, inline, plain, prose, suggestion
from tests.examples import examples
from tests.fakes.live import READER, what_is_live

ROOM = 60_000
GITHUB = "ghp_" + "a" * 36


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("ask @bob", "ask `@bob`", id="mention"),
        pytest.param("ask &#64;bob", "ask `@bob`", id="encoded mention"),
        pytest.param("ask &commat;bob", "ask `@bob`", id="named entity"),
        pytest.param("ask ＠bob", "ask `＠bob`", id="full-width mention"),
        pytest.param("ask \\@bob", "ask `@bob`", id="escaped mention"),
        pytest.param("ask @org/team now", "ask `@org/team` now", id="team"),
        pytest.param("**@bob**", "**`@bob`**", id="mention in bold"),
        pytest.param("a@b.example", "a`@b.example`", id="mail address"),
        pytest.param("Fixes #12.", "Fixes `#12`.", id="closing keyword"),
        pytest.param("see GH-7", "see `GH-7`", id="GH reference"),
        pytest.param("see o/r#7", "see o/r`#7`", id="foreign reference"),
        pytest.param("[click](https://evil.example)", "click", id="link"),
        pytest.param("<https://evil.example>", "`https://evil.example`", id="autolink"),
        pytest.param("see https://evil.example.", "see `https://evil.example`.", id="bare link"),
        pytest.param("see www.evil.example", "see `www.evil.example`", id="www"),
        pytest.param("![a @b](https://evil.example/p.png)", "a `@b`", id="image"),
        pytest.param("[a]: https://evil.example", "\\[a\\]: `https://evil.example`", id="label"),
        pytest.param("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;", id="html"),
        pytest.param("<!-- hidden -->", "&lt;!-- hidden --&gt;", id="comment"),
        pytest.param("/lgtm", "`/lgtm`", id="command"),
        pytest.param("a\n  /merge now", "a\n`/merge` now", id="command on a later line"),
        pytest.param("- /approve", "- `/approve`", id="command in a list"),
        pytest.param("@dependabot merge", "`@dependabot` merge", id="bot"),
        pytest.param("x\nr+ please", "x\n`r+` please", id="homu"),
        pytest.param("LGTM", "`LGTM`", id="an old bot counts these"),
        pytest.param("> @Mergifyio queue", "> `@Mergifyio` queue", id="command in a quotation"),
        pytest.param("**/hold**", "**`/hold`**", id="command in bold"),
        pytest.param("\\/close", "`/close`", id="escaped command"),
        pytest.param("&#47;close", "`/close`", id="encoded command"),
        pytest.param("@\u200bbob", "@&lt;U+200B&gt;bob", id="zero width in a mention"),
        pytest.param("@\u2060org/team", "@&lt;U+2060&gt;org/team", id="joiner in a mention"),
        pytest.param("o/r@" + "a" * 40, "o/r`@" + "a" * 40 + "`", id="commit elsewhere"),
        pytest.param("closes GH-1, o/r#2", "closes `GH-1`, o/r`#2`", id="keywords"),
        pytest.param(
            "fixes https://github.com/o/r/issues/1",
            "fixes `https://github.com/o/r/issues/1`",
            id="keyword with an address",
        ),
        pytest.param("- [ ] todo", "- \\[ \\] todo", id="task"),
        pytest.param("a[^1]\n\n[^1]: b", "a\\[^1\\]\n\n\\[^1\\]: b", id="footnote"),
        pytest.param("> [!WARNING]\n> x", "> \\[!WARNING\\]\n> x", id="alert"),
        pytest.param(
            "[a][b]\n\n[b]: //x.example", "\\[a\\]\\[b\\]\n\n\\[b\\]: //x.example", id="label"
        ),
        pytest.param("![a][b]", "!\\[a\\]\\[b\\]", id="image by label"),
        pytest.param("<img src=//x.example/p>", "&lt;img src=//x.example/p&gt;", id="image tag"),
        pytest.param("[a](javascript:x)", "\\[a\\](javascript:x)", id="script"),
        pytest.param("[a](//x.example)", "a", id="address without a scheme"),
        pytest.param("```mermaid\nx\n```", "```\nx\n```", id="diagram"),
        pytest.param("```geojson\n{}\n```", "```\n{}\n```", id="map"),
        pytest.param("```math\nx\n```", "```\nx\n```", id="formula"),
        pytest.param("```dot-like\nx\n```", "```\nx\n```", id="unknown language"),
        pytest.param("```py title=x\nx\n```", "```py\nx\n```", id="language with more"),
        pytest.param(
            "```\n/lgtm\n  /hold now\n```", "```\n· /lgtm\n  · /hold now\n```", id="command in code"
        ),
        pytest.param(
            "```\n@dependabot merge\n```", "```\n· @dependabot merge\n```", id="bot in code"
        ),
        pytest.param(
            "```\n@property\n// note\n/etc/hosts\n.map(x)\n```",
            "```\n@property\n// note\n/etc/hosts\n.map(x)\n```",
            id="code that is none",
        ),
        pytest.param("and/or, a/b", "and/or, a/b", id="no command"),
        pytest.param("a\u202eb\u200bc", "a&lt;U+202E&gt;b&lt;U+200B&gt;c", id="unseen"),
        pytest.param("a &#x202e; b", "a &lt;U+202E&gt; b", id="encoded unseen"),
        pytest.param("`@bob` ``a`b``", "`@bob` ``a`b``", id="code stays"),
        pytest.param("`a", "&#96;a", id="lone backtick"),
        pytest.param("~~~\n@x", "```\n@x\n```", id="open fence"),
        pytest.param("    indented", "```\nindented\n```", id="indented code"),
        pytest.param("````\n```\n````", "````\n```\n````", id="fence in a fence"),
        pytest.param("```suggestion\nx\n```", "```\nx\n```", id="no suggestion from prose"),
        pytest.param("```py\nx\n```", "```py\nx\n```", id="language"),
        pytest.param("# Big", "#### Big", id="heading"),
        pytest.param("> [!NOTE]\n> x", "> \\[!NOTE\\]\n> x", id="quote"),
        pytest.param("3. a\n4. b\n   - c", "3. a\n4. b\n   - c", id="lists"),
        pytest.param("| a |\n|---|\n| `x\\|y` |", "| a |\n| --- |\n| `x\\|y` |", id="table"),
        pytest.param("@[bob](//x)", "`@bob`", id="mention in part a link"),
        pytest.param("[@](//x)bob", "`@bob`", id="mention begun as a link"),
        pytest.param("!![merge](//x)", "`!merge`", id="command in part an image"),
        pytest.param("/[**lgtm** now](//x)", "`/lgtm` now", id="command in a link's bold"),
        pytest.param("#[12](//x)", "`#12`", id="reference in part a link"),
        pytest.param("w*ww.x.example*", "`www.x.example`", id="address in part emphasis"),
        pytest.param("G**H-*1***, **b**", "`GH-1`, **b**", id="reference across emphasis"),
        pytest.param("a\n/~~lgtm~~", "a\n`/lgtm`", id="command across a strike"),
        pytest.param("/*&#32;a*", "/ *a*", id="blanks part what emphasis joins"),
        pytest.param("[a ~~b~~](//x) *c*", "a ~~b~~ *c*", id="emphasis in a link"),
        pytest.param(
            "ghp_[" + "a" * 36 + "](//x)", "«redacted: GitHub token»", id="secret, parted"
        ),
        pytest.param("*a* **b** ~~c~~ d_e", "*a* **b** ~~c~~ d\\_e", id="emphasis"),
        pytest.param(f"use {GITHUB}", "use «redacted: GitHub token»", id="secret"),
        pytest.param(
            "use ghp&#95;" + "a" * 36, "use «redacted: GitHub token»", id="encoded secret"
        ),
    ],
)
def test_prose_stays_readable_and_nothing_in_it_acts(text: str, shown: str) -> None:
    assert prose(text, ROOM) == shown
    assert what_is_live(prose(text, ROOM)) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[a](https://github.com/o/r/blob/x#L1)", "[a](https://github.com/o/r/blob/x#L1)"),
        ("see https://github.com/o/r.", "see <https://github.com/o/r>."),
        ("[a](http://github.com/o)", "a"),
        ("[a](https://github.com.evil.example)", "a"),
        ("[a](https://github.com@evil.example)", "a"),
        ("[a](https://github.com/o/r/issues/3)", "a"),
        ("![a](https://github.com/p.png)", "a"),
        ("[a](<https://github.com/x) @bob [b](https://evil.example>)", None),
    ],
)
def test_links_lead_only_to_the_hosts_given(text: str, shown: str | None) -> None:
    safe = prose(text, ROOM, hosts=("github.com",))
    assert shown is None or safe == shown
    links = [
        str(child.attrs["href"])
        for token in READER.parse(safe)
        for child in token.children or []
        if child.type == "link_open"
    ]
    assert all(link.startswith("https://github.com/") for link in links)
    assert len(links) == (shown is None or "https" in shown)


HOSTILE = st.sampled_from(
    re.findall(
        r"\S+",
        """@bob &#64;bob &commat;bob ＠bob @org/team #12 &#35;12 GH-1 o/r#3 fixes closes /lgtm
    /ai-review @dependabot /approve recheck ``` ```` ~~~ ~~~~ ` `` ``` \\
    \\` \\@bob &#96; &grave; <!-- -->
    <!--ai-review:run=1--> <img/src=x> <b> </b> <script> <a/href=//x> ![a](//x) [a](//x) [a][b]
    [b]: [b]:https://x.example <https://x.example> https://x.example www.x.example a@b.example
    mailto:a@b.example | --- |---| :-: > >> - + * 1. 2) # ## #### === *** ___ ** * _ __ ~~ [!NOTE]
    [x] $ $$ `$ $` ```suggestion ```mermaid &lt;img&gt; &#60;img&#62; &#10; &#32; &#9;
    \u202e \u200b ](https://x.example) ](javascript:x) [ ] ( ) ! \U000e0041 \ud83d
    é <details> &nbsp; <U+202E> r+ bors: homu LGTM @dependabot @Mergifyio @coderabbitai &#47;lgtm
    %lgtm !retest [^1] [^1]: [!WARNING] - [ ] $`x`$ $$ <img src=//x> <!-- ai-review:finding=0 -->
    &lt;!--ai-review o/r@0123456789abcdef0123456789abcdef01234567 &num;12 &#x40;bob ```math
    <a href="https://x.example">x</a> [x]:<https://x.example> data:text/html,x GH-7 o/r#9
    https://github.com/o/r/issues/1 closes: ﹫bob /a\\ | /b
    @ / # GH- www. bob](//x) 12](//x) [lgtm](//x) *bob* **1** ~~lgtm~~ &#32;*""",
    )
)
SPACES = st.sampled_from([" ", "\n", "\n\n", "", "", "    ", "\t", "\r\n", "\r", "  \n", "\u2028"])
TEXTS = st.lists(st.one_of(HOSTILE, SPACES, st.text(max_size=6)), max_size=30).map("".join)


@examples(250)
@given(TEXTS)
def test_nothing_in_prose_is_live_when_it_is_parsed(text: str) -> None:
    nothing_is_live(text)


@pytest.mark.full
@settings(max_examples=5_000, deadline=None)
@given(TEXTS)
def test_nothing_in_5_000_texts_is_live(text: str) -> None:
    nothing_is_live(text)


def nothing_is_live(text: str) -> None:
    safe = prose(text, ROOM)
    assert what_is_live(safe) == []
    safe.encode()


@examples(150)
@example("recheckwww.x.example", 14)
@given(TEXTS, st.integers(0, 200))
def test_prose_keeps_its_limit_and_stays_dead_when_cut(text: str, limit: int) -> None:
    safe = prose(text, limit)
    assert len(safe) <= limit
    assert what_is_live(safe) == []


@examples(150)
@given(TEXTS, TEXTS)
def test_prose_cannot_reach_what_stands_around_it(before: str, after: str) -> None:
    post = f"{prose(before, ROOM)}\n\nour own line\n\n{prose(after, ROOM)}\n\n---\n\nour footer"
    top = [token.content for token in READER.parse(post) if token.level == 1 and token.content]
    assert "our own line" in top
    assert top[-1] == "our footer"


@examples(150)
@given(TEXTS, st.integers(0, 120))
def test_inline_is_one_dead_line_that_fits_a_table(text: str, limit: int) -> None:
    safe = inline(text, limit)
    assert len(safe) <= limit
    assert "\n" not in safe
    assert what_is_live(safe) == []
    rows = READER.parse(f"| a | b |\n|---|---|\n| {safe} | last |")
    assert [token.content for token in rows if token.type == "inline"][-1] == "last"


@examples(150)
@given(TEXTS)
def test_a_code_block_ends_where_it_should_and_holds_its_text(text: str) -> None:
    for block in (fenced(text, "python"), suggestion(text)):
        token, *rest = READER.parse(block + "\n\nour footer")
        assert token.type == "fence"
        assert [each.type for each in rest] == ["paragraph_open", "inline", "paragraph_close"]
        assert "<!--ai-review" not in block
    if text.isascii() and text.isprintable() and "ai-review" not in text and "·" not in block:
        assert token.content.removesuffix("\n") == text


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (fenced("a\n"), "```\na\n```"),
        (fenced("a ``` b", "py"), "````py\na ``` b\n````"),
        (fenced("a", "py`x"), "```py\na\n```"),
        (fenced("a", "suggestion"), "```\na\n```"),
        (fenced(GITHUB), "```\n«redacted: GitHub token»\n```"),
        (suggestion("x = 1"), "```suggestion\nx = 1\n```"),
        (suggestion(""), "```suggestion\n```"),
    ],
)
def test_code_blocks(block: str, expected: str) -> None:
    assert block == expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a | b", "a \\| b"),
        ("use `x`\nnow", "use &#96;x&#96; now"),
        ("- a", "\\- a"),
        ("`@bob`", "&#96;`@bob`&#96;"),
        ("a" * 30, "a" * 19 + "…"),
    ],
)
def test_inline_shows_text_as_it_is(text: str, shown: str) -> None:
    assert inline(text, 20 if len(text) == 30 else ROOM) == shown


def test_plain_text_keeps_its_lines_and_shows_what_is_hidden() -> None:
    text = f"a *b*\n\u202e <!-- ai-review:run=1 --> {GITHUB}"
    assert plain(text, ROOM) == (
        "a *b*\n<U+202E> <!-- (ai-review):run=1 --> «redacted: GitHub token»"
    )
    assert plain("x" * 300, 255) == "x" * 254 + "…"


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["@", "`", "[", "![](", "*", "> ", "- ", "<", "\\", "&#64;", "|"])
def test_hostile_length_takes_bounded_time(piece: str) -> None:
    safe = prose(piece * (20_000 // len(piece)), ROOM)
    assert len(safe) <= ROOM


def test_only_code_that_is_no_command_can_be_committed() -> None:
    assert committable("@decorator\nx = 1")
    assert not committable("/lgtm")
    assert not committable("  @dependabot merge")
    assert "· /lgtm" in fenced("/lgtm")
