from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.pages_markdown import markdown, safe_address
from tests.examples import examples

VOID = {"br", "hr"}
MADE_BY_US = {
    *("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code"),
    *("em", "strong", "s", "a", "div", "span", "table", "thead", "tbody", "tr", "th", "td"),
    *("figure", "figcaption", "ins", "del", "details", "summary", "sub", "sup"),
}
ATTRIBUTES = {"href", "rel", "class", "open", "start", "title", "role", "aria-label", "tabindex"}


class Strict(HTMLParser):
    """Reads HTML that must be whole: every tag known, closed, and closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in MADE_BY_US | VOID
        assert {name for name, _ in attrs} <= ATTRIBUTES
        assert all(safe_address(value) for name, value in attrs if name == "href" and value)
        if tag not in VOID:
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    handle_decl = unknown_decl = handle_pi = handle_comment


def is_whole(html: str) -> bool:
    reader = Strict()
    reader.feed(html)
    reader.close()
    return not reader.opened


@pytest.mark.parametrize(
    ("text", "html"),
    [
        pytest.param("**a** ~~b~~", "<p><strong>a</strong> <s>b</s></p>\n", id="emphasis"),
        pytest.param("a\nb", "<p>a<br>\nb</p>\n", id="a line break is one, as in comments"),
        pytest.param("a <!-- mark=1 --> b", "<p>a  b</p>\n", id="a comment within a line"),
        pytest.param("<!-- mark=1 -->\n\nb", "<p>b</p>\n", id="a comment by itself"),
        pytest.param("<!-- never\n\nclosed", "", id="a comment to the end"),
        pytest.param("<sub>a</sub>", "<p><sub>a</sub></p>\n", id="sub"),
        pytest.param("a<BR/>b", "<p>a<br>b</p>\n", id="br in capitals"),
        pytest.param("<sub onclick=x>a", "<p><sub>a</sub></p>\n", id="no attribute, closed for it"),
        pytest.param("a</sub></details>", "<p>a</p>\n", id="closes nothing that is not open"),
        pytest.param("<b>a</b>", "<p>&lt;b&gt;a&lt;/b&gt;</p>\n", id="another tag is text"),
        pytest.param(
            "<details open><summary>A &amp; B</summary>\n\n*c*\n\n</details>",
            "<details open><summary>A &amp; B</summary>\n<p><em>c</em></p>\n</details>",
            id="details with Markdown inside",
        ),
        pytest.param(
            "> <details>\n\nafter",
            "<blockquote>\n<details>\n</details></blockquote>\n<p>after</p>\n",
            id="details end with the quote they began in",
        ),
        pytest.param(
            "|a|\n|-:|\n|1|",
            '<div class="wide" role="region" aria-label="Table" tabindex="0"><table>\n<thead>\n'
            '<tr>\n<th class="to-right">a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n'
            '<td class="to-right">1</td>\n</tr>\n</tbody>\n</table></div>\n',
            id="a table, aligned without an inline style",
        ),
        pytest.param(
            "[a](https://example.org/)",
            '<p><a href="https://example.org/" rel="nofollow noopener noreferrer">a</a></p>\n',
            id="a link",
        ),
        pytest.param(
            "![who](https://example.org/x.png)",
            '<p><span class="image">[image: who]</span></p>\n',
            id="an image is named, not loaded",
        ),
    ],
)
def test_markdown_becomes(text: str, html: str) -> None:
    assert markdown(text).strip() == html.strip()
    assert is_whole(markdown(text))


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "a <svg/onload=alert(1)> b",
        "<details ontoggle=alert(1) open>x",
        "<iframe srcdoc='<script>alert(1)</script>'>",
        "<style>*{display:none}</style>",
        "<form action=//evil><button>go",
        "<code/><a href='javascript:alert(1)'>x</a>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&colon;alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "![x](javascript:alert(1))",
        "<javascript:alert(1)>",
        "[x]: vbscript:a\n\n[x]",
        '```"><script>alert(1)</script>\nx\n```',
        "```suggestion\n</pre><script>alert(1)</script>\n```",
        '[x](https://e.org/"onmouseover=alert(1))',
        "<!-- --!><script>alert(1)</script> -->",
        "<!--><script>alert(1)</script>",
        "<![CDATA[<script>alert(1)</script>]]>",
        "<?php <script>alert(1)</script> ?>",
        "</div></article></main><details></article>",
        "- <details>\n\n</details>\n</article>",
        "*<sub>a*</sub>",
    ],
)
def test_a_hostile_body_stays_in_its_place(text: str) -> None:
    html = markdown(text, replaces=["<script>"])
    assert is_whole(html)
    assert "<script" not in html


PIECES = st.sampled_from(
    [
        *(
            "<details>",
            "</details>",
            "<summary>",
            "</summary>",
            "<sub>",
            "</sub>",
            "<br>",
            "<code>",
        ),
        *(
            "</code>",
            "<b onclick=x>",
            "<!--",
            "-->",
            "<script>",
            "\n",
            "\n\n",
            "> ",
            "- ",
            "*",
            "**",
        ),
        *(
            "`",
            "```\n",
            "```suggestion\n",
            "|a|b|\n|-|-:|\n|",
            "[x](",
            "javascript:x",
            ")",
            "![",
            "]",
        ),
        *("&lt;", "&#0;", "\x00", "\u202e", "~~", "# ", "    ", "1. ", "<a href='x'>", "word"),
    ]
)


@examples(150)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_whatever_is_written_the_html_is_whole_and_ours(text: str) -> None:
    assert is_whole(markdown(text, replaces=["old"]))


def test_a_suggestion_shows_what_goes_and_what_comes() -> None:
    html = markdown("```suggestion\na < b\nc\n```", replaces=["a > b"])
    assert "<del>a &gt; b</del><ins>a &lt; b</ins><ins>c</ins>" in html


def test_an_empty_suggestion_removes_the_lines() -> None:
    html = markdown("```suggestion\n```", replaces=["a", "b"])
    assert "<del>a</del><del>b</del></pre>" in html
    assert "<ins>" not in html


def test_where_nothing_can_be_suggested_the_block_is_code() -> None:
    assert "<figure" not in markdown("```suggestion\na\n```")
    assert "<figure" not in markdown("```python\na\n```", replaces=["b"])


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://example.org", True),
        ("mailto:a@example.org", True),
        ("#there", True),
        ("../here", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("http://[", False),
        ("", False),
        (None, False),
    ],
)
def test_a_link_leads_only_where_it_may(address: str | None, safe: bool) -> None:
    assert (safe_address(address) is not None) is safe
