"""A comment becomes the commands in it. No command can set configuration: there are no options."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from bot.domain.command import Command, Unclear, Verb
from bot.domain.finding import Category
from bot.guard.material import visible
from bot.guard.redact import redact
from bot.intake.grammar import MOST_COMMANDS, PREFIX, RULES, WORDS, Rule, Takes
from bot.intake.prose import lines

Said = Command | Unclear

LONGEST_COMMENT = 65_536
"""Characters; GitHub takes no longer comment. In a longer text nothing is looked for."""
LONGEST_LINE = 2_000
"""Characters behind the prefix. What is longer is no command that somebody typed."""
MOST_NAMES = 10
LONGEST_SAID = 60
LIKE_ENOUGH = 0.75
"""Likeness of a mistyped word, as difflib counts: two letters swapped in a word of four have it."""

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
"""What the name of a reviewer looks like; the real ones are known only where it is obeyed."""
FINDING = re.compile(
    r"[0-9a-f]{16}|(?=[a-f]*[0-9])[0-9a-f]{6,15}|(?!\S*://)\S{1,300}?:[1-9][0-9]{0,6}",
    re.IGNORECASE,
)
"""A fingerprint, the beginning of one (with a digit in it: "facade" is a word), or path:line."""
NEITHER = "That is neither a command nor the name of a reviewer."
PATH = re.compile(r"(?!-)\S{1,300}")


def read(body: str, slug: str = "", reviewers: Sequence[str] = ()) -> tuple[Said, ...]:
    """The commands of a comment in the order they were written, each once, at most 5.

    They stand at the beginning of a line of the comment's own prose, behind `/ai-review` or
    `@slug`; `slug` "" means the App's is unknown. `reviewers` are names known already, for the
    nearest word. What is beyond 5 becomes one Unclear. Secrets are replaced.
    """
    return _bounded(_all(body, slug, reviewers))


def added(
    before: str, after: str, slug: str = "", reviewers: Sequence[str] = ()
) -> tuple[Said, ...]:
    """The commands that an edit of a comment added, as `read` gives them.

    A command counts as often as it is written: one that was moved is not new, one that was written
    a second time is.
    """
    old = Counter(_all(before, slug, reviewers))
    new: list[Said] = []
    for said in _all(after, slug, reviewers):
        if old[said] > 0:
            old[said] -= 1
        else:
            new.append(said)
    return _bounded(new)


def safe(text: str, limit: int) -> str:
    """`text` as it may be stored: no secret, nothing hidden, at most `limit` characters."""
    return redact(visible(text.replace("\r\n", "\n"))).text[:limit]


def nearest(word: str, reviewers: Sequence[str] = ()) -> str:
    """The verb or reviewer that `word` may be a misspelling of; "" when none comes near."""
    known = (*WORDS, *reviewers)
    return next(iter(get_close_matches(word.lower()[:40], known, 1, LIKE_ENOUGH)), "")


def _bounded(found: Sequence[Said]) -> tuple[Said, ...]:
    each_once = tuple(dict.fromkeys(found))
    if len(each_once) <= MOST_COMMANDS:
        return each_once
    left = len(each_once) - MOST_COMMANDS
    why = (
        f"A comment may give {MOST_COMMANDS} commands and this one gives {len(each_once)}: "
        f"write the last {'one' if left == 1 else left} in another comment."
    )
    return *each_once[:MOST_COMMANDS], Unclear("", why)


def _all(body: str, slug: str, reviewers: Sequence[str]) -> list[Said]:
    if len(body) > LONGEST_COMMENT:
        return []
    prefix = PREFIX if not slug else rf"{PREFIX}|@{re.escape(slug)}(?:\[bot\])?"
    if not re.search(prefix, body, re.IGNORECASE):  # nearly every comment; parsing is not free
        return []
    return list(_commands(body, prefix, reviewers))


def _commands(body: str, prefix: str, reviewers: Sequence[str]) -> Iterator[Said]:
    text = body.replace("\r\n", "\n").replace("\r", "\n")
    # Four blanks mean code to whoever writes them, where Markdown sees a paragraph go on, too.
    text = re.sub(rf"(?im)^( {{4,}}| {{0,3}}\t[ \t]*)(?={prefix})", r"\1\\", text)
    begins = re.compile(rf"(?:{prefix})(?=[:,]?(?:\s|$))[:,]?", re.IGNORECASE)
    for line in lines(text):
        found = begins.match(line.text)
        if found and line.head.startswith(found[0].rstrip(":,")):
            yield _command(line.text[found.end() :].strip(), reviewers)


def _command(text: str, reviewers: Sequence[str]) -> Said:
    if len(text) > LONGEST_LINE:
        why = f"A command has at most {LONGEST_LINE} characters: write it shorter."
        return Unclear(safe(text[:LONGEST_LINE], LONGEST_SAID), why)
    text = safe(text, 2 * LONGEST_LINE)
    word, *rest = text.split(None, 1) or [""]
    rule = WORDS.get(word.lower().rstrip(".,;:!?"))
    if rule is not None:
        return _ARGUMENTS[rule.takes](rule, "".join(rest), text)
    meant = nearest(word)
    if meant and word.lower() not in map(str.lower, reviewers):
        return _unclear(text, "That is no command.", meant)
    return _reviewers(RULES[Verb.REVIEW], text, text, nearest(word, reviewers))


def _unclear(text: str, why: str, meant: str = "") -> Unclear:
    return Unclear(text[:LONGEST_SAID], why, str(meant))


def _nothing(rule: Rule, rest: str, text: str) -> Said:
    if rest.strip(".!"):
        return _unclear(text, f"{rule.verb} stands alone on its line.", rule.verb)
    return Command(rule.verb)


def _reviewers(rule: Rule, rest: str, text: str, meant: str = "") -> Said:
    names = tuple(dict.fromkeys(filter(None, re.split(r"[\s,]+", rest.lower().rstrip(".!")))))
    if not all(map(NAME.fullmatch, names)):
        return _unclear(text, NEITHER, meant)
    if len(names) > MOST_NAMES:
        return _unclear(text, f"Name at most {MOST_NAMES} reviewers.")
    return Command(rule.verb, names)


def _findings(rule: Rule, rest: str, text: str) -> Said:
    names, words = _named(rest)
    if words:
        return _unclear(
            text, f"{rule.verb} takes findings: ids as they were posted, or path:line.", rule.verb
        )
    return _with_names(rule, names, "", text)


def _findings_or_categories(rule: Rule, rest: str, text: str) -> Said:
    names, words = _named(rest, tuple(Category))
    if words:
        why = f"{rule.verb} takes findings (ids as they were posted, or path:line) or categories."
        return _unclear(text, why, rule.verb)
    return _with_names(rule, names, "", text)


def _findings_and_words(rule: Rule, rest: str, text: str) -> Said:
    return _with_names(rule, *_named(rest), text)


def _finding_and_words(rule: Rule, rest: str, text: str) -> Said:
    names, words = _named(rest)
    if len(names) > 1:
        return _unclear(text, f"{rule.verb} takes one finding: write a line for each.", rule.verb)
    return Command(rule.verb, names, words)


def _named(rest: str, also: Sequence[str] = ()) -> tuple[tuple[str, ...], str]:
    """The findings named first, what is `also` a name among them, and the words behind them."""
    names: list[str] = []
    while rest:
        word, *more = rest.split(None, 1)
        name = word.rstrip(",")
        if not FINDING.fullmatch(name) and name.lower() not in also:
            break
        names.append(name if ":" in name else name.lower())
        rest = "".join(more)
    return tuple(dict.fromkeys(names)), rest


def _with_names(rule: Rule, names: tuple[str, ...], words: str, text: str) -> Said:
    if len(names) > MOST_NAMES:
        return _unclear(text, f"Name at most {MOST_NAMES} findings in a line.")
    return Command(rule.verb, names, words)


def _path(rule: Rule, rest: str, text: str) -> Said:
    if rest and not PATH.fullmatch(rest):
        return _unclear(text, f"{rule.verb} takes one path, or nothing.", rule.verb)
    return Command(rule.verb, words=rest)


def _words(rule: Rule, rest: str, text: str) -> Said:
    if not rest:
        return _unclear(text, f"{rule.verb} needs words that say what.", rule.verb)
    return Command(rule.verb, words=rest)


_ARGUMENTS = {
    Takes.NOTHING: _nothing,
    Takes.REVIEWERS: _reviewers,
    Takes.FINDINGS: _findings,
    Takes.FINDINGS_OR_CATEGORIES: _findings_or_categories,
    Takes.FINDING_AND_WORDS: _finding_and_words,
    Takes.FINDINGS_AND_WORDS: _findings_and_words,
    Takes.PATH: _path,
    Takes.WORDS: _words,
}
