"""What commands and replies do that concern single findings: explain, ignore, unignore."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from bot.domain.asked import CommentRef, Where
from bot.domain.command import Unclear
from bot.domain.finding import Category
from bot.domain.patch import Side
from bot.domain.told import Told, begins, point
from bot.domain.wishes import Dismissal
from bot.errors import UpstreamError
from bot.guard.material import boundary
from bot.guard.never_send import is_never_sent
from bot.guard.redact import redact
from bot.reporting import answers as words
from bot.reporting.explanation import explanation
from bot.reviewing.asking import NoAnswer
from bot.reviewing.calling import Account
from bot.reviewing.explain import Matter, explain, rows_around
from bot.service.deeds import Deed, Doing, End, checks_of
from bot.service.known import known
from bot.service.patience import patiently
from bot.service.replies import Replies

NAME_ONE = "Name the finding: six or more digits of its fingerprint, or path:line."
NO_KEY = "No model key is set, so this is the evidence alone."
ENOUGH = "Enough was explained here today, so this is the evidence alone."
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Meant:
    """What the names of a command mean, and which of them mean nothing.

    `thread` is where the first finding has its comment, None where it has none; `url` is where
    the pull request's checks are shown. `dismissal`: who ignores the first finding.
    """

    told: tuple[Told, ...]
    unclear: tuple[Unclear, ...]
    thread: CommentRef | None
    url: str
    dismissal: Dismissal | None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The dismissals that an unignore ends, and the names that are no ignored finding's."""

    dismissals: tuple[Dismissal, ...]
    unclear: tuple[Unclear, ...]


