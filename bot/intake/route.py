"""A verified payload becomes what it asks of us, or the reason why it asks nothing.

Drafts, bots, forks and labels are judged later, by the repository's policy; here the default
label alone stops what runs at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.domain.asked import Asked, CancelRequest, Ignored, ReviewRequest, Uninstalled
from bot.domain.pull import PullRef, RepoPolicy
from bot.intake.payloads import (
    CheckRunEvent,
    CheckSuiteEvent,
    InstallationEvent,
    PullEvent,
    payload_as,
    ref_of,
)
from bot.intake.talk import TALK, Ourselves

Routed = Asked | Ignored

SKIP_LABELS = RepoPolicy().skip_labels
RUN_ID = re.compile(r"(?P<repo>[0-9]{1,18})-(?P<number>[0-9]{1,18})-(?P<head>[0-9a-f]+)-[0-9]+")
"""A run's id, which is its check's external_id."""


def route(event: str, payload: Mapping[str, Any], own_app_id: int | None, slug: str = "") -> Routed:
    """Decide what a delivery of `event` (X-GitHub-Event) asks of us.

    `own_app_id` None: no check run can be told to be ours, so none is run again. `slug` is the
    App's name in mentions; "": commands begin with /ai-review alone. Raises RejectedDelivery when
    a field is missing that the decision needs.
    """
    if event in TALK:
        return TALK[event](payload, Ourselves(own_app_id, slug))
    action = str(payload.get("action", ""))
    match event:
        case "pull_request":
            return _pull_request(action, payload)
        case "check_run":
            return _check_run(action, payload, own_app_id)
        case "check_suite":
            return _check_suite(action, payload, own_app_id)
        case "installation":
            return _installation(action, payload)
        case "installation_repositories":
            return _repositories(action, payload)
        case "ping":
            return Ignored("pong")
        case _:
            return Ignored(f"event {event} is not handled")


HANDLED = (
    *("pull_request", "check_run", "check_suite", "installation", "installation_repositories"),
    *TALK,
)
"""Events that may ask something of us."""
OPTIONAL = ("merge_group",)
"""Those that need a permission which not everybody should have to grant."""
ALWAYS_SENT = ("installation", "installation_repositories", "ping")
"""Events every App gets unasked; a manifest that lists them is refused."""


def _pull_request(action: str, payload: Mapping[str, Any]) -> Routed:
    decide = _PULL_ACTIONS.get(action)
    if decide is None:
        return Ignored(f"pull_request.{action} does not change what is to be reviewed")
    seen = payload_as(PullEvent, payload)
    pull = ref_of(seen, seen.pull_request.number, seen.pull_request.head.sha)
    return decide(f"pull_request.{action}", pull, seen)


def _review(trigger: str, pull: PullRef, _: PullEvent) -> Routed:
    return ReviewRequest(pull, trigger)


def _pushed(trigger: str, pull: PullRef, _: PullEvent) -> Routed:
    return ReviewRequest(pull, trigger, settle=True)


def _edited(trigger: str, pull: PullRef, seen: PullEvent) -> Routed:
    if seen.changes is None or seen.changes.base is None:
        return Ignored("the title or body was edited, which is not reviewed")
    return ReviewRequest(pull, trigger, again=True)  # the same head is another change now


def _labeled(_: str, pull: PullRef, seen: PullEvent) -> Routed:
    name = "" if seen.label is None else seen.label.name
    if name in SKIP_LABELS:
        return CancelRequest(pull, f"labelled {name}")
    return Ignored("that label does not stop a review")


def _unlabeled(trigger: str, pull: PullRef, _: PullEvent) -> Routed:
    # Any label may have been one the policy skips; a head that has its review gets no second one.
    return ReviewRequest(pull, trigger)


def _closed(_: str, pull: PullRef, __: PullEvent) -> Routed:
    return CancelRequest(pull, "closed", closed=True)


def _drafted(_: str, pull: PullRef, __: PullEvent) -> Routed:
    return CancelRequest(pull, "converted to draft")


_PULL_ACTIONS: dict[str, Callable[[str, PullRef, PullEvent], Routed]] = {
    "opened": _review,
    "reopened": _review,
    "ready_for_review": _review,
    "synchronize": _pushed,
    "edited": _edited,
    "labeled": _labeled,
    "unlabeled": _unlabeled,
    "closed": _closed,
    "converted_to_draft": _drafted,
}


def _check_run(action: str, payload: Mapping[str, Any], own_app_id: int | None) -> Routed:
    if action != "rerequested":
        return Ignored(f"check_run.{action} asks for nothing")
    seen = payload_as(CheckRunEvent, payload)
    check = seen.check_run
    if check.app is None or check.app.id != own_app_id:
        return Ignored("that check run is another App's")
    # Not from the payload's pull_requests: GitHub leaves them empty for forks.
    run = RUN_ID.fullmatch(check.external_id or "")
    if run is None or int(run["repo"]) != seen.repository.id or run["head"] != check.head_sha:
        return Ignored("that check run names no review of ours")
    pull = ref_of(seen, int(run["number"]), check.head_sha)
    return ReviewRequest(pull, "check_run.rerequested", again=True)


def _check_suite(action: str, payload: Mapping[str, Any], own_app_id: int | None) -> Routed:
    if action != "rerequested":
        return Ignored(f"check_suite.{action} asks for nothing")
    seen = payload_as(CheckSuiteEvent, payload)
    suite = seen.check_suite
    if suite.app is None or suite.app.id != own_app_id:
        return Ignored("that check suite is another App's")
    for named in suite.pull_requests:
        if named.base.repo.id == seen.repository.id:
            pull = ref_of(seen, named.number, named.head.sha)
            return ReviewRequest(pull, "check_suite.rerequested", again=True)
    return Ignored("the suite names no pull request (a fork's?); re-run the check run itself")


def _installation(action: str, payload: Mapping[str, Any]) -> Routed:
    if action in ("deleted", "suspend"):
        place = payload_as(InstallationEvent, payload).installation.id
        return Uninstalled(place, keep=action == "suspend")
    if action == "created":
        return Ignored("welcome; what is opened or pushed from now on is reviewed")
    return Ignored(f"installation.{action} needs nothing done")


def _repositories(action: str, payload: Mapping[str, Any]) -> Routed:
    if action != "removed":
        return Ignored(f"installation_repositories.{action} needs nothing done")
    seen = payload_as(InstallationEvent, payload)
    removed = tuple(each.id for each in seen.repositories_removed)
    if not removed:  # for Uninstalled, no repository means all of them
        return Ignored("no repository was removed")
    return Uninstalled(seen.installation.id, removed)
