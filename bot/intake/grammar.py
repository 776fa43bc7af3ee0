"""Every command: how it is written, what it means and takes; and the help made of that."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from bot.domain.command import Verb

PREFIX = "/ai-review"
MOST_COMMANDS = 5
"""Commands one comment may give."""


class Takes(Enum):
    """What may stand behind a verb. Words that are none of it make the line unclear."""

    NOTHING = auto()
    REVIEWERS = auto()
    FINDINGS = auto()
    FINDINGS_OR_CATEGORIES = auto()
    FINDING_AND_WORDS = auto()
    FINDINGS_AND_WORDS = auto()
    PATH = auto()
    WORDS = auto()


@dataclass(frozen=True, slots=True)
class Rule:
    """One verb. `behind` is what follows it in help, `means` one clause.

    `when_closed`: it also works on a closed or merged pull request. `announced`: it is understood,
    and answered that it is not there yet.
    """

    verb: Verb
    behind: str
    means: str
    takes: Takes = Takes.NOTHING
    also: tuple[str, ...] = ()
    when_closed: bool = False
    announced: bool = False


GRAMMAR = (
    Rule(
        Verb.REVIEW,
        "[reviewer …]",
        "review now what is new, by those reviewers if any are named; "
        "the word `review` may be left out",
        Takes.REVIEWERS,
    ),
    Rule(Verb.FULL, "", "review everything from scratch"),
    Rule(
        Verb.PLAN,
        "",
        "say who would review, why and for how much, without a review",
        also=("quote",),
    ),
    Rule(
        Verb.EXPLAIN,
        "[finding] [question]",
        "say more about a finding",
        Takes.FINDING_AND_WORDS,
    ),
    Rule(
        Verb.IGNORE,
        "[finding …] [reason]",
        "set these findings aside, in every pull request of this repository",
        Takes.FINDINGS_AND_WORDS,
    ),
    Rule(
        Verb.UNIGNORE,
        "[finding or category …]",
        "take that back, or hear of a muted category again",
        Takes.FINDINGS_OR_CATEGORIES,
    ),
    Rule(Verb.FIX, "[finding …]", "propose fixes", Takes.FINDINGS, announced=True),
    Rule(Verb.TESTS, "[path]", "propose tests", Takes.PATH, announced=True),
    Rule(Verb.IMPLEMENT, "what", "propose a change", Takes.WORDS, announced=True),
    Rule(Verb.PAUSE, "", "leave this pull request alone until `resume`"),
    Rule(Verb.RESUME, "", "review pushes again"),
    Rule(Verb.CANCEL, "", "stop the review that runs"),
    Rule(Verb.STATUS, "", "say what was reviewed and what runs", when_closed=True),
    Rule(Verb.HELP, "", "show this list", when_closed=True),
)
RULES = {rule.verb: rule for rule in GRAMMAR}
WORDS = {word: rule for rule in GRAMMAR for word in (rule.verb.value, *rule.also)}
"""Every word that is a verb, in lower case."""

WHEN_CLOSED = frozenset(rule.verb for rule in GRAMMAR if rule.when_closed)
"""What may be asked of a pull request that is closed or merged."""


def table() -> str:
    """The commands as a Markdown table, one row each."""
    rows = (f"| `{_synopsis(rule)}` | {_meaning(rule)} |" for rule in GRAMMAR)
    return "\n".join(("| command | what it does |", "| --- | --- |", *rows))


def help_text(slug: str) -> str:
    """What `help` answers, as Markdown. `slug` is the App's name in mentions; "" if unknown."""
    mention = f" `@{slug}` in the place of `{PREFIX}` does the same." if slug else ""
    return (
        f"Write a command at the beginning of a line, at most {MOST_COMMANDS} in a comment."
        f"{mention}\n\n{table()}\n\n"
        "A finding is named by its id (6 characters of it are enough) or as `path:line`; in its own"
        " thread it need not be named. Commands in code, quotes, tables, headings, links and HTML"
        " are not read. Only people who may write to this repository are obeyed. On a closed pull"
        " request only `status` and `help` work."
    )


def _synopsis(rule: Rule) -> str:
    word = "[review]" if rule.verb is Verb.REVIEW else rule.verb.value
    return " ".join(filter(None, (PREFIX, word, rule.behind)))


def _meaning(rule: Rule) -> str:
    also = "".join(f"; `{word}` is the same" for word in rule.also)
    return f"{rule.means}{also}{' (not there yet)' if rule.announced else ''}"
