"""Everything GitHub or another bot would act on in a post: read independently of bot/guard.

Raw HTML is on, as GitHub reads a comment. What GitHub does not show as text (code, fences) is no
mention or link, but bots that look at the raw text find their commands there all the same.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

LIVE = re.compile(
    r"[@＠﹫][A-Za-z0-9][\w/-]*|[#＃]\d+|\bGH-\d+|https?://\S+|ftp://\S+|\bwww\.\w\S*|mailto:|xmpp:",
    re.IGNORECASE,
)
COMMAND = re.compile(
    r"^\s*(?:[/!][A-Za-z]\S*|(?:recheck|retest|bors|pre-commit\.ci|mergify|r\+|lgtm)(?!\w|-\w).*)",
    re.MULTILINE | re.IGNORECASE,
)
RAW_COMMAND = re.compile(
    r"^[ \t]*(?:/(?:lgtm|approve|merge|hold|retest|close|assign|label|ai-review|rebase|azp)\b.*$"
    r"|@(?:dependabot|bors|mergifyio|coderabbitai|copilot|claude)\b.*$|bors r\+.*$)",
    re.MULTILINE | re.IGNORECASE,
)
"""Commands as bots find them in the raw text, fences and all."""

OUR_HTML = re.compile(
    r"</?(?:sub|details|summary)>|<br>|<!-- ai-review:(?:finding=[0-9a-f]{16}|run=[\w-]{1,80}|"
    r"answer=[\w:.-]{1,120}|"
    r"state=\w{1,20}) -->"
)
"""Tags and markers that posts of ours may hold."""

MARKER = re.compile(r"<!--\s*ai-review", re.IGNORECASE)
DRAWN = re.compile(r"\s*(?:suggestion|mermaid|math|geojson|topojson|stl)", re.IGNORECASE)


def what_is_live(markdown: str) -> list[str]:
    """What would act in `markdown`, in words."""
    live: list[str] = []
    for token in READER.parse(markdown):
        if token.type in ("fence", "code_block"):
            if DRAWN.match(token.info):
                live.append(token.info)
        elif token.type == "html_block":
            live.append(token.content)
        elif token.type == "inline":
            live += _spans(token.children or [])
    return live + MARKER.findall(markdown) + RAW_COMMAND.findall(markdown)


def _spans(children: list[Token]) -> list[str]:
    """What is live in one paragraph; code stands as a box, which joins nothing."""
    text = ""
    live: list[str] = []
    for child in children:
        if child.type in ("link_open", "image", "html_inline"):
            live.append(f"{child.type} {child.attrs} {child.content}")
        text += {"code_inline": "\N{WHITE SQUARE}", "softbreak": "\n", "hardbreak": "\n"}.get(
            child.type, child.content
        )
    return live + LIVE.findall(text) + COMMAND.findall(text)


def live_in_post(body: str, *, suggestions: bool = True) -> list[str]:
    """What would act in a whole post of ours, whose own tags, markers and suggestions may stand."""
    found = what_is_live(OUR_HTML.sub("", body))
    return [each for each in found if not (suggestions and each == "suggestion")]