@dataclass(frozen=True, slots=True)
class About:
    """One command about findings. `key` names it among all answers of the pull request."""

    doing: Doing
    replies: Replies
    key: str

    async def explain(self, question: str) -> Deed:
        """What is known of the finding, with a model's answer where one can be had."""
        meant = await self._meant()
        if not meant.told:
            return Deed(End.UNCLEAR, said=meant.unclear)
        answer = await self._answered(meant.told[0], question)
        why_not = answer.why if isinstance(answer, NoAnswer) else ""
        said = explanation(
            meant.told[0],
            meant.dismissal,
            answer if isinstance(answer, str) else "",
            why_not,
            "" if meant.thread else meant.url,
        )
        return Deed(End.DONE, said, meant.unclear, meant.thread)

    async def ignore(self, reason: str) -> Deed:
        """Hear no more of the findings, in the whole repository."""
        meant = await self._meant()
        if not meant.told:
            return Deed(End.UNCLEAR, said=meant.unclear)
        for each in meant.told:
            step = f"keep:{each.found.fingerprint}"
            if not await self.doing.steps.run(step, bool, partial(self._dismiss, each, reason)):
                return Deed(End.FAILED, words.not_kept("That"), meant.unclear)
        return Deed(End.DONE, words.ignored(meant.told, meant.url), meant.unclear)

    async def unignore(self) -> Deed:
        """Hear of the findings again, and of what is muted."""
        steps, names = self.doing.steps, self.doing.command.names
        lifted = [each for each in names if each in tuple(Category)]
        rest = [each for each in names if each not in lifted]
        back = TakenBack((), ())
        if rest or not names:
            back = await patiently(steps, "look", TakenBack, partial(self._taken_back, rest))
        for name in lifted:
            await steps.run(f"unmute:{name}", bool, partial(self._unmute, name))
        for each in back.dismissals:
            await steps.run(f"keep:{each.fingerprint}", bool, partial(self._take_back, each))
        if not back.dismissals and not lifted:
            return Deed(End.UNCLEAR, said=back.unclear)
        return Deed(End.DONE, words.unignored(back.dismissals, lifted), back.unclear)

    async def admitted(self) -> bool:
        """Whether one more answer about a finding may be given on this pull request today."""
        office, pull = self.doing.office, self.doing.spoken.pull

        async def act() -> bool:
            now = office.use.now()
            return await office.wishes.admit(pull, "finding", self.key, now, self.replies.limit)

        return await self.doing.steps.run("admit", bool, act)

    async def _meant(self) -> Meant:
        return await patiently(self.doing.steps, "look", Meant, self._look)

    async def _look(self) -> Meant:
        office, ref = self.doing.office, self.doing.spoken.pull
        threads = await office.talk.threads(ref)
        there = await known(office.use.runs, office.use.judge.memory, ref)
        names = self.doing.command.names or self._own_thread(
            {each.comment: each.fingerprint for each in threads}
        )
        found = [point(each, there) for each in names]
        told = tuple(each for each in found if isinstance(each, Told))
        unclear = tuple(each for each in found if isinstance(each, Unclear))
        first = told[0].found.fingerprint if told else ""
        comment = next((each.comment for each in threads if each.fingerprint == first), 0)
        dismissed = await office.wishes.dismissed(ref.repo_id)
        return Meant(
            told=told,
            unclear=unclear if names else (Unclear(self.doing.command.verb.value, NAME_ONE),),
            thread=CommentRef(Where.THREAD, comment, comment) if comment else None,
            url=checks_of(await office.use.host.pull(ref)),
            dismissal=next((each for each in dismissed if each.fingerprint == first), None),
        )

    def _own_thread(self, threads: dict[int, str]) -> tuple[str, ...]:
        """The finding of the thread that the command stands in, if it is one of ours."""
        fingerprint = threads.get(self.doing.spoken.comment.thread, "")
        return (fingerprint,) if fingerprint else ()

    async def _answered(self, told: Told, question: str) -> str | NoAnswer:
        doing, use = self.doing, self.doing.office.use
        model, house = use.judge.model, use.judge.house
        if model is None:
            return NoAnswer(NO_KEY)
        if not await self.admitted():
            return NoAnswer(ENOUGH)
        code = await doing.steps.run("code", str, partial(self._code, told))
        pull, comment = doing.spoken.pull, doing.spoken.comment
        # Begins like the runs of its repository, with which its answers are forgotten.
        run = f"{pull.repo_id}-{pull.number}-reply-{comment.where.value}-{comment.id}"
        most = min(house.budget.run_usd, self.replies.usd)
        account = Account(run, pull.installation_id, replace(house.budget, run_usd=most))
        ask = use.judge.asking(doing.steps, model, account)
        tier = house.desk.tier(self.replies.tier)
        matter = Matter(told, code, question)
        mark = boundary(house.key, f"{run} {self.key}")
        got = await explain(ask, matter, tier, self.replies.rules, mark)
        if isinstance(got, NoAnswer):
            return NoAnswer(f"No model answered, so this is the evidence alone. {got.why}")
        return got

    async def _code(self, told: Told) -> str:
        """The code around the finding as the newest head has it; "" where it cannot be shown."""
        found, host = told.found, self.doing.office.use.host
        if found.side is Side.LEFT or is_never_sent(found.path):
            return ""
        try:
            pull = await host.pull(self.doing.spoken.pull)
            [blob] = await host.texts(pull, [found.path])
        except UpstreamError:
            return ""
        return "" if blob.text is None else rows_around(blob.text, found.line)

    async def _dismiss(self, told: Told, reason: str) -> bool:
        office, spoken, found = self.doing.office, self.doing.spoken, told.found
        said = redact(" ".join(reason.split())).text
        dismissal = Dismissal(
            fingerprint=found.fingerprint,
            by=spoken.by,
            at=office.use.now(),
            number=spoken.pull.number,
            title=found.title,
            path=found.path,
            category=found.category,
            reason=said[:LONGEST_REASON],
        )
        return await office.wishes.dismiss(spoken.pull, dismissal)

    async def _taken_back(self, names: Sequence[str]) -> TakenBack:
        """Dismissals by their fingerprints, or as the findings of this pull request are called."""
        office, ref = self.doing.office, self.doing.spoken.pull
        dismissed = await office.wishes.dismissed(ref.repo_id)
        there = await known(office.use.runs, office.use.judge.memory, ref)
        threads = await office.talk.threads(ref) if not names else ()
        names = names or self._own_thread({each.comment: each.fingerprint for each in threads})
        back, unclear = [], []
        for name in names:
            told = point(name, there)
            called = told.found.fingerprint if isinstance(told, Told) else name
            ended = [each for each in dismissed if begins(each.fingerprint, called)]
            if len(ended) == 1:
                back += ended
            else:
                why = "That is the beginning of several." if ended else "That is not ignored."
                unclear.append(Unclear(name[:60], why))
        if not names:
            unclear.append(Unclear("unignore", NAME_ONE))
        return TakenBack(tuple(back), tuple(unclear))

    async def _take_back(self, dismissal: Dismissal) -> bool:
        await self.doing.office.wishes.take_back(self.doing.spoken.pull, dismissal.fingerprint)
        return True

    async def _unmute(self, category: str) -> bool:
        use, spoken = self.doing.office.use, self.doing.spoken
        opinions, at = use.judge.opinions, use.now()
        await opinions.lift(spoken.pull.repo_id, Category(category), spoken.by, at)
        return True
