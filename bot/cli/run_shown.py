"""One run as people read it: its stages, what it decided, whom it asked, what it found."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal

from bot.cli.tables import Table
from bot.domain.decided import settled
from bot.domain.money import Usd, total
from bot.domain.review import Call
from bot.domain.run import Found, FoundStatus, RunRecord
from bot.domain.stages import Stage, stage_of, stages
from bot.guard.sanitise import plain
from bot.reporting.words import dollars, duration, plural

LONGEST = 300


def document(record: RunRecord) -> dict[str, object]:
    """The run as JSON: everything that is kept, its stages, and amounts as text."""
    whole = {
        **asdict(record),
        "decisions": [asdict(each) for each in settled(record)],
        "stages": [asdict(each) for each in stages(record)],
    }
    plain_: dict[str, object] = json.loads(json.dumps(whole, default=str))
    return plain_


def run_parts(record: RunRecord, now: float) -> list[str | Table]:
    """The run as sentences and tables. `now` is seconds since 1970."""
    parts: list[str | Table] = [
        f"{record.repo}#{record.number} at {record.head_sha[:12]}, asked by {record.trigger}",
        _end(record),
        f"Began {at(record.started)}, {_took(record, now)}; {_cost(record)}.",
    ]
    if record.everyone_tokens:
        planned, everyone = record.planned_tokens, record.everyone_tokens
        parts.append(
            f"Planned to send {planned:,} tokens; everything to everybody would take {everyone:,}."
        )
    for table in (_stages(record, now), _decisions(record), _calls(record), _found(record)):
        if table.rows:
            parts += ["", table]
    return parts


def at(seconds: float) -> str:
    """A time as people read it, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _end(record: RunRecord) -> str:
    verdict = f" ({record.verdict})" if record.verdict else ""
    return f"{record.status.value}{verdict}: {_one_line(record.note)}".rstrip(": ")


def _took(record: RunRecord, now: float) -> str:
    took = max(0.0, (record.finished or now) - record.started)
    return duration(took) if record.status.ended else f"{duration(took)} so far"


def _cost(record: RunRecord) -> str:
    """What it cost; what may still be billed counts at its worst case, and is said to."""
    if not record.calls:
        return "no model was called"
    if record.cost_usd is None:
        return "its cost is unknown"
    said = dollars(Usd(Decimal(record.cost_usd)))
    unsure = list(filter(_unsure, record.calls))
    if not unsure:
        return f"it cost {said}"
    part = dollars(total(each.cost for each in unsure))
    return f"at most {said}, of it {part} for {plural(len(unsure), 'call')} without an answer"


def _unsure(call: Call) -> bool:
    """Whether it has no answer, and may be billed all the same."""
    return bool(call.note) and call.cost != 0


def _at_most(cost: Usd | None, unsure: bool) -> str:
    return f"at most {dollars(cost)}" if unsure and cost is not None else dollars(cost)


def _stages(record: RunRecord, now: float) -> Table:
    unsure = {stage_of(each.name) for each in record.calls if _unsure(each)}
    rows = tuple(_stage(each, now, each.name in unsure) for each in stages(record))
    return Table("Stages", (), rows, frozenset((2, 3, 4)))


def _stage(stage: Stage, now: float, unsure: bool) -> tuple[str, ...]:
    took = "" if stage.began is None else duration(max(0.0, (stage.ended or now) - stage.began))
    calls = plural(stage.calls, "call") if stage.calls else ""
    cost = _at_most(stage.cost_usd, unsure) if stage.calls else ""
    name = stage.name.replace("_", " ")
    return (_one_line(name), stage.status.value, took, calls, cost, _one_line(stage.why))


def _decisions(record: RunRecord) -> Table:
    rows = tuple(
        (_one_line(each.subject), each.status.value, _one_line(each.why))
        for each in settled(record)
    )
    return Table("Decisions", (), rows)


def _calls(record: RunRecord) -> Table:
    head = (
        "call",
        "model",
        "cost",
        "time",
        "in",
        "cache read",
        "written",
        "out",
        "request",
        "note",
    )
    rows = tuple(map(_call, record.calls))
    return Table("Model calls, in tokens", head, rows, frozenset(range(2, 8)))


def _call(call: Call) -> tuple[str, ...]:
    usage = call.usage
    kinds = (
        usage.input_tokens,
        usage.cache_read_tokens,
        usage.cache_write_tokens,
        usage.output_tokens,
    )
    return (
        _one_line(call.name or call.reviewer),
        _one_line(call.model),
        _at_most(call.cost, _unsure(call)),
        duration(call.seconds) if call.seconds else "",
        *(f"{each:,}" for each in kinds),
        _one_line(call.request_id),
        _one_line(call.note),
    )


def _found(record: RunRecord) -> Table:
    rows = tuple(map(_finding, record.found))
    return Table("Findings", (), rows)


def _finding(found: Found) -> tuple[str, ...]:
    known = ""
    if found.status is FoundStatus.POSTED:
        known = {True: "accepted", False: "turned down", None: "not known"}[found.accepted]
    who = ", ".join(_one_line(each, 80) for each in found.sources)
    why = f" ({_one_line(found.why)})" if found.why else ""
    return (
        found.severity.value,
        found.status.value,
        known,
        f"{_one_line(found.path)}:{found.line}",
        f"{_one_line(found.title)}, by {who}{why}",
    )


def _one_line(text: str, limit: int = LONGEST) -> str:
    """Untrusted words, where each row is a line."""
    return " ".join(plain(text, limit).split())
