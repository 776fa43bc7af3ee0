"""Reading many files with a tool that one of them may break: all at once, then one by one."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.analyzers.isolation import Sample
from bot.domain.finding import Evidence

SIDE_BY_SIDE = 2  # runs of one tool at a time
PATIENCE = 4  # a file read alone gets this fraction of the tool's time


@dataclass(frozen=True, slots=True)
class Missed:
    """A file a tool did not read as it should. Path and `why` make a sentence."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run found. `broke` says why it found nothing to rely on, "" when it is whole."""

    found: tuple[Evidence, ...] = ()
    broke: str = ""
    missed: tuple[Missed, ...] = ()


MOST = 2_000  # findings kept of one file: what has more was made to have more

Read = Callable[[Sequence[Sample], float], Awaitable[Answer]]


async def together(tool: str, samples: Sequence[Sample], read: Read, timeout_s: float) -> Answer:
    """Read all samples in one run; if that breaks, each alone, so that one cannot hide the rest."""
    answer = await _told(tool, samples, read, timeout_s)
    if not answer.broke:
        return answer
    if len(samples) == 1:
        return Answer(missed=(_missed(samples[0], tool, answer.broke),))
    return await apart(tool, samples, read, timeout_s)


async def apart(tool: str, samples: Sequence[Sample], read: Read, timeout_s: float) -> Answer:
    """Read each sample in a run of its own, within `timeout_s` seconds for all of them."""
    clock = asyncio.get_running_loop().time
    until = clock() + timeout_s
    gate = asyncio.Semaphore(SIDE_BY_SIDE)

    async def alone(sample: Sample) -> Answer:
        async with gate:
            left = min(timeout_s / PATIENCE, until - clock())
            if left <= 0:
                return Answer(missed=(_missed(sample, tool, "had no time left for it"),))
            answer = await _told(tool, (sample,), read, left)
        if answer.broke:
            return Answer(missed=(_missed(sample, tool, answer.broke),))
        return answer

    async with asyncio.TaskGroup() as group:  # unlike gather, it waits for all when cancelled
        tasks = [group.create_task(alone(sample)) for sample in samples]
    answers = [task.result() for task in tasks]
    return Answer(
        tuple(each for answer in answers for each in answer.found),
        missed=tuple(each for answer in answers for each in answer.missed),
    )


async def _told(tool: str, samples: Sequence[Sample], read: Read, timeout_s: float) -> Answer:
    """One run, with what the machine refuses told like what the tool does, and floods cut."""
    try:
        answer = await read(samples, timeout_s)
    except OSError as error:
        return Answer(broke=f"could not be given its files ({error.strerror})")
    count = Counter(each.path for each in answer.found)
    floods = sorted(path for path, findings in count.items() if findings > MOST)
    if not floods:
        return answer
    kept = [each for each in answer.found if each.path not in floods]
    for path in floods:
        kept += [each for each in answer.found if each.path == path][:MOST]
    why = f"has more than {MOST} findings of {tool}: the rest was dropped."
    return Answer(tuple(kept), missed=(*answer.missed, *(Missed(path, why) for path in floods)))


def _missed(sample: Sample, tool: str, broke: str) -> Missed:
    return Missed(sample.path, f"was not read: {tool} {broke}.")
