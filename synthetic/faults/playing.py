"""A fault in play: a layer that knows whether it changed anything, and noise that is no fault."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import cast

from harness.model import UnreadableError
from synthetic.deeds import Answer, Attempt, Layer, RefusedError, UnreachableError
from synthetic.deeds.calls import Kind
from synthetic.faults.fault import Fault, FaultCall

_Forward = Callable[[Attempt], Answer | Awaitable[Answer]]


class Played:
    """One fault in one run.

    Attributes:
        met: Calls it met.
        changed: Calls whose outcome it changed. None changed: the landscape behaved as it does without it, so
            there is nothing to detect.
    """

    def __init__(self, fault: Fault, seed: int = 0) -> None:
        """Play `fault` with its own random numbers."""
        self.fault = fault
        self.met = 0
        self.changed = 0
        self._rng = random.Random(f"{fault.id}/{seed}")  # noqa: S311  (repeatable on purpose)
        self._history: dict[str, list[Answer]] = {}
        self._there_since: dict[str, datetime] = {}

    def __call__(self, attempt: Attempt, forward: _Forward) -> Answer | Awaitable[Answer]:
        """Meet a call, if it is one of those the fault acts on."""
        if not self.fault.meets(attempt.port, attempt.operation):
            return forward(attempt)
        self.met += 1
        real: list[Answer] = []

        own: Exception | None = None

        def ask(_call: object = None) -> Answer:
            nonlocal own
            try:
                answer = cast("Answer", forward(attempt))
            except (UnreachableError, RefusedError) as error:
                own = error
                raise
            real.append(dict(answer))
            return answer

        asked = attempt.operation + json.dumps(attempt.request, sort_keys=True, default=str)
        history = self._history.setdefault(asked, [])
        call = FaultCall(
            attempt.request, attempt.now, tuple(history), attempt.port, attempt.operation, self._there_since.get(asked)
        )
        try:
            answer = self.fault.effect(call, ask, self._rng)
        except (UnreachableError, RefusedError) as error:
            self.changed += error is not own
            raise
        if not isinstance(answer, dict):
            raise UnreadableError(f"fault {self.fault.id} answered {type(answer).__name__}, not an object")
        if not real and attempt.kind is Kind.LOOK:
            # a look may be repeated: what would have been shown decides whether anything was hidden
            with contextlib.suppress(UnreachableError, RefusedError):
                ask()
        # an order carried out twice, or not at all, changes the world whatever it answers
        is_other_deed = attempt.kind is Kind.DEED and len(real) != 1
        self.changed += is_other_deed or not real or _shows(answer) != _shows(real[-1])
        if real:
            history.append(real[-1])
            if real[-1].get("count"):
                self._there_since.setdefault(asked, attempt.now)
        return answer


def _shows(answer: Answer) -> Answer:
    """Return what can be seen of an answer: nothing there is nothing there, whatever stands beside it."""
    return {"count": 0} if answer.get("count") == 0 else answer


def noise(seed: int, *, errors: float, stale: float) -> Layer:
    """Return a layer of what is normal: some calls fail with 503, some looks show the state before.

    Args:
        seed: Of the random numbers.
        errors: Share of calls nobody answers.
        stale: Share of looks answered with an earlier answer to the same request.
    """
    rng = random.Random(f"noise/{seed}")  # noqa: S311  (repeatable on purpose)
    earlier: dict[str, Answer] = {}

    def layer(attempt: Attempt, forward: _Forward) -> Answer | Awaitable[Answer]:
        if rng.random() < errors:
            raise UnreachableError(attempt.port, "503 service unavailable")
        is_look = attempt.kind is Kind.LOOK
        key = f"{attempt.port}.{attempt.operation}{json.dumps(attempt.request, sort_keys=True, default=str)}"
        if is_look and key in earlier and rng.random() < stale:
            return dict(earlier[key])
        answer = forward(attempt)
        if is_look and isinstance(answer, dict):
            earlier[key] = dict(answer)
        return answer

    return layer
