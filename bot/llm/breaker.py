"""A model that failed too often in a row is left alone for a while, then tried with one call."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from bot.errors import FailureKind, ModelFailure
from bot.ports.model import Completion, LanguageModel, Prompt

COUNTED = frozenset(
    {
        FailureKind.OVERLOADED,
        FailureKind.SERVER,
        FailureKind.TIMEOUT,
        FailureKind.CONNECTION,
        FailureKind.UNREADABLE,
    }
)
"""What tells against a model. A refused request tells for it, a rate limit neither way."""


@dataclass(slots=True)
class _Circuit:
    """Where one model stands.

    `failed` counts its failures in a row. `shut_until` None: it may be asked; else one call may
    try it from then on, and `trying` says that it does. `era` grows each time it is shut or
    opened: a call that began in an earlier era says nothing about this one.
    """

    failed: int = 0
    shut_until: float | None = None
    trying: bool = False
    era: int = 0


class Breaker:
    """A LanguageModel that fails at once where `model` would only fail again, model by model.

    After `failures` in a row a model is left alone for `rest_s` seconds, then one call tries it.
    Its success ends the rest, its failure begins another. Safe among tasks, event loops and
    threads. `now` gives seconds of any clock that does not go back.
    """

    def __init__(
        self,
        model: LanguageModel,
        *,
        failures: int = 5,
        rest_s: float = 60.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._failures, self._rest_s, self._now = failures, rest_s, now
        self._circuits: dict[str, _Circuit] = {}
        self._lock = Lock()  # held for a few lines that never wait

    async def complete(self, prompt: Prompt) -> Completion:
        """Ask once; see the port. Raises ModelFailure of kind CIRCUIT where it does not ask.

        Its `again` says that another call is trying the model, and may be done soon.
        """
        name = prompt.tier.model
        era = self._enter(name)
        well: bool | None = None
        try:
            completion = await self._model.complete(prompt)
            well = True
        except ModelFailure as error:
            well = _well(error.kind)
            raise
        finally:
            self._leave(name, era, well)
        return completion

    async def count(self, prompt: Prompt) -> int | None:
        """See the port. None at once for a model that is left alone: nobody should wait for it."""
        with self._lock:
            if self._circuit(prompt.tier.model).shut_until is not None:
                return None
        return await self._model.count(prompt)

    def _circuit(self, name: str) -> _Circuit:
        return self._circuits.setdefault(name, _Circuit())

    def _enter(self, name: str) -> int:
        """The era of a call that may be made. Raises ModelFailure for one that may not."""
        with self._lock:
            circuit = self._circuit(name)
            if circuit.shut_until is not None:
                rest_s = circuit.shut_until - self._now()
                if rest_s > 0 or circuit.trying:
                    raise _refusal(name, circuit.failed, rest_s)
                circuit.trying = True
            return circuit.era

    def _leave(self, name: str, era: int, well: bool | None) -> None:
        """Learn from a call that ended. `well` None: it says nothing about the model."""
        with self._lock:
            circuit = self._circuit(name)
            if circuit.era != era:
                return
            circuit.trying = False
            if well:
                circuit.failed = 0
                if circuit.shut_until is not None:
                    circuit.shut_until = None
                    circuit.era += 1
            elif well is False:
                circuit.failed += 1
                if circuit.failed >= self._failures:
                    circuit.shut_until = self._now() + self._rest_s
                    circuit.era += 1


def _well(kind: FailureKind) -> bool | None:
    """Whether a failure of that kind shows that the model is at work; None: it shows nothing."""
    if kind in COUNTED:
        return False
    return True if kind is FailureKind.REQUEST else None


def _refusal(name: str, failed: int, rest_s: float) -> ModelFailure:
    often = f"{name} failed {failed} time{'' if failed == 1 else 's'} in a row"
    trying = rest_s <= 0
    until = "is being tried again" if trying else f"is left alone for {math.ceil(rest_s)} s"
    return ModelFailure(f"{often} and {until}.", kind=FailureKind.CIRCUIT, again=trying)


_: type[LanguageModel] = Breaker
