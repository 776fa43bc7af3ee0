"""The faults of the model API, one row each: how it comes about, and what is to come of it.

Attempts are written as `Ended.attempts` writes them: "RRR S" is three that failed and were not
billed, then an answer of the fallback model; "S/S" an answer, and another one a round later.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes.model import FakeModel
from tests.fakes.script import Act

BASE = {
    "src/login.py": "def login(user):\n    return user\n\n\ndef unrelated():\n    return 1\n",
    "src/cart.js": "export const total = (a, b) => a + b;\n",
}
HEAD = {
    "src/login.py": (
        "def login(user, password):\n"
        "    if password == user.password:\n"
        "        return user\n"
        "    return None\n"
        "\n\ndef unrelated():\n    return 1\n"
    ),
    "src/cart.js": "export const total = (a, b) => a + b;\nexport const none = 0;\n",
}
"""Read by quality on the cheap tier (Haiku) and by security on the standard tier (Sonnet); each
tier falls back to the other."""

FINDING: dict[str, Any] = {
    "path": "src/login.py",
    "line": 2,
    "end_line": 2,
    "severity": "medium",
    "title": "`login` compares passwords in the open",
    "body": "Whoever reads the store reads every password.",
    "quote": "    if password == user.password:",
    "suggestion": None,
    "confidence": 0.9,
}
WHOLE_THEN_CUT = json.dumps({"findings": [FINDING]})[:-2] + ', {"path": "src/log'
LONG = json.dumps({"findings": [{**FINDING, "body": "So it goes. " * 400}] * 13})
"""More than is kept of an answer (56 KB), less than a model may write."""

Script = Callable[[FakeModel, str, int | None], None]
"""Has the server do it to whoever asks under that name, that many times; None: for ever."""

FOUND = "; 1 finding, worst Medium"
REFUSED_KEY = "The model API refused the key (request req_…). Check ANTHROPIC_API_KEY."
SLOW_DOWN = (
    "The model API asked us to slow down (request req_…). Wait, or ask the vendor for a higher "
    "rate limit."
)
NO_MESSAGE = (
    "The model API's answer is not a message. Check that ANTHROPIC_BASE_URL names the API itself "
    "and no proxy's page."
)
CUT = "The answer was cut off at its length limit."
TWICE = "The model answered twice, not in the agreed form."


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a call of the model API goes wrong.

    `name` and `happens` are for docs/failures.md. `once`, `ever`: the attempts of a reviewer on
    Sonnet when it passes after one call, and when it lasts. `all`: those of quality and security,
    asked in that order, when it lasts for everybody. `reads` is what the author then reads of a
    reviewer; `{model}` is the one it was given to. `found`: what it said before is a finding.
    `heals` False: a reviewer that meets it once has failed.
    """

    name: str
    script: Script
    happens: str
    once: str
    ever: str
    all: tuple[str, str]
    reads: str
    found: bool = False
    heals: bool = True


def failing(status: int, after: str | None = None, text: str = "scripted") -> Script:
    return lambda fake, who, times: fake.fail(who, status, times, after, text=text)


def hanging(fake: FakeModel, who: str, times: int | None) -> None:
    fake.hang(who, times)


def saying(text: str) -> Script:
    return lambda fake, who, times: fake.say(who, text, times)


RETRIED = "asked three times, then the fallback model three times"
ELSEWHERE = "the fallback model is asked at once"
ONCE_MORE = "asked once more, with the reason"

