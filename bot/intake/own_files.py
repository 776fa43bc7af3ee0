"""What a repository's own files ask of us, as they stand on its default branch.

Only writers can put them there. A pull request's own versions are part of the change like any
file: they are looked at and told of, and have no effect before they are merged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.domain.changed import ABSENT, LINK, Blob
from bot.domain.own_files import POLICY, OwnFiles
from bot.domain.plan import Reviewer
from bot.domain.pull import Guide, RepoPolicy
from bot.errors import ConfigError
from bot.guard.material import visible
from bot.guard.redact import redact
from bot.intake.policy import check_policy, policy_of
from bot.intake.reviewer_file import parse_reviewer

GUIDANCE = ("AGENTS.md", "CLAUDE.md")
"""Notes for whoever works on the code. Those at the root alone: nested ones are not read."""

ATTRIBUTES = ".gitattributes"
FOLDER = ".github/ai-review/reviewers"
PATHS = (POLICY, *GUIDANCE, ATTRIBUTES)

MOST_REVIEWERS = 5
MOST_BRIEF = 8_000
"""Bytes of a reviewer's file. The briefs that ship have 2 kB."""

MOST_ATTRIBUTES = 16_000
"""Bytes of the lines of `.gitattributes` that we know of; a repository needs a few dozen lines."""

MOST_SAID = 5
_NAME = re.compile(r"[a-z][a-z0-9-]{0,29}")


@dataclass(frozen=True, slots=True)
class Admits:
    """What the operator lets a repository add.

    `guidance_bytes`: of its notes, as UTF-8, 0 for none. `reviewers`: whether it may have its own.
    `names` are those of the operator's reviewers, `tiers` those of models.toml.
    """

    guidance_bytes: int = 8_000
    reviewers: bool = False
    names: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        """The folder to read beside `PATHS`, "" for none."""
        return FOLDER if self.reviewers else ""


def repo_policy(own: OwnFiles, defaults: RepoPolicy, admits: Admits) -> RepoPolicy:
    """All that a repository wants. What of it cannot be used is told in `problem` and `notes`."""
    policy = policy_of(own.file(POLICY), defaults)
    guides, cut = _guides(own, admits.guidance_bytes) if policy.guidance else ((), ())
    marks, lost = _attributes(own.file(ATTRIBUTES))
    reviewers, wrong = _reviewers(own.folder, admits) if admits.reviewers else ((), ())
    return replace(
        policy,
        guides=guides,
        attributes=marks,
        own_reviewers=reviewers,
        notes=(*policy.notes, *cut, *lost, *wrong),
    )


def _guides(own: OwnFiles, room: int) -> tuple[tuple[Guide, ...], tuple[str, ...]]:
    """The notes that fit, one after the other, and which were cut."""
    found: list[Guide] = []
    notes: list[str] = []
    for path in GUIDANCE:
        text = redact(own.file(path).text or "").text.strip()
        if not text or any(text == each.text for each in found):  # one is often the other's link
            continue
        kept = _fitting(text, room)
        left_out = len(text.encode()) - len(kept.encode())
        room -= len(kept.encode())
        found.append(Guide(path, kept, left_out))
        if left_out:
            notes.append(f"Of {path}, the last {left_out:,} bytes were beyond what reviewers read.")
    return tuple(each for each in found if each.text), tuple(notes)


def _fitting(text: str, room: int) -> str:
    """As much of `text` as fits into `room` bytes, whole lines where it is cut."""
    if len(text.encode()) <= room:
        return text
    cut = text.encode()[: max(room, 0)].decode("utf-8", "ignore")
    return cut.rpartition("\n")[0] or cut


def _attributes(found: Blob) -> tuple[str, tuple[str, ...]]:
    """The lines that speak of what linguist knows. The others are nobody's here."""
    rows = [row for row in (found.text or "").split("\n") if "linguist-" in row]
    marks = "\n".join(rows)
    if len(marks.encode()) <= MOST_ATTRIBUTES:
        return marks, ()
    why = f"its linguist lines have over {MOST_ATTRIBUTES:,} bytes, shorten them"
    return "", (_not_used(ATTRIBUTES, why),)


