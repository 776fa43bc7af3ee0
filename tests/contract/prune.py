"""Make the two descriptions the contract tests judge by, from GitHub's own.

Fetch the npm packages @octokit/openapi and @octokit/graphql-schema with `npm pack`, unpack
both, and run

    python -m tests.contract.prune OPENAPI/generated/api.github.com.json GRAPHQL/schema.graphql

What is kept: the operations and webhooks named here and the schemas they need, without prose,
as JSON Schema (`nullable` is spelt out, `oneOf` becomes `anyOf`, because several of GitHub's
alternatives overlap). Both packages are under the MIT licence; see NOTICE.md.
"""

from __future__ import annotations

import argparse
import gzip
import json
from dataclasses import fields as fields_of
from dataclasses import replace
from pathlib import Path
from typing import Any

from graphql import DocumentNode, parse, print_ast
from graphql.language import ast

HERE = Path(__file__).parent
REST, GRAPH = HERE / "rest.json.gz", HERE / "graph.graphql.gz"
Json = dict[str, Any]

REPO = "/repos/{owner}/{repo}"
PULL = f"{REPO}/pulls/{{pull_number}}"
OPERATIONS = {
    "/app": "get",
    "/app/installations": "get",
    "/app/installations/{installation_id}": "get",
    "/app/installations/{installation_id}/access_tokens": "post",
    "/app/hook/config": "get patch",
    "/app/hook/deliveries": "get",
    "/app/hook/deliveries/{delivery_id}": "get",
    "/app/hook/deliveries/{delivery_id}/attempts": "post",
    "/app-manifests/{code}/conversions": "post",
    "/installation/repositories": "get",
    "/installation/token": "delete",
    "/meta": "get",
    "/rate_limit": "get",
    "/user": "get",
    "/users/{username}": "get",
    REPO: "get",
    f"{REPO}/installation": "get",
    f"{REPO}/branches": "get",
    f"{REPO}/collaborators/{{username}}/permission": "get",
    f"{REPO}/contents/{{path}}": "get put",
    f"{REPO}/git/blobs": "post",
    f"{REPO}/git/blobs/{{file_sha}}": "get",
    f"{REPO}/git/commits": "post",
    f"{REPO}/git/ref/{{ref}}": "get",
    f"{REPO}/git/refs": "post",
    f"{REPO}/git/refs/{{ref}}": "patch delete",
    f"{REPO}/git/trees": "post",
    f"{REPO}/compare/{{basehead}}": "get",
    f"{REPO}/commits/{{ref}}": "get",
    f"{REPO}/commits/{{ref}}/check-runs": "get",
    f"{REPO}/commits/{{commit_sha}}/pulls": "get",
    f"{REPO}/check-runs": "post",
    f"{REPO}/check-runs/{{check_run_id}}": "get patch",
    f"{REPO}/check-runs/{{check_run_id}}/annotations": "get",
    f"{REPO}/check-runs/{{check_run_id}}/rerequest": "post",
    f"{REPO}/issues/{{issue_number}}/comments": "get post",
    f"{REPO}/issues/comments/{{comment_id}}": "get patch delete",
    f"{REPO}/issues/comments/{{comment_id}}/reactions": "get post",
    f"{REPO}/issues/comments/{{comment_id}}/reactions/{{reaction_id}}": "delete",
    f"{REPO}/pulls": "get post",
    f"{REPO}/pulls/comments/{{comment_id}}": "get patch delete",
    f"{REPO}/pulls/comments/{{comment_id}}/reactions": "get post",
    f"{REPO}/pulls/comments/{{comment_id}}/reactions/{{reaction_id}}": "delete",
    PULL: "get patch",
    f"{PULL}/comments": "get post",
    f"{PULL}/comments/{{comment_id}}/replies": "post",
    f"{PULL}/commits": "get",
    f"{PULL}/files": "get",
    f"{PULL}/reviews": "get post",
    f"{PULL}/reviews/{{review_id}}": "get put delete",
    f"{PULL}/reviews/{{review_id}}/comments": "get",
    f"{PULL}/reviews/{{review_id}}/dismissals": "put",
    f"{PULL}/reviews/{{review_id}}/events": "post",
}
WEBHOOKS = [
    "check-run-created",
    "check-run-completed",
    "check-run-requested-action",
    "check-run-rerequested",
    "installation-created",
    "installation-deleted",
    "issue-comment-created",
    "issue-comment-edited",
    "merge-group-checks-requested",
    "ping",
    "pull-request-closed",
    "pull-request-converted-to-draft",
    "pull-request-edited",
    "pull-request-labeled",
    "pull-request-opened",
    "pull-request-ready-for-review",
    "pull-request-reopened",
    "pull-request-review-comment-created",
    "pull-request-review-comment-edited",
    "pull-request-review-submitted",
    "pull-request-review-thread-resolved",
    "pull-request-review-thread-unresolved",
    "pull-request-synchronize",
    "pull-request-unlabeled",
]
PROSE = ("description", "example", "examples", "title", "default", "externalDocs", "deprecated")
GRAPH_TYPES = set(
    [
        "Query",
        "Mutation",
        "Repository",
        "PullRequest",
        "PullRequestReviewThread",
        "PullRequestReviewComment",
        "IssueComment",
        "Blob",
        "Tree",
        "TreeEntry",
        "Commit",
        "Tag",
        "GitObject",
        "Node",
        "Actor",
        "User",
        "Bot",
        "Mannequin",
        "Organization",
        "EnterpriseUserAccount",
        "PageInfo",
        "RateLimit",
        "Minimizable",
        "Comment",
        "PullRequestReview",
        "PullRequestReviewThreadConnection",
        "PullRequestReviewThreadEdge",
        "PullRequestReviewCommentConnection",
        "PullRequestReviewCommentEdge",
        "IssueCommentConnection",
        "IssueCommentEdge",
        "PullRequestReviewConnection",
        "PullRequestReviewEdge",
        "Reaction",
        "ReactionConnection",
        "ReactionEdge",
        "Ref",
        "Label",
        "LabelConnection",
        "LabelEdge",
        "AddPullRequestReviewThreadInput",
        "AddPullRequestReviewThreadPayload",
        "ResolveReviewThreadInput",
        "ResolveReviewThreadPayload",
        "UnresolveReviewThreadInput",
        "UnresolveReviewThreadPayload",
        "MinimizeCommentInput",
        "MinimizeCommentPayload",
        "UnminimizeCommentInput",
        "UnminimizeCommentPayload",
    ]
)
ROOT_FIELDS = set(
    [
        "repository",
        "node",
        "nodes",
        "viewer",
        "rateLimit",
        "addPullRequestReviewThread",
        "resolveReviewThread",
        "unresolveReviewThread",
        "minimizeComment",
        "unminimizeComment",
    ]
)