FAULTS: dict[str, Fault] = {
    "429 with a wait": Fault(
        "429, `retry-after` of at most 20 s",
        failing(429, "2"),
        f"{RETRIED}, each time after the wait",
        *("RS", "RRR RRR", ("RRR RRR", "RRR RRR")),
        SLOW_DOWN,
    ),
    "429 with a long wait": Fault(
        "429, `retry-after` longer than that",
        failing(429, "900"),
        f"nobody waits so long: {ELSEWHERE}",
        *("R S", "R R", ("R R", "R R")),
        SLOW_DOWN,
    ),
    "429": Fault(
        "429 without `retry-after`",
        failing(429),
        f"{RETRIED}; waits grow from half a second",
        *("RS", "RRR RRR", ("RRR RRR", "RRR RRR")),
        SLOW_DOWN,
    ),
    "500": Fault(
        "500",
        failing(500),
        f"{RETRIED}; waits grow from half a second",
        *("RS", "RRR RRR", ("RRR RRR", "RRx RRx")),
        "The model API failed with HTTP status 500 (request req_…).",
    ),
    "503": Fault(
        "503",
        failing(503),
        "the same",
        *("RS", "RRR RRR", ("RRR RRR", "RRx RRx")),
        "The model API failed with HTTP status 503 (request req_…).",
    ),
    "529": Fault(
        "529, overloaded",
        failing(529, text="Overloaded"),
        "the same",
        *("RS", "RRR RRR", ("RRR RRR", "RRx RRx")),
        "The model API is overloaded (request req_…).",
    ),
    "time-out": Fault(
        "no answer within `call_timeout_s`",
        hanging,
        f"not waited for twice: {ELSEWHERE}",
        *("L S", "L L", ("L L", "L L")),
        "The model API did not answer within 120 s.",
    ),
    "reset before": Fault(
        "connection reset before the answer",
        lambda fake, who, times: fake.sever(who, times),
        "asked once more; two that may be billed are enough",
        *("LS", "LL", ("LL", "LL")),
        "The model API closed the connection before it answered.",
    ),
    "reset amid": Fault(
        "connection reset in the middle of it",
        lambda fake, who, times: fake.sever(who, times, "middle"),
        "the same",
        *("LS", "LL", ("LL", "LL")),
        "The model API closed the connection in the middle of its answer.",
    ),
    "half a body": Fault(
        "half a message, as if it were whole",
        lambda fake, who, times: fake.cut(who, times),
        "the same",
        *("LS", "LL", ("LL", "LL")),
        NO_MESSAGE,
    ),
    "a page": Fault(
        "a proxy's page of HTML",
        lambda fake, who, times: fake.page(who, times),
        f"it would come again: {ELSEWHERE}",
        *("L S", "L L", ("L L", "L L")),
        NO_MESSAGE,
    ),
    "without end": Fault(
        "an answer without end",
        lambda fake, who, times: fake.long(who, 12_000_000, times=times),
        f"read to 8 MB, then {ELSEWHERE}",
        *("L S", "L L", ("L L", "L L")),
        NO_MESSAGE,
    ),
    "longer than kept": Fault(
        "an answer of more than 56 KB",
        saying(LONG),
        "cut there; goes on as one cut off",
        *("S/S", "S/S/S", ("S/S/S", "S/S/S")),
        CUT,
        found=True,
    ),
    "cut behind a finding": Fault(
        "cut off behind whole findings",
        lambda fake, who, times: fake.act(who, Act("truncate", text=WHOLE_THEN_CUT, times=times)),
        "they are kept; the rest is asked for, twice at most",
        *("S/S", "S/S/S", ("S/S/S", "S/S/S")),
        CUT,
        found=True,
    ),
    "cut before a finding": Fault(
        "cut off before the first finding",
        lambda fake, who, times: fake.truncate(who, times),
        "its files are shared out between two questions, and once more",
        *("S/S+S", "S/S+S", ("S/S+S", "S/S+S")),
        CUT,
    ),
    "window": Fault(
        "the window is full (`model_context_window_exceeded`)",
        lambda fake, who, times: fake.stop(who, "model_context_window_exceeded", times),
        "the same",
        *("S/S+S", "S/S+S", ("S/S+S", "S/S+S")),
        CUT,
    ),
    "odd stop": Fault(
        "stopped for a reason that is not known",
        lambda fake, who, times: fake.stop(who, "pause_turn", times),
        f"however whole it looks, {ONCE_MORE}",
        *("S/S", "S/S", ("S/S", "S/S")),
        f"{TWICE} The model stopped in a way that is not known.",
    ),
    "no stop": Fault(
        "stopped without a reason",
        lambda fake, who, times: fake.stop(who, None, times),
        "the same",
        *("S/S", "S/S", ("S/S", "S/S")),
        f"{TWICE} The model stopped in a way that is not known.",
    ),
    "refusal": Fault(
        "a refusal",
        lambda fake, who, times: fake.refuse(who, times),
        "not asked again",
        *("S", "S", ("S", "S")),
        "The model refused to read this change.",
        heals=False,
    ),
    "not JSON": Fault(
        "prose instead of JSON",
        saying("Looks good!"),
        ONCE_MORE,
        *("S/S", "S/S", ("S/S", "S/S")),
        f"{TWICE} The answer is not JSON.",
    ),
    "wrong schema": Fault(
        "JSON of another schema",
        saying('{"findings": "none"}'),
        "the same",
        *("S/S", "S/S", ("S/S", "S/S")),
        f"{TWICE} The answer does not fit its schema at findings: Input should be a valid array.",
    ),
    "empty": Fault(
        "an empty answer",
        lambda fake, who, times: fake.empty(who, times),
        "the same",
        *("S/S", "S/S", ("S/S", "S/S")),
        f"{TWICE} The answer is not JSON.",
    ),
    "401": Fault(
        "401, a wrong key",
        failing(401),
        f"{ELSEWHERE}, once",
        *("R S", "R R", ("R R", "R R")),
        REFUSED_KEY,
    ),
    "402": Fault(
        "402, no credit",
        failing(402),
        "the same",
        *("R S", "R R", ("R R", "R R")),
        "The model API's account has no credit left (request req_…). Add credit to the account.",
    ),
    "404": Fault(
        "404, an unknown model",
        failing(404),
        "the same",
        *("R S", "R R", ("R R", "R R")),
        "The model API does not know model {model} (request req_…). Check the model's name in "
        "models.toml, and ANTHROPIC_BASE_URL.",
    ),
    "prompt too long": Fault(
        "400, the prompt is too long",
        failing(400, text="prompt is too long: 210000 tokens > 200000 maximum"),
        "the same",
        *("R S", "R R", ("R R", "R R")),
        "The prompt is longer than {model} takes (request req_…). Choose a model with a larger "
        "window in models.toml, or review a smaller change.",
    ),
    "413": Fault(
        "413, the request is too large",
        failing(413),
        "the same",
        *("R S", "R R", ("R R", "R R")),
        "The request is larger than the model API takes (request req_…). Review a smaller change.",
    ),
}

