"""The mechanisms that save something, or cost something, each to be switched off by itself."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from benchmarks.ways import Without
from bot.domain.patch import FileKind, Patch
from bot.domain.plan import Change, Choice
from bot.planning.readable import NOBODY
from bot.planning.signals import signals
from bot.service.house import House

LEFT_OUT = NOBODY - {FileKind.BINARY}
"""Kinds of file that nobody reads although there is something to read."""


def ablations() -> tuple[Without, ...]:
    """Every mechanism that is to save something or costs something, by itself."""
    return (
        Without(
            "selection: all read",
            choices=_all_chosen,
            matters=lambda change, bill: bill.readers > 0,
        ),
        Without(
            "file kinds: docs, lock files… are read",
            whole=_all_source,
            matters=lambda change, bill: any(each.kind in LEFT_OUT for each in change.patch.files),
        ),
        Without("each reviewer its own files", choices=_all_files),
        Without(
            "widening: hunks only",
            shown=lambda change: replace(change, texts=()),
            matters=lambda change, bill: bool(change.texts),
        ),
        Without(
            "definitions",
            shown=lambda change: replace(change, definitions=()),
            matters=lambda change, bill: bool(change.definitions),
        ),
        Without(
            "cache",
            house=lambda house: _waiting(house, Decimal("Infinity")),
            matters=lambda change, bill: any(each.usage.cache_write_tokens for each in bill.calls),
        ),
        Without("parts", house=_in_one, matters=lambda change, bill: bill.parts > 0),
    )


def eager() -> Without:
    """Not a mechanism less: somebody goes first for the cache whenever that saves anything."""
    return Without(
        "waiting for the cache at any saving",
        house=lambda house: _waiting(house, Decimal(0)),
        matters=lambda change, bill: bill.readers > 1,
    )


def _all_chosen(choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """Everybody reads, unless nobody does: then there is nothing to read."""
    if all(each.chosen is False for each in choices):
        return choices
    return tuple(replace(each, chosen=True) for each in choices)


def _all_files(choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    return tuple(replace(each, reviewer=replace(each.reviewer, skip_kinds=())) for each in choices)


def _all_source(change: Change) -> Change:
    files = (
        replace(file, kind=FileKind.SOURCE) if file.kind in LEFT_OUT else file
        for file in change.patch.files
    )
    patch = Patch(tuple(files))
    return replace(change, patch=patch, signals=signals(patch, change.evidence))


def _waiting(house: House, usd: Decimal) -> House:
    return replace(house, worth=replace(house.worth, usd=usd))


def _in_one(house: House) -> House:
    return replace(house, desk=replace(house.desk, part_tokens=1_000_000_000))