# GitHub answers null here for outdated comments, although it describes an integer.
NULL_IN_FACT = {
    "pull-request-review-comment": ("line", "position", "original_line"),
    "review-comment": ("line", "original_line"),
}


# GitHub describes each as a person and an enterprise at once, which nobody is: one of them.
EITHER_IN_FACT = (("/app/installations", "get"),)


def schema_of(raw: Any) -> Any:
    """One OpenAPI 3.0 schema as JSON Schema, without prose."""
    if "$ref" in raw:
        return {"$ref": "#/schemas/" + raw["$ref"].rsplit("/", 1)[-1]}
    kept: Json = {}
    for word, value in raw.items():
        if word in PROSE or word.startswith("x-") or word in ("nullable", "discriminator"):
            continue
        if word == "properties":
            kept[word] = {name: schema_of(each) for name, each in value.items()}
        elif word in ("oneOf", "anyOf", "allOf"):
            kept["allOf" if word == "allOf" else "anyOf"] = [schema_of(each) for each in value]
        elif word in ("items", "additionalProperties", "not") and isinstance(value, dict):
            kept[word] = schema_of(value)
        else:
            kept[word] = value
    return {"anyOf": [kept, {"type": "null"}]} if raw.get("nullable") else kept


def operation_of(raw: Json, components: Json) -> Json:
    """What one operation takes and answers."""
    query = []
    for given in raw.get("parameters", []):
        named = (
            components["parameters"][given["$ref"].rsplit("/", 1)[-1]] if "$ref" in given else given
        )
        if named["in"] == "query":
            query.append(named["name"])
    kept: Json = {"query": query, "responses": {}}
    if "requestBody" in raw:
        kept["body"] = schema_of(raw["requestBody"]["content"]["application/json"]["schema"])
    for status, given in raw["responses"].items():
        answer = (
            components["responses"][given["$ref"].rsplit("/", 1)[-1]] if "$ref" in given else given
        )
        json_answer = answer.get("content", {}).get("application/json")
        kept["responses"][status] = schema_of(json_answer["schema"]) if json_answer else None
    return kept


