"""Replaces secrets in place, before anything else sees the text. Lines stay where they were."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.domain.changed import Blob, ChangedFile
from bot.domain.finding import Category, Evidence, Severity
from bot.domain.patch import Side
from bot.guard.never_send import REDACTED, is_never_sent
from bot.guard.patterns import BY_NAME
from bot.guard.rows import HEADER, KEY_MATERIAL, Hit, Row, hits_in_rows, hits_in_text, rows_of
from bot.guard.secrets import Secret, find_secrets

ROUNDS = 8
"""Replacing one secret can lay another bare at its edge; real texts need one round."""

FILE = "credential file"
GUESS = KEY_MATERIAL[1]

ARMOUR = re.compile(r"(?<![A-Za-z0-9+/=])(?=[A-Za-z]{0,80}[0-9+/])[A-Za-z0-9+/=]{24,}")
"""What a line of a key holds. Behind a hunk's numbers it may stand alone, its key out of sight."""

MADE_UP = re.compile(
    r"(?:^|/)(?:tests?|specs?|__tests__|testdata|fixtures?|mocks?|examples?|samples?|docs?)/"
    r"|(?:^|/)(?:test_|conftest)[^/]*$|[._-](?:test|spec)\.[^/]+$|\.(?:md|mdx|rst|adoc)$",
    re.I,
)
"""Paths where passwords are usually inventions. They are replaced there, but not reported."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without secrets. `spots` are (1-based line, what stood there), in order."""

    text: str
    spots: tuple[tuple[int, str], ...]


def placeholder(title: str) -> str:
    """What stands where a secret was."""
    return f"{REDACTED}{title}»"


def redact(text: str) -> Redacted:
    """Replace each secret of `text`. It keeps its number of lines; twice changes no more."""
    spots: list[tuple[int, str]] = []
    for _ in range(ROUNDS):
        found = find_secrets(text)
        if not found:
            break
        spots += [(secret.line, secret.title) for secret in found]
        text = _replaced(text, found)
    return Redacted(text, tuple(sorted(spots)))


def _replaced(text: str, found: tuple[Secret, ...]) -> str:
    parts: list[str] = []
    done = 0
    for secret in found:
        parts += text[done : secret.start], masked(text[secret.start : secret.end], secret.title)
        done = secret.end
    return "".join((*parts, text[done:]))


def masked(secret: str, title: str) -> str:
    """The placeholder, once for each line of `secret` that holds anything."""
    return "\n".join(placeholder(title) if row.strip() else row for row in secret.split("\n"))


@dataclass(frozen=True, slots=True)
class RedactedChange:
    """A change without secrets, as fetched otherwise.

    `evidence` is one for each secret the change adds. `count` counts the distinct secrets that
    were replaced, those in unchanged lines and withheld files included.
    """

    files: tuple[ChangedFile, ...]
    texts: tuple[Blob, ...]
    evidence: tuple[Evidence, ...]
    count: int


def redact_change(files: Sequence[ChangedFile], texts: Sequence[Blob]) -> RedactedChange:
    """Redact every patch and every head text, in memory, before anything is kept.

    A file's head text, where it is among `texts`, shows which rows of its patch lie inside a key
    whose beginning the patch does not show. Credential files are masked line by line. A secret in a
    path is replaced as well; such a file's text is dropped and its patch masked.
    """
    files = [_safely_named(file) for file in files]
    texts = [blob for blob in texts if redact(blob.path).text == blob.path]
    heads = {blob.path: tuple(hits_in_text(blob.text)) for blob in texts if blob.text is not None}
    parts = [_redact_file(file, heads.get(file.path)) for file in files]
    secrets = {_key(path, Side.RIGHT, hit) for path, hits in heads.items() for hit in hits}
    return RedactedChange(
        tuple(part.file for part in parts),
        tuple(_redact_blob(blob) for blob in texts),
        tuple(each for part in parts for each in part.evidence),
        len(secrets.union(*(part.secrets for part in parts))),
    )


def _safely_named(file: ChangedFile) -> ChangedFile:
    before = file.previous_path
    return replace(
        file,
        path=redact(file.path).text,
        previous_path=None if before is None else redact(before).text,
    )


Key = tuple[str, Side, int, str]
"""Path, side, first line and pattern: one secret, however many texts show it."""


@dataclass(frozen=True, slots=True)
class _Part:
    file: ChangedFile
    evidence: tuple[Evidence, ...] = ()
    secrets: frozenset[Key] = frozenset()


def _key(path: str, side: Side, hit: Hit) -> Key:
    return path, side, hit.places[0][0], hit.name


