"""The records of accounts, Apps and repositories as the API's JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.state import App, Installation, Reaction, Repo, World

Json = dict[str, Any]
_REPO_LINKS = {
    "archive_url": "{archive_format}{/ref}",
    "assignees_url": "assignees{/user}",
    "blobs_url": "git/blobs{/sha}",
    "branches_url": "branches{/branch}",
    "collaborators_url": "collaborators{/collaborator}",
    "comments_url": "comments{/number}",
    "commits_url": "commits{/sha}",
    "compare_url": "compare/{base}...{head}",
    "contents_url": "contents/{+path}",
    "contributors_url": "contributors",
    "deployments_url": "deployments",
    "downloads_url": "downloads",
    "events_url": "events",
    "forks_url": "forks",
    "git_commits_url": "git/commits{/sha}",
    "git_refs_url": "git/refs{/sha}",
    "git_tags_url": "git/tags{/sha}",
    "hooks_url": "hooks",
    "issue_comment_url": "issues/comments{/number}",
    "issue_events_url": "issues/events{/number}",
    "issues_url": "issues{/number}",
    "keys_url": "keys{/key_id}",
    "labels_url": "labels{/name}",
    "languages_url": "languages",
    "merges_url": "merges",
    "milestones_url": "milestones{/number}",
    "notifications_url": "notifications{?since,all,participating}",
    "pulls_url": "pulls{/number}",
    "releases_url": "releases{/id}",
    "stargazers_url": "stargazers",
    "statuses_url": "statuses/{sha}",
    "subscribers_url": "subscribers",
    "subscription_url": "subscription",
    "tags_url": "tags",
    "teams_url": "teams",
    "trees_url": "git/trees{/sha}",
}
_USER_LINKS = {
    "events_url": "/events{/privacy}",
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "organizations_url": "/orgs",
    "received_events_url": "/received_events",
    "repos_url": "/repos",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
}
REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def iso(at: datetime) -> str:
    """A time as the API writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class View:
    """The world seen through one API address, so that every `url` begins with it."""

    world: World
    api: str
    html: str

    def user(self, login: str) -> Json:
        """An account."""
        person = self.world.person(login)
        kind = "Organization" if self._is_organization(login) else person.kind
        url = f"{self.api}/users/{person.login}"
        page = f"apps/{login.removesuffix('[bot]')}" if kind == "Bot" else person.login
        return {
            "login": person.login,
            "id": person.id,
            "node_id": f"U_{person.id}",
            "avatar_url": f"{self.html}/avatars/{person.id}",
            "gravatar_id": "",
            "url": url,
            "html_url": f"{self.html}/{page}",
            "type": kind,
            "site_admin": False,
            **{name: url + path for name, path in _USER_LINKS.items()},
        }

    def profile(self, login: str) -> Json:
        """An account with its public profile."""
        made = iso(self.world.clock())
        empty = dict.fromkeys(("company", "email", "hireable", "bio", "location", "blog"))
        counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
        return self.user(login) | {
            **empty,
            **counts,
            "name": login,
            "created_at": made,
            "updated_at": made,
        }

    def own_profile(self, login: str) -> Json:
        """An account as it sees itself."""
        names = (
            "private_gists",
            "total_private_repos",
            "owned_private_repos",
            "disk_usage",
            "collaborators",
        )
        return self.profile(login) | dict.fromkeys(names, 0) | {"two_factor_authentication": True}

    def repo(self, repo: Repo) -> Json:
        """A repository."""
        url, page = f"{self.api}/repos/{repo.full_name}", f"{self.html}/{repo.full_name}"
        still_open = sum(pull.state == "open" for pull in repo.pulls.values())
        zero = ("forks", "forks_count", "stargazers_count", "watchers", "watchers_count", "size")
        yes = ("has_issues", "has_projects", "has_wiki", "has_downloads")
        no = ("has_pages", "has_discussions", "archived", "disabled")
        nothing = ("description", "homepage", "language", "license", "mirror_url")
        return {
            "id": repo.id,
            "node_id": f"R_{repo.id}",
            "name": repo.name,
            "full_name": repo.full_name,
            "owner": self.user(repo.owner),
            "private": repo.private,
            "visibility": "private" if repo.private else "public",
            "fork": repo.fork_of is not None,
            "url": url,
            "html_url": page,
            "clone_url": f"{page}.git",
            "git_url": f"{page}.git",
            "ssh_url": f"git@sandbox:{repo.full_name}.git",
            "svn_url": page,
            "default_branch": repo.default_branch,
            "topics": [],
            "open_issues": still_open,
            "open_issues_count": still_open,
            **{name: f"{url}/{path}" for name, path in _REPO_LINKS.items()},
            **dict.fromkeys(zero, 0),
            **dict.fromkeys(yes, True),
            **dict.fromkeys(no, False),
            **dict.fromkeys(nothing),
            **dict.fromkeys(("created_at", "updated_at", "pushed_at"), iso(repo.created_at)),
        }

    def full_repo(self, repo: Repo) -> Json:
        """A repository asked for by name."""
        return self.repo(repo) | {"network_count": 0, "subscribers_count": 0}

    def app(self, app: App) -> Json:
        """An App."""
        return {
            "id": app.id,
            "client_id": app.client_id,
            "slug": app.slug,
            "node_id": f"A_{app.id}",
            "owner": self.user(app.owner),
            "name": app.slug,
            "description": "",
            "external_url": self.html,
            "html_url": f"{self.html}/apps/{app.slug}",
            "created_at": iso(app.created_at),
            "updated_at": iso(app.created_at),
            "permissions": {"metadata": "read", **app.permissions},
            "events": list(app.events),
        }

    def installation(self, place: Installation) -> Json:
        """Where an App is installed."""
        account = self.user(place.account)
        url = f"{self.api}/app/installations/{place.id}"
        return {
            "id": place.id,
            "client_id": place.app.client_id,
            "account": account,
            "repository_selection": "all" if place.repo_ids is None else "selected",
            "access_tokens_url": f"{url}/access_tokens",
            "repositories_url": f"{self.api}/installation/repositories",
            "html_url": f"{self.html}/settings/installations/{place.id}",
            "app_id": place.app.id,
            "app_slug": place.app.slug,
            "target_id": account["id"],
            "target_type": account["type"],
            "permissions": {"metadata": "read", **place.permissions},
            "events": list(place.app.events),
            "created_at": iso(place.created_at),
            "updated_at": iso(place.created_at),
            "single_file_name": None,
            "suspended_by": account if place.suspended_at else None,
            "suspended_at": iso(place.suspended_at) if place.suspended_at else None,
        }

    def reaction(self, reaction: Reaction) -> Json:
        """One emoji on a comment."""
        return {
            "id": reaction.id,
            "node_id": f"REA_{reaction.id}",
            "user": self.user(reaction.login),
            "content": reaction.content,
            "created_at": iso(reaction.created_at),
        }

    def reactions(self, url: str, reactions: list[Reaction]) -> Json:
        """How many of each emoji a comment has."""
        counts = {name: sum(r.content == name for r in reactions) for name in REACTIONS}
        return {"url": f"{url}/reactions", "total_count": len(reactions), **counts}

    def _is_organization(self, login: str) -> bool:
        owners = {repo.owner.lower() for repo in self.world.repos.values() if not repo.fork_of}
        return login.lower() in owners and self.world.person(login).permission == "none"
