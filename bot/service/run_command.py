"""What is done with what people say to us: commands, and replies in our threads.

First the sign that it was seen, then the question whether this person may, then one command after
the other, each with its answer; at the end one reaction says how it went.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import structlog

from bot.domain.asked import CommentRef, ReviewRequest, Spoken
from bot.domain.command import Command, Unclear, Verb
from bot.domain.pull import PullRef
from bot.domain.thread import Reaction
from bot.errors import UpstreamError
from bot.intake.phrases import Asks, Dismisses, Reports, meaning
from bot.ports.steps import Steps
from bot.reporting import answers as words
from bot.service.about import About
from bot.service.deeds import DEEDS, Deed, Doing, End, Office, Reviews
from bot.service.patience import patiently
from bot.service.replies import DENIED, Replies
from bot.service.under import Under

BOT = "[bot]"
log = structlog.get_logger()


class May(StrEnum):
    """Whether a person may command. UNKNOWN: nobody could say, which counts as no.

    AUTHOR: only of their own pull request, whose findings they may ask about.
    """

    YES = "yes"
    NO = "no"
    AUTHOR = "author"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RunCommands:
    """The use case behind everything people say to us."""

    office: Office
    replies: Replies

    async def __call__(self, steps: Steps, spoken: Spoken, reviews: Reviews) -> None:
        """Do what was asked; what it does is remembered step by step. Nobody answers a bot."""
        if spoken.by.login.endswith(BOT):
            return
        if spoken.commands:
            await Commanded(self, steps, spoken, reviews).run()
        elif spoken.reply:
            await Replied(self, steps, spoken, reviews).run()

    async def begun(self, asked: ReviewRequest, run: str) -> None:
        """Note which comment waits for the end of a review. Part of the step that begins it."""
        if asked.comment is not None:
            await self.office.wishes.expect(asked.pull, run, asked.comment)

    async def stopped(self, pull: PullRef, run: str) -> None:
        """Tell the comment that asked for a run, which says nothing itself any more, of its end."""
        comment = await self.office.wishes.expecting(pull, run)
        if comment is None:
            return
        try:
            await self.office.talk.react(pull, comment, Reaction.UNCLEAR)
        except UpstreamError as error:
            log.warning("reaction_not_set", run=run, why=str(error))


@dataclass(frozen=True, slots=True)
class Heard:
    """One comment on its way."""

    use: RunCommands
    steps: Steps
    spoken: Spoken
    reviews: Reviews

    async def may(self) -> May:
        """Asked once for a comment."""
        talk, host = self.use.office.talk, self.use.office.use.host
        pull, by = self.spoken.pull, self.spoken.by

        async def act() -> May:
            try:
                if await talk.may_command(pull, by):
                    return May.YES
                if not self.spoken.commands and (await host.pull(pull)).author_id == by.id:
                    return May.AUTHOR
            except UpstreamError as error:
                log.warning("permission_unknown", repo=pull.repo, pull=pull.number, why=str(error))
                return May.UNKNOWN
            return May.NO

        return await self.steps.run("may", May, act)

    async def react(self, step: str, reaction: Reaction, *, wait: bool = True) -> None:
        """Set a reaction; where that cannot be done, what was asked is done all the same."""

        async def act() -> bool:
            await self.use.office.talk.react(self.spoken.pull, self.spoken.comment, reaction)
            return True

        try:
            if wait:
                await patiently(self.steps, step, bool, act)
            else:
                await self.steps.run(step, bool, act)
        except UpstreamError as error:
            log.warning("reaction_not_set", pull=self.spoken.pull.number, why=str(error))

    async def answer(self, step: str, key: str, body: str, to: CommentRef | None = None) -> None:
        """Answer once; a conversation that takes no answer loses nothing else."""
        talk, comment = self.use.office.talk, to or self.spoken.comment

        async def act() -> str:
            return await talk.answer(self.spoken.pull, comment, key, body)

        try:
            await patiently(self.steps, step, str, act)
        except UpstreamError as error:
            log.warning("answer_not_posted", pull=self.spoken.pull.number, why=str(error))

    def key(self, nth: int, what: str) -> str:
        """Names an answer by the comment and by what is answered.

        Not by the delivery, which may come twice; nor by the number alone, for an edit that adds
        a command counts from one again.
        """
        comment = self.spoken.comment
        digest = hashlib.sha256(what.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        return f"{comment.where.value}-{comment.id}-{nth}-{digest}"


@dataclass(frozen=True, slots=True)
class Commanded(Heard):
    """A comment with commands in it."""

    async def run(self) -> None:
        """Every command in turn."""
        await self.react("seen", Reaction.SEEN, wait=False)
        may = await self.may()
        if may is not May.YES:
            await self._deny(may)
            return
        deeds: list[Deed] = []
        for nth, command in enumerate(self.spoken.commands, start=1):
            deed = await self._one(nth, command)
            deeds.append(deed)
            if deed.answer:
                await self.answer(
                    f"answer:{nth}", self.key(nth, repr(command)), deed.answer, deed.to
                )
        said = [each for deed in deeds for each in deed.said]
        if said:
            await self.answer("answer:unclear", self.key(0, repr(said)), words.unclear(said))
        if reaction := _how(deeds):
            await self.react("done", reaction)

    async def _one(self, nth: int, command: Command | Unclear) -> Deed:
        if isinstance(command, Unclear):
            return Deed(End.UNCLEAR, said=(command,))
        doing = self._doing(command, f"do:{nth}:")
        about = About(doing, self.use.replies, self.key(nth, repr(command)))
        try:
            match command.verb:
                case Verb.EXPLAIN:
                    return await about.explain(command.words)
                case Verb.IGNORE:
                    return await about.ignore(command.words)
                case Verb.UNIGNORE:
                    return await about.unignore()
                case verb:
                    return await DEEDS[verb](doing)
        except UpstreamError as error:
            return Deed(End.FAILED, words.failed(command, str(error)))

    def _doing(self, command: Command, prefix: str) -> Doing:
        all_clear = not any(isinstance(each, Unclear) for each in self.spoken.commands)
        steps = Under(self.steps, prefix)
        return Doing(self.use.office, steps, self.spoken, command, self.reviews, all_clear)

    async def _deny(self, may: May) -> None:
        """Strangers on a public repository are not talked to: anybody could make us talk."""
        await self.react("done", Reaction.DENIED)
        office, spoken = self.use.office, self.spoken

        async def act() -> str:
            pull = await office.use.host.pull(spoken.pull)
            if not pull.private and pull.author_id != spoken.by.id:
                return ""
            key, now = self.key(0, "denied"), office.use.now()
            what = f"denied:{spoken.by.id}"
            if not await office.wishes.admit(spoken.pull, what, key, now, DENIED):
                return ""
            body = words.denied(sure=may is May.NO)
            return await office.talk.answer(spoken.pull, spoken.comment, key, body)

        try:
            await self.steps.run("answer", str, act)
        except UpstreamError as error:
            log.warning("answer_not_posted", pull=spoken.pull.number, why=str(error))


@dataclass(frozen=True, slots=True)
class Replied(Heard):
    """A comment in a thread, with no command in it. Most are between people: those are left."""

    async def run(self) -> None:
        """Do what it means, if it is meant for us, is in a thread of ours, and the person may."""
        meant = meaning(self.spoken.reply, self.spoken.slug)
        if meant is None or not await self._is_ours():
            return
        may = await self.may()
        if may is May.YES or (may is May.AUTHOR and isinstance(meant, Asks)):
            await self._do(meant)

    async def _is_ours(self) -> bool:
        async def act() -> bool:
            threads = await self.use.office.talk.threads(self.spoken.pull)
            return any(each.comment == self.spoken.comment.thread for each in threads)

        try:
            return await patiently(self.steps, "ours", bool, act)
        except UpstreamError as error:
            log.warning("reply_left", pull=self.spoken.pull.number, why=str(error))
            return False

    async def _do(self, meant: Asks | Dismisses | Reports) -> None:
        await self.react("seen", Reaction.SEEN)
        if isinstance(meant, Reports):  # the next push tells whether it is
            return
        verb = Verb.EXPLAIN if isinstance(meant, Asks) else Verb.IGNORE
        command = Command(verb)
        steps = Under(self.steps, "do:1:")
        doing = Doing(self.use.office, steps, self.spoken, command, self.reviews)
        about = About(doing, self.use.replies, self.key(1, verb.value))
        try:
            answered = await about.admitted()
            if isinstance(meant, Dismisses):
                deed = await about.ignore(meant.reason)
            elif answered:
                deed = await about.explain(meant.question)
            else:
                return
        except UpstreamError as error:
            deed = Deed(End.FAILED, words.failed(command, str(error)))
        if deed.answer and answered:
            await self.answer("answer:1", self.key(1, verb.value), deed.answer)
        if reaction := _how([deed]):
            await self.react("done", reaction)


def _how(deeds: Sequence[Deed]) -> Reaction | None:
    """The one reaction for all; None: a review that has begun tells how it ended."""
    ends = {each.end for each in deeds}
    if End.FAILED in ends:
        return Reaction.DENIED
    if End.UNCLEAR in ends or any(each.said for each in deeds):
        return Reaction.UNCLEAR
    return None if End.STARTED in ends else Reaction.DONE