WIDE = {
    f"{folder}/{name}.py": "".join(
        f"def {name}_{nth}(left, right):\n    return left + right + {nth}\n\n\n" for nth in range(4)
    )
    for folder, name in (("billing", "invoice"), ("shipping", "parcel"))
}
"""Read in two parts where parts are small. The rules leave performance open."""

BESIDE = ("triage", "refuter", "voter-1", "synthesis")
"""Who is asked beside the reviewers; one voter of three."""

FIRST_FIELD = {"refuter": "rulings", "voter-1": "reason", "synthesis": "duplicates"}


def wrong_sums(body: dict[str, Any]) -> str:
    """The answer of a reviewer that finds something in each part it is given."""
    brief = body["messages"][-1]["content"][-1]["text"]
    path = next(path for path in WIDE if path in brief)
    said = {
        **FINDING,
        "path": path,
        "severity": "high",
        "title": f"The first sum of `{path}` is wrong",
        "quote": "    return left + right + 0",
    }
    return json.dumps({"findings": [said]})


def beside(fault: Fault, who: str, model: str) -> tuple[str, str]:
    """The attempts of somebody beside the reviewers when it lasts, and what is then told of it.

    The refuter and the voters have a question for each of two findings. Triage knows no fallback.
    Nobody's answer is continued or shared out.
    """
    each = "S/S" if fault.ever.startswith("S/") else fault.ever
    if who == "triage":
        each = each.partition(" ")[0]
    elif who != "synthesis":
        each = "/".join(f"{one}+{one}" for one in each.split("/"))
    return each, _told(fault, who).format(model=model)


def _told(fault: Fault, who: str) -> str:
    if fault.reads == CUT:
        return f"{TWICE} It was cut off at its length limit."
    if fault is FAULTS["refusal"]:
        return "The model refused to answer."
    if who == "triage" and fault.reads.startswith(f"{TWICE} The answer"):
        return f"{TWICE} The answer does not fit its schema."
    if fault is FAULTS["wrong schema"]:
        return f"{TWICE} The answer does not fit its schema at {FIRST_FIELD[who]}: Field required."
    return fault.reads
