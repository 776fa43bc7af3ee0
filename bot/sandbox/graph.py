"""The few GraphQL fields and mutations a reviewer needs, with their rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Response, jsonify

from bot.sandbox.access import granted, require
from bot.sandbox.answers import Refused, body_of, of_type
from bot.sandbox.asking import Ask, asked
from bot.sandbox.comments_api import seen_comments
from bot.sandbox.graph_files import default_head, object_at
from bot.sandbox.graph_talk import (
    Node,
    Said,
    Trouble,
    actor,
    comment,
    connection,
    may_resolve,
    review,
    thread,
)
from bot.sandbox.graphql import BadQuery, Field, parse
from bot.sandbox.state import IssueComment, Pull, Repo, Review, ReviewComment
from bot.sandbox.view_pull import files_of, page_of

CLASSIFIERS = ("ABUSE", "DUPLICATE", "OFF_TOPIC", "OUTDATED", "RESOLVED", "SPAM")
Resolver = Callable[[Mapping[str, Any]], Any]


def answer_query() -> Response:
    """Answer one GraphQL request: 200 with `errors`, whatever is wrong with the query."""
    ask, sent = asked(), body_of("query", "variables", "operationName")
    if ask.caller.token is None:
        raise Refused(401, "Requires authentication")
    try:
        variables = of_type(sent.get("variables") or {}, dict, "variables")
        kind, fields = parse(str(sent.get("query", "")), variables)
    except BadQuery as error:
        return jsonify({"errors": [{"message": str(error)}]})
    root = _mutations(ask) if kind == "mutation" else _queries(ask)
    errors: list[Node] = []
    data = _filled(root, fields, (), errors)
    return jsonify({"data": data} | ({"errors": errors} if errors else {}))


def _filled(node: Any, fields: tuple[Field, ...], path: tuple[str, ...], errors: list[Node]) -> Any:
    """What `fields` ask of `node`; a field that fails is null and is told among `errors`."""
    if isinstance(node, list):
        return [_filled(each, fields, path, errors) for each in node]
    if not isinstance(node, dict) or not fields:
        return node
    found: Node = {}
    for wanted in fields:
        if wanted.on in (None, node.get("__typename")) or wanted.on in node.get("__is", ()):
            here = (*path, wanted.alias)
            try:
                value = _value(node, wanted)
                found[wanted.alias] = _filled(value, wanted.fields, here, errors)
            except (Trouble, Refused) as error:
                found[wanted.alias] = None
                errors.append(_told(error, here))
    return found


def _value(node: Node, wanted: Field) -> Any:
    if wanted.name not in node:
        kind = node.get("__typename", "Query")
        raise Trouble("undefinedField", f"Field '{wanted.name}' doesn't exist on type '{kind}'")
    value = node[wanted.name]
    return value(wanted.arguments) if callable(value) else value


def _told(error: Trouble | Refused, path: tuple[str, ...]) -> Node:
    if isinstance(error, Trouble):
        return {"type": error.kind, "path": list(path), "message": str(error)}
    kind = {404: "NOT_FOUND", 403: "FORBIDDEN"}.get(error.status, "UNPROCESSABLE")
    return {"type": kind, "path": list(path), "message": str(error)}


def _queries(ask: Ask) -> Node:
    def repository(given: Mapping[str, Any]) -> Node:
        full_name = f"{given.get('owner')}/{given.get('name')}"
        found = ask.world.repo(full_name)
        try:
            repo = require(ask.world, ask.caller, found, (("metadata", "read"),))
        except Refused as error:
            message = f"Could not resolve to a Repository with the name '{full_name}'."
            raise Trouble("NOT_FOUND", message) from error
        return _repository(ask, repo)

    limit = {"limit": ask.world.rate_limit, "cost": 1, "__typename": "RateLimit"}
    viewer = {"login": ask.caller.login, "__typename": "User"}
    return {"repository": repository, "rateLimit": limit, "viewer": viewer}


def _repository(ask: Ask, repo: Repo) -> Node:
    def thing(given: Mapping[str, Any]) -> Node | None:
        require(ask.world, ask.caller, repo, (("contents", "read"),))
        name, colon, path = str(given.get("expression") or given.get("oid")).partition(":")
        commit = default_head(repo) if name == "HEAD" else name
        return object_at(repo, f"{commit}{colon}{path}")

    def branch(_: Mapping[str, Any]) -> Node | None:
        require(ask.world, ask.caller, repo, (("contents", "read"),))
        if (head := default_head(repo)) is None:
            return None
        target = object_at(repo, head)
        return {"__typename": "Ref", "name": repo.default_branch, "target": target}

    def pull(given: Mapping[str, Any]) -> Node:
        require(ask.world, ask.caller, repo, (("pull_requests", "read"),))
        found = repo.pulls.get(int(given.get("number") or 0))
        if found is None:
            raise Trouble("NOT_FOUND", "Could not resolve to a PullRequest with that number.")
        return _pull(ask, found)

    return {
        "__typename": "Repository",
        "id": f"R_{repo.id}",
        "databaseId": repo.id,
        "nameWithOwner": repo.full_name,
        "isPrivate": repo.private,
        "defaultBranchRef": branch,
        "object": thing,
        "pullRequest": pull,
    }


def _pull(ask: Ask, pull: Pull) -> Node:
    def threads(given: Mapping[str, Any]) -> Node:
        firsts = [c for c in seen_comments(ask, pull) if c.reply_to is None]
        return connection([thread(ask, pull, first) for first in firsts], given)

    return {
        "__typename": "PullRequest",
        "id": f"PR_{pull.id}",
        "number": pull.number,
        "title": pull.title,
        "body": pull.body or "",
        "url": page_of(ask.view, pull),
        "state": "MERGED" if pull.merged else pull.state.upper(),
        "isDraft": pull.draft,
        "author": actor(ask, pull.author),
        "changedFiles": lambda _: len(files_of(pull)),
        "headRepository": {"__typename": "Repository", "databaseId": pull.head_repo.id},
        "headRefName": pull.head_ref,
        "baseRefName": pull.base_ref,
        "headRefOid": pull.head_sha,
        "baseRefOid": pull.base_sha,
        "labels": lambda given: connection(
            [{"__typename": "Label", "name": name} for name in pull.labels], given
        ),
        "reviewThreads": threads,
        "reviews": lambda given: connection(
            [review(ask, r) for r in pull.reviews if r.state != "PENDING"], given
        ),
        "comments": lambda given: connection(
            [comment(ask, pull, c) for c in pull.conversation], given
        ),
    }


def _mutations(ask: Ask) -> Node:
    def settled(given: Mapping[str, Any], by: str | None) -> Node:
        pull, first = _find(ask, str(given["input"].get("threadId")), "PRRT")
        if not may_resolve(ask, pull.repo):
            raise Trouble("FORBIDDEN", "Resource not accessible by integration")
        if isinstance(first, ReviewComment):
            first.resolved_by = by
            return {"__typename": "Payload", "thread": thread(ask, pull, first)}
        raise Trouble("NOT_FOUND", "Could not resolve to a node.")

    def minimize(given: Mapping[str, Any]) -> Node:
        reason = given["input"].get("classifier")
        if reason not in CLASSIFIERS:
            raise Trouble("argumentLiteralsIncompatible", f"{reason} is not a classifier")
        return minimized(given, reason)

    def minimized(given: Mapping[str, Any], reason: str | None) -> Node:
        pull, found = _find(ask, str(given["input"].get("subjectId")), "")
        may = granted(ask.world, ask.caller, pull.repo)
        need = "issues" if isinstance(found, IssueComment) else "pull_requests"
        if may.get(need) not in ("write", "admin"):
            raise Trouble("FORBIDDEN", "Resource not accessible by integration")
        found.minimized = reason
        shown = review(ask, found) if isinstance(found, Review) else comment(ask, pull, found)
        return {"__typename": "Payload", "minimizedComment": shown}

    return {
        "__typename": "Mutation",
        "resolveReviewThread": lambda given: settled(given, ask.caller.login),
        "unresolveReviewThread": lambda given: settled(given, None),
        "minimizeComment": minimize,
        "unminimizeComment": lambda given: minimized(given, None),
    }


def _find(ask: Ask, node_id: str, kind: str) -> tuple[Pull, Said]:
    prefix, _, number = node_id.partition("_")
    for repo in ask.world.repos.values():
        for pull in repo.pulls.values():
            for one in _said(ask, pull, prefix):
                right_kind = prefix == kind or (not kind and prefix in ("IC", "PRRC", "PRR"))
                if right_kind and str(one.id) == number and granted(ask.world, ask.caller, repo):
                    return pull, one
    raise Trouble("NOT_FOUND", f"Could not resolve to a node with the global id of '{node_id}'")


def _said(ask: Ask, pull: Pull, prefix: str) -> Sequence[Said]:
    if prefix == "IC":
        return pull.conversation
    return pull.reviews if prefix == "PRR" else seen_comments(ask, pull)
