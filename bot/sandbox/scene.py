"""What people do in a repository: commit, open pull requests, push, label, comment, close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.sandbox import payloads
from bot.sandbox.git import Content, Git, NoSuchObject
from bot.sandbox.scene_base import ACTOR, alone_with_it
from bot.sandbox.scene_talk import Talking
from bot.sandbox.state import CheckRun, Pull, Repo
from bot.sandbox.view import Json
from bot.sandbox.view_pull import base_of


@dataclass(frozen=True)
class RepoScene(Talking):
    """One repository and what people do in it. Each deed tells the Apps, as GitHub would."""

    def head(self, branch: str) -> str:
        """The newest commit of a branch."""
        return self.state.git.resolve(branch)

    @alone_with_it
    def branch(self, name: str, base: str | None = None) -> str:
        """Make a branch at `base` (a branch or commit; None: the default branch); its commit."""
        sha = self.state.git.resolve(base or self.state.default_branch)
        self.state.git.point(name, sha)
        return sha

    @alone_with_it
    def fork(self, owner: str) -> RepoScene:
        """The owner's fork, made if there is none; it shares git's objects as on GitHub."""
        full_name = f"{owner}/{self.state.name}"
        fork = self.world.repo(full_name)
        if fork is None:
            fork = Repo(
                id=self.world.next_id(),
                full_name=full_name,
                private=self.state.private,
                default_branch=self.state.default_branch,
                created_at=self.world.clock(),
                git=replace(self.state.git, heads=f"refs/forks/{owner}/"),
                fork_of=self.state,
            )
            self.world.repos[full_name.lower()] = fork
            self.world.person(owner)
            fork.git.point(fork.default_branch, self.head(self.state.default_branch))
        return replace(self, state=fork)

    @alone_with_it
    def commit(
        self, branch: str, files: Mapping[str, Content], message: str, author: str = ACTOR
    ) -> str:
        """Commit on a branch (made if missing); None removes a file. Open pull requests follow."""
        sha = self._commit(self.state.git, branch, files, message, author)
        self._moved(self.state, branch, sha, author)
        return sha

    @alone_with_it
    def push(self, number: int, files: Mapping[str, Content], message: str = "Push") -> str:
        """Commit on the head branch of a pull request, in the fork if it comes from one."""
        pull = self.pull(number)
        sha = self._commit(pull.head_repo.git, pull.head_ref, files, message, pull.author)
        self._moved(pull.head_repo, pull.head_ref, sha, pull.author)
        return sha

    @alone_with_it
    def force_push(self, number: int, files: Mapping[str, Content], message: str = "Amend") -> str:
        """Replace the pull request's commits by one on its merge base."""
        pull = self.pull(number)
        author, base = pull.author, base_of(pull)
        git, branch, now = pull.head_repo.git, pull.head_ref, self.world.clock()
        sha = git.commit(base, files, message, author, now, branch)
        self._moved(pull.head_repo, pull.head_ref, sha, author)
        return sha

    @alone_with_it
    def open_pull(  # noqa: PLR0913, PLR0917  one for each field of the form
        self,
        head: str,
        base: str | None = None,
        title: str = "A change",
        body: str | None = "",
        author: str = ACTOR,
        draft: bool = False,
        fork: bool = False,
    ) -> int:
        """Open a pull request from the branch `head`; its number. `fork`: from the author's own."""
        home = self._fork_with(author, head) if fork else self.state
        base, now = base or self.state.default_branch, self.world.clock()
        number = len(self.state.pulls) + 1
        made = Pull(
            id=self.world.next_id(),
            number=number,
            repo=self.state,
            head_repo=home,
            author=self.world.person(author).login,
            title=title,
            body=body,
            base_ref=base,
            base_sha=self.state.git.resolve(base),
            head_ref=head,
            heads=[home.git.resolve(head)],
            draft=draft,
            created_at=now,
            updated_at=now,
        )
        self.state.pulls[number] = made
        self._tell(made, "opened", author)
        return number

    @alone_with_it
    def close(self, number: int, merged: bool = False, by: str | None = None) -> None:
        """Close a pull request."""
        pull = self.touched(number)
        pull.state, pull.merged, pull.closed_at = "closed", merged, self.world.clock()
        self._tell(pull, "closed", by or pull.author)

    @alone_with_it
    def reopen(self, number: int, by: str | None = None) -> None:
        """Open it again."""
        pull = self.touched(number)
        pull.state, pull.closed_at = "open", None
        self._tell(pull, "reopened", by or pull.author)

    @alone_with_it
    def ready(self, number: int, draft: bool = False) -> None:
        """Turn a draft into a pull request, or back with `draft`."""
        pull = self.touched(number)
        pull.draft = draft
        self._tell(pull, "converted_to_draft" if draft else "ready_for_review", pull.author)

    @alone_with_it
    def label(self, number: int, name: str, by: str = ACTOR) -> None:
        """Put a label on it."""
        pull = self.touched(number)
        pull.labels.append(name)
        self._tell_payload(pull, payloads.labelled(self.view, pull, "labeled", by, name))

    @alone_with_it
    def unlabel(self, number: int, name: str, by: str = ACTOR) -> None:
        """Take a label off it."""
        pull = self.touched(number)
        pull.labels.remove(name)
        self._tell_payload(pull, payloads.labelled(self.view, pull, "unlabeled", by, name))

    @alone_with_it
    def edit(
        self,
        number: int,
        title: str | None = None,
        body: str | None = None,
        base: str | None = None,
    ) -> None:
        """Change its title, its body or the branch it goes to."""
        pull, changes = self.touched(number), dict[str, Json]()
        if title is not None:
            changes["title"], pull.title = {"from": pull.title}, title
        if body is not None:
            changes["body"], pull.body = {"from": pull.body or ""}, body
        if base is not None:
            changes["base"] = {"ref": {"from": pull.base_ref}, "sha": {"from": pull.base_sha}}
            pull.base_ref, pull.base_sha = base, self.state.git.resolve(base)
        self._tell(pull, "edited", pull.author, changes=changes)

    @alone_with_it
    def rerequest(self, check: CheckRun, by: str = ACTOR) -> None:
        """Press "Re-run" on a check run."""
        told = payloads.check_run(self.view, self.state, check, "rerequested", by)
        self.hooks.tell("check_run", self.state, told, only=check.app_id)

    def queue(self, number: int) -> tuple[str, str]:
        """Put a pull request into the merge queue; the group's commit and branch."""
        pull = self.state.pulls[number]
        base = self.state.git.resolve(pull.base_ref)
        ref = f"gh-readonly-queue/{pull.base_ref}/pr-{number}-{base}"
        message = f"Merge pull request #{number}"
        sha = self.state.git.commit(base, {}, message, ACTOR, self.world.clock(), ref)
        told = payloads.merge_group(self.view, self.state, sha, ref, (base, pull.base_ref))
        self.hooks.tell("merge_group", self.state, told)
        return sha, f"refs/heads/{ref}"

    def press(self, check: CheckRun, identifier: str, by: str = ACTOR) -> None:
        """Press one of a check run's action buttons."""
        told = payloads.check_run(self.view, self.state, check, "requested_action", by)
        told["requested_action"] = {"identifier": identifier}
        self.hooks.tell("check_run", self.state, told, only=check.app_id)

    def _commit(
        self, git: Git, branch: str, files: Mapping[str, Content], message: str, author: str
    ) -> str:
        try:
            parent = git.resolve(branch)
        except NoSuchObject:
            parent = git.resolve(self.state.default_branch)
        return git.commit(parent, files, message, author, self.world.clock(), branch)

    def _moved(self, home: Repo, branch: str, sha: str, sender: str) -> None:
        """Give every open pull request from this branch its new head."""
        for repo in list(self.world.repos.values()):
            for pull in repo.pulls.values():
                if pull.head_repo is home and pull.head_ref == branch and pull.state == "open":
                    before = pull.head_sha
                    pull.heads.append(sha)
                    pull.base_sha = repo.git.resolve(pull.base_ref)
                    pull.updated_at = self.world.clock()
                    self._tell(pull, "synchronize", sender, before=before, after=sha)

    def _fork_with(self, owner: str, branch: str) -> Repo:
        """The owner's fork with this branch: its own, else ours, else one at the default."""
        fork = self.fork(owner).state
        if branch not in fork.git.branches():
            ours = self.state.git.branches()
            fork.git.point(branch, ours.get(branch) or ours[self.state.default_branch])
        return fork

    def _tell(self, pull: Pull, action: str, sender: str, **more: object) -> None:
        login = self.world.person(sender).login
        self._tell_payload(pull, payloads.pull_request(self.view, pull, action, login, **more))

    def _tell_payload(self, pull: Pull, payload: Json) -> None:
        self.hooks.tell("pull_request", pull.repo, payload)
