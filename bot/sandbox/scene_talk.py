"""What people say about a pull request: comments, replies, thumbs, resolved threads."""

from __future__ import annotations

from bot.sandbox import payloads
from bot.sandbox.anchors import answer_to
from bot.sandbox.scene_base import ACTOR, Stage, alone_with_it
from bot.sandbox.state import IssueComment, Reaction, Review, ReviewComment


class Talking(Stage):
    """The deeds of those who only talk."""

    @alone_with_it
    def comment(self, number: int, body: str, by: str = ACTOR) -> int:
        """Write in its conversation; the comment's id."""
        pull, now = self.touched(number), self.world.clock()
        login = self.world.person(by).login
        made = IssueComment(self.world.next_id(), login, body, now, now)
        pull.conversation.append(made)
        told = payloads.issue_comment(self.view, pull, made, login)
        self.hooks.tell("issue_comment", self.state, told)
        return made.id

    @alone_with_it
    def reply(self, number: int, comment_id: int, body: str, by: str = ACTOR) -> int:
        """Answer in the thread of an inline comment; the answer's id."""
        pull, world = self.touched(number), self.world
        first = next(c for c in pull.comments if c.id == comment_id)
        now, login = world.clock(), world.person(by).login
        review = Review(world.next_id(), login, "", "COMMENTED", first.commit_id, now)
        answer = answer_to(first, world.next_id(), review, body, now)
        pull.reviews.append(review)
        pull.comments.append(answer)
        told = payloads.review_comment(self.view, pull, answer)
        self.hooks.tell("pull_request_review_comment", self.state, told)
        return answer.id

    @alone_with_it
    def edit_comment(self, number: int, comment_id: int, body: str, by: str = "") -> None:
        """Change a comment of the conversation; `by` "": who wrote it does."""
        pull = self.touched(number)
        comment = next(c for c in pull.conversation if c.id == comment_id)
        before, comment.body = comment.body, body
        told = payloads.issue_comment(
            self.view, pull, comment, by or comment.author, "edited", before=before
        )
        self.hooks.tell("issue_comment", self.state, told)

    @alone_with_it
    def review(self, number: int, body: str, by: str = ACTOR) -> int:
        """Submit a review that is only words; its id."""
        pull, world = self.touched(number), self.world
        login = world.person(by).login
        made = Review(world.next_id(), login, body, "COMMENTED", pull.head_sha, world.clock())
        pull.reviews.append(made)
        told = payloads.review(self.view, pull, made)
        self.hooks.tell("pull_request_review", self.state, told)
        return made.id

    @alone_with_it
    def thumb(self, number: int, comment_id: int, content: str, by: str = ACTOR) -> None:
        """React to a comment; GitHub tells no App of it."""
        pull, world = self.pull(number), self.world
        said: list[ReviewComment | IssueComment] = [*pull.comments, *pull.conversation]
        comment = next(each for each in said if each.id == comment_id)
        login = world.person(by).login
        comment.reactions.append(Reaction(world.next_id(), login, content, world.clock()))

    @alone_with_it
    def settle(self, number: int, comment_id: int, resolved: bool = True, by: str = ACTOR) -> None:
        """Resolve the thread that a comment began, or open it again."""
        pull = self.touched(number)
        first = next(each for each in pull.comments if each.id == comment_id)
        login = self.world.person(by).login
        first.resolved_by = login if resolved else None
        told = payloads.thread(self.view, pull, first, login)
        self.hooks.tell("pull_request_review_thread", self.state, told)
