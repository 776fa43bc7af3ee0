"""A model in this process that answers as a plausible one would, and counts as its vendor does.

It reads nothing but the prompt. A reviewer's claim quotes a changed line of a file it was given, so
that it stands; refuters and voters agree with it, which is the dearest a review can get.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from bot.diff.tokens import tokens
from bot.domain.money import Usage
from bot.ports.model import Completion, Prompt, Stop

FRAME_TOKENS = 500
"""The vendor's own frame around a request, and what it adds for a schema: 2,000 bytes, as the
product reserves for it (bot/reviewing/calling.py), of four bytes a token."""

_HEADING = re.compile(r"## (.+?) \([a-z]+, [a-z]+[^()]*\)$")
_ROW = re.compile(r" *([0-9]+) ([+ ]) (.*)")
_FILES = re.compile(r"Judge these files and no others:\n\n\[[^\n]*\n(.*?)\n\[", re.DOTALL)
_BEGINS = re.compile(r"\[material-[0-9a-f]+ begins: ([^]]*)\]")
_LONGEST = 200

_TITLES = {
    "security": "Whoever sends the request decides what this line is given, and nobody checks it",
    "performance": "Each further element costs one more round trip to the store behind it",
    "quality": "With an empty list the old value stays and is returned as if it were new",
}
_BODY = (
    "The value comes straight from the caller and is used here as it is. When it is empty or "
    "longer than expected the next call gets it unchanged, and what follows is wrong without any "
    "error being told. A test with one element does not show it; one with none does. Check it "
    "before this line and return early, as the function above does."
)
_RULING = (
    "Nothing in the lines shown stands between the input that is named and the call, and the "
    "condition above covers only the other branch."
)
_VETO = "The line quoted returns before the claimed call whenever the value is empty."
_BALLOT = "an empty list reaches the call unchanged through the new branch and is returned as new"
_OVERVIEW = "The findings have no cause in common. Look at the first one first."
_TRIAGE = "the new lines call something whose cost cannot be seen"


@dataclass(frozen=True, slots=True)
class Habits:
    """How it answers, the same whatever it is asked.

    A reviewer says `findings` things in `answer_tokens` of output, thinking included; so it does
    in every way of reviewing that is compared. Whoever judges thinks for `judging_tokens` about
    each claim, and is then counted by what it says; a model without an effort does not think.
    `refuted` is the share of claims that a refuter proves wrong.
    """

    findings: int = 1
    answer_tokens: int = 2_500
    judging_tokens: int = 500
    refuted: float = 0.0


@dataclass
class PlausibleModel:
    """The port `LanguageModel`. `minima`: the shortest beginning in tokens a model's cache takes.

    `high`: the next reviewer that is asked says one thing of severity high, once. `said` counts
    what reviewers have said so far, `thoughts` how often a claim was thought about.
    """

    habits: Habits
    minima: Mapping[str, int]
    high: bool = False
    said: int = 0
    thoughts: int = 0
    _entries: set[tuple[str, ...]] = field(default_factory=set)

    async def complete(self, prompt: Prompt) -> Completion:
        """Answer. What others wrote to the cache is read only if they had answered before."""
        readable = frozenset(self._entries)
        text, output = self._answer(prompt)
        await asyncio.sleep(0)  # all who are asked side by side have begun before one has answered
        usage = self.usage(prompt, output, readable)
        if usage.cache_write_tokens:
            self._entries.add(_entry(prompt))
        return Completion(text, usage, Stop.END, prompt.tier.model, "", 0.0)

    async def count(self, prompt: Prompt) -> int | None:
        """This vendor does not count."""
        return None

    def usage(
        self, prompt: Prompt, output: int, readable: frozenset[tuple[str, ...]] = frozenset()
    ) -> Usage:
        """What a call is billed for: schema, rules and shared first, which is what can be cached.

        Tokens are our own estimate, an upper bound; the same for everybody.
        """
        before = sum(map(_weight, (json.dumps(prompt.schema), prompt.rules, prompt.shared)))
        behind = _weight(prompt.brief) + FRAME_TOKENS
        if not prompt.cache or before < self.minima.get(prompt.tier.model, math.inf):
            return Usage(before + behind, output)
        if _entry(prompt) in readable:
            return Usage(behind, output, cache_read_tokens=before)
        return Usage(behind, output, cache_write_tokens=before)

    def _answer(self, prompt: Prompt) -> tuple[str, int]:
        """What it says, and the tokens that takes."""
        found = re.search(r"^Reviewer: (\S+)$", prompt.brief, re.MULTILINE)
        who = found[1] if found else ""
        judges = {"refuter": self._rulings, "synthesis": _overview, "triage": _decisions}
        judge = _ballot if who.startswith("voter-") else judges.get(who)
        if judge is None:
            return self._claims(who, prompt), self.habits.answer_tokens
        said = judge(prompt)
        thoughts = len(said.get("rulings", [said])) if prompt.tier.effort is not None else 0
        self.thoughts += thoughts
        text = json.dumps(said)
        return text, _weight(text) + thoughts * self.habits.judging_tokens

    def _claims(self, who: str, prompt: Prompt) -> str:
        rows = _changed(prompt)
        claims = [
            _claim(who, *rows[zlib.crc32(f"{who} {nth}".encode()) % len(rows)])
            for nth in range(self.habits.findings if rows else 0)
        ]
        if claims and self.high:
            claims[0]["severity"], self.high = "high", False
        self.said += len(claims)
        return json.dumps({"findings": claims})

    def _rulings(self, prompt: Prompt) -> dict[str, Any]:
        claims = _block(prompt.brief, "claims").split("\n")
        proof = next((text for _, _, text in _rows(prompt.shared) if _says_something(text)), "")
        return {"rulings": [self._ruling(each, proof) for each in claims]}

    def _ruling(self, claim: str, proof: str) -> dict[str, Any]:
        """What is refuted depends on the claim alone: never on chance, nor on who asks when."""
        refuted = zlib.crc32(claim.encode()) < self.habits.refuted * 2**32
        return {
            "id": json.loads(claim)["id"],
            "reason": _VETO if refuted else _RULING,
            "quote": proof if refuted else "",
            "verdict": "refuted" if refuted else "stands",
            "confidence": 0.8,
        }


@lru_cache(maxsize=4_096)
def _weight(text: str) -> int:
    """The estimate, once for each text: the same rules and diffs come again and again."""
    return tokens(text)


def _entry(prompt: Prompt) -> tuple[str, ...]:
    """What must be the same for one call to read what another one wrote."""
    tier = prompt.tier
    return tier.model, str(tier.effort), json.dumps(prompt.schema), prompt.rules, prompt.shared


def _claim(who: str, path: str, line: int, text: str) -> dict[str, Any]:
    return {
        "path": path,
        "line": line,
        "end_line": line,
        "severity": "medium",
        "title": _TITLES.get(who, _TITLES["quality"]),
        "body": _BODY,
        "quote": text,
        "suggestion": None,
        "confidence": 0.8,
    }


def _changed(prompt: Prompt) -> list[tuple[str, int, str]]:
    """New lines of the files it is to judge, by path and number; others where none is new."""
    found = _FILES.search(prompt.brief)
    own = frozenset(found[1].split("\n")) if found else frozenset()
    rows = [
        (path, int(row[1]), row[3], row[2])
        for path, row, text in _rows(f"{prompt.shared}\n{prompt.brief}")
        if path in own and _says_something(text)
    ]
    new = [each[:3] for each in rows if each[3] == "+"]
    return new or [each[:3] for each in rows]


def _rows(shown: str) -> Iterator[tuple[str, re.Match[str], str]]:
    """Numbered lines of code in a prompt, with the file they stand in; no called definitions."""
    path, block = "", ""
    for each in shown.split("\n"):
        if begins := _BEGINS.match(each):
            block = begins[1]
        elif heading := _HEADING.match(each):
            path = heading[1]
        elif block in {"change", "code"} and (row := _ROW.fullmatch(each)):
            yield path, row, row[3]


def _says_something(text: str) -> bool:
    """Whether it can be quoted: no comment, no bracket alone, not cut."""
    letters = sum(map(str.isalnum, text))
    comment = text.lstrip().startswith(("#", "//", "/*", "*", "--", "<!--", ";", '"""', "'''"))
    return letters >= 3 and not comment and len(text) <= _LONGEST and "<U+" not in text


def _block(text: str, name: str) -> str:
    found = re.search(rf"\[[^\n]* begins: {name}\]\n(.*?)\n\[[^\n]* ends\]", text, re.DOTALL)
    return found[1] if found else ""


def _ballot(prompt: Prompt) -> dict[str, Any]:
    return {"reason": _BALLOT, "stance": "confirm", "confidence": 0.8}


def _overview(prompt: Prompt) -> dict[str, Any]:
    return {"duplicates": [], "overview": _OVERVIEW}


def _decisions(prompt: Prompt) -> dict[str, Any]:
    names = prompt.schema["$defs"]["Decision"]["properties"]["reviewer"]["enum"]
    return {"decisions": [{"reviewer": each, "reason": _TRIAGE, "read": True} for each in names]}