def _redact_blob(blob: Blob) -> Blob:
    if blob.text is None:
        return blob
    withheld = is_never_sent(blob.path)
    return replace(blob, text=masked(blob.text, FILE) if withheld else redact(blob.text).text)


def _redact_file(file: ChangedFile, head: tuple[Hit, ...] | None) -> _Part:
    """One file's patch. `head` are the secrets of its head text, None where it was not read."""
    if file.patch is None:
        return _Part(file)
    rows = rows_of(file.patch)
    new = (*(head or ()), *hits_in_rows(rows, Side.RIGHT, guess=head is None))
    old = tuple(hits_in_rows(rows, Side.LEFT, guess=True))
    if is_never_sent(file.path) or is_never_sent(file.previous_path or ""):
        body = [_withheld(row) for row in rows]
        secrets = {(file.path, Side.RIGHT, 0, FILE)}
    else:
        body = _masked_rows(rows, {Side.LEFT: old, Side.RIGHT: new})
        removed = {row.old for row in rows if row.mark == "-"}
        secrets = {_key(file.path, Side.RIGHT, hit) for hit in new}
        secrets |= {_key(file.path, Side.LEFT, hit) for hit in old if _lines(hit) & removed}
    safe = replace(file, patch="\n".join(body))
    return _Part(safe, tuple(_evidence(file.path, rows, new)), frozenset(secrets))


def _lines(hit: Hit) -> set[int | None]:
    return {line for line, _, _ in hit.places}


def _withheld(row: Row) -> str:
    """A row of a credential file: where it is, and nothing else."""
    if row.mark == "@":
        return _header(row)
    return row.mark + (row.text if row.mark == "\\" else masked(row.text, FILE))


def _header(row: Row) -> str:
    """A hunk's numbers without the line of the file that git writes behind them."""
    match = HEADER.match(row.mark + row.text)
    return match[0] if match else row.mark


def _masked_rows(rows: tuple[Row, ...], hits: dict[Side, tuple[Hit, ...]]) -> list[str]:
    """The rows with the secrets of both versions replaced."""
    spans: dict[tuple[Side, int], list[tuple[int, int, str]]] = {}
    for side, found in hits.items():
        for hit in found:
            for line, start, end in hit.places:
                spans.setdefault((side, line), []).append((start, end, hit.title))
    masked_rows: list[str] = []
    for row in rows:
        here = [
            span
            for side in Side
            if (number := row.number(side)) is not None
            for span in spans.get((side, number), ())
        ]
        text = _without(row.text, here) if here else row.text
        armour = row.mark == "@" and ARMOUR.search(text) is not None
        safe = row.mark + (redact(text).text if here or row.mark == "@" else text)
        masked_rows.append(_header(row) if armour else safe)
    return masked_rows


def _without(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """`text` with each span, or what it has of it, replaced; overlapping ones together."""
    parts: list[str] = []
    done = 0
    for start, end, title in sorted(spans, key=lambda span: (span[0], span[2] == GUESS, span[1])):
        if end > done and text[start:end].strip():
            if start >= done:
                parts += text[done:start], placeholder(title)
            done = end
    return "".join((*parts, text[done:]))


def _evidence(path: str, rows: tuple[Row, ...], hits: Iterable[Hit]) -> Iterator[Evidence]:
    """One claim for each secret that stands in added lines."""
    added = {row.new for row in rows if row.mark == "+"}
    told: set[tuple[str, int]] = set()
    for hit in hits:
        lines = [line for line, _, _ in hit.places if line in added]
        if not lines or (hit.name, lines[0]) in told:
            continue
        severity = _severity(path, hit)
        if severity is None:
            continue
        told.add((hit.name, lines[0]))
        last = lines[0]
        while last + 1 in lines:
            last += 1
        yield _claim(path, hit, (lines[0], last), severity)


def _severity(path: str, hit: Hit) -> Severity | None:
    """How bad it is; None for what only looks like a secret where made-up ones are usual."""
    if hit.name == KEY_MATERIAL[0]:
        return Severity.MEDIUM
    if BY_NAME[hit.name].live:
        return Severity.CRITICAL
    return None if MADE_UP.search(path) else Severity.HIGH


def _claim(path: str, hit: Hit, lines: tuple[int, int], severity: Severity) -> Evidence:
    title = hit.title[:1].upper() + hit.title[1:]
    return Evidence(
        tool="secrets",
        rule=hit.name,
        path=path,
        line=lines[0],
        end_line=lines[1],
        severity=severity,
        category=Category.SECURITY,
        title=f"{title} in the change",
        message=(
            f"This looks like a {hit.title}. Whoever can read the repository can use it, and "
            "removing the line leaves it in the history. Revoke it, issue a new one, and read "
            "that from the environment or a secret store."
        ),
    )