def named_in(value: Any) -> set[str]:
    """The schemas that `value` refers to."""
    if isinstance(value, dict):
        own = {value["$ref"].rsplit("/", 1)[-1]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(named_in(each) for each in value.values()))
    if isinstance(value, list):
        return set().union(*(named_in(each) for each in value))
    return set()


def rest(raw: Json) -> Json:
    """The kept part of the REST description."""
    components = raw["components"]
    operations = {
        path: {
            method: operation_of(raw["paths"][path][method], components)
            for method in methods.split()
        }
        for path, methods in OPERATIONS.items()
    }
    for path, method in EITHER_IN_FACT:
        items = operations[path][method]["responses"]["200"]["items"]
        both, *others = items["properties"]["account"]["anyOf"]
        items["properties"]["account"]["anyOf"] = [{"anyOf": both["allOf"]}, *others]
    webhooks = {
        name: schema_of(
            raw["x-webhooks"][name]["post"]["requestBody"]["content"]["application/json"]["schema"]
        )
        for name in WEBHOOKS
    }
    schemas: Json = {}
    wanted = named_in([operations, webhooks]) | {"basic-error"}
    while wanted:
        name = wanted.pop()
        schemas[name] = schema_of(components["schemas"][name])
        for drifted in NULL_IN_FACT.get(name, ()):
            was = schemas[name]["properties"][drifted]
            schemas[name]["properties"][drifted] = {"anyOf": [was, {"type": "null"}]}
        wanted |= named_in(schemas[name]) - schemas.keys()
    return {"operations": operations, "webhooks": webhooks, "schemas": schemas}


def named_type(node: ast.TypeNode) -> str:
    """The type below lists and non-nulls."""
    while not isinstance(node, ast.NamedTypeNode):
        node = node.type
    return str(node.name.value)


def graph(text: str) -> str:
    """The kept part of the GraphQL schema."""
    document = parse(text, no_location=True)
    plain = (ast.ScalarTypeDefinitionNode, ast.EnumTypeDefinitionNode)
    by_name = {d.name.value: d for d in document.definitions if hasattr(d, "name")}
    simple = {name for name, d in by_name.items() if isinstance(d, plain)}
    known = GRAPH_TYPES | simple | {"ID", "String", "Int", "Boolean", "Float"}
    kept = [trimmed(by_name[name], known) for name in sorted(GRAPH_TYPES)]
    used = set().union(*map(types_in, kept)) & simple
    kept += [by_name[name] for name in sorted(used)]
    return print_ast(DocumentNode(definitions=tuple(map(bare, kept))))


def trimmed(definition: Any, known: set[str]) -> Any:
    """A type with those of its fields whose types are kept."""
    root = definition.name.value in ("Query", "Mutation")
    fields = []
    for each in getattr(definition, "fields", None) or ():
        if named_type(each.type) in known and (not root or each.name.value in ROOT_FIELDS):
            given = getattr(each, "arguments", None) or ()
            fits = tuple(a for a in given if named_type(a.type) in known)
            fields.append(replace(each, arguments=fits) if given else each)
    kept = replace(definition, fields=tuple(fields))
    if getattr(kept, "interfaces", None):
        named = tuple(i for i in kept.interfaces if i.name.value in GRAPH_TYPES and not root)
        return replace(kept, interfaces=named)
    return kept


def types_in(definition: Any) -> set[str]:
    """The types that a type's fields and their arguments have."""
    fields = definition.fields or ()
    given = [a for each in fields for a in getattr(each, "arguments", None) or ()]
    return {named_type(each.type) for each in (*fields, *given)}


def bare(node: Any) -> Any:
    """A definition without descriptions and directives, all the way down."""
    changes: Json = {}
    for field in fields_of(node):
        value = getattr(node, field.name)
        if field.name == "description":
            changes[field.name] = None
        elif field.name == "directives":
            changes[field.name] = ()
        elif field.name in ("fields", "arguments", "values") and value:
            changes[field.name] = tuple(map(bare, value))
    return replace(node, **changes)


def main() -> None:
    """Write both descriptions."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("openapi", type=Path)
    asked.add_argument("graphql", type=Path)
    given = asked.parse_args()
    raw = json.loads(given.openapi.read_text(encoding="utf-8"))
    text = json.dumps(rest(raw), separators=(",", ":"), sort_keys=True)
    REST.write_bytes(gzip.compress(text.encode(), mtime=0))
    told = graph(given.graphql.read_text(encoding="utf-8"))
    GRAPH.write_bytes(gzip.compress(told.encode(), mtime=0))


if __name__ == "__main__":
    main()