def _reviewers(
    folder: Iterable[Blob], admits: Admits
) -> tuple[tuple[Reviewer, ...], tuple[str, ...]]:
    found: list[Reviewer] = []
    notes: list[str] = []
    for each in folder:
        if not each.path.endswith(".md"):
            continue
        made = own_reviewer(each, admits)
        if isinstance(made, str):
            notes.append(f"{made} That reviewer did not run.")
        elif len(found) == MOST_REVIEWERS:
            notes.append(f"{each.path} is not used: a repository may have {MOST_REVIEWERS}.")
        else:
            found.append(made)
    return tuple(found), tuple(notes)


def own_reviewer(found: Blob, admits: Admits) -> Reviewer | str:
    """The reviewer of a repository's file, or a sentence that says what is wrong with it."""
    name = found.path.rpartition("/")[2].removesuffix(".md")
    return (
        _own_reviewer(found, name, admits)
        if _NAME.fullmatch(name)
        else _not_used(
            found.path, "its name is not of small letters, digits and hyphens, 30 at most"
        )
    )


def _own_reviewer(found: Blob, name: str, admits: Admits) -> Reviewer | str:
    if name in admits.names:
        return _not_used(found.path, f"the operator has a reviewer {name}, give yours another name")
    if found.text is None:
        return _not_used(found.path, f"it is {found.why}, make it a plain text file")
    if len(found.text.encode()) > MOST_BRIEF:
        return _not_used(found.path, f"it has over {MOST_BRIEF:,} bytes, shorten it")
    try:
        made = parse_reviewer(redact(found.text).text, name)
    except ConfigError as error:
        return _not_used(found.path, str(error).rstrip("."))
    for tier in filter(None, (made.tier, made.tier_low, made.tier_high)):
        if tier not in admits.tiers:
            why = f"there is no tier {redact(tier).text}, name one of {', '.join(admits.tiers)}"
            return _not_used(found.path, why)
    return replace(made, brief=visible(made.brief))


def _not_used(path: str, why: str) -> str:
    return f"{path} is not used: {why}."


def is_own(path: str) -> bool:
    """Whether what stands at `path` tells us something once it is on the default branch."""
    return path in PATHS or (path.startswith(f"{FOLDER}/") and path.endswith(".md"))


def proposed(found: Blob, admits: Admits, own: Iterable[Reviewer] = ()) -> tuple[str, ...]:
    """What would become of a change to one of our files, in sentences for the check.

    `own` are the repository's own reviewers, whom a policy may name as well.
    """
    by = "This review went by the default branch's."
    if found.path in (*GUIDANCE, ATTRIBUTES):
        return (f"{found.path} is changed here, which takes effect once merged. {by}",)
    if found.why in (ABSENT, LINK):
        gone = "removed" if found.why == ABSENT else "made a link, which is not followed"
        return (f"{found.path} is {gone} here, which takes effect once merged. {by}",)
    problems = _problems(found, admits, own)
    if not problems:
        return (f"{found.path} is changed here and valid: it takes effect once merged. {by}",)
    first = f"{found.path} is changed here and wrong: merged like this it would not be used. {by}"
    said = tuple(f"There, {each}" for each in problems[:MOST_SAID])
    rest = len(problems) - MOST_SAID
    return (first, *said, *([f"There are {rest} more."] if rest > 0 else ()))


def _problems(found: Blob, admits: Admits, own: Iterable[Reviewer]) -> tuple[str, ...]:
    if found.path == POLICY:
        if found.text is None:
            return (f"it is {found.why}. Make it a plain text file.",)
        names = (*admits.names, *(each.name for each in own)) if admits.names else ()
        return tuple(redact(each).text for each in check_policy(found.text, names))
    if not admits.reviewers:
        return ("this server's operator admits no reviewers of a repository's own.",)
    made = own_reviewer(found, admits)
    return (made.partition(" is not used: ")[2],) if isinstance(made, str) else ()
