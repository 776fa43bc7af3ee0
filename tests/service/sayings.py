"""What simulated models say, and what they meant by it.

Each asker gets an answer of its kind, true or false, well formed or not. What is drafted, refuted
and voted is noted beside the text, so that a test need not read it back with the code it tests.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.finding import Severity
from bot.domain.plan import Reviewer
from bot.ports.model import Prompt, Stop

Rows = Mapping[str, Mapping[int, str]]
"""The lines of the files that are known whole, by path and number."""

TOPICS = (
    "input reaches query unbound",
    "`pick` may return nothing",
    "every call scans whole table",
    "limit is never checked here",
    "name hides what happens",
    "`weight` overflows on large carts",
    "nobody bounds `pick`",
)
"""Claims without a word in common: two of one topic are alike, two of different ones are not."""

TWISTS = ("fenced", "other stop", "not json", "wrong schema", "empty", "nested", "refused")
CUTS = ("cut at once", "cut later", "cut between strangers", "endless claim", "endless blanks")
ODD = (*TWISTS, *CUTS)
"""Ways in which an answer can be odd, whoever gives it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One claim of a reviewer. `fit`: it stands up to the change, so that it must not be lost.

    `line` is where the quoted code is.
    """

    reviewer: str
    path: str
    line: int
    title: str
    severity: Severity
    fit: bool

    @property
    def topic(self) -> int:
        """Which of TOPICS it is about, -1 for none."""
        return next((nth for nth, each in enumerate(TOPICS) if each in self.title), -1)


@dataclass(frozen=True, slots=True)
class Said:
    """One answer and its meaning.

    `usable`: it is in the agreed form and whole. `drafts` are the claims that arrived, of a
    cut-off answer too. `refuted` are titles and lines of claims proved wrong, by title and line;
    `stance`, `reason` and `about` (a claim's title) are a vote's; `reads` is what triage says of
    each reviewer.
    """

    text: str
    stop: Stop = Stop.END
    usable: bool = True
    drafts: tuple[Draft, ...] = ()
    refuted: frozenset[tuple[str, int]] = frozenset()
    stance: str = ""
    reason: str = ""
    about: str = ""
    reads: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Temper:
    """How the models of a world are. `odds` of oddness, 0 to 1; `odd` names the ways they have."""

    odds: float
    odd: tuple[str, ...]

    def oddity(self, chance: random.Random) -> str:
        """How this answer is odd, "" when it is not."""
        return chance.choice(self.odd) if self.odd and chance.random() < self.odds else ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What an answer is drawn from. `token` is a word no other answer has."""

    prompt: Prompt
    chance: random.Random
    temper: Temper
    reviewers: Mapping[str, Reviewer]
    rows: Rows
    token: str


def say(asker: str, setting: Setting, oddity: str) -> Said:
    """An answer of `asker`; `oddity` is one of ODD, or "" for a plain one."""
    claims, meant = SPEAKERS.get(asker.partition("-")[0], _review)(asker, setting)
    whole = replace(meant, text=json.dumps(claims))
    if oddity in CUTS:
        return _cut(oddity, claims, whole, setting)
    return _twisted(oddity, claims, whole, setting)


def _twisted(oddity: str, claims: dict[str, Any], whole: Said, setting: Setting) -> Said:
    chance = setting.chance
    match oddity:
        case "":
            return whole
        case "fenced":
            return replace(whole, text=f"```json\n{whole.text}\n```")
        case "other stop":
            return Said(whole.text, Stop.OTHER, usable=False)
        case "refused":
            return Said(chance.choice(("", whole.text)), Stop.REFUSED, usable=False)
        case "empty":
            return Said(chance.choice(("", " \n", "{}", "null")), usable=False)
        case "nested":
            return Said(chance.choice(('{"findings":', "")) + "[" * 5_000, usable=False)
        case "not json":
            words = "I would rather sing.", whole.text[:-1], whole.text + "}", '"\\ud800"'
            return Said(chance.choice(words), usable=False)
        case _:
            first = next(iter(claims))
            wrong = (
                {**claims, "more": 1},
                {"answer": claims[first]},
                {**claims, first: {"a": claims[first]}},
                {**claims, first: [1, None]},
                [claims],
            )
            return Said(json.dumps(chance.choice(wrong)), usable=False)


def _cut(oddity: str, claims: dict[str, Any], whole: Said, setting: Setting) -> Said:
    """Broken off at the length limit, or by its length when it is kept."""
    chance = setting.chance
    key, listed = next(iter(claims.items()))
    rows = [json.dumps(each) for each in listed] if isinstance(listed, list) else []
    arrived = chance.randint(0, len(rows)) if oddity != "cut at once" else 0
    begun = f'{{"{key}": [' + ", ".join(rows[:arrived])
    drafts = whole.drafts[:arrived] if key == "findings" else ()
    match oddity:
        case "endless claim":
            text = f'{begun}{", " * bool(arrived)}{{"path": "{"on and " * 9_000}'
            return Said(text, chance.choice((Stop.END, Stop.TRUNCATED)), False, drafts)
        case "endless blanks":
            drafts = whole.drafts if key == "findings" else ()
            return Said(whole.text + " " * 60_000, Stop.END, False, drafts)
        case "cut between strangers":
            text = f'{{"{key}": [7, {{"a": 1}}, {{"path": "sr'
            return Said(text, Stop.TRUNCATED, usable=False)
    rest = rows[arrived] if arrived < len(rows) else '{"path": "src'
    part = rest[: chance.randrange(len(rest))]
    return Said(f"{begun}{', ' * bool(arrived)}{part}", Stop.TRUNCATED, False, drafts)


# Reviewers.


def _review(asker: str, setting: Setting) -> tuple[dict[str, Any], Said]:
    chance, reviewer = setting.chance, setting.reviewers[asker]
    found = re.search(
        r"Judge these files and no others:\n\n\[(\S+) begins: files\]\n(.*?)\n\[\1 ends\]",
        setting.prompt.brief,
        re.DOTALL,
    )
    assert found, "a reviewer is told what to judge"
    paths = found[2].split("\n")
    assert all(_shown(setting.prompt, path) for path in paths), "it is to judge what it cannot see"
    claims: list[dict[str, Any]] = []
    drafts: list[Draft] = []
    for nth in range(chance.choice((0, 0, 1, 1, 2, 3, reviewer.max_findings + 2))):
        claim, draft = _draft(reviewer, paths, setting, nth)
        if drafts and chance.random() < 0.1:
            claim, draft = claims[-1], drafts[-1]
        claims.append(claim)
        drafts.append(draft)
    return {"findings": claims}, Said("", drafts=tuple(drafts))


def _draft(
    reviewer: Reviewer, paths: Sequence[str], setting: Setting, nth: int
) -> tuple[dict[str, Any], Draft]:
    chance = setting.chance
    path = chance.choice(paths)
    shown = _shown(setting.prompt, path)
    rows = setting.rows.get(path, shown)
    new = _shown(setting.prompt, path, "+") if chance.random() < 0.7 else {}
    line = chance.choice([number for number, row in (new or shown).items() if len(row.strip()) > 8])
    severities = [each for each in Severity if each.at_least(reviewer.floor)]
    claim: dict[str, Any] = {
        "path": path,
        "line": line,
        "end_line": line + chance.choice((0, 0, 0, 1, 2, -1, 10**9)),
        "severity": chance.choice(severities).value,
        "title": f"{chance.choice(TOPICS)} {setting.token}{nth}",
        "body": "It follows. " * chance.choice((0, 1, 2, 9)),
        "quote": rows[line],
        "suggestion": chance.choice((None, None, "    pass", rows[line], "x" * 4_001)),
        "confidence": chance.choice((0, 0.4, 0.9, 1, 7, -1)),
    }
    sound = chance.random() < 0.75
    fit = sound or _spoilt(claim, reviewer, setting, rows)
    if sound and chance.random() < 0.2:  # said to stand a little off
        claim["line"] += chance.choice((-3, -1, 1, 9))
        claim["end_line"] = claim["line"]
    where = _nearest(rows, max(1, claim["line"]), claim["quote"]) if fit else claim["line"]
    severity = Severity(claim["severity"])
    return claim, Draft(reviewer.name, claim["path"], where, claim["title"], severity, fit)


def _spoilt(
    claim: dict[str, Any], reviewer: Reviewer, setting: Setting, rows: Mapping[int, str]
) -> bool:
    """Make the claim one that cannot stand. True where it is as good as before."""
    how = setting.chance.choice(("path", "quote", "no quote", "far off", "floor"))
    if how == "path":
        claim["path"] = setting.chance.choice(("src/nowhere.py", "", "../" + claim["path"]))
    elif how == "quote":
        claim["quote"] = "nothing_like_this_stands_there()"
    elif how == "no quote":
        claim["quote"] = setting.chance.choice(("", " \n\t"))
    elif how == "far off":
        claim["line"] = claim["end_line"] = setting.chance.choice((-5, 0, 10**12))
    elif reviewer.floor is Severity.LOW:
        return True
    else:
        claim["severity"] = "low"
    return how == "far off" and _nearest(rows, max(1, claim["line"]), claim["quote"]) > 0


def _shown(prompt: Prompt, path: str, marks: str = "+ ") -> dict[int, str]:
    """The rows of the new version that a prompt shows of a file; marked "+" are new ones."""
    text = f"{prompt.shared}\n{prompt.brief}"
    block = re.split(r"\n(?:\n|\[)", text.partition(f"## {path} (")[2])[0]
    rows = re.findall(rf"^( *[0-9]+) [{marks}] (.*)$", block, re.MULTILINE)
    return {int(number): row for number, row in rows}


def _nearest(rows: Mapping[int, str], line: int, quote: str) -> int:
    """The nearest line, at most 20 off, that says the same; 0 for none."""
    same = [n for n, text in rows.items() if abs(n - line) <= 20 and text.split() == quote.split()]
    return min(same, key=lambda n: (abs(n - line), n), default=0) if quote.strip() else 0


# Those who judge claims.

_CODE = re.compile(r"^[ 0-9]{6,} [+ ] (.*)$", re.MULTILINE)
_DOUBTS = ("made up", "comment", "unsure", "no reason")


def claims_of(prompt: Prompt) -> list[dict[str, Any]]:
    """The claims a brief puts to somebody."""
    return [json.loads(row) for row in prompt.brief.split("\n") if row.startswith("{")]


def _refute(asker: str, setting: Setting) -> tuple[dict[str, Any], Said]:
    chance, refuted = setting.chance, set()
    rulings = []
    for claim in claims_of(setting.prompt):
        ruling = {"id": claim["id"], "reason": "So it is.", "quote": "", "confidence": 0.9}
        verdict = chance.choice(("stands", "stands", "refuted", "refuted", "cannot_say"))
        code = [row for row in _CODE.findall(setting.prompt.shared) if _proves(row)]
        if verdict == "refuted":
            ruling["quote"] = chance.choice(code or ["nothing"])
            if not code or chance.random() < 0.4:
                _weaken(ruling, chance)
            else:
                refuted.add((claim["title"], claim["lines"][0]))
        rulings.append({**ruling, "verdict": verdict})
    usable = _numbered_wrongly(rulings, chance, setting.temper)
    return {"rulings": rulings}, Said(
        "", usable=usable, refuted=frozenset(refuted) if usable else frozenset()
    )


def _proves(row: str) -> bool:
    return len(row.strip()) > 8 and not row.strip().startswith(("#", "//"))


def _weaken(ruling: dict[str, Any], chance: random.Random) -> None:
    """Take the proof from a refutation."""
    match chance.choice(("made up", "comment", "unsure", "no reason")):
        case "made up":
            ruling["quote"] = chance.choice(("", "if nothing_of_the_kind():", "}"))
        case "comment":
            ruling["quote"] = "    # what comes in is counted first"
        case "unsure":
            ruling["confidence"] = 0.4
        case _:
            ruling["reason"] = " "


def _numbered_wrongly(rulings: list[dict[str, Any]], chance: random.Random, temper: Temper) -> bool:
    """Perhaps rule on too few, too many, or one twice. Whether the rulings can still be used."""
    if chance.random() >= temper.odds / 2:
        return True
    match chance.choice(("missing", "strange", "twice")):
        case "missing":
            rulings.pop()
        case "strange":
            rulings.append({**rulings[0], "id": 99})
        case _:
            rulings.append(dict(rulings[0]))
    return False


def _vote(asker: str, setting: Setting) -> tuple[dict[str, Any], Said]:
    chance = setting.chance
    stance = chance.choice(("confirm", "confirm", "confirm", "refute", "unsure"))
    reason = f"as {asker} sees it {setting.token}"
    usable = chance.random() >= setting.temper.odds / 4
    ballot = {"reason": reason if usable else " ", "stance": stance, "confidence": 0.7}
    [claim] = claims_of(setting.prompt)
    stance = stance if usable else ""
    return ballot, Said("", usable=usable, stance=stance, reason=reason, about=claim["title"])


def _synthesis(asker: str, setting: Setting) -> tuple[dict[str, Any], Said]:
    chance = setting.chance
    ids = [
        json.loads(row)["id"] for row in setting.prompt.shared.split("\n") if row.startswith("{")
    ]
    mixed = chance.sample(ids, len(ids))
    at = chance.randint(0, len(mixed))
    groups = [each for each in (mixed[:at], mixed[at : at + 2]) if len(each) > 1]
    usable = True
    if chance.random() < setting.temper.odds / 2:
        strange = ([[*ids, 99]], [[ids[0], 0]], [ids[:1]], [[*ids, ids[0]]], [ids[:2], ids[:2]])
        groups, usable = [*chance.choice(strange)], False
    return {"duplicates": groups, "overview": "It is much the same."}, Said("", usable=usable)


def _triage(asker: str, setting: Setting) -> tuple[dict[str, Any], Said]:
    chance = setting.chance
    names = re.findall(r"^([a-z-]+)\. It is told:", setting.prompt.brief, re.MULTILINE)
    reads = tuple((name, chance.random() < 0.6) for name in names)
    rows = [{"reviewer": name, "reason": "it may matter", "read": yes} for name, yes in reads]
    usable = True
    if chance.random() < setting.temper.odds / 2:
        rows, usable = chance.choice(([], [*rows, *rows], [{**rows[0], "reason": "a\nb"}])), False
    return {"decisions": rows}, Said("", usable=usable, reads=reads if usable else ())


Speaker = Callable[[str, Setting], tuple[dict[str, Any], Said]]
SPEAKERS: dict[str, Speaker] = {
    "refuter": _refute,
    "voter": _vote,
    "synthesis": _synthesis,
    "triage": _triage,
}
