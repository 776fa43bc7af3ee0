"""Plain words as Markdown that means nothing but those words."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from bot.guard.material import visible
from bot.guard.redact import redact

ADDRESS = r"(?i:(?:https?|ftp)://|www\.|mailto:|xmpp:)"
"""How an address begins, also in the middle of a word: it becomes code, and the word ends there."""

BOTS = (
    r"(?:bors|homu|jenkins|dependabot|renovate(?:bot)?|pre-commit\.ci|mergify(?:io)?|"
    r"coderabbit(?:ai)?|"
    r"codecov(?:-commenter)?|kodiak(?:hq)?|rustbot|rust-timer|craterbot|copilot|claude|codex|"
    r"gemini-cli|"
    r"sweep|sourcery-ai|greptile(?:ai)?|ellipsis-dev|k8s-ci-robot|prow|github-actions|pytorchbot|"
    r"pytorchmergebot|facebook-github-bot|googlebot|meeseeksdev|conda-forge-admin|poggit-bot|bot)"
)
"""Names that bots listen to, with or without an at sign. From their documents; never complete."""

ORDERS = (
    r"(?:re(?:check|test)|lgtm|r[+?=]|delegate[+=]|ok to test|(?:re)?test this(?: please)?|"
    r"add to (?:white|allow)list|run (?:tests|buildkite|ci)|build this|"
    r"(?:re(?:verify|base|run|build)|try)(?=\s*\Z))"
)
"""What bots take for an order when it begins a line. The last few begin many a sentence, and count
only where they are all there is."""

LIVE = re.compile(
    r"(?P<command>\A\s*(?:[/!.\\%](?=[A-Za-z])[^\s`|]*"
    rf"|(?i:{ORDERS}|{BOTS})(?:(?!\w|-\w)|(?={ADDRESS}|(?i:gh-)\d))))"
    rf"|(?P<address>{ADDRESS}[^\s`|<>]+)"
    r"|(?P<mention>[@＠﹫]\w[\w./-]*)"
    r"|(?P<reference>[#＃]\d+|(?i:gh-)\d+)"
)
"""What GitHub or another bot would act on: commands, links, mentions, references."""

MARKER = re.compile(r"<!--(\s*)(ai-review)", re.IGNORECASE)
BACKTICKS = re.compile("`+")
TRAILING = ".,;:!?'\")]}*_~"
REFERS = re.compile(r"/(?:issues|pull|pulls|discussions|commit|compare)/")
ESCAPES = str.maketrans(
    {
        **{each: f"\\{each}" for each in "\\*_[]~#"},
        **{"<": "&lt;", ">": "&gt;", "&": "&amp;", "`": "&#96;"},
    }
)


COMMANDED = re.compile(
    r"^([ \t]*)(?=(?:/[a-z][a-z-]*(?:[ \t]+[\w@#.,+=:-]+)*|/(?:lgtm|approve|merge|hold|re(?:test|"
    r"base|"
    r"open|build)|close|assign|label|cc|ok-to-test|cherry-?pick|backport|azp|"
    r"ai-review)\b.*|"
    rf"[@!/]{BOTS}(?![\w-]).*|{BOTS}:? (?:r[+?=-]|merge|rebase|retry|try|ping|run|review|"
    rf"recreate)\b.*)"
    r"[ \t\r]*$)",
    re.IGNORECASE | re.MULTILINE,
)
"""Lines of code that are commands of bots. Many bots do not care that a fence stands around "
"them."""


def uncommanding(text: str) -> str:
    """Code in which no line is another bot's command: such a line gets a dot in front."""
    return COMMANDED.sub(r"\1· ", text)


def defused(text: str) -> str:
    """`text` in which nobody can mistake a marker for one of ours."""
    return MARKER.sub(r"<!--\1(\2)", text)


def code_span(text: str) -> str:
    """`text` as inline code, whatever backticks it holds."""
    text = defused(" ".join(text.split("\n")))
    runs = {len(run) for run in BACKTICKS.findall(text)}
    fence = "`" * next(length for length in range(1, len(runs) + 2) if length not in runs)
    pad = " " if text[:1] in "` " or text[-1:] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}" if text.strip() else text


def glued(parts: list[str]) -> str:
    """The parts in a row, with a blank between code spans, which would melt into one."""
    done: list[str] = []
    for part in filter(None, parts):
        if done and done[-1].endswith("`") and part.startswith("`"):
            done.append(" ")
        done.append(part)
    return "".join(done)


def words(text: str, hosts: tuple[str, ...] = ()) -> str:
    """`text` escaped, on one line, what is live in it shown as code. Links only to `hosts`."""
    text = redact(re.sub(r"\s+", " ", visible(text))).text
    parts: list[str] = []
    done = 0
    for match in LIVE.finditer(text):
        start, end = match.span()
        live = match[0]
        if match.lastgroup == "address":
            live = live.rstrip(TRAILING) or live
            end = start + len(live)
        parts.append(escaped(text[done:start]))
        parts.append(_shown(live, hosts, address=match.lastgroup == "address"))
        done = end
    return glued([*parts, escaped(text[done:])])


def escaped(text: str) -> str:
    """`text` with everything that Markdown reads taken literally."""
    return text.translate(ESCAPES)


def no_block(line: str) -> str:
    """A line of inline Markdown that begins no list, heading or table."""
    return re.sub(r"^(\s*\d{0,9})([-+=:.)])", r"\1\\\2", line)


def _shown(live: str, hosts: tuple[str, ...], *, address: bool) -> str:
    if address and (url := allowed(live, hosts)):
        return f"<{url}>"
    lead = live[: len(live) - len(live.lstrip())]
    return lead + code_span(live.strip())


def allowed(url: str, hosts: tuple[str, ...]) -> str | None:
    """`url`, made safe to stand in a link, if it leads to one of `hosts` over https; else None.

    Addresses of issues, pull requests and commits never are: GitHub would tell their readers.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme != "https" or parts.netloc.lower() not in hosts or REFERS.search(parts.path):
        return None
    return quote(url, safe=":/?#=%+,;~-._").replace("&", "%26")
